use densely_tensor::Real;

use crate::Activation;

/// The Gaussian error linear unit by its approximation with a tanh:
/// `f(x) = ½ x (1 + tanh u)` with `u = √(2/π) (x + 0.044715 x³)`.
///
/// Within 5e-4 of [`Gelu`](crate::Gelu). For weights that were trained with it, and
/// somewhat cheaper. Since `½ (1 + tanh u) = σ(2u)`, it is computed as `x σ(2u)`, which
/// keeps the digits of small values.
///
/// `f'(x) = σ(2u) + x σ(2u) (1 − σ(2u)) · 2 √(2/π) (1 + 3 · 0.044715 x²)`.
/// Range: `[−0.17, ∞)`. Saturates for `x → −∞`. Cost: an exponential and a division.
///
/// ```
/// # use densely_layers::{Activation, Gelu, GeluTanh};
/// assert_eq!([GeluTanh.f(-1e9), GeluTanh.f(0.0), GeluTanh.f(1e9)], [0.0, 0.0, 1e9]);
/// assert!((GeluTanh.f(1.0_f64) - Gelu.f(1.0)).abs() < 5e-4);
/// ```
///
/// D. Hendrycks and K. Gimpel, "Gaussian error linear units" (2016).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GeluTanh;

/// `2 √(2/π)`.
const SLOPE: f64 = 1.595_769_121_605_730_7;
/// The coefficient of `x³`.
const CUBIC: f64 = 0.044_715;
/// Beyond ±40, `σ(2u)` is 0 or 1 in every format.
const TAIL: f64 = 40.0;

impl Activation for GeluTanh {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        let twice_u = R::from_f64(SLOPE) * x * (R::from_f64(CUBIC) * x).mul_add(x, R::ONE);
        // The limit at −∞ is 0, and not −∞ · 0.
        x.max(R::from_f64(-TAIL)) * twice_u.sigmoid()
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        let x = x.max(R::from_f64(-TAIL)).min(R::from_f64(TAIL));
        let square = R::from_f64(CUBIC) * x * x;
        let twice_u = R::from_f64(SLOPE) * x * (R::ONE + square);
        // With E = e^(−|2u|), σ(−|2u|) = E / (1 + E), and σ (1 − σ) = E / (1 + E)².
        let e = (-twice_u.abs()).exp();
        let r = R::ONE / (R::ONE + e);
        let sigmoid = if x < R::ZERO { e * r } else { r };
        let slope = R::from_f64(SLOPE) * R::from_f64(3.0).mul_add(square, R::ONE);
        (x * e * r * r).mul_add(slope, sigmoid)
    }
}
