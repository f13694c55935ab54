use densely_tensor::Mat;
use proptest::prelude::*;

use crate::{
    Activation, Elu, Gelu, GeluTanh, HardTanh, Identity, Layer, LeakyRelu, Relu, Relu6, Saturation,
    Selu, Sigmoid, Silu, Softplus, Tanh,
};

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
        check_derivative(&Gelu, x)?;
        check_derivative(&GeluTanh, x)?;
        check_derivative(&Silu, x)?;
        check_derivative(&Softplus, x)?;
    }

    /// Away from the kink by more than a step of the difference.
    #[test]
    fn derivatives_of_rectifiers(size in 1e-4_f64..20.0, negative: bool, slope in -1.0..1.0) {
        let x = if negative { -size } else { size };
        check_derivative(&Relu, x)?;
        check_derivative(&LeakyRelu::new(slope), x)?;
        check_derivative(&Elu::new(2.0 * slope), x)?;
        check_derivative(&Selu, x)?;
        // These have kinks elsewhere too.
        if (x.abs() - 1.0).abs() > 1e-4 {
            check_derivative(&HardTanh, x)?;
        }
        if (x - 6.0).abs() > 1e-4 {
            check_derivative(&Relu6, x)?;
        }
    }

    /// Where a derivative is small it is still right, relative to its size: σ and Φ against
    /// the first terms of their tails.
    #[test]
    fn derivatives_in_the_left_tail(x in -37.0..-20.0_f64) {
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-5 * b.abs();
        prop_assert!(close(Silu.df(x, Silu.f(x)), x.exp() * (1.0 + x)), "{x}");
        prop_assert!(close(Softplus.f(x), x.exp()) && close(Softplus.df(x, 0.0), x.exp()));
        let density = (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
        let series = 1.0 - x.powi(-2) + 3.0 * x.powi(-4);
        prop_assert!(close(Gelu.f(x), -density * series), "{x}");
        prop_assert!(close(Gelu.df(x, Gelu.f(x)), density * (x - series / x)), "{x}");
    }

    /// g is a subgradient of the convex f at 0 if f(x) ≥ f(0) + g x for every x.
    #[test]
    fn subgradients_at_the_kink(x in -5.0..5.0, slope in 0.0..1.0) {
        let leaky = LeakyRelu::new(slope);
        prop_assert!(Relu.f(x) >= Relu.df(0.0, 0.0) * x);
        prop_assert!(leaky.f(x) >= leaky.df(0.0, 0.0) * x - 1e-15);
        let elu = Elu::new(slope);
        prop_assert!(elu.f(x) >= elu.df(0.0, 0.0) * x - 1e-15);
        // A ceiling is concave: there the inequality is the other way round.
        prop_assert!(Relu6.f(x) >= Relu6.df(0.0, 0.0) * x);
        prop_assert!(Relu6.f(6.0 + x) <= 6.0 + Relu6.df(6.0, 6.0) * x);
        prop_assert!(HardTanh.f(-1.0 + x) >= -1.0 + HardTanh.df(-1.0, -1.0) * x);
        prop_assert!(HardTanh.f(1.0 + x) <= 1.0 + HardTanh.df(1.0, 1.0) * x);
    }

    #[test]
    fn formulas(x in -30.0..30.0) {
        prop_assert_eq!(Relu.f(x), f64::max(0.0, x));
        prop_assert_eq!(LeakyRelu::new(0.25).f(x), if x > 0.0 { x } else { 0.25 * x });
        let sigmoid = 1.0 / (1.0 + f64::exp(-x));
        prop_assert!((Sigmoid.f(x) - sigmoid).abs() <= 4.0 * f64::EPSILON * sigmoid);
        prop_assert!((Tanh.f(x) - f64::tanh(x)).abs() <= 4.0 * f64::EPSILON);
        prop_assert!((Tanh.f(x) - (2.0 * Sigmoid.f(2.0 * x) - 1.0)).abs() <= 8.0 * f64::EPSILON);
        prop_assert_eq!(HardTanh.f(x), x.clamp(-1.0, 1.0));
        prop_assert_eq!(Relu6.f(x), x.clamp(0.0, 6.0));
        let close = |a: f64, b: f64| (a - b).abs() <= 8.0 * f64::EPSILON * b.abs();
        let elu = |alpha: f64, x: f64| if x > 0.0 { x } else { alpha * x.exp_m1() };
        prop_assert!(close(Elu::new(0.7).f(x), elu(0.7, x)));
        // The constants solve the fixed-point equations of the paper to 16 digits.
        prop_assert!(close(Selu.f(x), 1.0507009873554805 * elu(1.6732632423543772, x)));
        prop_assert!(close(Silu.f(x), x * sigmoid));
        // For larger x, what is compared with loses digits itself.
        prop_assert!(x.abs() > 20.0 || close(Softplus.f(x), x.exp().ln_1p()));
        let u = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x);
        let gelu_tanh = 0.5 * x * (1.0 + u.tanh());
        prop_assert!((GeluTanh.f(x) - gelu_tanh).abs() <= 8.0 * f64::EPSILON * x.abs());
        prop_assert!((GeluTanh.f(x) - Gelu.f(x)).abs() < 5e-4);
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

/// `f` at ±∞ is its limit, and `f'` reaches its limits and stays there, in both formats,
/// without a NaN on the way. A NaN comes out.
fn check_extremes<A: Activation>(activation: &A, limits: [f64; 2], slopes: [f64; 2]) {
    for (sign, limit, slope) in [(-1.0, limits[0], slopes[0]), (1.0, limits[1], slopes[1])] {
        let infinity: f64 = sign * f64::INFINITY;
        assert_eq!(activation.f(infinity), limit, "{activation:?} at {infinity}");
        assert_eq!(activation.f(infinity as f32), limit as f32, "{activation:?} at {infinity}");
        for size in [1e3, 1e10, 1e38, 1e103, 1e160, 1e308, f64::INFINITY] {
            let x = sign * size;
            let y = activation.f(x);
            assert_eq!(activation.df(x, y), slope, "{activation:?}' at {x}");
            assert!(limit.is_infinite() || y == limit, "{activation:?} at {x}");
            let y = activation.f(x as f32);
            assert_eq!(activation.df(x as f32, y), slope as f32, "{activation:?}' at {x}");
        }
    }
    for nan in [f64::NAN, -f64::NAN] {
        assert!(activation.f(nan).is_nan(), "{activation:?} hides a NaN");
        assert!(activation.f(nan as f32).is_nan(), "{activation:?} hides a NaN");
    }
    // Between zero and the smallest numbers, `f'` has no jump but at a kink at 0.
    for tiny in [f64::from_bits(1), f64::MIN_POSITIVE, 1e-300, 1e-30] {
        for (x, next_to) in [(tiny, 1e-9), (-tiny, -1e-9)] {
            let df = |x: f64| activation.df(x, activation.f(x));
            assert!((df(x) - df(next_to)).abs() < 1e-8, "{activation:?}' at {x}");
            let (x, next_to) = (x as f32, next_to as f32);
            let df = |x: f32| activation.df(x, activation.f(x));
            assert!(x == 0.0 || (df(x) - df(next_to)).abs() < 1e-6, "{activation:?}' at {x}");
        }
    }
}

fn check_nan_in_the_derivative<A: Activation>(activation: &A) {
    assert!(activation.df(f64::NAN, f64::NAN).is_nan(), "{activation:?}' hides a NaN");
    assert!(activation.df(f32::NAN, f32::NAN).is_nan(), "{activation:?}' hides a NaN");
}

#[test]
fn infinities_saturate_and_nan_comes_out() {
    const INF: f64 = f64::INFINITY;
    const SELU: [f64; 2] = [Selu::LAMBDA, Selu::LAMBDA * Selu::ALPHA];
    check_extremes(&Identity, [-INF, INF], [1.0, 1.0]);
    check_extremes(&Relu, [0.0, INF], [0.0, 1.0]);
    check_extremes(&LeakyRelu::new(0.5), [-INF, INF], [0.5, 1.0]);
    check_extremes(&Tanh, [-1.0, 1.0], [0.0, 0.0]);
    check_extremes(&Sigmoid, [0.0, 1.0], [0.0, 0.0]);
    check_extremes(&Elu::new(0.5), [-0.5, INF], [0.0, 1.0]);
    check_extremes(&Selu, [-SELU[1], INF], [0.0, SELU[0]]);
    check_extremes(&Gelu, [0.0, INF], [0.0, 1.0]);
    check_extremes(&GeluTanh, [0.0, INF], [0.0, 1.0]);
    check_extremes(&Silu, [0.0, INF], [0.0, 1.0]);
    check_extremes(&Softplus, [0.0, INF], [0.0, 1.0]);
    check_extremes(&HardTanh, [-1.0, 1.0], [0.0, 0.0]);
    check_extremes(&Relu6, [0.0, 6.0], [0.0, 0.0]);
    check_nan_in_the_derivative(&Relu);
    check_nan_in_the_derivative(&LeakyRelu::default());
    check_nan_in_the_derivative(&Tanh);
    check_nan_in_the_derivative(&Sigmoid);
    check_nan_in_the_derivative(&Elu::default());
    check_nan_in_the_derivative(&Selu);
    check_nan_in_the_derivative(&Gelu);
    check_nan_in_the_derivative(&GeluTanh);
    check_nan_in_the_derivative(&Silu);
    check_nan_in_the_derivative(&Softplus);
    check_nan_in_the_derivative(&HardTanh);
    check_nan_in_the_derivative(&Relu6);
}

/// Both functions of SELU: mean 0 and variance 1 are mapped to mean 0 and variance 1.
#[test]
fn selu_keeps_mean_and_variance() {
    let (steps, width) = (200_000, 12.0);
    let (mut mean, mut variance) = (0.0, 0.0);
    for i in 0..steps {
        let x = width * (2.0 * (f64::from(i) + 0.5) / f64::from(steps) - 1.0);
        let weight =
            (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt() * 2.0 * width / f64::from(steps);
        let y = Selu.f(x);
        mean += weight * y;
        variance += weight * y * y;
    }
    assert!(mean.abs() < 1e-9 && (variance - 1.0).abs() < 1e-9, "{mean} {variance}");
}

#[test]
fn kinds_are_type_names() {
    let kinds: Vec<_> = [&Relu as &dyn Layer<f32>, &LeakyRelu::default(), &Tanh]
        .iter()
        .map(|layer| layer.kind().to_string())
        .collect();
    assert_eq!(kinds, ["relu", "leaky-relu", "tanh"]);
}

#[test]
fn saturation_is_told_from_the_derivative() {
    let saturation = |layer: &dyn Layer<f64>| layer.unit_saturation();
    for layer in [&Relu as &dyn Layer<f64>, &Relu6, &Elu::default(), &Selu, &Gelu, &Silu] {
        assert_eq!(saturation(layer), Saturation::OneSided, "{layer:?}");
    }
    for layer in [&Sigmoid as &dyn Layer<f64>, &Tanh, &HardTanh] {
        assert_eq!(saturation(layer), Saturation::TwoSided, "{layer:?}");
    }
    for layer in [&Identity as &dyn Layer<f64>, &LeakyRelu::default()] {
        assert_eq!(saturation(layer), Saturation::Never, "{layer:?}");
    }
}
