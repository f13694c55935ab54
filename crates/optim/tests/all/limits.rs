//! Clipping and the max-norm constraint.

use crate::common::{self, gradient, layer, set_gradients};
use densely_layers::{Layer, Linear, Sequential};
use densely_optim::{OptimError, Optimizer, Sgd};
use densely_tensor::{Mat, Scalar, Threads};
use proptest::prelude::*;

/// Two layers whose gradients are set: all of their parameters make the norm.
fn network<T: Scalar>(scale: f64) -> Sequential<T> {
    let mut network = Sequential::new(7).unwrap();
    for shape in [(5, 7), (3, 5)] {
        network.push(layer::<T>(shape.0, shape.1)).unwrap();
    }
    set_gradients(&mut network, |i, j| scale * gradient(1, i, j));
    network
}

fn gradients<T: Scalar>(network: &dyn Layer<T>) -> Vec<f64> {
    let mut gradients = Vec::new();
    network.visit_params(&mut |param| {
        for j in 0..param.grad.ncols() {
            gradients.extend((0..param.grad.nrows()).map(|i| param.grad[(i, j)].to_f64()));
        }
    });
    gradients
}

/// Scaled by the largest, so that it never overflows.
fn norm(values: &[f64]) -> f64 {
    let largest = values.iter().fold(0.0, |max, value| f64::max(max, value.abs()));
    values.iter().map(|value| (value / largest).powi(2)).sum::<f64>().sqrt() * largest
}

proptest! {
    #[test]
    fn a_gradient_beyond_the_limit_is_shortened_and_keeps_its_direction(
        scale in prop_oneof![1e-3..1e3, Just(1e-200), Just(1e200), Just(1e306)], limit in 0.01..100.0,
    ) {
        let (before, mut clipped) = (network::<f64>(scale), network::<f64>(scale));
        Sgd::new(1e-9).clip_norm(limit).step(&mut clipped, &Threads::single()).unwrap();
        let (before, after) = (gradients(&before), gradients(&clipped));
        let factor = (limit / norm(&before)).min(1.0);
        for (before, after) in before.iter().zip(&after) {
            prop_assert!((after - before * factor).abs() <= 1e-14 * (before * factor).abs());
        }
        if factor == 1.0 {
            prop_assert_eq!(before, after);
        }
    }

    #[test]
    fn entries_are_cut_off_at_the_limit(scale in 0.1..10.0, limit in 0.01..10.0) {
        let (before, mut clipped) = (network::<f64>(scale), network::<f64>(scale));
        Sgd::new(1e-9).clip_value(limit).step(&mut clipped, &Threads::single()).unwrap();
        let expected: Vec<f64> =
            gradients(&before).into_iter().map(|g| g.clamp(-limit, limit)).collect();
        prop_assert_eq!(gradients(&clipped), expected);
    }

    #[test]
    fn no_unit_has_a_norm_above_the_limit(
        rows in 1_usize..150, columns in 1_usize..20, limit in 0.1..5.0,
    ) {
        let start = layer::<f64>(rows, columns);
        let mut limited = layer::<f64>(rows, columns);
        Sgd::new(1.0).max_norm(limit).step(&mut limited, &Threads::single()).unwrap();
        prop_assert_eq!(&limited.bias().value, &start.bias().value);
        for i in 0..rows {
            let row: Vec<f64> = (0..columns).map(|j| start.weight().value[(i, j)]).collect();
            let factor = (limit / norm(&row)).min(1.0);
            for (j, w) in row.into_iter().enumerate() {
                let actual = limited.weight().value[(i, j)];
                prop_assert!((actual - w * factor).abs() <= 1e-14 * w.abs(), "{actual} {w} {factor}");
                prop_assert!(factor < 1.0 || actual == w);
            }
        }
    }
}

#[test]
fn the_norm_of_f32_gradients_does_not_overflow() {
    let mut clipped = network::<f32>(1e38);
    Sgd::new(1e-9).clip_norm(2.0).step(&mut clipped, &Threads::single()).unwrap();
    assert!((norm(&gradients(&clipped)) - 2.0).abs() < 1e-6);
}

/// The gradients of two weights, after they were clipped.
fn clipped<T: Scalar>(gradient: [f64; 2], limit: f64) -> [f64; 2] {
    let mut layer = Linear::from_parts(Mat::zeros(1, 2), Mat::<T>::zeros(1, 1)).unwrap();
    layer.visit_params_mut(&mut |param| {
        let (decay, shape) = (param.decay, param.grad.shape());
        let entry = |j: usize| if decay { T::from_f64(gradient[j]) } else { T::ZERO };
        param.grad = Mat::from_fn(shape.0, shape.1, |_, j| entry(j));
    });
    Sgd::new(1e-9).clip_norm(limit).step(&mut layer, &Threads::single()).unwrap();
    let left = gradients(&layer);
    [left[0], left[1]]
}

/// The same as the weights of one unit.
fn limited<T: Scalar>(weights: [f64; 2], limit: f64) -> [f64; 2] {
    let row = Mat::from_fn(1, 2, |_, j| T::from_f64(weights[j]));
    let mut layer = Linear::from_parts(row, Mat::zeros(1, 1)).unwrap();
    Sgd::new(1.0).max_norm(limit).step(&mut layer, &Threads::single()).unwrap();
    let w = &layer.weight().value;
    [w[(0, 0)].to_f64(), w[(0, 1)].to_f64()]
}

