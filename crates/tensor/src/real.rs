use std::fmt::Debug;
use std::ops::{Div, Neg, Sub};

use num_traits::{ConstOne, ConstZero};

use crate::elementary;

/// A number that elementwise mathematics can be written for, once: `f32`, `f64`,
/// and types that carry more than a value, such as dual numbers.
///
/// An activation written against `Real` trains in `f32`, is checked in `f64`, and
/// is differentiated exactly by a dual number, from the same few lines.
///
/// Two rules for implementors, on which the rest relies:
/// comparison looks at the value alone (a dual number compares its real part),
/// and a NaN that goes into a function comes out of it.
///
/// For `f32` and `f64` the functions are this crate's own: branch-free, so that a
/// loop over them is vectorised, with the same bits on every instruction set. Their
/// error is below one unit in the last place over the whole range, subnormal numbers
/// included; infinities and `−0` map as in IEEE 754 (`eˣ − 1`, `ln(1 + x)` and `tanh`
/// keep the sign of zero).
///
/// Call them inside [`vectorize`](crate::kernels::vectorize). In code compiled for a baseline
/// without a fused multiply-add, as plain x86-64 is, each [`mul_add`](Self::mul_add)
/// is a call into the system's library: the same bits, but some 30 ns a function.
///
/// ```
/// use densely_tensor::Real;
///
/// fn gaussian<R: Real>(x: R) -> R {
///     (-(x * x)).exp()
/// }
/// assert_eq!(gaussian(0.0_f32), 1.0);
/// assert!((gaussian(1.0_f64) - 0.367_879_441_171_442_3).abs() < 1e-15);
/// ```
pub trait Real:
    Copy
    + Debug
    + PartialOrd
    + ConstZero
    + ConstOne
    + Sub<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// The constant `x`, rounded to this type.
    fn from_f64(x: f64) -> Self;

    /// `self · a + b`, rounded once where the type allows it.
    #[must_use]
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// `|x|`.
    #[must_use]
    fn abs(self) -> Self;
    /// `√x`.
    #[must_use]
    fn sqrt(self) -> Self;
    /// `eˣ`.
    #[must_use]
    fn exp(self) -> Self;
    /// `eˣ − 1`, accurate near 0.
    #[must_use]
    fn exp_m1(self) -> Self;
    /// The natural logarithm.
    #[must_use]
    fn ln(self) -> Self;
    /// `ln(1 + x)`, accurate near 0.
    #[must_use]
    fn ln_1p(self) -> Self;
    /// The hyperbolic tangent.
    #[must_use]
    fn tanh(self) -> Self;
    /// The logistic function `1 / (1 + e⁻ˣ)`, without overflow on either side.
    #[must_use]
    fn sigmoid(self) -> Self;
    /// The distribution function of the standard normal distribution,
    /// `Φ(x) = ½ (1 + erf(x/√2))`, whose derivative is `e^(−x²/2) / √(2π)`. Small values
    /// keep all their digits.
    #[must_use]
    fn normal_cdf(self) -> Self;

    /// The larger of the two; NaN if either is NaN.
    #[inline(always)]
    #[must_use]
    fn max(self, other: Self) -> Self {
        // `self` wins when `other` is not greater, so a NaN in `self` stays; the
        // second test lets a NaN in `other` through.
        let larger = if other > self { other } else { self };
        if other.is_nan() { other } else { larger }
    }

    /// The smaller of the two; NaN if either is NaN.
    #[inline(always)]
    #[must_use]
    fn min(self, other: Self) -> Self {
        let smaller = if other < self { other } else { self };
        if other.is_nan() { other } else { smaller }
    }

    /// Whether the value is not a number.
    #[inline(always)]
    #[must_use]
    #[allow(clippy::eq_op, reason = "NaN is the value that differs from itself")]
    fn is_nan(self) -> bool {
        self != self
    }
}

macro_rules! impl_real {
    ($($float:ident),*) => { $(
        impl Real for $float {
            #[inline(always)]
            #[allow(clippy::cast_possible_truncation, reason = "rounds, as documented")]
            fn from_f64(x: f64) -> Self {
                x as $float
            }
            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                $float::mul_add(self, a, b)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                $float::abs(self)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $float::sqrt(self)
            }
            #[inline(always)]
            fn exp(self) -> Self {
                elementary::exp(self)
            }
            #[inline(always)]
            fn exp_m1(self) -> Self {
                elementary::exp_m1(self)
            }
            #[inline(always)]
            fn ln(self) -> Self {
                elementary::ln(self)
            }
            #[inline(always)]
            fn ln_1p(self) -> Self {
                elementary::ln_1p(self)
            }
            #[inline(always)]
            fn tanh(self) -> Self {
                elementary::tanh(self)
            }
            #[inline(always)]
            fn sigmoid(self) -> Self {
                elementary::sigmoid(self)
            }
            #[inline(always)]
            fn normal_cdf(self) -> Self {
                elementary::normal_cdf(self)
            }
        }
    )* };
}
impl_real!(f32, f64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nan_on_either_side_comes_out_of_max_and_min() {
        for (a, b) in [(f64::NAN, 1.0), (1.0, f64::NAN), (f64::NAN, f64::NAN)] {
            assert!(Real::max(a, b).is_nan() && Real::min(a, b).is_nan(), "{a} {b}");
        }
        assert_eq!((Real::max(1.0, 2.0), Real::max(2.0, 1.0)), (2.0, 2.0));
        assert_eq!((Real::min(1.0, 2.0), Real::min(2.0, 1.0)), (1.0, 1.0));
    }
}
