use super::exp::reduce;
use super::exp_m1::exp_m1_of_reduced;
use super::{Binary, Unevaluated};

/// `1 / (1 + e⁻ˣ)`: with `E = e^(−|x|)`, which cannot overflow, it is `1 / (1 + E)` for
/// `x ≥ 0` and `E / (1 + E)` for `x < 0`.
///
/// `E = 2ᵏ eʳ` is reduced as for `exp`. The denominator takes all of it; the numerator
/// takes `eʳ` alone, and `2ᵏ` scales the quotient. So a small result has all its digits,
/// and a subnormal one is rounded in the last step only.
///
/// The error: half a unit for the quotient and less than 0.1 for the rest; a subnormal
/// result is rounded once more by the scaling, by half a unit of those numbers at most.
#[inline(always)]
pub(crate) fn sigmoid<F: Binary>(x: F) -> F {
    let (least, _) = F::EXP_RANGE;
    let a = -x.abs();
    let a = if a < least { least } else { a };
    let reduced = reduce(a);
    let p = exp_m1_of_reduced(&reduced);
    let e_r = Unevaluated::sum_of_ordered(F::ONE, p.high).plus_low(p.low);
    let (low, high) = F::halved_power_of_two(reduced.shifted);
    let denominator =
        Unevaluated::sum_of_ordered(F::ONE, e_r.high * low * high).plus_low(e_r.low * low * high);

    let negative = x < F::ZERO;
    let numerator = Unevaluated {
        high: if negative { e_r.high } else { F::ONE },
        low: if negative { e_r.low } else { F::ZERO },
    };
    let quotient = numerator.divided_by(denominator);
    let scaled = quotient * low * high;
    if negative { scaled } else { quotient }
}
