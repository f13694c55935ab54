//! R², RMSE and MAE of numbers of any size, beside exact arithmetic.

use densely_data::Dataset;
use densely_models::metrics::{OutputScores, RegressionScores};
use densely_models::{Evaluation, Mlp, Model};
use densely_tensor::{Mat, MatRef, Scalar};
use proptest::prelude::*;

fn scores<T: Scalar>(targets: &[T], predicted: &[T]) -> OutputScores {
    let row = |of| MatRef::from_row_major_slice(of, 1, targets.len());
    let scores = RegressionScores::new(row(targets), row(predicted)).unwrap();
    let output = scores.outputs().next().unwrap();
    let same = |a: f64, b: f64| a == b || a.is_nan() && b.is_nan();
    // Of one output, the scores are those of all.
    assert!(same(output.r2, scores.r2()) && same(output.rmse, scores.rmse()));
    assert!(same(output.mae, scores.mae()));
    output
}

/// There is nothing of which a share could be explained.
#[test]
fn one_example_has_no_r2() {
    let one = scores(&[3.0], &[2.5]);
    assert!(one.r2.is_nan() && (one.rmse, one.mae) == (0.5, 0.5));
    assert!(scores(&[3.0], &[3.0]).r2.is_nan());
}

#[test]
fn constant_targets_are_met_or_not() {
    // Ten tenths have no mean of a tenth.
    for constant in [0.1, -0.1, 1e200, 1e-200, f64::MAX, 5e-324, 0.0] {
        let targets = [constant; 10];
        assert_eq!(scores(&targets, &targets).r2, 1.0);
        let mut missed = targets;
        missed[3] = constant / 2.0 + 1e-10;
        assert_eq!(scores(&targets, &missed).r2, 0.0, "{constant:e}");
        missed[3] = f64::NAN;
        assert!(scores(&targets, &missed).r2.is_nan(), "{constant:e}");
        missed[3] = f64::INFINITY;
        assert_eq!(scores(&targets, &missed).r2, 0.0, "{constant:e}");
    }
    assert_eq!(scores(&[0.1_f32; 10], &[0.1; 10]).r2, 1.0);
    assert_eq!(scores(&[0.0, -0.0], &[0.0, 0.0]).r2, 1.0);
}

/// By the rule for features: what rounding leaves is no spread to compare errors with.
#[test]
fn targets_that_differ_by_rounding_are_constant() {
    let next = 0.1_f64.next_up();
    for targets in [[0.1, next, 0.1, next], [1.0 - 1e-14, 1.0 + 1e-14, 1.0, 1.0]] {
        assert_eq!(scores(&targets, &targets).r2, 1.0);
        for predicted in [[1.0; 4], [0.1; 4], [1.0, 1.0 + 2e-5, 1.0, 1.0], targets.map(|t| -t)] {
            assert_eq!(scores(&targets, &predicted).r2, 0.0, "{targets:?} {predicted:?}");
        }
    }
    // More than rounding leaves.
    let targets = [1.0, 1.0 + 4e-14, 1.0, 1.0 + 4e-14];
    assert!((scores(&targets, &[1.0; 4]).r2 + 1.0).abs() < 1e-12);
    let wholes = [1e15, 1e15 + 1.0, 1e15, 1e15 + 1.0];
    assert_eq!(scores(&wholes, &[1e15; 4]).r2, -1.0);
}

#[test]
fn what_is_not_finite_comes_out() {
    let targets = [1.0, 2.0, 3.0, 4.0];
    for (predicted, r2, rmse) in [
        ([1.0, f64::NAN, 3.0, 4.0], f64::NAN, f64::NAN),
        ([f64::NAN; 4], f64::NAN, f64::NAN),
        ([f64::INFINITY, f64::NAN, 0.0, 0.0], f64::NAN, f64::NAN),
        ([1.0, 2.0, f64::INFINITY, 4.0], f64::NEG_INFINITY, f64::INFINITY),
        ([1.0, 2.0, f64::NEG_INFINITY, 4.0], f64::NEG_INFINITY, f64::INFINITY),
    ] {
        let of = scores(&targets, &predicted);
        for (value, expected) in [(of.r2, r2), (of.rmse, rmse), (of.mae, rmse)] {
            assert!(
                value == expected || value.is_nan() && expected.is_nan(),
                "{predicted:?}: {of:?}"
            );
        }
    }
    for targets in [[f64::NAN, 1.0], [f64::INFINITY, 1.0], [f64::INFINITY; 2]] {
        assert!(scores(&targets, &targets).r2.is_nan());
    }
}

