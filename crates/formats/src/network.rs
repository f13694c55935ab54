use densely_layers::Kind;
use densely_models::{Mlp, Model, ModelError, ParameterSlot};
use densely_tensor::{Mat, Scalar, ShapeError, column};

use crate::error::Reason;
use crate::manifest::Network;
use crate::tensor::{Stored, Tensors};

/// The name of a parameter of the layer at this position. As in PyTorch, the slopes of a
/// PReLU are its weight.
fn tensor_name(stage: usize, parameter: &str) -> String {
    let parameter = if parameter == "slope" { "weight" } else { parameter };
    format!("{stage}.{parameter}")
}

/// Stores the description and the weights.
pub(crate) fn store<T: Scalar>(spec: &Mlp, model: &Model<T>, tensors: &mut Tensors) -> Network {
    for (index, stage) in model.network().stages().iter().enumerate() {
        stage.layer().visit_params(&mut |param| {
            let (name, value) = (tensor_name(index, param.name), param.value.as_ref());
            match param.name {
                "weight" => tensors.insert_matrix(name, value),
                _ => tensors.insert_vector(name, column(value, 0)),
            }
        });
    }
    let activations = spec.activation_kinds().iter().map(ToString::to_string);
    let unless_0 = |value: f64| (value != 0.0).then(|| value.to_string());
    Network {
        inputs: spec.inputs(),
        outputs: spec.outputs(),
        hidden: spec.hidden_widths().to_vec(),
        activation: activations.collect::<Vec<_>>().join(","),
        dropout: unless_0(spec.drop_probability()),
        input_noise: unless_0(spec.input_noise_deviation()),
        loss: spec.loss_kind().to_string(),
        seed: spec.random_seed(),
    }
}

/// The description.
pub(crate) fn spec(network: Network) -> Result<Mlp, Reason> {
    let activations = match network.activation.as_str() {
        "" => Vec::new(),
        list => Kind::list(list).map_err(ModelError::from)?,
    };
    let (hidden, given) = (network.hidden.len(), activations.len());
    if given > hidden.max(1) {
        ShapeError::expect("Mlp", "activations", hidden, given).map_err(ModelError::from)?;
    }
    Ok(Mlp::classifier(network.inputs, network.outputs)
        .hidden(network.hidden)
        .activations(activations)
        .dropout(number(network.dropout.as_deref())?)
        .input_noise(number(network.input_noise.as_deref())?)
        .loss(network.loss.parse()?)
        .seed(network.seed))
}

/// A number that is 0 if it is left out.
fn number(text: Option<&str>) -> Result<f64, Reason> {
    let text = text.unwrap_or("0");
    text.parse().map_err(|error| Reason::Manifest(format!("\"{text}\": {error}")))
}

/// The network with its weights: of a size that is believed once all of them are known to be
/// there.
pub(crate) fn restore<T: Scalar>(spec: &Mlp, tensors: &Stored) -> Result<Model<T>, Reason> {
    for slot in spec.parameter_slots()? {
        let name = tensor_name(slot.stage, slot.name);
        match slot.name {
            "weight" => tensors.expect::<T>(&name, &[slot.rows, slot.columns])?,
            _ => tensors.expect::<T>(&name, &[slot.rows])?,
        }
    }
    spec.assemble(|slot: ParameterSlot| {
        let name = tensor_name(slot.stage, slot.name);
        match slot.name {
            "weight" => tensors.matrix(&name, slot.rows, slot.columns),
            _ => {
                let values = tensors.vector(&name, slot.rows)?;
                Ok(Mat::from_fn(slot.rows, 1, |i, _| values[i]))
            }
        }
    })
}
