use densely_data::{Dataset, Target};
use densely_layers::Kind;
use densely_preprocess::{PreprocessError, Transform, TransformKinds};
use densely_table::{EncodedRows, TargetColumns};
use densely_tensor::{Buffer, Mat, Scalar, Threads, try_zeros};

use super::panel::panels;
use super::{Fitted, PanelMemory, Preparation, fitted};
use crate::ModelError;
use crate::spare::Spare;

/// Examples of so many numbers are fitted to at a time, about: some features of all of them.
pub(super) const GROUP: usize = 1 << 20;

/// So many features at least: an example of fewer takes a cache line, too, and so as long.
pub(super) const LEAST: usize = 64 / size_of::<f64>();

impl Preparation {
    /// [`fit`](Self::fit) to the rows of a table, whose numbers are not all in memory at once if each
    /// transformation [learns of each feature by
    /// itself](densely_preprocess::TransformKind::FEATUREWISE). It has the same bits, at any number of threads.
    ///
    /// `read` is what [`TargetColumns::read`] says of these rows.
    ///
    /// # Errors
    /// As [`fit_with`](Self::fit_with).
    ///
    /// ```
    /// use densely_models::Preparation;
    /// use densely_preprocess::TransformKinds;
    /// use densely_table::{
    ///     Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table, TargetColumns,
    /// };
    /// use densely_tensor::Threads;
    ///
    /// let table = Table::from_reader("size,kind,y\n2,pear,0.5\n3,apple,1.5\n4,pear,2.5\n".as_bytes())?;
    /// let (all, threads) = (Rows::all(&table), Threads::single());
    /// let target = TargetColumns::infer(&table, &["y"], None)?;
    /// let (kept, read) = target.read(&all)?;
    /// let rows = Rows::of(&table, &kept);
    /// let schema = Schema::infer(&rows, &SchemaOptions::new().target("y"))?;
    /// let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new())?;
    ///
    /// let encoded = encoding.rows(&rows, &threads)?;
    /// let known = TransformKinds::new();
    /// let preparation = Preparation::fit_rows(["center"], &encoded, &target, &read, &known, &threads)?;
    /// let prepared = preparation.rows::<f32>(&encoded, &read, None, &threads)?;
    /// assert_eq!(prepared.x()[(0, 2)], 1.0);
    ///
    /// let raw = encoding.examples(&rows, read, &target)?;
    /// assert_eq!(Preparation::fit(["center"], &raw)?.with_encoding(encoding)?, preparation);
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    pub fn fit_rows(
        kinds: impl IntoIterator<Item: Into<Kind>>,
        encoded: &EncodedRows<'_>,
        target: &TargetColumns,
        read: &Target<f64>,
        known: &TransformKinds,
        threads: &Threads,
    ) -> Result<Self, ModelError> {
        let fitted = fitted_rows(kinds, encoded, known, threads)?;
        let encoding = encoded.encoding().clone();
        Self::of_fitted(encoding, target.name(), read.names(), read.values(), fitted)
    }

    /// [`fit_rows`](Self::fit_rows) of features alone: what is made prepares [`inputs`](Self::inputs),
    /// and has neither the name of a target nor outputs.
    ///
    /// # Errors
    /// As [`fit_with`](Self::fit_with).
    ///
    /// ```
    /// use densely_models::Preparation;
    /// use densely_preprocess::TransformKinds;
    /// use densely_table::{Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table};
    /// use densely_tensor::{Threads, mat};
    ///
    /// let table = Table::from_reader("size,kind\n2,pear\n3,apple\n4,pear\n".as_bytes())?;
    /// let (rows, threads) = (Rows::all(&table), Threads::single());
    /// let schema = Schema::infer(&rows, &SchemaOptions::new().drop("kind"))?;
    /// let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new())?;
    /// let encoded = encoding.rows(&rows, &threads)?;
    /// let known = TransformKinds::new();
    /// let preparation = Preparation::fit_features(["center"], &encoded, &known, &threads)?;
    /// assert_eq!(preparation.input_names(), ["size"]);
    /// let x = preparation.features(&rows)?;
    /// assert_eq!(preparation.inputs::<f64>(x.as_ref())?, mat![[-1.0, 0.0, 1.0]]);
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    pub fn fit_features(
        kinds: impl IntoIterator<Item: Into<Kind>>,
        encoded: &EncodedRows<'_>,
        known: &TransformKinds,
        threads: &Threads,
    ) -> Result<Self, ModelError> {
        let fitted = fitted_rows(kinds, encoded, known, threads)?;
        Self::of_fitted(encoded.encoding().clone(), String::new(), &[], None, fitted)
    }

    /// The rows of a table as a model takes them: what [`dataset`](Self::dataset) makes of all their numbers, which are
    /// never in memory at once.
    ///
    /// `encoded` is by [the encoding](Self::encoding) of this, `read` what [`TargetColumns::read`] says of these rows,
    /// and `weights` has one for each.
    ///
    /// # Errors
    /// As [`dataset`](Self::dataset).
    pub fn rows<T: Scalar>(
        &self,
        encoded: &EncodedRows<'_>,
        read: &Target<f64>,
        weights: Option<&[f64]>,
        threads: &Threads,
    ) -> Result<Dataset<T>, ModelError> {
        self.check_encoding(encoded.encoding())?;
        let inputs = match self.one_hot_rows(encoded, threads)? {
            Some(inputs) => inputs,
            None => self.dense_rows(encoded, threads)?.into(),
        };
        let rows = encoded.rows();
        let places = (0..rows.len()).map(|i| rows.place(i)).collect();
        self.with_targets(inputs, read, weights, Some(places))
    }

