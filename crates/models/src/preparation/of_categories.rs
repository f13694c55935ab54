use densely_data::{Features, OneHot, OneHotGroup};
use densely_table::EncodedRows;
use densely_tensor::{Buffer, Mat, Scalar, Threads, try_zeros};

use super::panel::panels;
use super::{PanelMemory, Preparation};
use crate::ModelError;
use crate::spare::Spare;

/// Features of a category, at least: fewer take hardly less room as one number.
const WIDE: usize = 4;

/// Of tables with categories: which one a row is of takes less memory than a number for each of them, and
/// less time to read.
impl Preparation {
    /// The inputs of rows, whose categories stay what they are, bit for bit those of a matrix; `None` where that would
    /// save less than half of the memory, or transformations mix features.
    pub(super) fn one_hot_rows<T: Scalar>(
        &self,
        encoded: &EncodedRows<'_>,
        threads: &Threads,
    ) -> Result<Option<Features<T>>, ModelError> {
        let is_wide = |width: usize| (WIDE..OneHot::<T>::MOST).contains(&width);
        let all = encoded.category_columns();
        let wide: Vec<_> =
            all.into_iter().filter(|(_, features)| is_wide(features.len())).collect();
        let in_groups: Vec<usize> =
            wide.iter().flat_map(|(_, features)| features.clone()).collect();
        let others: Vec<usize> =
            (0..self.feature_names.len()).filter(|i| in_groups.binary_search(i).is_err()).collect();
        let bytes = size_of::<T>() * others.len() + size_of::<u16>() * wide.len();
        if 2 * bytes > size_of::<T>() * self.feature_names.len() || !self.pipeline.keeps_features()
        {
            return Ok(None);
        }
        let (Some(of_groups), Some(of_others)) =
            (self.of_features(&in_groups), self.of_features(&others))
        else {
            return Ok(None);
        };
        // What becomes of a 0 and of a 1.
        let both = Mat::from_fn(in_groups.len(), 2, |_, j| j as f64);
        let Ok(both) = of_groups.inputs::<T>(both.as_ref()) else { return Ok(None) };
        let groups = wide.iter().scan(0, |first, (_, features)| {
            let rows = *first..*first + features.len();
            *first = rows.end;
            let of = |j: usize| rows.clone().map(|i| both[(i, j)]).collect();
            Some(OneHotGroup { first: features.start, off: of(0), on: of(1) })
        });
        let groups: Vec<_> = groups.collect();

        let (rows, columns) = (encoded.rows(), encoded.encoding().encoders().len());
        let of_groups: Vec<usize> = wide.into_iter().map(|(column, _)| column).collect();
        let columns = (0..columns).filter(|column| of_groups.binary_search(column).is_err());
        let mut inputs = try_zeros("Preparation", "the inputs", others.len(), rows.len())?;
        let mut categories = vec![0; of_groups.len() * rows.len()];
        let mut rest = &mut categories[..];
        let panels = panels(inputs.as_mut(), self.feature_names.len()).into_iter();
        let panels = panels.map(|(first, inputs)| {
            let (own, others) =
                std::mem::take(&mut rest).split_at_mut(of_groups.len() * inputs.ncols());
            rest = others;
            (first, inputs, own)
        });
        let spare = Spare::<(Buffer<f64>, PanelMemory)>::new();
        let prepared = threads.map_each(panels.collect(), |_, (first, inputs, categories)| {
            spare.lend(|(x, memory)| {
                encoded.write_categories(&of_groups, first, categories);
                let n = inputs.ncols();
                encoded.write_columns(columns.clone(), first, x.view_mut(others.len(), n));
                let place = |example| rows.place(first + example);
                of_others.prepare_panel(x.view(others.len(), n), inputs, place, memory)
            })
        });
        prepared.into_iter().collect::<Result<(), _>>()?;
        Ok(Some(OneHot::new(inputs, groups, categories)?.into()))
    }

