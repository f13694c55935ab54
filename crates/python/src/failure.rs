use std::io;

use densely::formats::{FormatError, Reason};
use densely::models::ModelError;
use densely::optim::OptimError;
use densely::parts::KindError;
use densely::preprocess::PreprocessError;
use densely::table::TableError;
use densely::tensor::{ShapeError, ThreadsError};
use densely_data::DataError;
use pyo3::PyErr;
use pyo3::create_exception;
use pyo3::exceptions::{PyMemoryError, PyOSError, PyRuntimeError, PyValueError};

create_exception!(
    densely,
    DivergedError,
    PyValueError,
    "A training whose loss, gradient or weights became infinite or NaN; its message says what to change."
);

/// Whatever can go wrong, on its way to Python.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Preprocess(#[from] PreprocessError),
    #[error(transparent)]
    Kind(#[from] KindError),
    #[error(transparent)]
    Optim(#[from] OptimError),
    #[error(transparent)]
    Shape(#[from] ShapeError),
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    #[error(transparent)]
    Format(#[from] FormatError),
    #[error("these bytes are no model of densely: {0}")]
    Bytes(#[from] Reason),
    #[error("{0}")]
    Value(String),
    #[error("an error in densely itself; please report it: {0}")]
    Panic(String),
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        let message = failure.to_string();
        match failure {
            Failure::Model(ModelError::Diverged { .. }) => DivergedError::new_err(message),
            Failure::Model(ModelError::TooLarge { .. }) => PyMemoryError::new_err(message),
            // Python makes of it FileNotFoundError and the like.
            Failure::Format(FormatError::File { path, source }) => match source.raw_os_error() {
                Some(code) => PyOSError::new_err((code, source.to_string(), path)),
                None => io::Error::new(source.kind(), message).into(),
            },
            Failure::Panic(_) => PyRuntimeError::new_err(message),
            _ => PyValueError::new_err(message),
        }
    }
}
