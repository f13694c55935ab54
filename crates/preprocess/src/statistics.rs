//! What all statistics of features need: of the rows, for an example is a column.

use densely_tensor::{MatRef, Scalar, ShapeError, first_non_finite};

use crate::PreprocessError;

/// Whether there are features and examples, in contiguous columns.
pub(crate) fn check_shape<T: Scalar>(
    operation: &'static str,
    x: MatRef<'_, T>,
) -> Result<(), PreprocessError> {
    ShapeError::expect_some(operation, "features", x.nrows())?;
    ShapeError::expect_some(operation, "examples", x.ncols())?;
    if x.row_stride() != 1 && x.nrows() > 1 {
        return Err(ShapeError::NotColumnMajor { operation }.into());
    }
    Ok(())
}

/// Whether all values are finite.
pub(crate) fn check_finite<T: Scalar>(x: MatRef<'_, T>) -> Result<(), PreprocessError> {
    match first_non_finite(x) {
        None => Ok(()),
        Some((feature, example)) => {
            let value = x[(feature, example)].to_f64();
            Err(PreprocessError::NotFinite { feature, example, value })
        }
    }
}

/// The largest power of two that is not larger than `value`; 1 for 0, and infinity for
/// what is not finite.
pub(crate) fn power_of_two(value: f64) -> f64 {
    const EXPONENT: u64 = 0x7ff << 52;
    match value {
        0.0 => 1.0,
        _ if value.is_finite() => f64::from_bits(value.to_bits() & EXPONENT).max(f64::MIN_POSITIVE),
        _ => f64::INFINITY,
    }
}