    /// What is done to some of the features, by itself, if each transformation learns of each feature by itself.
    fn of_features(&self, chosen: &[usize]) -> Option<Self> {
        let constants = self
            .constants
            .iter()
            .filter_map(|&(feature, value)| Some((chosen.binary_search(&feature).ok()?, value)));
        Some(Self {
            feature_names: chosen.iter().map(|&i| self.feature_names[i].clone()).collect(),
            constants: constants.collect(),
            pipeline: self.pipeline.of_features(chosen)?,
            ..self.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use densely_data::{Inputs, Target};
    use densely_preprocess::TransformKinds;
    use densely_table::{
        Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table, TargetColumns,
    };

    use super::*;

    /// Numbers with gaps, categories with gaps and rare ones, a truth value, and a category that is always the same.
    fn table(rows: usize) -> Table {
        let mut text = "a,kind,b,place,c,flag,y\n".to_owned();
        for i in 0..rows {
            let number = |k: usize| match (i * k) % 17 {
                0 => String::new(),
                of => format!("{}", of as f64 * 0.5),
            };
            let kind = if i % 13 == 5 { String::new() } else { format!("k{}", (i * i) % 11) };
            let place = if i == 3 { "rare".to_owned() } else { format!("p{}", (i * 7) % 23) };
            let (a, b, c) = (number(3), number(5), i % 7);
            writeln!(text, "{a},{kind},{b},{place},{c},{},{}", i % 2 == 0, i % 3).unwrap();
        }
        Table::from_reader(text.as_bytes()).unwrap()
    }

    fn prepared<T: Scalar>(kinds: &[&str], count: usize) {
        let (table, known) = (table(700), TransformKinds::new());
        let target = TargetColumns::infer(&table, &["y"], None).unwrap();
        let (train, new): (Vec<usize>, Vec<usize>) = (0..700).partition(|i| i % 5 > 0);
        let rows = Rows::of(&table, &train);
        let schema = Schema::infer(&rows, &SchemaOptions::new().target("y")).unwrap();
        let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new()).unwrap();
        let threads = Threads::new(count).unwrap();
        let (_, read) = target.read(&rows).unwrap();
        let of_train = encoding.rows(&rows, &threads).unwrap();
        let preparation = Preparation::fit_rows(
            kinds.iter().copied(),
            &of_train,
            &target,
            &read,
            &known,
            &threads,
        )
        .unwrap();
        for chosen in [&train, &new] {
            let rows = Rows::of(&table, chosen);
            let (_, read) = target.read(&rows).unwrap();
            let encoded = encoding.rows(&rows, &threads).unwrap();
            let data = preparation.rows::<T>(&encoded, &read, None, &threads).unwrap();
            assert!(matches!(data.inputs(), Inputs::OneHot(_)), "{kinds:?}");
            let raw = encoding.encode(&rows).unwrap();
            let expected = preparation.inputs::<T>(raw.as_ref()).unwrap();
            assert_eq!(data.x(), expected, "{kinds:?}");
            let Target::Classes { labels, .. } = data.target() else { panic!() };
            assert_eq!(labels.len(), chosen.len());
        }
    }

    #[test]
    fn rows_have_the_bits_of_a_matrix() {
        for kinds in
            [&["standardize"][..], &["standardize(keep-binary)"], &["none"], &["robust", "min-max"]]
        {
            prepared::<f32>(kinds, 1);
            prepared::<f64>(kinds, 3);
        }
    }

    #[test]
    fn what_mixes_features_is_a_matrix() {
        let table = table(300);
        let (rows, threads) = (Rows::all(&table), Threads::single());
        let target = TargetColumns::infer(&table, &["y"], None).unwrap();
        let (_, read) = target.read(&rows).unwrap();
        let of = |kinds: &[&str], drop: &[&str]| {
            let options = SchemaOptions::new().target("y");
            let options = drop.iter().fold(options, |options, name| options.drop(*name));
            let schema = Schema::infer(&rows, &options).unwrap();
            let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new()).unwrap();
            let encoded = encoding.rows(&rows, &threads).unwrap();
            let known = TransformKinds::new();
            let preparation = Preparation::fit_rows(
                kinds.iter().copied(),
                &encoded,
                &target,
                &read,
                &known,
                &threads,
            );
            let data = preparation.unwrap().rows::<f32>(&encoded, &read, None, &threads).unwrap();
            data.inputs().dense().is_some()
        };
        assert!(!of(&["standardize"], &[]));
        assert!(of(&["standardize", "pca(3)"], &[]));
        // Two numbers, their gaps and a truth value are more than half of what is left.
        assert!(of(&["standardize"], &["kind", "place"]));
    }
}
