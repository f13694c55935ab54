use super::Binary;

/// `x = k ln 2 + r + r_low` with an integer `k` and `|r| ≤ ½ ln 2`.
pub(super) struct Reduced<F> {
    /// `k + SHIFT`.
    pub(super) shifted: F,
    pub(super) r: F,
    /// What rounding `r` lost.
    pub(super) r_low: F,
}

/// The reduction of Cody and Waite, for `x` within [`Binary::EXP_RANGE`].
///
/// `x − k · LN_2` is a multiple of half the last bit of `LN_2` and below ½, so it fits
/// the format: the fused multiply-add gives it exactly. Only the subtraction of
/// `k · LN_2_LOW` is rounded.
#[inline(always)]
pub(super) fn reduce<F: Binary>(x: F) -> Reduced<F> {
    let shifted = x.mul_add(F::LOG2_E, F::SHIFT);
    let minus_k = F::SHIFT - shifted;
    let high = minus_k.mul_add(F::LN_2, x);
    let r = minus_k.mul_add(F::LN_2_LOW, high);
    let r_low = minus_k.mul_add(F::LN_2_LOW, high - r);
    Reduced { shifted, r, r_low }
}

/// `eˣ = 2ᵏ eʳ` with `eʳ = 1 + (r + r² q(r))`.
///
/// Outside [`Binary::EXP_RANGE`] the result is that of the nearest end, which is 0
/// or +∞. The scaling by `2ᵏ` is done in two steps, so that only the last one leaves
/// the range of normal numbers, and rounds.
///
/// The error: half a unit for the last addition, up to a quarter for rounding `r` and
/// up to a quarter for rounding the parenthesis.
#[inline(always)]
pub(crate) fn exp<F: Binary>(x: F) -> F {
    let (least, most) = F::EXP_RANGE;
    let clamped = if x < least { least } else { x };
    let clamped = if clamped > most { most } else { clamped };
    let Reduced { shifted, r, .. } = reduce(clamped);
    let e_r = F::ONE + (r * r).mul_add(F::exp_polynomial(r), r);
    let (low, high) = F::halved_power_of_two(shifted);
    e_r * low * high
}
