use std::fmt::{Debug, Display};
use std::iter::Sum;
use std::ops::{AddAssign, DivAssign, MulAssign, SubAssign};

use faer::{MatMut, MatRef};

use crate::Real;
use crate::gemm::Products;

/// The element of a matrix: `f32` or `f64`, and no other type.
///
/// [`Real`] is arithmetic and elementary functions; `Scalar` adds what storage,
/// matrix products and reports need. It is sealed, so that it can grow.
pub trait Scalar:
    Real
    + faer::traits::RealField
    + Products
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
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
    /// Appends the value's bytes, least significant first.
    fn extend_le_bytes(self, bytes: &mut Vec<u8>);
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
            fn extend_le_bytes(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
            fn from_le_bytes(bytes: &[u8]) -> Option<Self> {
                bytes.first_chunk().map(|chunk| $float::from_le_bytes(*chunk))
            }
        }
    )* };
}
impl_scalar!(f32: |_| None, f64: Some);
