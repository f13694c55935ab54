//! A network as a model that can predict.

use std::collections::HashSet;
use std::path::Path;

use densely_formats::{AnyModel, ModelFile, Provenance};
use densely_layers::{Kind, Role};
use densely_loss::{Loss, Poisson};
use densely_models::{Model, ModelError, Predictor, Preparation, Registry};
use densely_parts::shortened;
use densely_preprocess::{FittedTransform, Pipeline, Standardize, Unchanged};
use densely_tensor::{Mat, Scalar};

use crate::chain::Network;
use crate::options::Squashed;
use crate::{ImportError, ImportOptions, Task};

pub(crate) fn model(
    network: &Network,
    options: &ImportOptions,
    path: &Path,
) -> Result<AnyModel, ImportError> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let provenance = Provenance {
        program: format!(
            "another program ({name}, imported by densely {})",
            env!("CARGO_PKG_VERSION")
        ),
        data: "unknown data".to_owned(),
        ..Provenance::default()
    };
    Ok(if network.is_double {
        AnyModel::F64(ModelFile { predictor: predictor(network, options)?, provenance })
    } else {
        AnyModel::F32(ModelFile { predictor: predictor(network, options)?, provenance })
    })
}

fn predictor<T: Scalar>(
    network: &Network,
    options: &ImportOptions,
) -> Result<Predictor<T>, ImportError> {
    let (first, last) = (&network.layers[0], &network.layers[network.layers.len() - 1]);
    let (inputs, outputs) = (first.inputs, last.outputs);
    let task = options.task.ok_or(ImportError::NoTask { outputs })?;
    let known = Registry::<T>::new();
    let mut kinds = kinds(network, &known)?;
    // Said with the activations, or by the file.
    let own = kinds.pop_if(|last| last.name() == "sigmoid").map(|_| Squashed::Sigmoid);
    let (preparation, loss) = match (task, own.or(options.squashed)) {
        (Task::Classify, Some(Squashed::Sigmoid)) if outputs > 1 => {
            return Err(ImportError::SeveralLabels { outputs });
        }
        (Task::Regress, Some(Squashed::Softmax)) => return Err(ImportError::SoftmaxOfNumbers),
        (Task::Classify, Some(Squashed::Exponential)) => {
            return Err(ImportError::ExponentialOfClasses);
        }
        (Task::Regress, Some(Squashed::Exponential)) => {
            let (preparation, _) = values(inputs, outputs, options)?;
            (preparation.for_loss::<T>(&Poisson)?, Loss::<T>::kind(&Poisson))
        }
        // The loss has what is made of the scores.
        (Task::Classify, _) => classes(inputs, outputs, options)?,
        (Task::Regress, squashed) => {
            kinds.extend(squashed.map(|_| Kind::new("sigmoid")));
            values(inputs, outputs, options)?
        }
    };
    let mut model = Model::of_kinds(inputs, &kinds, &loss, &known)?;
    fill(&mut model, network);
    Ok(Predictor::new(preparation, model)?)
}

fn kinds<T: Scalar>(network: &Network, known: &Registry<T>) -> Result<Vec<Kind>, ImportError> {
    let learns = |kind: &Kind, width| {
        let plan = known.layers().get(kind.clone()).ok().and_then(|layer| layer.plan(width).ok());
        plan.is_some_and(|plan| !plan.parameters.is_empty())
    };
    let mut kinds = Vec::new();
    for (layer, activation) in network.layers.iter().zip(&network.activations) {
        kinds.push(Kind::new("linear").with(layer.outputs));
        if let Some(kind) = activation.as_ref().filter(|kind| learns(kind, layer.outputs)) {
            return Err(ImportError::LearntActivation { kind: kind.to_string() });
        }
        kinds.extend(match layer.slopes.as_deref() {
            Some([_]) if layer.outputs > 1 => Some(Kind::new("shared-prelu")),
            Some(_) => Some(Kind::new("prelu")),
            None => activation.clone(),
        });
    }
    Ok(kinds)
}

