use faer::{Mat, MatMut, MatRef};

use crate::Scalar;

/// Memory for a matrix whose size changes from call to call: it grows when it has to
/// and is never given back, so a loop allocates in its first round only.
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
    memory: Mat<T>,
}

impl<T: Scalar> Buffer<T> {
    /// An empty buffer.
    #[must_use]
    pub fn new() -> Self {
        Self { memory: Mat::new() }
    }

    /// A matrix of this shape, holding anything.
    pub fn view_mut(&mut self, rows: usize, columns: usize) -> MatMut<'_, T> {
        if rows > self.memory.nrows() || columns > self.memory.ncols() {
            let rows = stride::<T>(rows).max(self.memory.nrows());
            let columns = columns.max(self.memory.ncols());
            self.memory = Mat::new(); // frees the old memory before the new is taken
            self.memory = Mat::zeros(rows, columns);
        }
        self.memory.as_mut().submatrix_mut(0, 0, rows, columns)
    }

    /// The matrix that [`view_mut`](Self::view_mut) gave last, if this is its shape.
    ///
    /// # Panics
    /// If the buffer is smaller than this shape.
    #[must_use]
    pub fn view(&self, rows: usize, columns: usize) -> MatRef<'_, T> {
        self.memory.as_ref().submatrix(0, 0, rows, columns)
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
    line * if lines > 1 { lines | 1 } else { lines }
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
        assert_eq!(stride::<f64>(0), 0);
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
}