/// The scale of targets means nothing to R²: it is 1 − 1.5/5 in all of them, to the bit.
#[test]
fn targets_of_any_size_have_their_scores() {
    let (targets, predicted) = ([1.0, 2.0, 3.0, 4.0], [1.5, 2.0, 3.5, 3.0]);
    let expected = scores(&targets, &predicted);
    assert_eq!((expected.r2, expected.mae), (1.0 - 1.5 / 5.0, 0.5));
    for exponent in (-1073..=1021).chain([-1070, -1000, -700, 700, 1000]) {
        // 2^−1073 is no factor that halves survive; powers near the ends are made of two.
        let half = exponent / 2;
        let scaled = |x: f64| x * 2_f64.powi(half) * 2_f64.powi(exponent - half);
        let of = scores(&targets.map(scaled), &predicted.map(scaled));
        assert_eq!((of.r2, of.mae), (expected.r2, scaled(expected.mae)), "2^{exponent}");
        let error = (of.rmse - scaled(expected.rmse)).abs();
        assert!(error <= 5e-324, "2^{exponent}: {} {}", of.rmse, expected.rmse);
    }
    // 1e200 is not exact, nor are its multiples.
    for scale in [1e200, 1e-200, 1e300, 1e-300] {
        let of = scores(&targets.map(|t| t * scale), &predicted.map(|s| s * scale));
        assert!(
            (of.r2 - 0.7).abs() < 1e-15 && (of.rmse / scale / 0.375_f64.sqrt() - 1.0).abs() < 1e-15
        );
    }
}

/// A difference of numbers need not be one.
#[test]
fn errors_beyond_the_largest_number() {
    let max = f64::MAX;
    let of = scores(&[max, -max], &[-max, max]);
    assert_eq!((of.r2, of.rmse, of.mae), (-3.0, f64::INFINITY, f64::INFINITY));
    let of = scores(&[max, -max, -max, max], &[-max, -max, -max, max]);
    assert_eq!((of.r2, of.rmse, of.mae), (0.0, max, max / 2.0));
    // The mean of three is far from each.
    let of = scores(&[max, -max, -max], &[max, -max, -max]);
    assert_eq!((of.r2, of.rmse), (1.0, 0.0));
    // Small errors beside large targets, and the reverse.
    let near = (-1e300_f64).next_up();
    assert_eq!(scores(&[1e300, -1e300], &[1e300, near]).mae, (near + 1e300) / 2.0);
    assert_eq!(scores(&[1e-300, -1e-300], &[1e300, 0.0]).r2, f64::NEG_INFINITY);
}