/// Parameters come in the order of the layers, and no other layer has some.
fn fill<T: Scalar>(model: &mut Model<T>, network: &Network) {
    let mut parameters = network.layers.iter().flat_map(|layer| {
        let slopes = layer.slopes.as_deref();
        [Some((&*layer.weight, layer.inputs)), Some((&*layer.bias, 1)), slopes.map(|all| (all, 1))]
            .into_iter()
            .flatten()
    });
    model.network_mut().visit_params_by_layer_mut(&mut |_, param| {
        if let Some((values, columns)) = parameters.next() {
            let rows = param.value.nrows();
            debug_assert!(param.role == Role::Weight || columns == 1);
            param.value = Mat::from_fn(rows, columns, |i, j| T::from_f64(values[i * columns + j]));
        }
    });
}

fn columns(inputs: usize, options: &ImportOptions) -> Result<Vec<String>, ImportError> {
    let numbered = || (0..inputs).map(|input| format!("x{input}")).collect();
    let names = options.columns.clone().unwrap_or_else(numbered);
    check_names("columns", &names, inputs)?;
    Ok(names)
}

fn pipeline(inputs: usize, options: &ImportOptions) -> Result<Pipeline, ImportError> {
    let step: FittedTransform = match &options.scaler {
        None => Unchanged::new(inputs).into(),
        Some((mean, scale)) => {
            expect("means and scales", mean.len().min(scale.len()), inputs)?;
            Standardize::from_parts(mean.clone(), scale.clone()).map_err(ModelError::from)?.into()
        }
    };
    Ok(Pipeline::new(vec![step]).map_err(ModelError::from)?)
}

fn classes(
    inputs: usize,
    outputs: usize,
    options: &ImportOptions,
) -> Result<(Preparation, Kind), ImportError> {
    // A single score is that of the second of two.
    let count = outputs.max(2);
    let numbered = || (0..count).map(|class| class.to_string()).collect();
    let names = options.classes.clone().unwrap_or_else(numbered);
    check_names("classes", &names, count)?;
    let targets = options.targets.clone().unwrap_or_else(|| vec!["y".to_owned()]);
    check_names("targets", &targets, 1)?;
    let (columns, pipeline) = (columns(inputs, options)?, pipeline(inputs, options)?);
    let preparation = Preparation::from_parts(columns, targets[0].clone(), names, pipeline, None)?;
    let loss = if outputs == 1 { "logistic" } else { "softmax" };
    Ok((preparation, Kind::new(loss)))
}

fn values(
    inputs: usize,
    outputs: usize,
    options: &ImportOptions,
) -> Result<(Preparation, Kind), ImportError> {
    if options.classes.is_some() {
        return Err(ImportError::ClassesOfNumbers);
    }
    let numbered = || match outputs {
        1 => vec!["y".to_owned()],
        _ => (0..outputs).map(|output| format!("y{output}")).collect(),
    };
    let names = options.targets.clone().unwrap_or_else(numbered);
    check_names("targets", &names, outputs)?;
    // In their own units already.
    let scale = Standardize::from_parts(vec![0.0; outputs], vec![1.0; outputs]);
    let scale = scale.map_err(ModelError::from)?;
    let (columns, pipeline) = (columns(inputs, options)?, pipeline(inputs, options)?);
    let target = names.join(", ");
    let preparation = Preparation::from_parts(columns, target, names, pipeline, Some(scale))?;
    Ok((preparation, Kind::new("mse")))
}

/// That there are so many, and each is one by itself.
fn check_names(what: &'static str, names: &[String], needed: usize) -> Result<(), ImportError> {
    expect(what, names.len(), needed)?;
    let mut seen = HashSet::new();
    for (name, position) in names.iter().zip(1..) {
        if name.trim().is_empty() {
            return Err(ImportError::Unnamed { what, position });
        }
        if !seen.insert(name) {
            return Err(ImportError::Twice { what, name: shortened(name) });
        }
    }
    Ok(())
}

fn expect(what: &'static str, given: usize, needed: usize) -> Result<(), ImportError> {
    if given == needed { Ok(()) } else { Err(ImportError::Names { what, given, needed }) }
}
