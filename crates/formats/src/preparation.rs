//! What is done to data before the network sees them: transformations as their kinds and what they
//! have learnt.

use std::mem::take;

use densely_layers::Kind;
use densely_models::{ModelError, Preparation};
use densely_preprocess::{
    FittedTransform, Learned, Pipeline, PreprocessError, Standardize, Transform, TransformKind,
    TransformKinds,
};

use crate::error::Reason;
use crate::manifest::{Manifest, Preprocess, Task};
use crate::network::{LONGEST, read};
use crate::tensor::{Stored, Tensors};

/// The first version in which a kind says all its options.
const WITH_OPTIONS: u32 = 6;

/// What the names of the tensors of a scale of real targets begin with.
const TARGET: &str = "target";

/// The indices of features that were constant in training, and their values. Files in which
/// there are none, do not have these tensors.
const CONSTANT_FEATURES: &str = "constant.features";
const CONSTANT_VALUES: &str = "constant.values";

/// Stores what has been learnt, and says of which kinds it is.
pub(crate) fn store(preparation: &Preparation, tensors: &mut Tensors) -> Preprocess {
    if let Some(scale) = preparation.target_scale() {
        tensors.insert_learned(TARGET, &scale.learned());
    }
    let (features, values): (Vec<_>, Vec<_>) =
        preparation.constants().iter().map(|&(feature, value)| (feature as f64, value)).unzip();
    if !features.is_empty() {
        tensors.insert_vector(CONSTANT_FEATURES, &features);
        tensors.insert_vector(CONSTANT_VALUES, &values);
    }
    let steps = preparation.pipeline().steps().iter().enumerate();
    let kinds = steps.map(|(i, step)| {
        tensors.insert_learned(&step_prefix(i), &step.learned());
        step.kind().to_string()
    });
    Preprocess::Pipeline(kinds.collect())
}

fn step_prefix(i: usize) -> String {
    format!("preprocess.{i}")
}

/// The preparation that a manifest and its tensors describe. The names are taken from it.
pub(crate) fn restore(
    manifest: &mut Manifest,
    tensors: &Stored,
    known: &TransformKinds,
) -> Result<Preparation, Reason> {
    let (mut features, outputs) = (manifest.features.len(), manifest.outputs.len());
    let complete = manifest.version >= WITH_OPTIONS;
    let mut step = |prefix: &str, kind: &str| {
        let step = restore_one(prefix, kind, complete, features, tensors, known)?;
        features = step.out_features();
        Ok(step)
    };
    let steps: Result<Vec<_>, Reason> = match &manifest.preprocess {
        Preprocess::One(kind) => step("preprocess", kind).map(|step| vec![step]),
        Preprocess::Pipeline(kinds) => {
            let kinds = kinds.iter().enumerate();
            kinds.map(|(i, kind)| step(&step_prefix(i), kind)).collect()
        }
    };
    let target_scale = match manifest.task {
        Task::Classify => None,
        Task::Regress => {
            let kind = Kind::new(Standardize::SPEC.name());
            let options = Standardize::SPEC.read(&kind).map_err(ModelError::from)?;
            let learned = &mut tensors.learned(TARGET)?;
            let scale = Standardize::from_learned(&options, outputs, learned);
            Some(scale.map_err(|error| reason(TARGET, error))?)
        }
    };
    let preparation = Preparation::from_parts(
        take(&mut manifest.features),
        take(&mut manifest.target),
        take(&mut manifest.outputs),
        Pipeline::new(steps?).map_err(ModelError::from)?,
        target_scale,
    )?;
    let preparation = match (manifest.log_targets, preparation.target_scale()) {
        (true, Some(scale)) => {
            let scale = scale.clone();
            preparation.of_log_targets(scale)?
        }
        _ => preparation,
    };
    Ok(preparation.with_constants(constants(tensors)?)?)
}

fn restore_one(
    prefix: &str,
    text: &str,
    complete: bool,
    features: usize,
    tensors: &Stored,
    known: &TransformKinds,
) -> Result<FittedTransform, Reason> {
    let mut learned = tensors.learned(prefix)?;
    let restored = if complete { Ok(read(text, LONGEST)?) } else { completed(text, &mut learned) };
    let restored = restored.and_then(|kind| known.get(kind)?.from_learned(features, &mut learned));
    restored.map_err(|error| reason(prefix, error))
}

/// A kind of the versions before 6, with the options that were tensors.
fn completed(name: &str, learned: &mut Learned) -> Result<Kind, PreprocessError> {
    Ok(match name {
        "min-max" => {
            let range = learned.vector("range", 2)?;
            Kind::new(name).with(range[0]).with(range[1])
        }
        "whiten" | "zca" => {
            Kind::new(name).with_option("epsilon", learned.vector("epsilon", 1)?[0])
        }
        "channel-mean" => Kind::new(name).with(learned.len("mean")?),
        "channel-mean-interleaved" => {
            Kind::new("channel-mean").with(learned.len("mean")?).with("interleaved")
        }
        name => Kind::new(name),
    })
}

/// What is wrong with tensors whose names begin like this.
fn reason(prefix: &str, error: PreprocessError) -> Reason {
    match error {
        PreprocessError::Missing { name } => Reason::MissingTensor(format!("{prefix}.{name}")),
        PreprocessError::Learned { name, expected, actual } => Reason::Tensor {
            name: format!("{prefix}.{name}"),
            expected: format!("F64 {expected:?}"),
            actual: format!("F64 {actual:?}"),
        },
        error => ModelError::from(error).into(),
    }
}

/// The features that are held, of which older files have none.
fn constants(tensors: &Stored) -> Result<Vec<(usize, f64)>, Reason> {
    let features: Vec<f64> = match tensors.any_vector(CONSTANT_FEATURES) {
        Err(Reason::MissingTensor(_)) => return Ok(Vec::new()),
        features => features?,
    };
    let values: Vec<f64> = tensors.vector(CONSTANT_VALUES, features.len())?;
    // What is no index becomes one that there is not.
    let index = |feature: f64| {
        let valid = feature >= 0.0 && feature.fract() == 0.0;
        if valid { feature as usize } else { usize::MAX - 1 }
    };
    Ok(features.into_iter().map(index).zip(values).collect())
}
