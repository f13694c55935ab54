use densely_data::Place;
use densely_preprocess::{FittedTransform, Transform, Unchanged};
use densely_tensor::{
    Buffer, IntoConst, Mat, MatMut, MatRef, Scalar, ShapeError, column, column_mut,
    first_non_finite,
};

use super::{Preparation, held, narrow};
use crate::ModelError;
use crate::evaluation::convert;

/// What is between some examples and what becomes of them.
#[derive(Debug, Default)]
pub(crate) struct PanelMemory {
    held: Buffer<f64>,
    prepared: Buffer<f64>,
}

/// Numbers of examples that are prepared together, about: what is between their features and a network's inputs
/// stays in the cache.
const PANEL: usize = 1 << 16;

/// Examples that are prepared together, at least and at most.
const EXAMPLES: (usize, usize) = (64, 1 << 13);

/// How many of `n` examples are prepared next: never one that is left of several, for which products add
/// in another order.
pub(super) fn panel(n: usize, features: usize) -> usize {
    let most = (PANEL / features.max(1)).clamp(EXAMPLES.0, EXAMPLES.1);
    if n == most + 1 { most - 1 } else { n.min(most) }
}

/// The inputs that are prepared together of so many features, with the index of the first example of each.
pub(super) fn panels<T: Scalar>(
    inputs: MatMut<'_, T>,
    features: usize,
) -> Vec<(usize, MatMut<'_, T>)> {
    let (mut panels, mut rest, mut first) = (Vec::new(), inputs, 0);
    while rest.ncols() > 0 {
        let count = panel(rest.ncols(), features);
        let (to, others) = rest.split_at_col_mut(count);
        panels.push((first, to));
        (rest, first) = (others, first + count);
    }
    panels
}

impl Preparation {
    /// That these are as many features as were fitted, in contiguous columns.
    pub(crate) fn check_features<S: Scalar>(&self, x: MatRef<'_, S>) -> Result<(), ShapeError> {
        ShapeError::expect_columns("Preparation", x)?;
        ShapeError::expect("transform", "features", self.pipeline.in_features(), x.nrows())
    }

    /// Writes what becomes of some examples. The kernels work in `memory`, which holds anything.
    pub(crate) fn prepare_panel<S: Scalar, T: Scalar>(
        &self,
        x: MatRef<'_, S>,
        mut to: MatMut<'_, T>,
        place: impl Fn(usize) -> Place,
        memory: &mut PanelMemory,
    ) -> Result<(), ModelError> {
        // Features that are held at a value have to be numbers, too.
        if let Some((feature, example)) = first_non_finite(x) {
            let (place, value) = (place(example), x[(feature, example)].to_f64());
            let column = self.feature_names[feature].clone();
            let (prepared, scalar) = (value, T::NAME);
            return Err(ModelError::OutOfRange { place, column, value, prepared, scalar });
        }
        if self.are_inputs_written(x, to.as_mut()) {
            return Ok(());
        }
        let PanelMemory { held, prepared } = memory;
        let (features, inputs, n) = (x.nrows(), to.nrows(), x.ncols());
        let raw = match S::as_f64(x) {
            Some(x) if self.constants.is_empty() => x,
            _ => {
                let mut held = held.view_mut(features, n);
                for j in 0..n {
                    let held = column_mut(held.as_mut(), j);
                    convert(column(x, j), held);
                    for &(feature, value) in &self.constants {
                        held[feature] = value;
                    }
                }
                held.into_const()
            }
        };
        let mut prepared = prepared.view_mut(inputs, n);
        self.pipeline.apply(raw, prepared.as_mut());
        narrow(prepared.as_ref(), to, place, |input, example| {
            let feature = self.to_blame::<T>(input, raw.subcols(example, 1))?;
            Ok((self.feature_names[feature].as_str(), raw[(feature, example)]))
        })
    }

    /// Writes finite features that stay as they are; `false` if they do not, or if there is an error to be told of them.
    fn are_inputs_written<S: Scalar, T: Scalar>(
        &self,
        x: MatRef<'_, S>,
        mut to: MatMut<'_, T>,
    ) -> bool {
        let is_unchanged = |step: &FittedTransform| step.downcast_ref::<Unchanged>().is_some();
        if !self.pipeline.steps().iter().all(is_unchanged) {
            return false;
        }
        for j in 0..x.ncols() {
            let to = column_mut(to.as_mut(), j);
            convert(column(x, j), to);
            for &(feature, value) in &self.constants {
                to[feature] = T::from_f64(value);
            }
        }
        S::NAME == T::NAME || first_non_finite(to.as_ref()).is_none()
    }

    /// The feature of an example `x` that makes an input of the network infinite or NaN: the
    /// one without which it would not be, and if there is no such feature, the largest.
    fn to_blame<T: Scalar>(&self, input: usize, x: MatRef<'_, f64>) -> Result<usize, ShapeError> {
        let mut features: Vec<usize> = (0..x.nrows()).collect();
        // NaN is the largest of all.
        features.sort_by(|&a, &b| x[(b, 0)].abs().total_cmp(&x[(a, 0)].abs()));
        // Many transformations make of each feature the input of the same index.
        let own = (input < x.nrows()).then_some(input);
        let zeros = Mat::zeros(self.pipeline.out_features(), 1);
        let origin = self.pipeline.inverse_transform(zeros.as_ref())?;
        for feature in own.into_iter().chain(features.iter().copied()) {
            let mut without = x.to_owned();
            without[(feature, 0)] = origin[(feature, 0)];
            let prepared = self.transform(without.as_ref())?;
            if Scalar::is_finite(T::from_f64(prepared[(input, 0)])) {
                return Ok(feature);
            }
        }
        Ok(features[0])
    }

    fn transform(&self, x: MatRef<'_, f64>) -> Result<Mat<f64>, ShapeError> {
        ShapeError::expect_columns("Preparation", x)?;
        let held = held(x, &self.constants);
        self.pipeline.transform(held.as_ref().map_or(x, Mat::as_ref))
    }
}

#[cfg(test)]
mod tests {
    use densely_data::Dataset;

    use super::*;

    #[test]
    fn examples_are_prepared_alike_in_panels_and_at_once() {
        let most = EXAMPLES.1;
        let few = [most - 1, most, most + 1, 2 * most + 1, 2 * most + 3].map(|n| (n, 3));
        for (n, features) in few.into_iter().chain([165, 166, 167, 300].map(|n| (n, 784))) {
            let x = Mat::from_fn(features, n, |i, j| {
                (j * (j + i) % [101, 37, 53][i % 3]) as f64 + 0.1 * i as f64
            });
            let values = Mat::from_fn(1, n, |_, j| j as f64);
            let data = Dataset::regression(x, values).unwrap();
            for kinds in [&["standardize"][..], &["standardize", "pca(2)"], &["whiten(2)"]] {
                let preparation = Preparation::fit(kinds.iter().copied(), &data).unwrap();
                let whole = preparation.transform(data.x()).unwrap();
                let inputs = preparation.inputs::<f64>(data.x()).unwrap();
                assert!(inputs == whole, "{n} {kinds:?}");
            }
            let mut rest = n;
            while rest > 0 {
                assert!(panel(rest, features) > 1 || n == 1, "{rest} of {n}");
                rest -= panel(rest, features);
            }
        }
    }
}
