use std::fmt::{Debug, Display};
use std::iter::Sum;

use faer::{MatMut, MatRef};
use num_traits::{Bounded, FloatConst, ToBytes};

use crate::Real;
use crate::gemm::Products;

/// The element of a matrix: `f32` or `f64`, and no other type.
///
/// [`Real`] is arithmetic and elementary functions; `Scalar` adds what storage,
/// matrix products and reports need. It is sealed, so that it can grow.
///
/// It stands on the traits of [num-traits](num_traits) that say the same (through faer's
/// [`RealField`](faer::traits::RealField) on [`NumAssign`](num_traits::NumAssign)), so that generic code of
/// others takes a `Scalar`. Both types have the rest, too, which says other things by the same names:
/// `T: Scalar + num_traits::Float` is a bound like any.
///
/// ```
/// use densely_tensor::Scalar;
///
/// /// Somebody's function, which knows nothing of this crate.
/// fn horner<N: num_traits::Num + Copy>(coefficients: &[N], x: N) -> N {
///     coefficients.iter().rev().fold(N::zero(), |sum, &c| sum * x + c)
/// }
/// fn cubic<T: Scalar>(x: T) -> T {
///     horner(&[T::ONE, T::ZERO, T::ZERO, T::ONE], x)
/// }
/// assert_eq!((cubic(2.0_f32), cubic(2.0_f64)), (9.0, 9.0));
/// ```
pub trait Scalar:
    Real
    + faer::traits::RealField
    + Products
    + Bounded
    + FloatConst
    + ToBytes
    + Sum
    + Default
    + Display
    + Debug
    + Send
    + Sync
    + 'static
{
    /// `"f32"` or `"f64"`.
    const NAME: &'static str;
    /// The distance from 1 to the next larger number.
    const EPSILON: Self;
    /// Positive infinity.
    const INFINITY: Self;
    /// The smallest positive normal number.
    const MIN_POSITIVE: Self;

    /// The value as `f64`, exactly.
    fn to_f64(self) -> f64;
    /// The same matrix, if its numbers are `f64` already.
    fn as_f64(x: MatRef<'_, Self>) -> Option<MatRef<'_, f64>>;
    /// The same matrix for change, if its numbers are `f64` already.
    fn as_f64_mut(x: MatMut<'_, Self>) -> Option<MatMut<'_, f64>>;
    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// Reads the value at the start of `bytes`, least significant byte first;
    /// `None` if there are too few.
    fn from_le_bytes(bytes: &[u8]) -> Option<Self>;
}

macro_rules! impl_scalar {
    ($($float:ident: $as_f64:expr),*) => { $(
        impl Scalar for $float {
            const NAME: &'static str = stringify!($float);
            const EPSILON: Self = $float::EPSILON;
            const INFINITY: Self = $float::INFINITY;
            const MIN_POSITIVE: Self = $float::MIN_POSITIVE;

            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            fn as_f64(x: MatRef<'_, Self>) -> Option<MatRef<'_, f64>> {
                $as_f64(x)
            }
            fn as_f64_mut(x: MatMut<'_, Self>) -> Option<MatMut<'_, f64>> {
                $as_f64(x)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $float::is_finite(self)
            }
            fn from_le_bytes(bytes: &[u8]) -> Option<Self> {
                bytes.first_chunk().map(|chunk| $float::from_le_bytes(*chunk))
            }
        }
    )* };
}
impl_scalar!(f32: |_| None, f64: Some);
