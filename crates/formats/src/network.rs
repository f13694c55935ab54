use densely_layers::Linear;
use densely_models::{Mlp, Model};
use densely_tensor::{Mat, Scalar, column};

use crate::error::Reason;
use crate::manifest::Network;
use crate::tensor::{Stored, Tensors};

/// The position of a fully-connected layer among all layers: there is an activation after
/// each but the last.
fn position(layer: usize) -> usize {
    2 * layer
}

/// Stores the description and the weights.
pub(crate) fn store<T: Scalar>(spec: &Mlp, model: &Model<T>, tensors: &mut Tensors) -> Network {
    for (index, stage) in model.network().stages().iter().enumerate() {
        stage.layer().visit_params(&mut |param| {
            let name = format!("{index}.{}", param.name);
            let value = param.value.as_ref();
            match param.name {
                "bias" => tensors.insert_vector(name, column(value, 0)),
                _ => tensors.insert_matrix(name, value),
            }
        });
    }
    Network {
        inputs: spec.inputs(),
        outputs: spec.outputs(),
        hidden: spec.hidden_widths().to_vec(),
        activation: spec.activation_kind().name().to_owned(),
        loss: spec.loss_kind().to_string(),
        seed: spec.random_seed(),
    }
}

/// The description.
pub(crate) fn spec(network: &Network) -> Result<Mlp, Reason> {
    Ok(Mlp::classifier(network.inputs, network.outputs)
        .hidden(network.hidden.clone())
        .activation(network.activation.parse()?)
        .loss(network.loss.parse()?)
        .seed(network.seed))
}

/// The network with its weights.
pub(crate) fn restore<T: Scalar>(spec: &Mlp, tensors: &Stored<'_>) -> Result<Model<T>, Reason> {
    let linear = |(layer, (inputs, outputs)): (usize, (usize, usize))| {
        let at = position(layer);
        let weight = tensors.matrix(&format!("{at}.weight"), outputs, inputs)?;
        let bias = tensors.vector(&format!("{at}.bias"), outputs)?;
        let bias = Mat::from_fn(outputs, 1, |i, _| bias[i]);
        Linear::from_parts(weight, bias).map_err(|error| Reason::Model(error.into()))
    };
    let layers = spec.layers().enumerate().map(linear).collect::<Result<_, _>>()?;
    Ok(spec.assemble(layers)?)
}
