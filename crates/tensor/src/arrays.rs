use faer::MatRef;
use ndarray::ArrayView2;

use crate::{ShapeError, columns_of};

/// The rows of an array as the columns of a matrix, one example each. Nothing is copied.
///
/// ```
/// use densely_tensor::{columns_of_array, mat};
///
/// let array = ndarray::arr2(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// let x = columns_of_array(array.view())?;
/// assert_eq!(x, mat![[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]);
/// assert_eq!(x.as_ptr(), array.as_ptr());
/// # Ok::<(), densely_tensor::ShapeError>(())
/// ```
///
/// # Shapes
/// `array`: n x features; the result is features x n.
///
/// # Errors
/// If it has no columns, or is not in the standard layout, in which rows lie one after the other
/// (`as_standard_layout` copies it there).
#[allow(clippy::needless_pass_by_value, reason = "a view is a reference already")]
pub fn columns_of_array<T>(array: ArrayView2<'_, T>) -> Result<MatRef<'_, T>, ShapeError> {
    let operation = "columns_of_array";
    ShapeError::expect_some(operation, "features", array.ncols())?;
    let values = array.to_slice().ok_or(ShapeError::NotColumnMajor { operation })?;
    columns_of(values, array.ncols())
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Axis, Slice};

    use super::*;

    #[test]
    fn other_layouts_are_refused() {
        let array = Array2::<f32>::zeros((4, 3));
        let operation = "columns_of_array";
        let cut = |axis, range| array.slice_axis(Axis(axis), range);
        for view in [array.t(), cut(1, Slice::from(..2)), cut(0, Slice::from(..).step_by(2))] {
            assert_eq!(columns_of_array(view), Err(ShapeError::NotColumnMajor { operation }));
        }
        let none = ShapeError::Zero { operation, what: "features" };
        assert_eq!(columns_of_array(cut(1, Slice::from(..0))), Err(none));
        assert_eq!(columns_of_array(cut(0, Slice::from(1..3))).unwrap().ncols(), 2);
    }
}