/// Outputs in units of their own.
#[test]
fn outputs_of_different_sizes_are_summed_up() {
    let matrix = |rows: [[f64; 2]; 2]| Mat::from_fn(2, 2, |i, j| rows[i][j]);
    let of = |targets, predicted| {
        RegressionScores::new(matrix(targets).as_ref(), matrix(predicted).as_ref()).unwrap()
    };
    let tiny = of([[0.0, 0.0], [1e-200, 3e-200]], [[0.0, 0.0], [1e-200, 1e-200]]);
    // The other one is constant, and is told of apart.
    assert_eq!((tiny.r2(), tiny.rmse(), tiny.mae()), (-1.0, 1e-200, 5e-201));
    let constant: Vec<_> = tiny.outputs().map(|output| (output.constant, output.r2)).collect();
    assert_eq!(constant, [(true, 1.0), (false, -1.0)]);
    let both = of([[5.0, 5.0], [3.0, 3.0]], [[5.0, 5.0], [3.0, 4.0]]);
    assert_eq!(both.r2(), 0.5, "where none varies, all count");
    let unknown = of([[5.0, 5.0], [1.0, 3.0]], [[5.0, f64::NAN], [1.0, 3.0]]);
    assert!(unknown.r2().is_nan());
    let large = of([[0.0, 2e200], [0.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]);
    assert_eq!((large.r2(), large.rmse(), large.mae()), (-1.0, 1e200, 5e199));
    let far = of([[0.0, 1e-150], [0.0, 1e-150]], [[0.0, 1e4], [0.0, 1e4]]);
    assert_eq!(far.r2(), f64::NEG_INFINITY);
    let most = of([[0.0, 1e-150], [0.0, 1e-150]], [[0.0, 8e3], [0.0, 8e3]]);
    assert!((most.r2() / -1.28e308 - 1.0).abs() < 1e-14, "{}", most.r2());
}

/// Whole numbers and their sums of squares, exactly.
fn exact(targets: &[i32], predicted: &[i32]) -> (f64, f64, f64) {
    let n = targets.len() as i128;
    let wide = |of: &[i32]| of.iter().map(|&v| i128::from(v)).collect::<Vec<_>>();
    let (t, s) = (wide(targets), wide(predicted));
    let errors = || t.iter().zip(&s).map(|(t, s)| s - t);
    let squares: i128 = errors().map(|e| e * e).sum();
    let absolutes: i128 = errors().map(i128::abs).sum();
    // n Σ(t − t̄)²
    let total = n * t.iter().map(|t| t * t).sum::<i128>() - t.iter().sum::<i128>().pow(2);
    let r2 = match (total, squares) {
        _ if n == 1 => f64::NAN,
        (0, 0) => 1.0,
        (0, _) => 0.0,
        _ => (total - n * squares) as f64 / total as f64,
    };
    (r2, (squares as f64 / n as f64).sqrt(), absolutes as f64 / n as f64)
}

proptest! {
    /// Whole numbers, moved and scaled so that they stay exact: R² is that of exact arithmetic.
    #[test]
    fn exact_arithmetic_agrees(
        pairs in prop::collection::vec((-1000_i32..1000, -1000_i32..1000), 1..200),
        spread in prop::sample::select(vec![0, 1, 3, 1000]),
        shift in prop::sample::select(vec![0.0, 1.0, -1e6, 1e9, -1e12]),
        exponent in -1060_i32..960,
    ) {
        let (targets, predicted): (Vec<i32>, Vec<i32>) =
            pairs.into_iter().map(|(t, s)| (t.clamp(-spread, spread), s)).unzip();
        let (r2, rmse, mae) = exact(&targets, &predicted);
        let half = exponent / 2;
        let scaled = |x: f64| x * 2_f64.powi(half) * 2_f64.powi(exponent - half);
        let moved = |of: &[i32]| of.iter().map(|&v| scaled(f64::from(v) + shift)).collect::<Vec<_>>();
        let of = scores(&moved(&targets), &moved(&predicted));
        let close = |actual: f64, expected: f64| (actual - expected).abs() <= 2e-15 * expected.abs().max(1.0);
        prop_assert!(close(of.r2, r2) || (of.r2.is_nan() && r2.is_nan()), "{} {r2}", of.r2);
        let smallest = 2.0 * 5e-324;
        for (actual, expected) in [(of.rmse, scaled(rmse)), (of.mae, scaled(mae))] {
            prop_assert!((actual - expected).abs() <= 2e-15 * expected + smallest, "{actual:e} {expected:e}");
        }
    }
}

/// What a model is told of its own values is the same.
#[test]
fn an_evaluation_has_these_scores() {
    let model: Model<f64> = Mlp::regressor(1, 1).build().unwrap();
    let data = Dataset::regression(Mat::zeros(1, 10), Mat::from_fn(1, 10, |_, _| 0.1)).unwrap();
    let Evaluation::Regression { r2, rmse, mae, .. } = model.evaluate(&data).unwrap() else {
        panic!("these are values")
    };
    assert_eq!((r2, rmse, mae), (0.0, 0.1, 0.1));
}
