use super::Binary;

/// `k ln 2 + ln(1 + f) + low` for `√½ ≤ 1 + f < √2` and a `low` far below the rest.
///
/// With `s = f / (2 + f)` and `z = s²`, `ln(1 + f) = ln((1 + s) / (1 − s)) =
/// 2 s + s z P(z)`. Since `2 s = f − s f = f − ½ f² + ½ s f²`, this equals
/// `f − ½ f² + s (½ f² + z P(z))`: the leading term `f` has no error, and the quotient
/// `s` enters in a small term only. fdlibm (Sun Microsystems, 1993) arranges it in
/// this way.
///
/// `k · LN_2 + f` is kept with its error, as in the reduction of `exp`.
///
/// The error: half a unit for the last addition and up to 0.4 for the terms before it,
/// where `k = −1` and half of the value cancels.
#[inline(always)]
pub(super) fn ln_of_split<F: Binary>(k: F, f: F, low: F) -> F {
    let s = f / (F::ONE + F::ONE + f);
    let z = s * s;
    let half_f = F::HALF * f;
    let parenthesis = half_f.mul_add(f, z * F::ln_polynomial(z));

    let high = k.mul_add(F::LN_2, f);
    let high_error = k.mul_add(F::LN_2, -high) + f;
    let low = k.mul_add(F::LN_2_LOW, high_error + low);
    let low = (-half_f).mul_add(f, s.mul_add(parenthesis, low));
    high + low
}

/// `ln x = k ln 2 + ln m` for `x = 2ᵏ m` with `√½ ≤ m < √2`.
///
/// A subnormal `x` is first scaled by `2ᵖ` into the normal numbers. The error is that
/// of [`ln_of_split`].
#[inline(always)]
pub(crate) fn ln<F: Binary>(x: F) -> F {
    let subnormal = x < F::MIN_POSITIVE;
    let scaled = x * ((F::ONE + F::ONE) / F::EPSILON);
    let (k, m) = (if subnormal { scaled } else { x }).split();
    let k = if subnormal { k - F::DIGITS } else { k };
    let y = ln_of_split(k, m - F::ONE, F::ZERO);

    let outside = if x == F::ZERO { -F::INFINITY } else { F::NAN };
    let y = if x > F::ZERO { y } else { outside };
    if x == F::INFINITY { x } else { y }
}
