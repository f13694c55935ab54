//! NumPy's arrays as matrices, and back. A row-major array of rows x features *is* features x n.

use densely::tensor::{Mat, MatRef, Scalar, column};
use numpy::{
    Element, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2,
    PyUntypedArrayMethods,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

/// Rows x features in C order, of either type.
pub(crate) enum Rows<'py> {
    F32(PyReadonlyArray2<'py, f32>),
    F64(PyReadonlyArray2<'py, f64>),
}

impl<'py> FromPyObject<'_, 'py> for Rows<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(array) = object.cast::<PyArray2<f64>>() {
            return Ok(Self::F64(array.try_readonly()?));
        }
        if let Ok(array) = object.cast::<PyArray2<f32>>() {
            return Ok(Self::F32(array.try_readonly()?));
        }
        Err(PyTypeError::new_err("expected a two-dimensional array of float32 or float64"))
    }
}

/// Runs the same for either type of numbers: `$x` is the matrix, features x n.
macro_rules! each {
    ($rows:expr, $x:ident => $body:expr) => {
        match $rows {
            $crate::arrays::Rows::F32(array) => {
                let $x = $crate::arrays::matrix(array)?;
                $body
            }
            $crate::arrays::Rows::F64(array) => {
                let $x = $crate::arrays::matrix(array)?;
                $body
            }
        }
    };
}
pub(crate) use each;

/// An array as it lies in memory, with an example in each column.
pub(crate) fn matrix<'a, T: Element>(
    array: &'a PyReadonlyArray2<'_, T>,
) -> PyResult<MatRef<'a, T>> {
    let (rows, features) = (array.shape()[0], array.shape()[1]);
    let is_aligned = (array.data() as usize).is_multiple_of(align_of::<T>());
    let values = array.as_slice().ok().filter(|_| array.is_c_contiguous() && is_aligned);
    let values =
        values.ok_or_else(|| PyValueError::new_err("expected an aligned array in C order"))?;
    Ok(MatRef::from_column_major_slice(values, features, rows))
}

/// The numbers of a vector.
pub(crate) fn vector<T: Element + Copy>(array: &PyReadonlyArray1<'_, T>) -> Vec<T> {
    array.as_array().iter().copied().collect()
}

/// The columns of a matrix as the rows of an array.
pub(crate) fn rows<'py, T: Scalar + Element>(
    py: Python<'py>,
    x: MatRef<'_, T>,
) -> PyResult<Bound<'py, PyArray2<T>>> {
    let mut values = Vec::with_capacity(x.nrows() * x.ncols());
    (0..x.ncols()).for_each(|j| values.extend_from_slice(column(x, j)));
    PyArray1::from_vec(py, values).reshape([x.ncols(), x.nrows()])
}

/// A matrix as an array of the same shape.
pub(crate) fn array<'py, T: Scalar + Element>(
    py: Python<'py>,
    x: MatRef<'_, T>,
) -> PyResult<Bound<'py, PyArray2<T>>> {
    rows(py, x.transpose().to_owned().as_ref())
}

/// An array as a matrix of the same shape.
pub(crate) fn owned<T: Scalar + Element>(array: &PyReadonlyArray2<'_, T>) -> Mat<T> {
    let array = array.as_array();
    Mat::from_fn(array.nrows(), array.ncols(), |i, j| array[(i, j)])
}
