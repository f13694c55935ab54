use densely_layers::{Layer, Sequential};
use densely_tensor::kernels::{map_in_place, sum_of, vectorize};
use densely_tensor::{MatRef, Norm, Scalar, column};

/// Entries of a parameter that are looked at, at most.
const SAMPLE: usize = 1 << 16;

/// How far an update moves the weights of each layer: `|ΔW| / |W|`.
///
/// Weights are what weight decay applies to; biases start at zero, where a ratio says
/// nothing. Of a large matrix, evenly spaced columns stand for all.
#[derive(Debug)]
pub(crate) struct WeightChange<T> {
    entries: Vec<T>,
}

impl<T: Scalar> WeightChange<T> {
    pub(crate) fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// Keeps the weights as they are before the update.
    pub(crate) fn before(&mut self, network: &Sequential<T>) {
        let Self { entries } = self;
        entries.clear();
        network.visit_params(&mut |param| {
            if param.decay {
                sample(param.value.as_ref()).for_each(|part| entries.extend_from_slice(part));
            }
        });
    }

    /// Calls `found` with the position and the ratio of each layer that has weights, unless
    /// they were all zero.
    pub(crate) fn after(&mut self, network: &Sequential<T>, mut found: impl FnMut(usize, f64)) {
        let mut rest = self.entries.as_mut_slice();
        for (index, stage) in network.stages().iter().enumerate() {
            let (mut weights, mut updates) = (0.0_f64, 0.0_f64);
            stage.layer().visit_params(&mut |param| {
                if !param.decay || param.is_empty() {
                    return;
                }
                let (rows, columns) = sampled(param.value.as_ref());
                let old;
                (old, rest) = std::mem::take(&mut rest).split_at_mut(rows * columns);
                let all_of_sample = (param.len() as f64 / old.len() as f64).sqrt();
                let (w, dw) = norms(old, param.value.as_ref());
                weights = weights.hypot(all_of_sample * w);
                updates = updates.hypot(all_of_sample * dw);
            });
            if weights > 0.0 {
                found(index, updates / weights);
            }
        }
    }
}

/// `|w|` and `|w' − w|` over the sample `w` of what a parameter was; `w` is overwritten.
fn norms<T: Scalar>(old: &mut [T], value: MatRef<'_, T>) -> (f64, f64) {
    let (rows, _) = sampled(value);
    let weights = norm(old);
    vectorize(
        #[inline(always)]
        || {
            for (old, new) in old.chunks_exact_mut(rows).zip(sample(value)) {
                map_in_place([old], [new], |[old], [new]| [new - old]);
            }
        },
    );
    (weights, norm(old))
}

fn norm<T: Scalar>(x: &[T]) -> f64 {
    let squares = |scale: f64| {
        vectorize(
            #[inline(always)]
            || {
                sum_of(x, |x| {
                    let x = scale * x.to_f64();
                    x * x
                })
            },
        )
    };
    Norm::new(squares).value()
}

/// The columns that stand for a parameter.
pub(super) fn sample<T: Scalar>(value: MatRef<'_, T>) -> impl Iterator<Item = &[T]> {
    let (rows, columns) = sampled(value);
    (0..columns).map(move |k| &column(value, k * value.ncols() / columns)[..rows])
}

/// The rows and the number of columns that stand for a parameter.
fn sampled<T>(value: MatRef<'_, T>) -> (usize, usize) {
    let rows = value.nrows().min(SAMPLE);
    (rows, (SAMPLE / rows.max(1)).min(value.ncols()))
}

#[cfg(test)]
mod tests {
    use densely_layers::{Linear, Maxout, PRelu, Relu};
    use densely_tensor::{Mat, mat};

    use super::*;

    fn ratios(network: &mut Sequential<f64>, scale: f64) -> Vec<(usize, f64)> {
        let mut change = WeightChange::new();
        change.before(network);
        network.visit_params_mut(&mut |param| {
            let value = &mut param.value;
            let factor = if param.decay { 1.0 + scale } else { 100.0 };
            *value = Mat::from_fn(value.nrows(), value.ncols(), |i, j| factor * value[(i, j)]);
        });
        let mut found = Vec::new();
        change.after(network, |stage, ratio| found.push((stage, ratio)));
        found
    }

    #[test]
    fn the_ratio_is_that_of_the_norms() {
        let linear = |weight: Mat<f64>| {
            let bias = Mat::from_fn(weight.nrows(), 1, |_, _| 1.0);
            Linear::from_parts(weight, bias)
        };
        let inner = Sequential::new(2)
            .and_then(|inner| inner.with(linear(mat![[3.0, 4.0], [0.0, 0.0]])?)?.with(Relu))
            .unwrap();
        let mut network = Sequential::new(1)
            .and_then(|network| network.with(Relu)?.with(linear(mat![[1.0], [2.0]])?))
            .and_then(|network| network.with(PRelu::per_unit(2)?)?.with(inner))
            .and_then(|network| network.with(linear(mat![[0.0, 0.0], [0.0, 0.0]])?))
            .and_then(|network| network.with(Maxout::new(2)?))
            .unwrap();
        assert_eq!(ratios(&mut network, 0.25), [(1, 0.25), (3, 0.25)]);
        assert_eq!(ratios(&mut network, -1.0), [(1, 1.0), (3, 1.0)]);
        assert_eq!(ratios(&mut network, 0.5), [], "all weights are zero");
    }

    #[test]
    fn the_ratio_is_right_where_squares_leave_the_range() {
        for size in [1e-310, 1e-200, 1e200] {
            let linear = Linear::from_parts(mat![[3.0 * size, 4.0 * size]], mat![[0.0]]).unwrap();
            let mut network = Sequential::new(2).and_then(|network| network.with(linear)).unwrap();
            let found = ratios(&mut network, 0.25);
            assert!((found[0].1 - 0.25).abs() < 1e-12, "{size:e}: {found:?}");
        }
    }

    /// Every column is moved by its own ratio, so that a sample from one side would tell.
    #[test]
    fn columns_of_a_large_matrix_stand_for_all() {
        let weight = Mat::from_fn(512, 1000, |_, _| 1.0);
        let linear = Linear::from_parts(weight, Mat::zeros(512, 1)).unwrap();
        let mut network = Sequential::new(1000).and_then(|network| network.with(linear)).unwrap();
        let mut change = WeightChange::<f64>::new();
        change.before(&network);
        assert_eq!(change.entries.len(), SAMPLE);
        let mut expected = 0.0;
        network.visit_params_mut(&mut |param| {
            for j in 0..param.value.ncols() {
                let step = 1e-3 * j as f64 / 1000.0;
                expected += step * step / 1000.0;
                (0..param.value.nrows() * usize::from(param.decay))
                    .for_each(|i| param.value[(i, j)] += step);
            }
        });
        let mut found = Vec::new();
        change.after(&network, |_, ratio| found.push(ratio));
        let exact = f64::sqrt(expected);
        assert!((found[0] / exact - 1.0).abs() < 0.02, "{found:?} {exact}");
    }
}
