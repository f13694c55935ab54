use densely_data::{Dataset, Place, Target};
use densely_layers::Kind;
use densely_preprocess::{PreprocessError, Transform, TransformKinds};
use densely_table::Encoding;
use densely_tensor::{Mat, MatRef, Scalar, ShapeError, Threads, try_zeros};

use super::of_rows::{GROUP, LEAST, joined};
use super::panel::panels;
use super::{Fitted, PanelMemory, Preparation, fitted};
use crate::ModelError;
use crate::evaluation::widen;
use crate::spare::Spare;

/// Of arrays that others hold, as those of NumPy: nothing is copied but what is computed.
impl Preparation {
    /// [`fit`](Self::fit) to features that are not in a [`Dataset`], of either number type, with names of them and of
    /// what is predicted. It has the same bits.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`fit_with`](Self::fit_with), and for another number of names than of features.
    pub fn fit_arrays<S: Scalar>(
        kinds: impl IntoIterator<Item: Into<Kind>>,
        x: MatRef<'_, S>,
        feature_names: &[String],
        target: &Target<f64>,
        target_name: &str,
    ) -> Result<Self, ModelError> {
        ShapeError::expect("Preparation", "feature names", x.nrows(), feature_names.len())?;
        ShapeError::expect_columns("Preparation", x)?;
        let kinds: Vec<Kind> = kinds.into_iter().map(Into::into).collect();
        let fitted = fitted_array(&kinds, x);
        let (encoding, names) = (Encoding::of_numbers(feature_names), target.names());
        Self::of_fitted(encoding, target_name.to_owned(), names, target.values(), fitted)
    }

    /// [`inputs`](Self::inputs) of features in either number type, shared among threads.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`inputs`](Self::inputs).
    pub fn inputs_of<S: Scalar, T: Scalar>(
        &self,
        x: MatRef<'_, S>,
        threads: &Threads,
    ) -> Result<Mat<T>, ModelError> {
        self.inputs_on(x, threads, Place::Example)
    }

    /// The same of examples whose places are known.
    pub(super) fn inputs_on<S: Scalar, T: Scalar>(
        &self,
        x: MatRef<'_, S>,
        threads: &Threads,
        place: impl Fn(usize) -> Place + Sync,
    ) -> Result<Mat<T>, ModelError> {
        self.check_features(x)?;
        let outputs = self.pipeline.out_features();
        let mut inputs = try_zeros("Preparation", "the inputs", outputs, x.ncols())?;
        let panels = panels(inputs.as_mut(), x.nrows());
        let spare = Spare::<PanelMemory>::new();
        let prepared = threads.map_each(panels, |_, (first, to)| {
            let (x, place) = (x.subcols(first, to.ncols()), |example| place(first + example));
            spare.lend(|memory| self.prepare_panel(x, to, place, memory))
        });
        prepared.into_iter().collect::<Result<(), _>>()?;
        Ok(inputs)
    }

    /// [`dataset`](Self::dataset) of features in either number type, with their targets and weights, shared
    /// among threads.
    ///
    /// # Shapes
    /// `x`: features x n, `weights`: n.
    ///
    /// # Errors
    /// As [`dataset`](Self::dataset).
    pub fn examples<S: Scalar, T: Scalar>(
        &self,
        x: MatRef<'_, S>,
        target: &Target<f64>,
        weights: Option<&[f64]>,
        threads: &Threads,
    ) -> Result<Dataset<T>, ModelError> {
        self.with_targets(self.inputs_of(x, threads)?, target, weights, None)
    }
}

