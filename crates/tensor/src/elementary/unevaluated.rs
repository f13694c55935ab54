use super::Binary;

/// The unevaluated sum `high + low`: a value with about twice the digits of `F`.
///
/// What a rounded operation loses is itself a number of the format, and a few more
/// operations find it (Dekker 1971, Knuth 1969; *Handbook of Floating-Point
/// Arithmetic*, 4.3 and 4.4). It is kept in `low` where it would cost accuracy.
#[derive(Clone, Copy)]
pub(super) struct Unevaluated<F> {
    pub(super) high: F,
    pub(super) low: F,
}

impl<F: Binary> Unevaluated<F> {
    /// `a + b` exactly, for `|a| ≥ |b|` or `a = 0` (Dekker's `Fast2Sum`).
    #[inline(always)]
    pub(super) fn sum_of_ordered(a: F, b: F) -> Self {
        let high = a + b;
        Self { high, low: b - (high - a) }
    }

    /// `a + b` exactly, in any order of magnitude (Knuth's `2Sum`).
    #[inline(always)]
    pub(super) fn sum(a: F, b: F) -> Self {
        let high = a + b;
        let b_part = high - a;
        let a_part = high - b_part;
        Self { high, low: (a - a_part) + (b - b_part) }
    }

    /// The same with `low` added to the low part.
    #[inline(always)]
    pub(super) fn plus_low(self, low: F) -> Self {
        Self { low: self.low + low, ..self }
    }

    /// `self · factor`, but for the product of the low parts.
    #[inline(always)]
    pub(super) fn times(self, factor: Self) -> Self {
        let high = self.high * factor.high;
        let error = self.high.mul_add(factor.high, -high);
        let low = self.low.mul_add(factor.high, self.high.mul_add(factor.low, error));
        Self { high, low }
    }

    /// `self / denominator`, rounded to `F`.
    ///
    /// With `q` the quotient of the high parts, the error left is
    /// `(self − q · denominator) / denominator`; the fused multiply-add gives
    /// `high − q · denominator.high` without an error of its own.
    #[inline(always)]
    pub(super) fn divided_by(self, denominator: Self) -> F {
        let reciprocal = F::ONE / denominator.high;
        let q = self.high * reciprocal;
        let remainder = (-q).mul_add(denominator.high, self.high);
        let remainder = (-q).mul_add(denominator.low, remainder + self.low);
        remainder.mul_add(reciprocal, q)
    }
}
