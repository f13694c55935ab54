use densely_data::{Dataset, Place, Target};
use densely_layers::Kind;
use densely_preprocess::{Transform, TransformKinds};
use densely_table::Encoding;
use densely_tensor::{Mat, MatRef, Scalar, ShapeError, try_zeros};

use super::{Preparation, fitted, panels};
use crate::ModelError;
use crate::evaluation::widen;

/// Of arrays that others hold, as those of NumPy: nothing is copied but what is computed.
impl Preparation {
    /// [`fit`](Self::fit) to features that are not in a [`Dataset`], with names of them and of what is
    /// predicted. It has the same bits.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`fit_with`](Self::fit_with), and for another number of names than of features.
    pub fn fit_arrays(
        kinds: impl IntoIterator<Item: Into<Kind>>,
        x: MatRef<'_, f64>,
        feature_names: &[String],
        target: &Target<f64>,
        target_name: &str,
    ) -> Result<Self, ModelError> {
        ShapeError::expect("Preparation", "feature names", x.nrows(), feature_names.len())?;
        ShapeError::expect_columns("Preparation", x)?;
        let fitted = fitted(kinds, x, &TransformKinds::new());
        let (encoding, names) = (Encoding::of_numbers(feature_names), target.names());
        Self::of_fitted(encoding, target_name.to_owned(), names, target.values(), fitted)
    }

    /// [`inputs`](Self::inputs) of features in either number type.
    ///
    /// # Shapes
    /// `x`: features x n.
    ///
    /// # Errors
    /// As [`inputs`](Self::inputs).
    pub fn inputs_of<S: Scalar, T: Scalar>(&self, x: MatRef<'_, S>) -> Result<Mat<T>, ModelError> {
        if let Some(x) = S::as_f64(x) {
            return self.inputs(x);
        }
        ShapeError::expect_columns("Preparation", x)?;
        ShapeError::expect("transform", "features", self.pipeline.in_features(), x.nrows())?;
        let outputs = self.pipeline.out_features();
        let mut inputs = try_zeros("Preparation", "the inputs", outputs, x.ncols())?;
        for (first, to) in panels(inputs.as_mut()) {
            let x = widen(x.subcols(first, to.ncols()));
            self.prepare_panel(x.as_ref(), to, |example| Place::Example(first + example))?;
        }
        Ok(inputs)
    }

    /// [`dataset`](Self::dataset) of features in either number type, with their targets and weights.
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
    ) -> Result<Dataset<T>, ModelError> {
        self.with_targets(self.inputs_of(x)?, target, weights, None)
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
        assert_eq!(expected.examples(narrow.as_ref(), target, None).unwrap(), prepared);
        assert_eq!(expected.examples(x.as_ref(), target, None).unwrap(), prepared);
        let few = Preparation::fit_arrays(kinds, x.as_ref(), &names[..2], target, "value");
        assert!(few.is_err());
    }
}
