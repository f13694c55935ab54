//! Statistics where one-pass formulas fail: large offsets, constant, single and few values,
//! against exact integer arithmetic.

use densely_preprocess::{Center, Standardize, Whiten};
use densely_tensor::{Mat, Scalar};

/// Values `offset + step · k`, exact in `T`, and their exact mean and deviation.
struct Case {
    offset: i64,
    step: f64,
    steps: &'static [i64],
    copies: usize,
}

impl Case {
    fn values<T: Scalar>(&self) -> Mat<T> {
        let n = self.steps.len() * self.copies;
        Mat::from_fn(1, n, |_, j| {
            let value = self.offset as f64 + self.step * self.steps[j % self.steps.len()] as f64;
            let rounded = T::from_f64(value);
            assert_eq!(rounded.to_f64(), value, "the case is not exact in {}", T::NAME);
            rounded
        })
    }

    /// `offset + step · Σk / n` and `step · √(n Σk² − (Σk)²) / n`, rounded at the end.
    fn exact(&self) -> (f64, f64) {
        let n = self.steps.len() as i64;
        let sum: i64 = self.steps.iter().sum();
        let squares: i64 = self.steps.iter().map(|k| k * k).sum();
        let whole = self.offset as f64 + self.step * (sum / n) as f64;
        let mean = whole + self.step * (sum % n) as f64 / n as f64;
        (mean, self.step * ((n * squares - sum * sum) as f64).sqrt() / n as f64)
    }
}

const SPREAD: &[i64] = &[0, 1, 2, 3, 5, 8, 13, -21];

/// Offsets that `f64` holds together with a quarter.
const DOUBLE: [i64; 7] =
    [0, 1, -1000, 100_000_000, -100_000_000, 1_000_000_000_000, -1_000_000_000_000];
/// Multiples of the last place of `f32` at `1e8` and at `1e12`.
const SINGLE: [(i64, f64); 5] =
    [(0, 0.25), (1000, 0.25), (100_000_000, 8.0), (-100_000_000, 8.0), (999_999_995_904, 65_536.0)];

fn check<T: Scalar>(case: &Case) {
    let (mean, deviation) = case.exact();
    let x = case.values::<T>();
    let standardize = Standardize::fit(x.as_ref()).unwrap();
    let context = format!("{} values at {} in {}", x.ncols(), case.offset, T::NAME);
    let got = standardize.mean()[0];
    assert!((got - mean).abs() <= f64::EPSILON * mean.abs(), "{context}: mean {got} of {mean}");
    assert_eq!(Center::fit(x.as_ref()).unwrap().mean(), standardize.mean());
    let expected = if deviation == 0.0 { 1.0 } else { deviation };
    let error = (standardize.scale()[0] / expected - 1.0).abs();
    assert!(error <= 2.5e-15, "{context}: the deviation is off by {error:e}");
    if deviation > 0.0 {
        let whitened = Whiten::fit(x.as_ref()).unwrap();
        let error = (whitened.pca().variances()[0].sqrt() / deviation - 1.0).abs();
        assert!(error <= 1e-13, "{context}: whitening is off by {error:e}");
    }
}

#[test]
fn offsets_copies_and_constants_in_double_precision() {
    for offset in DOUBLE {
        for steps in [SPREAD, &[0, 1], &[3], &[-1, 1, 0]] {
            for copies in [1, 2, 1000] {
                check::<f64>(&Case { offset, step: 0.25, steps, copies });
            }
        }
    }
}

#[test]
fn offsets_copies_and_constants_in_single_precision() {
    for (offset, step) in SINGLE {
        for steps in [SPREAD, &[0, 1], &[3], &[-1, 1, 0]] {
            for copies in [1, 2, 1000] {
                check::<f32>(&Case { offset, step, steps, copies });
            }
        }
    }
}