    fn dense_rows<T: Scalar>(
        &self,
        encoded: &EncodedRows<'_>,
        threads: &Threads,
    ) -> Result<Mat<T>, ModelError> {
        let (rows, features) = (encoded.rows(), self.feature_names.len());
        let outputs = self.pipeline.out_features();
        let mut inputs = try_zeros("Preparation", "the inputs", outputs, rows.len())?;
        let spare = Spare::<(Buffer<f64>, PanelMemory)>::new();
        let prepared = threads.map_each(panels(inputs.as_mut(), features), |_, (first, to)| {
            spare.lend(|(x, memory)| {
                let n = to.ncols();
                encoded.write(first, x.view_mut(features, n));
                let place = |example| rows.place(first + example);
                self.prepare_panel(x.view(features, n), to, place, memory)
            })
        });
        prepared.into_iter().collect::<Result<(), _>>()?;
        Ok(inputs)
    }
}

/// Fits transformations to rows; the error of fitting knows features by their numbers.
fn fitted_rows(
    kinds: impl IntoIterator<Item: Into<Kind>>,
    encoded: &EncodedRows<'_>,
    known: &TransformKinds,
    threads: &Threads,
) -> Result<Result<Fitted, PreprocessError>, ModelError> {
    let kinds: Vec<Kind> = kinds.into_iter().map(Into::into).collect();
    let by_groups = match known.are_featurewise(kinds.iter().cloned())? {
        true => fit_groups(&kinds, encoded, known, threads)?,
        false => None,
    };
    // All together, also where something is wrong, so that there is one way to say what.
    Ok(match by_groups {
        Some(fitted) => Ok(fitted),
        None => {
            let x = encoded.columns(0..encoded.encoding().encoders().len())?;
            fitted(kinds, x.as_ref(), known)
        }
    })
}

/// Fits to some features at a time; `None` where that is an error.
fn fit_groups(
    kinds: &[Kind],
    encoded: &EncodedRows<'_>,
    known: &TransformKinds,
    threads: &Threads,
) -> Result<Option<Fitted>, ModelError> {
    let (features, rows) = (encoded.encoding().width(), encoded.rows().len());
    let most = (GROUP / rows).max(LEAST);
    let firsts: Vec<usize> = (0..features).step_by(most).collect();
    // The memory of groups that are done suits all.
    let spare = Spare::<Buffer<f64>>::new();
    let fitted = threads.map_each(firsts.clone(), |_, first| {
        spare.lend(|buffer| {
            buffer.reserve("Preparation", "some features", most.min(features), rows).ok()?;
            let x = encoded.features_in(first..features.min(first + most), buffer).ok()?;
            fitted(kinds.iter().cloned(), x, known).ok()
        })
    });
    let Some(fitted) = fitted.into_iter().collect::<Option<Vec<Fitted>>>() else {
        return Ok(None);
    };
    Ok(Some(joined(kinds, firsts.into_iter().zip(fitted), known)?))
}

/// What was fitted to groups of features, each with its first one, as it would have been to all.
pub(super) fn joined(
    kinds: &[Kind],
    groups: impl IntoIterator<Item = (usize, Fitted)>,
    known: &TransformKinds,
) -> Result<Fitted, PreprocessError> {
    let (mut constants, mut pipelines) = (Vec::new(), Vec::new());
    for (first, (of_group, pipeline)) in groups {
        constants.extend(of_group.into_iter().map(|(feature, value)| (first + feature, value)));
        pipelines.push(pipeline);
    }
    Ok((constants, known.joined(kinds.iter().cloned(), &pipelines)?))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use densely_table::{Encoding, EncodingOptions, Rows, Schema, SchemaOptions, Table};

    use super::*;

    /// Groups end within the features of a category, and of a number with gaps.
    #[test]
    fn groups_of_features_are_fitted_as_all_at_once() {
        let n = GROUP / 17;
        let mut text = "a,kind,b,c,y\n".to_owned();
        for i in 0..n {
            let number = if i % 17 == 3 { String::new() } else { (i % 29).to_string() };
            let kind = i % 31;
            writeln!(text, "{number},k{kind},{number},0.{},{}", i * 7 % 41, i % 3).unwrap();
        }
        let table = Table::from_reader(text.as_bytes()).unwrap();
        let rows = Rows::all(&table);
        let target = TargetColumns::infer(&table, &["y"], None).unwrap();
        let (_, read) = target.read(&rows).unwrap();
        let schema = Schema::infer(&rows, &SchemaOptions::new().target("y")).unwrap();
        let encoding = Encoding::fit(&schema, &rows, &EncodingOptions::new()).unwrap();
        let raw = encoding.examples(&rows, read.clone(), &target).unwrap();
        let known = TransformKinds::new();
        for kinds in [&["standardize(keep-binary)"][..], &["robust", "standardize"]] {
            let expected = Preparation::fit(kinds.iter().copied(), &raw).unwrap();
            let expected = expected.with_encoding(encoding.clone()).unwrap();
            for threads in [Threads::single(), Threads::new(2).unwrap()] {
                let encoded = encoding.rows(&rows, &threads).unwrap();
                assert!(encoding.width() > 2 * (GROUP / n));
                let kinds = kinds.iter().copied();
                let of_rows =
                    Preparation::fit_rows(kinds, &encoded, &target, &read, &known, &threads);
                assert_eq!(of_rows.unwrap(), expected);
            }
        }
    }
}
