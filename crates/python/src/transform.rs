use densely::layers::Kind;
use densely::preprocess::{FittedTransform, Learned, Transform as _, TransformKinds};
use densely::tensor::Threads;
use numpy::{PyArray1, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::arrays::{self, Rows, each};
use crate::failure::Failure;
use crate::work::detached;

/// A transformation that has been fitted. It never changes.
#[pyclass(module = "densely._densely", frozen)]
#[derive(Debug)]
pub(crate) struct Transform {
    fitted: FittedTransform,
}

#[pymethods]
impl Transform {
    /// Fits one of a kind, as `"pca(0.95)"`, to rows x features, and transforms them.
    #[staticmethod]
    fn fit<'py>(
        py: Python<'py>,
        kind: &str,
        x: Rows<'py>,
        threads: usize,
    ) -> PyResult<(Self, Bound<'py, PyAny>)> {
        each!(&x, x => {
            let (fitted, y) = detached(py, || {
                let (known, kind) = (TransformKinds::new(), kind.parse::<Kind>()?);
                Ok(known.get(kind)?.fit_transform(x, &Threads::new(threads)?)?)
            })?;
            Ok((Self { fitted }, arrays::rows(py, y.as_ref())?.into_any()))
        })
    }

    /// Rows as they become.
    fn transform<'py>(
        &self,
        py: Python<'py>,
        x: Rows<'py>,
        threads: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        each!(&x, x => {
            let y = detached(py, || Ok(self.fitted.transform_on(x, &Threads::new(threads)?)?))?;
            Ok(arrays::rows(py, y.as_ref())?.into_any())
        })
    }

    /// Rows as they were before.
    fn inverse_transform<'py>(
        &self,
        py: Python<'py>,
        y: Rows<'py>,
        threads: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        each!(&y, y => {
            let x = detached(py, || Ok(self.fitted.inverse_transform_on(y, &Threads::new(threads)?)?))?;
            Ok(arrays::rows(py, x.as_ref())?.into_any())
        })
    }

    /// What was learnt, by its names.
    #[getter]
    fn learned<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (name, shape, values) in self.fitted.learned().iter() {
            dict.set_item(name, PyArray1::from_slice(py, values).reshape(shape)?)?;
        }
        Ok(dict)
    }

    /// Its kind, with its options.
    #[getter]
    fn kind(&self) -> String {
        self.fitted.kind().to_string()
    }

    /// The number of features that come out.
    #[getter]
    fn features_out(&self) -> usize {
        self.fitted.out_features()
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Stored<'py>)> {
        let (py, this) = (slf.py(), slf.get());
        let again = slf.get_type().getattr("restored")?;
        Ok((again, (this.kind(), this.fitted.in_features(), this.learned(py)?)))
    }

    /// What `pickle` makes a transformation of.
    #[staticmethod]
    fn restored(kind: &str, features: usize, learned: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut numbers = Learned::new();
        for (name, values) in learned.iter() {
            let shape: Vec<usize> = values.getattr("shape")?.extract()?;
            let values: Vec<f64> = values.call_method0("ravel")?.extract()?;
            numbers.insert(name.extract::<String>()?, shape, values);
        }
        let known = TransformKinds::new();
        let kind: Kind = kind.parse().map_err(Failure::from)?;
        let known = known.get(kind).map_err(Failure::from)?;
        let fitted = known.from_learned(features, &mut numbers).map_err(Failure::from)?;
        Ok(Self { fitted })
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    /// The same: it never changes.
    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }
}

/// What a transformation is pickled as.
type Stored<'py> = (String, usize, Bound<'py, PyDict>);