/// Fits transformations to features: to some at a time, if each [learns of each feature by
/// itself](densely_preprocess::TransformKind::FEATUREWISE), so that they are not all in memory once more.
fn fitted_array<S: Scalar>(kinds: &[Kind], x: MatRef<'_, S>) -> Result<Fitted, PreprocessError> {
    let known = TransformKinds::new();
    let of = |x: MatRef<'_, S>| match S::as_f64(x) {
        Some(x) => fitted(kinds.iter().cloned(), x, &known),
        None => fitted(kinds.iter().cloned(), widen(x).as_ref(), &known),
    };
    let most = (GROUP / x.ncols()).max(LEAST);
    let are_featurewise = known.are_featurewise(kinds.iter().cloned()).unwrap_or(false);
    if x.nrows() <= most || !are_featurewise {
        return of(x);
    }
    let group = |first| {
        let features = most.min(x.nrows() - first);
        Some((first, of(x.subrows(first, features)).ok()?))
    };
    // All together where something is wrong, so that the error knows the feature by its number.
    match (0..x.nrows()).step_by(most).map(group).collect::<Option<Vec<_>>>() {
        Some(groups) => joined(kinds, groups, &known),
        None => of(x),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_prepared_as_a_dataset_is() {
        let x = Mat::from_fn(3, 50, |i, j| f64::from((i * 7 + j * j % 11) as f32 * 0.1));
        let values = Mat::from_fn(1, 50, |_, j| j as f64);
        let data = Dataset::regression(x.clone(), values).unwrap();
        let expected = Preparation::fit(["standardize", "pca(2)"], &data).unwrap();
        let prepared: Dataset<f32> = expected.dataset(&data).unwrap();
        let (target, names) = (data.target(), data.feature_names());
        let kinds = ["standardize", "pca(2)"];
        let preparation = Preparation::fit_arrays(kinds, x.as_ref(), names, target, "value");
        assert_eq!(preparation.unwrap(), expected);
        let narrow = Mat::from_fn(3, 50, |i, j| x[(i, j)] as f32);
        for threads in [Threads::single(), Threads::new(3).unwrap()] {
            let of_narrow = expected.examples(narrow.as_ref(), target, None, &threads);
            let of_wide = expected.examples(x.as_ref(), target, None, &threads);
            assert_eq!(of_narrow.unwrap(), prepared);
            assert_eq!(of_wide.unwrap(), prepared);
        }
        let few = Preparation::fit_arrays(kinds, x.as_ref(), &names[..2], target, "value");
        let error = few.unwrap_err().to_string();
        assert!(error.contains("expected 3 feature names, got 2"), "{error}");
    }

    /// Many panels, and the first of several bad values is named, whoever finds it.
    #[test]
    fn threads_prepare_the_same_inputs_and_find_the_same_fault() {
        let x = Mat::from_fn(3, 5_000, |i, j| ((i * 7 + j * j) % 101) as f64 * 0.25);
        let values = Mat::from_fn(1, 5_000, |_, j| j as f64);
        let data = Dataset::regression(x.clone(), values).unwrap();
        let mut spoiled = x.clone();
        (spoiled[(1, 4_999)], spoiled[(2, 3_000)]) = (1e300, f64::NAN);
        spoiled[(1, 1_234)] = f64::INFINITY;
        for kinds in [&["standardize", "pca(2)"][..], &["none"]] {
            let preparation = Preparation::fit(kinds.iter().copied(), &data).unwrap();
            let expected: Mat<f32> = preparation.inputs(x.as_ref()).unwrap();
            for count in 1..4 {
                let threads = Threads::new(count).unwrap();
                let of = |x: &Mat<f64>| preparation.inputs_of::<_, f32>(x.as_ref(), &threads);
                assert_eq!(of(&x).unwrap(), expected);
                let error = of(&spoiled).unwrap_err().to_string();
                let place = "column `x1`, example 1234: inf is not";
                assert!(error.starts_with(place), "{kinds:?}: {error}");
            }
        }
    }

    /// Features that stay as they are: whatever lies between, and constant ones have their values.
    #[test]
    fn unchanged_features_are_copied() {
        let x = Mat::from_fn(3, 200, |i, j| if i == 1 { 0.5 } else { (i + j * j % 31) as f32 });
        let (names, labels) = (["a", "b", "c"].map(str::to_owned), vec![0; 200]);
        let target = Target::Classes { labels, names: vec!["no".to_owned()] };
        let preparation =
            Preparation::fit_arrays(["none"], x.as_ref(), &names, &target, "y").unwrap();
        assert_eq!(preparation.constants(), [(1, 0.5)]);
        let mut new = Mat::from_fn(3, 90, |i, j| x[(i, j)] * 3.0);
        let expected = Mat::from_fn(3, 90, |i, j| if i == 1 { 0.5 } else { new[(i, j)] });
        let inputs =
            |new: &Mat<f32>| preparation.inputs_of::<_, f32>(new.as_ref(), &Threads::single());
        assert_eq!(inputs(&new).unwrap(), expected);
        // Where it is held, too, a feature has to be a number.
        new[(1, 7)] = f32::NAN;
        let error = inputs(&new).unwrap_err().to_string();
        assert!(error.starts_with("column `b`, example 7: NaN is not"), "{error}");
    }

    #[test]
    fn many_features_are_fitted_as_all_at_once() {
        let (n, features) = (GROUP / 16, 40);
        let x = Mat::from_fn(features, n, |i, j| match i {
            3 | 36 => 2.5,
            _ => (((i + 2) * j) % 97) as f32 * 0.5 - i as f32,
        });
        let wide = widen(x.as_ref());
        let target = Target::Values {
            values: Mat::from_fn(1, n, |_, j| j as f64),
            names: vec!["y".to_owned()],
        };
        let names: Vec<_> = (0..features).map(|i| format!("x{i}")).collect();
        let expected = fitted(["standardize"], wide.as_ref(), &TransformKinds::new());
        let expected = Preparation::of_fitted(
            Encoding::of_numbers(&names),
            "y".to_owned(),
            target.names(),
            target.values(),
            expected,
        );
        let expected = expected.unwrap();
        assert_eq!(expected.constants(), [(3, 2.5), (36, 2.5)]);
        let narrow = Preparation::fit_arrays(["standardize"], x.as_ref(), &names, &target, "y");
        let of_wide = Preparation::fit_arrays(["standardize"], wide.as_ref(), &names, &target, "y");
        assert!(narrow.unwrap() == expected && of_wide.unwrap() == expected);
        let mut spoiled = wide;
        spoiled[(37, 11)] = f64::NAN;
        let error =
            Preparation::fit_arrays(["standardize"], spoiled.as_ref(), &names, &target, "y");
        let whole = fitted(["standardize"], spoiled.as_ref(), &TransformKinds::new()).unwrap_err();
        assert!(error.unwrap_err().to_string().contains(&whole.to_string()), "{whole}");
    }
}
