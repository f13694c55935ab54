use super::exp::{Reduced, reduce};
use super::exp_m1::exp_m1_of_reduced;
use super::{Binary, Unevaluated};

/// `Φ(x)`, the probability that a standard normal variable is at most `x`: with
/// `t = |x|` it is `Φ(−t) = e^(−t²/2) P(q) / (1 + c t)` for `x ≤ 0` and `1 − Φ(−t)` for
/// `x > 0`.
///
/// `e^(t²/2) Φ(−t)` falls from ½ like `1 / (t √(2π))`. The factor `1 + c t` makes it
/// nearly constant, and `q = (t − a) / (t + a)` maps all `t` to `[−1, 1)`, where a
/// polynomial `P` is fitted. The idea is M. Shepherd and J. Laframboise's ("Chebyshev
/// approximation of (1 + 2x) exp(x²) erfc x in 0 ≤ x < ∞", 1981); here `c` is `√(2/π)`
/// but for its last bits, which makes `P` flat at `t = 0`, so that the rounding of `q`
/// hardly matters.
///
/// The square in the exponent is kept with its error, which `e` would multiply by the
/// square. As in [`sigmoid`](super::sigmoid()), `2ᵏ` scales the quotient last.
///
/// The error: half a unit for the quotient and up to 0.4 for `P`, `q` and `r`; a subnormal
/// result is rounded once more.
#[inline(always)]
pub(crate) fn normal_cdf<F: Binary>(x: F) -> F {
    let t = x.abs();
    let t = if t > F::CDF_RANGE { F::CDF_RANGE } else { t };

    let square = t * t;
    let square_low = t.mul_add(t, -square);
    let reduced = reduce(-F::HALF * square);
    let r = Unevaluated::sum(reduced.r, (-F::HALF).mul_add(square_low, reduced.r_low));
    let p = exp_m1_of_reduced(&Reduced { r: r.high, r_low: r.low, ..reduced });
    let e_r = Unevaluated::sum_of_ordered(F::ONE, p.high).plus_low(p.low);

    let (a, c) = (F::from_f64(5.5), F::from_f64(0.796_875));
    let q = Unevaluated::sum(t, -a).divided_by(Unevaluated::sum(t, a));
    let (center, center_low) = F::CDF_CENTER;
    let polynomial =
        Unevaluated::sum_of_ordered(center, q * F::cdf_polynomial(q)).plus_low(center_low);
    let high = c.mul_add(t, F::ONE);
    let denominator = Unevaluated { high, low: c.mul_add(t, F::ONE - high) };

    let quotient = e_r.times(polynomial).divided_by(denominator);
    let (low, high) = F::halved_power_of_two(reduced.shifted);
    let tail = quotient * low * high;
    if x > F::ZERO { F::ONE - tail } else { tail }
}
