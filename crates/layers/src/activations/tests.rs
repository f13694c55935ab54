use densely_tensor::Mat;
use proptest::prelude::*;

use crate::{Activation, Identity, Layer, LeakyRelu, Relu, Sigmoid, Tanh};

/// The central difference of `f` at `x`, off by about 1e-10 for these functions.
fn difference(activation: &impl Activation, x: f64) -> f64 {
    let h = 1e-5;
    (activation.f(x + h) - activation.f(x - h)) / (2.0 * h)
}

fn check_derivative(activation: &impl Activation, x: f64) -> Result<(), TestCaseError> {
    let analytic = activation.df(x, activation.f(x));
    let numeric = difference(activation, x);
    prop_assert!((analytic - numeric).abs() < 1e-8, "{activation:?} at {x}: {analytic} {numeric}");
    Ok(())
}

proptest! {
    #[test]
    fn derivatives_of_smooth_activations(x in -20.0..20.0) {
        check_derivative(&Identity, x)?;
        check_derivative(&Tanh, x)?;
        check_derivative(&Sigmoid, x)?;
    }

    /// Away from the kink by more than a step of the difference.
    #[test]
    fn derivatives_of_rectifiers(size in 1e-4_f64..20.0, negative: bool, slope in -1.0..1.0) {
        let x = if negative { -size } else { size };
        check_derivative(&Relu, x)?;
        check_derivative(&LeakyRelu::new(slope), x)?;
    }

    /// g is a subgradient of the convex f at 0 if f(x) ≥ f(0) + g x for every x.
    #[test]
    fn subgradients_at_the_kink(x in -5.0..5.0, slope in 0.0..1.0) {
        let leaky = LeakyRelu::new(slope);
        prop_assert!(Relu.f(x) >= Relu.df(0.0, 0.0) * x);
        prop_assert!(leaky.f(x) >= leaky.df(0.0, 0.0) * x - 1e-15);
    }

    #[test]
    fn formulas(x in -30.0..30.0) {
        prop_assert_eq!(Relu.f(x), f64::max(0.0, x));
        prop_assert_eq!(LeakyRelu::new(0.25).f(x), if x > 0.0 { x } else { 0.25 * x });
        let sigmoid = 1.0 / (1.0 + f64::exp(-x));
        prop_assert!((Sigmoid.f(x) - sigmoid).abs() <= 4.0 * f64::EPSILON * sigmoid);
        prop_assert!((Tanh.f(x) - f64::tanh(x)).abs() <= 4.0 * f64::EPSILON);
        prop_assert!((Tanh.f(x) - (2.0 * Sigmoid.f(2.0 * x) - 1.0)).abs() <= 8.0 * f64::EPSILON);
    }

    /// As a layer, an activation is applied entry by entry, at any shape.
    #[test]
    fn a_layer_is_the_function_entry_by_entry(rows in 0_usize..40, n in 0_usize..9, seed in 0..99) {
        let value = |i: usize, j: usize| (i as f64 - 3.5) * 0.3 + j as f64 * f64::from(seed) * 0.01;
        let x = Mat::from_fn(rows, n, value);
        let dy = Mat::from_fn(rows, n, |i, j| value(j, i));
        let (mut y, mut dx) = (x.clone(), x.clone());
        let layer: &dyn Layer<f64> = &Sigmoid;
        prop_assert_eq!(layer.out_features(rows), Ok(rows));
        layer.forward(x.as_ref(), y.as_mut(), Mat::new().as_mut());
        prop_assert_eq!(&y, &Mat::from_fn(rows, n, |i, j| Sigmoid.f(x[(i, j)])));
        let mut tape = Mat::new();
        layer.backward_input(x.as_ref(), y.as_ref(), dy.as_ref(), dx.as_mut(), tape.as_mut());
        let expected = |i, j| dy[(i, j)] * Sigmoid.df(x[(i, j)], y[(i, j)]);
        prop_assert_eq!(&dx, &Mat::from_fn(rows, n, expected));
    }
}

fn check_extremes<A: Activation>(activation: &A, low: f64, high: f64) {
    for (x, expected) in [(f64::NEG_INFINITY, low), (f64::INFINITY, high)] {
        assert_eq!(activation.f(x), expected, "{activation:?} at {x}");
        assert_eq!(activation.f(x as f32), expected as f32, "{activation:?} at {x}");
    }
    assert!(activation.f(f64::NAN).is_nan(), "{activation:?} hides a NaN");
    assert!(activation.f(f32::NAN).is_nan(), "{activation:?} hides a NaN");
}

#[test]
fn infinities_saturate_and_nan_comes_out() {
    check_extremes(&Identity, f64::NEG_INFINITY, f64::INFINITY);
    check_extremes(&Relu, 0.0, f64::INFINITY);
    check_extremes(&LeakyRelu::new(0.5), f64::NEG_INFINITY, f64::INFINITY);
    check_extremes(&Tanh, -1.0, 1.0);
    check_extremes(&Sigmoid, 0.0, 1.0);
    assert!(Relu.df(f64::NAN, f64::NAN).is_nan());
    assert!(LeakyRelu::default().df(f64::NAN, f64::NAN).is_nan());
}

#[test]
fn kinds_are_type_names() {
    let kinds: Vec<&str> = [&Relu as &dyn Layer<f32>, &LeakyRelu::default(), &Tanh]
        .iter()
        .map(|layer| layer.kind())
        .collect();
    assert_eq!(kinds, ["Relu", "LeakyRelu", "Tanh"]);
}
