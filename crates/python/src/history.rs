use densely::models::{Epoch, Evaluation, History, Stop};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

/// An epoch as a dictionary.
pub(crate) fn epoch<'py>(py: Python<'py>, epoch: &Epoch) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("epoch", epoch.epoch)?;
    dict.set_item("loss", epoch.train_loss)?;
    dict.set_item("validation_loss", epoch.validation.as_ref().map(Evaluation::loss))?;
    dict.set_item("validation_score", epoch.validation.as_ref().map(Evaluation::score))?;
    dict.set_item("learning_rate", epoch.learning_rate)?;
    dict.set_item("best", epoch.best)?;
    dict.set_item("dead_units", epoch.dead_units)?;
    dict.set_item("saturated_units", epoch.saturated_units)?;
    Ok(dict)
}

/// The course of a training as a dictionary.
pub(crate) fn history<'py>(py: Python<'py>, history: &History) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    let epochs = history.epochs.iter().map(|of| epoch(py, of)).collect::<PyResult<Vec<_>>>()?;
    dict.set_item("epochs", PyList::new(py, epochs)?)?;
    dict.set_item("kept_epoch", history.kept_epoch)?;
    let stop = match history.stop {
        Stop::Epochs => "epochs",
        Stop::Patience => "patience",
        _ => "interrupted",
    };
    dict.set_item("stop", stop)?;
    let diagnosis = history.diagnosis();
    let findings: Vec<String> = diagnosis.findings.iter().map(ToString::to_string).collect();
    dict.set_item("diagnosis", findings)?;
    Ok(dict)
}
