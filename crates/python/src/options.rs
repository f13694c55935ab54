use densely::layers::{Kind, LayerKinds};
use densely::loss::LossKinds;
use densely::optim::{OptimizerKinds, Plateau, ScheduleKinds};
use densely::parts::{Described, Spec};
use densely::preprocess::TransformKinds;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::collections::BTreeMap;

use crate::failure::Failure;

/// What a network is and how it is trained, as the Python layer has checked and named it.
#[derive(Debug, Clone, FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Options {
    pub(crate) hidden: Vec<usize>,
    pub(crate) activations: Vec<String>,
    pub(crate) loss: Option<String>,
    pub(crate) dropout: f64,
    pub(crate) input_noise: f64,
    pub(crate) preprocess: Vec<String>,
    pub(crate) optimizer: String,
    /// Options of the optimiser that are parameters of the estimator.
    pub(crate) optimizer_options: BTreeMap<String, String>,
    /// `None`: as the program has it.
    pub(crate) clip_norm: Option<f64>,
    pub(crate) max_norm: Option<f64>,
    pub(crate) schedule: String,
    pub(crate) warm_up: f64,
    pub(crate) epochs: usize,
    pub(crate) batch_size: usize,
    pub(crate) validation_fraction: f64,
    pub(crate) patience: Option<usize>,
    pub(crate) monitor: bool,
    pub(crate) seed: u64,
    pub(crate) threads: usize,
    /// A training in parts, with an optimiser that goes on.
    pub(crate) partial: bool,
    /// `"float32"` or `"float64"`.
    pub(crate) dtype: String,
    pub(crate) feature_names: Vec<String>,
    pub(crate) target_name: String,
    /// Whether real targets are learnt as their logarithms.
    pub(crate) log_targets: bool,
    /// Of the classes, or of the outputs.
    pub(crate) output_names: Vec<String>,
    pub(crate) class_weights: Option<Vec<f64>>,
    /// For people to read, in the file.
    pub(crate) provenance: BTreeMap<String, String>,
}

/// The names of a family of kinds, with what each is and the options that it has.
#[pyfunction]
pub(crate) fn known(family: &str) -> PyResult<Vec<(String, String, String)>> {
    let about = |spec: &Spec| (spec.name().to_owned(), spec.usage(), spec.about().to_owned());
    let layers = LayerKinds::<f32>::new();
    Ok(match family {
        "activation" => {
            let specs = layers.specs().filter(|spec| layers.activation(spec.name()).is_ok());
            specs.map(about).collect()
        }
        "loss" => LossKinds::<f32>::new().specs().map(about).collect(),
        "optimizer" => OptimizerKinds::<f32>::new().specs().map(about).collect(),
        "schedule" => {
            ScheduleKinds::new().specs().map(about).chain([about(&Plateau::SPEC)]).collect()
        }
        "preprocessing" => TransformKinds::new().specs().map(about).collect(),
        _ => return Err(PyValueError::new_err(format!("there are no kinds of `{family}`"))),
    })
}

/// The kinds of a family in a text such as `"relu, leaky-relu(0.1)"`, as they are written in full;
/// an error for one that is not known, or an option out of its range.
#[pyfunction]
pub(crate) fn resolved(family: &str, text: &str) -> PyResult<Vec<String>> {
    let kinds = Kind::list(text).map_err(Failure::from)?;
    let full = |kind: Kind| -> Result<String, Failure> {
        Ok(match family {
            "activation" => LayerKinds::<f32>::new().activation(&kind)?.kind(),
            "loss" => LossKinds::<f32>::new().get(&kind)?.kind(),
            "optimizer" => OptimizerKinds::<f32>::new().get(&kind)?.kind(),
            "schedule" if kind.name() == Plateau::SPEC.name() => {
                Plateau::from_kind(&kind)?;
                kind
            }
            "schedule" => ScheduleKinds::new().get(&kind)?.kind(),
            _ => TransformKinds::new().get(kind)?.kind(),
        }
        .to_string())
    };
    Ok(kinds.into_iter().map(full).collect::<Result<_, _>>()?)
}
