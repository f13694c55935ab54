//! Sizes in memory, before they are believed.

use faer::Mat;

use crate::{Scalar, ShapeError};

/// The bytes that a matrix takes: each column begins at a cache line, so that a matrix of one
/// row takes a line for each value.
#[must_use]
pub fn matrix_bytes<T>(rows: usize, columns: usize) -> u128 {
    let column = (rows as u128 * size_of::<T>() as u128).next_multiple_of(64);
    column.saturating_mul(columns as u128)
}

/// A matrix of zeros, if there is memory for it.
///
/// # Errors
/// [`ShapeError::Memory`], for `operation` and `what` it is.
///
/// ```
/// use densely_tensor::{Mat, try_zeros};
///
/// let product = "the products of all pairs of features";
/// assert_eq!(try_zeros::<f64>("covariance", product, 2, 2)?, Mat::<f64>::zeros(2, 2));
/// assert!(try_zeros::<f64>("covariance", product, 1 << 32, 1 << 32).is_err());
/// # Ok::<(), densely_tensor::ShapeError>(())
/// ```
pub fn try_zeros<T: Scalar>(
    operation: &'static str,
    what: &'static str,
    rows: usize,
    columns: usize,
) -> Result<Mat<T>, ShapeError> {
    let mut zeros = Mat::new();
    // Columns of nothing are counted one by one: no more of them than of a row.
    match zeros.try_reserve(rows.max(1), columns) {
        Ok(()) => {
            zeros.resize_with(rows, columns, |_, _| T::ZERO);
            Ok(zeros)
        }
        Err(_) => {
            Err(ShapeError::no_memory(operation, what, matrix_bytes::<T>(rows.max(1), columns)))
        }
    }
}

impl ShapeError {
    /// `Ok` if the system would give so many bytes at once, otherwise [`ShapeError::Memory`].
    ///
    /// Asked before many parts are allocated one by one: each of them may be granted where
    /// their sum is not there, which a system that promises more than it has tells too late.
    ///
    /// # Errors
    /// [`ShapeError::Memory`] with all three arguments.
    pub fn expect_memory(
        operation: &'static str,
        what: &'static str,
        bytes: u128,
    ) -> Result<(), Self> {
        let reserved = usize::try_from(bytes).is_ok_and(|bytes| {
            let mut block = Vec::<u8>::new();
            let reserved = block.try_reserve_exact(bytes).is_ok();
            // Memory that nobody looks at need not be asked for.
            std::hint::black_box(block.as_ptr());
            reserved
        });
        if reserved { Ok(()) } else { Err(Self::no_memory(operation, what, bytes)) }
    }

    fn no_memory(operation: &'static str, what: &'static str, bytes: u128) -> Self {
        Self::Memory { operation, what, bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_those_that_faer_takes() {
        for (rows, columns) in [(0, 0), (1, 1), (1, 7), (16, 3), (17, 3), (300, 20)] {
            let bytes = |stride: usize, size| (stride * columns * size) as u128;
            let single = Mat::<f32>::zeros(rows, columns).col_stride().unsigned_abs();
            let double = Mat::<f64>::zeros(rows, columns).col_stride().unsigned_abs();
            assert_eq!(matrix_bytes::<f32>(rows, columns), bytes(single, 4), "{rows}");
            assert_eq!(matrix_bytes::<f64>(rows, columns), bytes(double, 8), "{rows}");
        }
        assert_eq!(matrix_bytes::<f64>(usize::MAX, usize::MAX), u128::MAX);
    }

    #[test]
    fn what_no_memory_holds_is_an_error_that_says_how_much() {
        for (rows, columns) in
            [(usize::MAX, 1), (1, usize::MAX), (usize::MAX, 0), (0, usize::MAX), (1 << 31, 1 << 31)]
        {
            let error = try_zeros::<f32>("test", "a matrix", rows, columns).unwrap_err();
            assert!(matches!(error, ShapeError::Memory { .. }), "{error}");
        }
        let error = ShapeError::expect_memory("Mlp", "its weights", 1 << 70).unwrap_err();
        let expected = "Mlp: no memory for its weights, which would take 1.2e21 bytes";
        assert_eq!(error.to_string(), expected);
        assert_eq!(ShapeError::expect_memory("Mlp", "its weights", 0), Ok(()));
        let small = try_zeros::<f32>("test", "a matrix", 3, 5).unwrap();
        assert_eq!(small, Mat::<f32>::zeros(3, 5));
    }
}
