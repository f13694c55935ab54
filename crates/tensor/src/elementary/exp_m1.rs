use super::exp::{Reduced, reduce};
use super::{Binary, Unevaluated};

/// `eʳ − 1 = r + (r² q(r) + r_low (1 + r))` for a reduced argument, where `1 + r`
/// stands for `eʳ`, the derivative.
#[inline(always)]
pub(super) fn exp_m1_of_reduced<F: Binary>(reduced: &Reduced<F>) -> Unevaluated<F> {
    let &Reduced { r, r_low, .. } = reduced;
    let low = r_low.mul_add(r, r_low);
    Unevaluated::sum_of_ordered(r, (r * r).mul_add(F::exp_polynomial(r), low))
}

/// `½ (eˣ − 1)`, for `x` from `−SATURATION` to the upper end of
/// [`Binary::EXP_RANGE`].
///
/// With `h = 2^(k−1)` this is `(h − ½) + h (eʳ − 1)`. The first term is 0 or has the
/// larger magnitude, but the two may cancel to less than half of it; so the errors
/// of these steps are carried along. Half the value, because `2ᵏ` overflows a little before
/// `eˣ` does.
#[inline(always)]
pub(super) fn half_exp_m1<F: Binary>(x: F) -> Unevaluated<F> {
    let reduced = reduce(x);
    let p = exp_m1_of_reduced(&reduced);
    let h = F::power_of_two(reduced.shifted - F::ONE);
    let first = Unevaluated::sum(h, -F::HALF);
    Unevaluated::sum_of_ordered(first.high, h * p.high).plus_low(h.mul_add(p.low, first.low))
}

/// `eˣ − 1`, without the cancellation near 0.
///
/// Below `−SATURATION` the result is −1. Where `½ x² / x` is far below the last place,
/// the result is `x`: subnormal numbers and `−0` come through as they are.
///
/// The error: half a unit for the last addition, and up to 0.4 for rounding the smaller
/// part of `eʳ − 1`, where `k = 1` and terms cancel.
#[inline(always)]
pub(crate) fn exp_m1<F: Binary>(x: F) -> F {
    let (_, most) = F::EXP_RANGE;
    let clamped = if x < -F::SATURATION { -F::SATURATION } else { x };
    let clamped = if clamped > most { most } else { clamped };
    let half = half_exp_m1(clamped);
    let half = half.high + half.low;
    if x.abs() < F::EPSILON * F::EPSILON { x } else { half + half }
}
