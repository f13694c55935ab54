use super::exp_m1::half_exp_m1;
use super::{Binary, Unevaluated};

/// `tanh |x| = E / (E + 1)` with `E = ½ (e^(2|x|) − 1)`, and the sign of `x`.
///
/// `E` is known with its error, so only the quotient is rounded to the format. Beyond
/// `2|x| = SATURATION` the result is 1. The function is odd, bit for bit.
///
/// The error: half a unit for the quotient and up to 0.3 for what `E` still lacks.
#[inline(always)]
pub(crate) fn tanh<F: Binary>(x: F) -> F {
    let twice = x.abs() + x.abs();
    let twice = if twice > F::SATURATION { F::SATURATION } else { twice };
    let e = half_exp_m1(twice);
    let e_plus_1 = Unevaluated::sum(F::ONE, e.high).plus_low(e.low);
    e.divided_by(e_plus_1).copysign(x)
}
