use std::collections::HashSet;

use densely_layers::{Kind, Role, param_path};
use densely_models::{Mlp, Model, ModelError, Registry};
use densely_tensor::{Mat, Scalar, ShapeError, column};

use crate::error::Reason;
use crate::manifest::{Layers, Network, Perceptron};
use crate::tensor::{Stored, Tensors};

/// The bytes of the text of a kind, at most.
pub(crate) const LONGEST: usize = 4096;
/// Those of a number with which a loss weighs a class, and what is between two.
const MAX_WEIGHT: usize = 32;

/// Stores what the network is, and its parameters.
pub(crate) fn store<T: Scalar>(model: &Model<T>, tensors: &mut Tensors) -> Result<Network, Reason> {
    let (mut layers, mut names) = (Vec::new(), HashSet::new());
    for (index, stage) in model.network().stages().iter().enumerate() {
        let (layer, kind) = (stage.layer(), stage.layer().kind());
        layers.push(whole(&format!("layer {index}"), &kind)?);
        let mut twice = None;
        layer.visit_paths(&prefix(index), &mut |name, param| {
            let value = param.value.as_ref();
            if !names.insert(name.to_owned()) {
                twice = Some(name.to_owned());
            } else if is_matrix(param.role, value.ncols()) {
                tensors.insert_matrix(name, value);
            } else {
                tensors.insert_vector(name, column(value, 0));
            }
        });
        if let Some(name) = twice {
            return Err(Reason::Unsupported(format!("two parameters of the name `{name}`")));
        }
    }
    let (inputs, loss) = (model.inputs(), whole("the loss", &model.loss().kind())?);
    Ok(Network::Layers(Layers { inputs, layers, loss }))
}

/// Where the layer at this position is, in the path of a parameter.
fn prefix(stage: usize) -> String {
    format!("{stage}.")
}

/// The text of a kind that is all there is to say.
fn whole(what: &str, kind: &Kind) -> Result<String, Reason> {
    if kind.is_whole() {
        return Ok(kind.to_string());
    }
    Err(Reason::Unsupported(format!(
        "{what}, `{kind}`, has fields and does not say which kind it is: it needs a `kind` of its own"
    )))
}

/// Weights are matrices whatever their shape, and other parameters if they have several columns.
fn is_matrix(role: Role, columns: usize) -> bool {
    role == Role::Weight || columns != 1
}

/// The network of this description with its parameters: of a size that is believed once all of
/// them are known to be there.
pub(crate) fn restore<T: Scalar>(
    network: Network,
    outputs: usize,
    tensors: &Stored,
    known: &Registry<T>,
) -> Result<Model<T>, Reason> {
    let Layers { inputs, layers, loss } = match network {
        Network::Layers(layers) => layers,
        Network::Perceptron(perceptron) => as_layers(perceptron)?,
    };
    let mut kinds = Vec::new();
    for layer in layers {
        let kind = read(&layer, LONGEST)?;
        // One that is not known is refused before the next is read.
        known.layers().get(&kind).map_err(ModelError::from)?;
        kinds.push(kind);
    }
    for slot in known.parameter_slots(inputs, &kinds)? {
        let name = param_path(&prefix(slot.stage), slot.name, slot.role);
        match is_matrix(slot.role, slot.columns) {
            true => tensors.expect::<T>(&name, &[slot.rows, slot.columns])?,
            false => tensors.expect::<T>(&name, &[slot.rows])?,
        }
    }
    let loss = read(&loss, LONGEST + MAX_WEIGHT * outputs)?;
    let mut model = Model::of_kinds(inputs, &kinds, &loss, known)?;
    let mut result = Ok(());
    model.network_mut().visit_params_by_layer_mut(&mut |layer, param| {
        if result.is_ok() {
            let (rows, columns) = (param.value.nrows(), param.value.ncols());
            let name = param_path(&prefix(layer), param.name, param.role);
            let value = match is_matrix(param.role, columns) {
                true => tensors.matrix(&name, rows, columns),
                false => tensors.vector(&name, rows).map(|x| Mat::from_fn(rows, 1, |i, _| x[i])),
            };
            result = value.map(|value| param.value = value);
        }
    });
    result.map(|()| model)
}

/// A kind, of a text of so many bytes at most: what is read takes many times as much memory.
pub(crate) fn read(text: &str, longest: usize) -> Result<Kind, Reason> {
    if text.len() > longest {
        let start: String = text.chars().take(40).collect();
        return Err(Reason::Manifest(format!("`{start}...` is longer than {longest} bytes")));
    }
    Ok(text.parse().map_err(ModelError::from)?)
}

/// The layers of a perceptron of the versions before 5.
fn as_layers(network: Perceptron) -> Result<Layers, Reason> {
    let names = network.activation.split(',').filter(|name| !name.is_empty());
    let (hidden, given) = (network.hidden.len(), names.clone().count());
    if given > hidden.max(1) {
        ShapeError::expect("Mlp", "activations", hidden, given).map_err(ModelError::from)?;
    }
    let activations = names.map(|name| read(name, LONGEST)).collect::<Result<Vec<_>, _>>()?;
    let mlp = Mlp::classifier(network.inputs, network.outputs)
        .hidden(network.hidden)
        .activations(activations)
        .dropout(number(network.dropout.as_deref())?)
        .input_noise(number(network.input_noise.as_deref())?);
    let layers = mlp.layers()?.iter().map(Kind::to_string).collect();
    Ok(Layers { inputs: network.inputs, layers, loss: network.loss })
}

/// A number that is 0 if it is left out.
fn number(text: Option<&str>) -> Result<f64, Reason> {
    let text = text.unwrap_or("0");
    text.parse().map_err(|error| Reason::Manifest(format!("\"{text}\": {error}")))
}
