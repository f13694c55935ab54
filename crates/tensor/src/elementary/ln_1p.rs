use super::ln::ln_of_split;
use super::{Binary, Unevaluated};

/// `ln(1 + x)`, accurate near 0.
///
/// `1 + x = u + c` exactly, where `u` is rounded and `c` is its error. With `u = 2ᵏ m`
/// the mantissa is `m + 2⁻ᵏ c`, so `f = (m − 1) + 2⁻ᵏ c` is rounded to `f₁` and leaves
/// `f₂`; for `k = 0` it is `x` itself. Then
/// `ln(1 + f) ≈ ln(1 + f₁) + f₂ (1 − f₁)`, where `1 − f₁` stands for the derivative
/// `1 / (1 + f₁)`: `f₂` is below the last place, so a rough one will do.
///
/// The error is that of [`ln_of_split`] and another tenth of a unit.
#[inline(always)]
pub(crate) fn ln_1p<F: Binary>(x: F) -> F {
    let sum = Unevaluated::sum(F::ONE, x);
    let (k, m) = sum.high.split();
    // From 2^(2p) on, `c` no longer matters, and `2⁻ᵏ` may leave the normal numbers.
    let c = sum.low * F::power_of_two(F::SHIFT - k);
    let c = if sum.high * F::EPSILON * F::EPSILON < F::ONE { c } else { F::ZERO };
    let f = Unevaluated::sum_of_ordered(m - F::ONE, c);
    let y = ln_of_split(k, f.high, (-f.low).mul_add(f.high, f.low));

    let outside = if x == -F::ONE { -F::INFINITY } else { F::NAN };
    let y = if x > -F::ONE { y } else { outside };
    // +∞ and both zeros are their own logarithm here.
    if x == F::INFINITY || x == F::ZERO { x } else { y }
}
