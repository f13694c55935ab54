use faer::{Mat, MatMut, MatRef};

use crate::{Scalar, ShapeError, column, column_mut, try_zeros};

/// Memory for a matrix whose size changes from call to call: it grows to the largest that was
/// asked for and is never given back, so a loop allocates in its first round only.
///
/// Columns start on a cache line. Their distance is an odd number of cache lines: at a
/// power of two, all columns would compete for the same few sets of the cache.
///
/// ```
/// let mut buffer = densely_tensor::Buffer::<f32>::new();
/// assert_eq!(buffer.view_mut(3, 5).shape(), (3, 5));
/// assert_eq!(buffer.view_mut(2, 4).shape(), (2, 4));
/// ```
#[derive(Debug, Clone)]
pub struct Buffer<T> {
    /// A single column, which each matrix is laid out in anew.
    memory: Mat<T>,
}

impl<T: Scalar> Buffer<T> {
    /// An empty buffer.
    #[must_use]
    pub fn new() -> Self {
        Self { memory: Mat::zeros(0, 1) }
    }

    /// Takes the memory for a matrix of this shape, so that [`view_mut`](Self::view_mut) has it.
    ///
    /// # Errors
    /// [`ShapeError::Memory`], for `operation` and `what` it is, if there is not as much.
    pub fn reserve(
        &mut self,
        operation: &'static str,
        what: &'static str,
        rows: usize,
        columns: usize,
    ) -> Result<(), ShapeError> {
        let len = stride::<T>(rows).saturating_mul(columns);
        if len > self.memory.nrows() {
            self.memory = Mat::zeros(0, 1); // frees the old memory before the new is taken
            self.memory = try_zeros(operation, what, len, 1)?;
        }
        Ok(())
    }

    /// A matrix of this shape, holding anything.
    ///
    /// # Panics
    /// If there is no memory for it.
    pub fn view_mut(&mut self, rows: usize, columns: usize) -> MatMut<'_, T> {
        self.reserve("Buffer", "a matrix", rows, columns).unwrap_or_else(|error| panic!("{error}"));
        let memory = column_mut(self.memory.as_mut(), 0);
        let stride = stride::<T>(rows);
        MatMut::from_column_major_slice_with_stride_mut(memory, rows, columns, stride)
    }

    /// The matrix that [`view_mut`](Self::view_mut) gave last, if this is its shape.
    ///
    /// # Panics
    /// If the buffer is smaller than this shape.
    #[must_use]
    pub fn view(&self, rows: usize, columns: usize) -> MatRef<'_, T> {
        let memory = column(self.memory.as_ref(), 0);
        let stride = stride::<T>(rows);
        MatRef::from_column_major_slice_with_stride(memory, rows, columns, stride)
    }
}

impl<T: Scalar> Default for Buffer<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// `rows`, rounded up to whole cache lines, and to an odd number of them if there are
/// several.
pub(crate) fn stride<T>(rows: usize) -> usize {
    let line = 64 / size_of::<T>();
    let lines = rows.div_ceil(line);
    // Of more rows than can be counted, there is no memory for a column.
    line.saturating_mul(if lines > 1 { lines | 1 } else { lines })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_whole_odd_numbers_of_cache_lines_apart() {
        for rows in 1..3000 {
            let stride = stride::<f32>(rows);
            assert!(stride >= rows && stride < rows + 32 && stride.is_multiple_of(16));
            assert!(stride == 16 || (stride / 16) % 2 == 1);
            let mut buffer = Buffer::<f32>::new();
            assert_eq!(buffer.view_mut(rows, 3).col_stride().unsigned_abs(), stride);
        }
        assert_eq!((stride::<f64>(0), stride::<f64>(usize::MAX)), (0, usize::MAX));
    }

    #[test]
    fn memory_is_kept_and_grows_in_either_direction() {
        let mut buffer = Buffer::<f64>::new();
        buffer.view_mut(10, 3)[(9, 2)] = 7.0;
        let start = buffer.view(10, 3).as_ptr();
        assert_eq!(buffer.view_mut(4, 2).as_ptr(), start);
        assert_eq!(buffer.view(10, 3)[(9, 2)], 7.0);
        assert_eq!(buffer.view_mut(5, 100).shape(), (5, 100));
        assert_eq!(buffer.view_mut(10, 100).shape(), (10, 100));
    }

    /// Tall matrices and wide ones in turn take no more than the larger of them.
    #[test]
    fn no_more_memory_is_taken_than_was_asked_for() {
        let (mut buffer, many) = (Buffer::<f64>::new(), 100_000);
        for _ in 0..2 {
            assert_eq!(buffer.view_mut(many, 1).shape(), (many, 1));
            assert_eq!(buffer.view_mut(1, many).shape(), (1, many));
        }
        assert_eq!(buffer.memory.nrows(), 8 * many);
        for (rows, columns) in [(usize::MAX, 1), (1, usize::MAX), (usize::MAX, usize::MAX)] {
            let error = buffer.reserve("test", "a tape", rows, columns).unwrap_err();
            assert!(error.to_string().starts_with("test: no memory for a tape"), "{error}");
        }
        assert_eq!(buffer.view_mut(usize::MAX, 0).shape(), (usize::MAX, 0));
        assert_eq!(buffer.view_mut(2, 2).shape(), (2, 2));
    }
}
