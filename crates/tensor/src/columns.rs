use faer::{MatMut, MatRef};

use crate::kernels::{map, vectorize};
use crate::{Scalar, ShapeError};

/// Examples that lie one after the other in memory, `features` values each, as a matrix of one per column.
/// Nothing is copied: what takes a [`MatRef`], as predictions and training steps do, takes a slice or a `Vec` so.
///
/// ```
/// use densely_tensor::{columns_of, mat};
///
/// // Two rows of a table of three columns.
/// let rows = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
/// let x = columns_of(&rows, 3)?;
/// assert_eq!(x, mat![[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]);
/// assert_eq!(x.as_ptr(), rows.as_ptr());
/// # Ok::<(), densely_tensor::ShapeError>(())
/// ```
///
/// # Shapes
/// `values`: features · n; the result is features x n.
///
/// # Errors
/// If `features` is zero, or the last example is not whole.
pub fn columns_of<T>(values: &[T], features: usize) -> Result<MatRef<'_, T>, ShapeError> {
    ShapeError::expect_some("columns_of", "features", features)?;
    let n = values.len().div_ceil(features);
    ShapeError::expect("columns_of", "values", n.saturating_mul(features), values.len())?;
    Ok(MatRef::from_column_major_slice(values, features, n))
}

/// Column `j` of `x`, one example, as a slice.
///
/// # Panics
/// If `j` is out of range or the columns of `x` are not contiguous.
#[inline]
pub fn column<'a, T>(x: MatRef<'a, T>, j: usize) -> &'a [T] {
    match x.try_as_col_major() {
        Some(x) => x.col(j).as_slice(),
        None => not_contiguous(x.row_stride()),
    }
}

/// Column `j` of `x` as a mutable slice.
///
/// # Panics
/// If `j` is out of range or the columns of `x` are not contiguous.
#[inline]
pub fn column_mut<'a, T>(x: MatMut<'a, T>, j: usize) -> &'a mut [T] {
    let stride = x.row_stride();
    match x.try_as_col_major_mut() {
        Some(x) => x.col_mut(j).as_slice_mut(),
        None => not_contiguous(stride),
    }
}

// It does not return: loops over columns then know that all are as long as there are rows.
#[cold]
fn not_contiguous(row_stride: isize) -> ! {
    panic!("columns must be contiguous, but the row stride is {row_stride}")
}

/// Copies `from` into `to`.
///
/// # Panics
/// If the shapes differ or `to`'s columns are not contiguous.
pub fn copy<T: Scalar>(from: MatRef<'_, T>, mut to: MatMut<'_, T>) {
    assert_eq!(
        (from.nrows(), from.ncols()),
        (to.nrows(), to.ncols()),
        "copy: the shapes must agree"
    );
    to.copy_from(from);
}

/// `x[:, j] = b` for every column `j`: the bias of a layer, to which a product is added.
///
/// # Shapes
/// `b: m x 1`, `x: m x n`.
///
/// # Panics
/// If `b` has another shape, or columns are not contiguous.
pub fn fill_columns<T: Scalar>(mut x: MatMut<'_, T>, b: MatRef<'_, T>) {
    assert_eq!((b.nrows(), b.ncols()), (x.nrows(), 1), "fill_columns: shape of b");
    let b = column(b, 0);
    vectorize(
        #[inline(always)]
        || {
            for j in 0..x.ncols() {
                map(column_mut(x.as_mut(), j), [b], |[b]| b);
            }
        },
    );
}

/// Row and column of the first value, column by column, that is NaN or infinite.
#[must_use]
pub fn first_non_finite<T: Scalar>(x: MatRef<'_, T>) -> Option<(usize, usize)> {
    if x.nrows() == 0 {
        return None; // however many columns of nothing there are
    }
    (0..x.ncols()).find_map(|j| {
        // Whether there is any is a loop without an end in the middle, which is several values at a time.
        let is_finite = |of: &[T]| {
            vectorize(
                #[inline(always)]
                || of.iter().fold(true, |all, &value| all & Scalar::is_finite(value)),
            )
        };
        if x.row_stride() == 1 && is_finite(column(x, j)) {
            return None;
        }
        let row = (0..x.nrows()).find(|&i| !Scalar::is_finite(x[(i, j)]));
        row.map(|i| (i, j))
    })
}

#[cfg(test)]
mod tests {
    use faer::Mat;

    use super::*;

    #[test]
    fn bias_and_its_gradient() {
        for rows in 0..100 {
            let mut x = Mat::from_fn(rows, 3, |i, j| (10 * i + j) as f32);
            let mut b = Mat::from_fn(rows, 1, |_, _| f32::NAN);
            crate::kernels::sum_columns(x.as_ref(), b.as_mut());
            assert_eq!(b, Mat::from_fn(rows, 1, |i, _| (30 * i + 3) as f32));
            fill_columns(x.as_mut(), b.as_ref());
            assert_eq!(x, Mat::from_fn(rows, 3, |i, _| (30 * i + 3) as f32));
        }
    }

    #[test]
    fn the_first_non_finite_value_is_found_column_by_column() {
        let mut x = Mat::<f32>::zeros(3, 3);
        assert_eq!(first_non_finite(x.as_ref()), None);
        x[(0, 2)] = f32::NAN;
        x[(2, 1)] = f32::INFINITY;
        assert_eq!(first_non_finite(x.as_ref()), Some((2, 1)));
        let nothing = MatRef::<f32>::from_column_major_slice(&[], 0, usize::MAX);
        assert_eq!(first_non_finite(nothing), None);
    }

    #[test]
    fn slices_that_are_not_whole_examples_are_refused() {
        let count = |expected, actual| {
            let operation = "columns_of";
            Err(ShapeError::Count { operation, what: "values", expected, actual })
        };
        assert_eq!(columns_of(&[0.0; 7], 3), count(9, 7));
        assert_eq!(columns_of(&[0.0; 2], 3), count(3, 2));
        let none = ShapeError::Zero { operation: "columns_of", what: "features" };
        assert_eq!(columns_of(&[0.0; 7], 0), Err(none));
        assert_eq!(columns_of::<f32>(&[], 3).unwrap().shape(), (3, 0));
    }

    #[test]
    #[should_panic(expected = "row stride is 4")]
    fn a_transposed_view_has_no_column_slices() {
        let x = MatRef::from_column_major_slice(&[0.0; 16], 4, 4);
        column(x.transpose(), 0);
    }
}
