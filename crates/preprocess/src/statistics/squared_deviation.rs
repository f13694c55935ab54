use densely_tensor::{MatRef, Scalar};

use crate::statistics::feature_mean::FeatureMean;
use crate::statistics::power_of_two;
use crate::statistics::sum::{Sum, two_sum};
use densely_tensor::kernels::{SWEPT as ROWS, sweep};

/// `Σ (x − μ)²` of a feature, as `unit² squares`.
///
/// `unit` is a power of two near the largest deviation (0 if there is none), so that
/// squares neither overflow nor vanish.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct SquaredDeviation {
    unit: f64,
    squares: Sum,
}

impl SquaredDeviation {
    /// Those of all features, about means that are exact beyond rounding. So the term that
    /// corrects two passes for the error of the mean is nothing.
    ///
    /// Chan, Golub and LeVeque: Algorithms for computing the sample variance (1983).
    pub(crate) fn of_features<T: Scalar>(x: MatRef<'_, T>, means: &[FeatureMean]) -> Vec<Self> {
        let mut rows: Vec<Rows> = means.chunks(ROWS).map(Rows::new).collect();
        sweep(x, &mut rows, |rows, i, _, value| {
            // Divided by the unit, as its inverse may not be a finite number.
            let deviation = ((value - rows.mean[i]) - rows.mean_rest[i]) / rows.unit[i];
            // What the addition rounds away is summed too.
            let (sum, lost) = two_sum(rows.sum[i], deviation * deviation);
            rows.sum[i] = sum;
            rows.rest[i] += lost;
        });
        let feature = |(i, mean): (usize, &FeatureMean)| {
            if mean.is_equal() {
                return Self::default();
            }
            let (rows, lane) = (&rows[i / ROWS], i % ROWS);
            let squares = Sum::from_parts(rows.sum[lane], rows.rest[lane]);
            Self { unit: rows.unit[lane], squares }
        };
        means.iter().enumerate().map(feature).collect()
    }

    /// Of two parts together, about the mean of both: `S = Sₐ + S_b + weight d²`, where `d` is
    /// the difference of their means (see [`Between`](crate::statistics::running_mean::Between)).
    pub(crate) fn merged(
        &self,
        other: &Self,
        mean: &FeatureMean,
        difference: f64,
        weight: f64,
    ) -> Self {
        if mean.is_equal() {
            return Self::default();
        }
        let unit = power_of_two(mean.largest_deviation());
        let difference = difference / unit;
        let in_unit = |part: &Self| part.squares.scaled((part.unit / unit).powi(2));
        let mut squares = in_unit(self);
        squares.merge(in_unit(other));
        squares.add(weight * difference * difference);
        Self { unit, squares }
    }

    /// `σ = √(Σ (x − μ)² / N)`.
    pub(crate) fn standard_deviation(&self, examples: usize) -> f64 {
        self.unit * (self.squares.value() / examples as f64).sqrt()
    }
}

/// Sums of some rows.
#[derive(Clone)]
struct Rows {
    mean: [f64; ROWS],
    mean_rest: [f64; ROWS],
    unit: [f64; ROWS],
    sum: [f64; ROWS],
    /// What `sum` rounds away.
    rest: [f64; ROWS],
}

impl Rows {
    fn new(means: &[FeatureMean]) -> Self {
        let (zero, unit) = ([0.0; ROWS], [1.0; ROWS]);
        let mut rows = Self { mean: zero, mean_rest: zero, unit, sum: zero, rest: zero };
        for (i, feature) in means.iter().enumerate() {
            (rows.mean[i], rows.mean_rest[i]) = (feature.mean, feature.rest);
            rows.unit[i] = power_of_two(feature.largest_deviation());
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Mat, Threads, mat};

    use super::*;

    fn deviations(x: &Mat<f64>) -> Vec<f64> {
        let means = FeatureMean::of_features("test", x.as_ref(), &Threads::single()).unwrap();
        let squares = SquaredDeviation::of_features(x.as_ref(), &means);
        squares.iter().map(|squares| squares.standard_deviation(x.ncols())).collect()
    }

    /// 1000 values whose deviation is known exactly: offset + {0, 1, 2, 3} / 4.
    #[test]
    fn a_large_offset_costs_no_accuracy() {
        for offset in [0.0, 1e8, -1e8, 1e12] {
            let x = Mat::from_fn(35, 1000, |_, j| offset + (j % 4) as f64 / 4.0);
            for deviation in deviations(&x) {
                let error = (deviation / (5.0_f64 / 64.0).sqrt() - 1.0).abs();
                assert!(error < 3e-16, "offset {offset}: {error:e}");
            }
        }
    }

    /// Next to 2⁶¹, the squares of 2¹⁵ ones are less than half of a rounding error each.
    #[test]
    fn what_a_sum_rounds_away_is_in_the_deviation() {
        let sign = |j: usize| if j.is_multiple_of(2) { 1.0 } else { -1.0 };
        let large = 2_f64.powi(30);
        let x = Mat::from_fn(1, 32_770, |_, j| if j < 2 { sign(j) * large } else { sign(j) });
        let variance = (2.0 * large * large + 32_768.0) / 32_770.0;
        let error = deviations(&x)[0] / variance.sqrt() - 1.0;
        assert!(error.abs() < 5e-16, "{error:e}");
    }

    #[test]
    fn tiny_and_huge_values_neither_vanish_nor_overflow() {
        for scale in [5e-324, 1e-200, 1e200, 1e307] {
            let deviation = deviations(&mat![[scale, 3.0 * scale]])[0];
            assert!((deviation / scale - 1.0).abs() < 1e-15, "{scale:e}");
        }
    }
}
