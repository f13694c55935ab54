use densely_tensor::Real;

use crate::{Activation, Described, Options, Spec};

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

/// `2 √(2/π)`, and what rounding to `f32` took from it.
const SLOPE: [f64; 2] = [1.595_769_166_946_411_1, -4.534_068_042_105_272e-08];
/// The coefficient of `x³`, in the same two parts.
const CUBIC: [f64; 2] = [0.044_714_998_453_855_515, 1.546_144_485_473_632_9e-09];
/// Beyond ±40, `σ(2u)` is 0 or 1 in every format.
const TAIL: f64 = 40.0;

/// The constant, rounded to `R`, and what that took from it.
#[inline(always)]
fn parts<R: Real>(constant: [f64; 2]) -> [R; 2] {
    let [single, rest] = constant.map(R::from_f64);
    let rounded = single + rest;
    [rounded, rest - (rounded - single)]
}

/// `2u` and what rounding takes from it, which an exponential would multiply by `2u`; and `x²`.
#[inline(always)]
fn twice_u<R: Real>(x: R) -> [R; 3] {
    let ([slope, slope_low], [cubic, cubic_low]) = (parts::<R>(SLOPE), parts::<R>(CUBIC));
    let square = x * x;
    let square_low = x.mul_add(x, -square);
    let t = cubic * square;
    let t_low = cubic.mul_add(square, -t) + cubic.mul_add(square_low, cubic_low * square);
    let v = slope * x;
    let v_low = slope_low.mul_add(x, slope.mul_add(x, -v));
    // 1 + t, in any order of magnitude.
    let sum = R::ONE + t;
    let t_part = sum - R::ONE;
    let sum_low = (R::ONE - (sum - t_part)) + (t - t_part) + t_low;
    let product = v * sum;
    let low = v.mul_add(sum, -product) + v.mul_add(sum_low, v_low * sum);
    [product, low, square]
}

/// `x`, but not beyond `TAIL`.
#[inline(always)]
fn within_tails<R: Real>(x: R) -> R {
    x.max(R::from_f64(-TAIL)).min(R::from_f64(TAIL))
}

impl Described for GeluTanh {
    const SPEC: Spec = Spec::new("gelu-tanh", "GELU, approximated by a tanh");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl Activation for GeluTanh {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        let [twice_u, low, _] = twice_u(within_tails(x));
        let sigmoid = twice_u.sigmoid();
        let sigmoid = (sigmoid * (R::ONE - sigmoid)).mul_add(low, sigmoid);
        // The limit at −∞ is 0, and not −∞ · 0.
        x.max(R::from_f64(-TAIL)) * sigmoid
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        let x = within_tails(x);
        let [twice_u, low, square] = twice_u(x);
        // With E = e^(−|2u|), σ(−|2u|) = E / (1 + E), and σ (1 − σ) = E / (1 + E)².
        let e = (-twice_u.abs()).exp();
        let e = e.mul_add(if x < R::ZERO { low } else { -low }, e);
        let r = R::ONE / (R::ONE + e);
        let sigmoid = if x < R::ZERO { e * r } else { r };
        let slope = R::from_f64(SLOPE[0] + SLOPE[1])
            * R::from_f64(3.0 * (CUBIC[0] + CUBIC[1])).mul_add(square, R::ONE);
        (x * e * r * r).mul_add(slope, sigmoid)
    }
}
