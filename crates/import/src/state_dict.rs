//! Tensors by the names that PyTorch gives them.

use std::collections::BTreeMap;

use crate::ImportError;
use crate::chain::Linear;
use crate::names::natural;
use crate::tensor::{Tensor, described};

/// The tensors of a layer.
#[derive(Debug, Default)]
struct Part {
    weight: Option<Tensor>,
    bias: Option<Tensor>,
}

/// The layers in the order of their names, each PReLU with the layer before it.
pub(crate) fn layers(tensors: Vec<Tensor>) -> Result<Vec<Linear>, ImportError> {
    let (mut parts, mut others) = (BTreeMap::<String, Part>::new(), Vec::new());
    for tensor in tensors {
        let (layer, role) = tensor.name.rsplit_once('.').unwrap_or(("", &tensor.name));
        let (layer, is_weight) = (layer.to_owned(), role == "weight");
        if !(is_weight || role == "bias") || tensor.values.is_none() {
            others.push(tensor);
            continue;
        }
        let part = parts.entry(layer).or_default();
        *if is_weight { &mut part.weight } else { &mut part.bias } = Some(tensor);
    }
    let mut parts: Vec<(String, Part)> = parts.into_iter().collect();
    parts.sort_by(|a, b| natural(&a.0, &b.0));
    let mut layers: Vec<Linear> = Vec::new();
    for (name, Part { weight, bias }) in parts {
        match (weight, bias) {
            (Some(weight), bias) if is_linear(&weight, bias.as_ref()) => {
                let (outputs, inputs) = (weight.shape[0], weight.shape[1]);
                let bias = bias.and_then(|bias| bias.values);
                layers.push(Linear {
                    name,
                    inputs,
                    outputs,
                    weight: weight.values.unwrap_or_default(),
                    bias: bias.unwrap_or_else(|| vec![0.0; outputs]),
                    slopes: None,
                });
            }
            (Some(weight), None) if is_prelu(&weight, layers.last()) => {
                if let Some(layer) = layers.last_mut() {
                    layer.slopes = weight.values;
                }
            }
            (weight, bias) => others.extend(weight.into_iter().chain(bias)),
        }
    }
    if others.is_empty() || layers.is_empty() {
        return Ok(layers);
    }
    Err(ImportError::Other { tensors: described(&others) })
}

fn is_linear(weight: &Tensor, bias: Option<&Tensor>) -> bool {
    matches!(weight.shape[..], [outputs, inputs] if outputs > 0 && inputs > 0
        && bias.is_none_or(|bias| bias.shape == [outputs]))
}

/// One slope, or one for each output of the layer before it, which has none yet.
fn is_prelu(weight: &Tensor, layer: Option<&Linear>) -> bool {
    layer.is_some_and(|layer| {
        layer.slopes.is_none() && (weight.shape == [1] || weight.shape == [layer.outputs])
    })
}
