//! Statistics where one-pass formulas fail: large offsets, constant, single and few values,
//! against exact integer arithmetic; of all data at once, and in chunks.

use crate::common::{chunks, distance};
use densely_preprocess::{
    Center, Components, Pca, PreprocessError, RunningCovariance, RunningStatistics, Standardize,
    Transform, Whiten, Zca,
};
use densely_tensor::{Mat, Scalar, mat};

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
    let context = format!("{} values at {} in {}", x.ncols(), case.offset, T::NAME);
    let expect = |standardize: &Standardize, center: &Center, allowed: f64, context: &str| {
        let got = standardize.mean()[0];
        let allowed = f64::EPSILON * mean.abs() + allowed;
        assert!((got - mean).abs() <= allowed, "{context}: mean {got} of {mean}");
        assert_eq!(center.mean(), standardize.mean());
        let error = (standardize.scale()[0] - deviation).abs();
        let allowed = 2.5e-15 * deviation;
        assert!(error <= allowed, "{context}: the deviation is off by {error:e}");
    };
    let (standardize, center) = (Standardize::fit(x.as_ref()), Center::fit(x.as_ref()));
    expect(&standardize.unwrap(), &center.unwrap(), 0.0, &context);
    for size in [1, 3, 1000] {
        let mut statistics = RunningStatistics::new(1).unwrap();
        for chunk in chunks(x.as_ref(), &[size]) {
            statistics.partial_fit(chunk).unwrap();
        }
        let standardize = Standardize::from_statistics(&statistics).unwrap();
        let center = Center::from_statistics(&statistics).unwrap();
        // Twice the digits, where the mean is 0.
        let allowed = f64::EPSILON * f64::EPSILON * deviation;
        expect(&standardize, &center, allowed, &format!("{context}, chunks of {size}"));
    }
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

/// What a large constant feature could have been rounded by says nothing of the others.
#[test]
fn a_huge_constant_feature_takes_no_component_from_the_others() {
    for constant in [1e12, 1e200, -1e300] {
        let x = Mat::from_fn(3, 60, |i, j| {
            [1.0, 1e-6, 0.0][i] * ((i + 1) * j * j % 13) as f64 + [0.0, 0.0, constant][i]
        });
        let pca = Pca::fit(x.as_ref()).unwrap();
        assert_eq!(pca.out_features(), 2, "beside {constant}");
        let mut covariance = RunningCovariance::new(3).unwrap();
        covariance.partial_fit(x.as_ref()).unwrap();
        let running = Pca::from_covariance(&covariance, Components::All).unwrap();
        assert_eq!(running.out_features(), 2, "beside {constant}, by the covariance");
    }
}

/// Neighbouring numbers around 1e16.
#[test]
fn examples_that_differ_by_rounding_errors_have_no_components() {
    let x = Mat::from_fn(2, 40, |i, j| 1e16 + if (j + i) % 3 == 0 { 2.0 } else { 0.0 });
    let x = Mat::from_fn(3, 40, |i, j| x[(i.min(1), j)]);
    let expected = PreprocessError::OnlyRounding { examples: 40 };
    assert_eq!(Pca::fit(x.as_ref()).unwrap_err(), expected);
    let mut covariance = RunningCovariance::new(3).unwrap();
    covariance.partial_fit(x.as_ref()).unwrap();
    for components in [Components::All, Components::Count(1), Components::Share(0.5)] {
        assert_eq!(Pca::from_covariance(&covariance, components).unwrap_err(), expected);
    }
}

/// All but a direction is rounding noise, of which the decomposition leaves a trace in the axis.
#[test]
fn noise_is_turned_out_of_the_only_axis() {
    let zeros = [0.0; 3];
    let rows = [
        zeros,
        zeros,
        zeros,
        [-20.0, 35.0, -30.0],
        [-8_407.179_089_275_32, -8_407.399_089_275_319, -8_407.139_089_275_319],
        [28.0, -49.0, 42.0],
    ];
    let x = Mat::from_fn(6, 3, |i, j| rows[i][j]);
    let zca = Zca::fit(x.as_ref()).unwrap();
    assert_eq!(zca.pca().out_features(), 1);
    // The axis is along (-20, 0.08, 28) and its likes.
    let axis = zca.pca().components().subcols(0, 1).to_owned();
    let expected = mat![[0.0], [0.0], [0.0], [1.0], [-0.004], [-1.4]];
    let expected = (1.0 / (1.0_f64 + 0.004 * 0.004 + 1.4 * 1.4).sqrt()) * expected;
    let sign = axis[(3, 0)].signum();
    assert!(distance(&(sign * axis), &expected) < 1e-13);
}