#[test]
fn limits_are_right_where_squares_or_factors_leave_the_range() {
    let close = |got: [f64; 2], expected: [f64; 2], epsilon: f64| {
        let right = |(got, expected): (f64, f64)| (got - expected).abs() <= epsilon * expected;
        assert!(got.into_iter().zip(expected).all(right), "{got:?}, not {expected:?}");
    };
    let half = 0.5_f64.sqrt();
    let epsilon = f64::from(4.0 * f32::EPSILON);
    // The factor is 7e-51, which `f32` does not have.
    for (size, limit) in [(1e30, 1e-20), (1e38, 1e-30), (1e-38, 1e-40)] {
        let epsilon = if limit < 1e-38 { 1e-4 } else { epsilon };
        close(clipped::<f32>([size; 2], limit), [half * limit; 2], epsilon);
        close(limited::<f32>([size; 2], limit), [half * limit; 2], epsilon);
    }
    for size in [1e-307, 1e-200, 1e-150, 1.0, 1e150, 1e200, 4e307] {
        for limit in [1e-307, 3e-200, 1e-130, 0.5, 1e100, 1e307] {
            let (before, norm) = ([3.0 * size, 4.0 * size], 5.0 * size);
            let after = if norm > limit { [0.6 * limit, 0.8 * limit] } else { before };
            close(clipped::<f64>(before, limit), after, 2e-15);
            close(limited::<f64>(before, limit), after, 2e-15);
        }
    }
    // A norm beyond the largest number, of numbers that are not.
    close(clipped::<f64>([f64::MAX; 2], 1e-300), [half * 1e-300; 2], 2e-15);
    close(limited::<f64>([f64::MAX; 2], 2.0), [2.0 * half; 2], 2e-15);
}

#[test]
fn a_gradient_that_is_not_finite_is_an_error_and_changes_nothing() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut diverged = network::<f64>(1.0);
        diverged.visit_params_mut(&mut |param| param.grad[(0, 0)] = bad);
        let error = Sgd::new(0.1).clip_norm(1.0).step(&mut diverged, &Threads::single());
        let error = error.unwrap_err();
        assert!(matches!(error, OptimError::NotFinite { .. }), "{error}");
        assert!(error.to_string().starts_with("the norm of the gradient is "), "{error}");
        diverged.visit_params(&mut |param| {
            let fresh = layer::<f64>(param.value.nrows(), param.value.ncols());
            let expected = if param.decay { fresh.weight() } else { fresh.bias() };
            assert_eq!(param.value, expected.value);
        });
    }
}

/// A NaN is not hidden by a limit: it is for the loss to be noticed.
#[test]
fn a_nan_passes_the_limits() {
    let mut limited = layer::<f64>(2, 2);
    set_gradients(&mut limited, |i, _| if i == 0 { f64::NAN } else { 0.0 });
    Sgd::new(0.1).clip_value(1.0).max_norm(0.5).step(&mut limited, &Threads::single()).unwrap();
    assert!(limited.weight().value[(0, 0)].is_nan());
    assert!(limited.weight().value[(1, 0)].is_finite());
}

/// The rows of a large matrix are shared among threads, the columns of its gradient too.
#[test]
fn threads_do_not_change_the_bits_of_limits() {
    let run = |threads: usize| {
        let limited = Sgd::new(0.1).momentum(0.9).clip_norm(3.0).max_norm(4.0);
        let trained =
            common::trained::<f32>((400, 300), limited, 3, &Threads::new(threads).unwrap());
        (trained.weight().value.clone(), trained.bias().value.clone())
    };
    assert_eq!(run(1), run(2));
    assert_eq!(run(1), run(3));
}

#[test]
fn limits_out_of_range_change_nothing() {
    fn check(mut optimizer: impl Optimizer<f64>) {
        let mut layer = network::<f64>(100.0);
        let error = optimizer.step(&mut layer, &Threads::single()).unwrap_err();
        assert!(matches!(error, OptimError::Option { .. }), "{error}");
        assert_eq!(gradients(&layer), gradients(&network::<f64>(100.0)));
    }
    for limit in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        check(Sgd::new(0.1).clip_norm(limit));
        check(Sgd::new(0.1).clip_value(limit));
        check(Sgd::new(0.1).max_norm(limit));
    }
}

#[test]
fn the_learning_rate_is_that_of_the_optimizer_inside() {
    let mut limited = Sgd::<f64>::new(0.1).clip_norm(1.0).clip_value(1.0).max_norm(1.0);
    limited.set_learning_rate(0.5);
    assert_eq!(limited.learning_rate(), 0.5);
    let start = Mat::from_fn(1, 1, |_, _| 0.0);
    let mut layer = Linear::from_parts(start.clone(), start).unwrap();
    set_gradients(&mut layer, |_, _| 0.5);
    limited.step(&mut layer, &Threads::single()).unwrap();
    assert_eq!(layer.weight().value[(0, 0)], -0.25);
}
