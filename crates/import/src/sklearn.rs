//! Arrays by the names that scikit-learn or `np.savez` give them: weights of inputs x outputs.

use crate::ImportError;
use crate::chain::Linear;
use crate::tensor::{Tensor, described};

/// Whether they are called so, and not as in a state dict.
pub(crate) fn is_of_arrays(tensors: &[Tensor]) -> bool {
    let is_one = |tensor: &Tensor| {
        ["coefs_", "intercepts_", "arr_"].iter().any(|start| tensor.name.starts_with(start))
    };
    tensors.iter().any(is_one)
}

/// Weights and biases, each in the order of their names, which is that of the tensors.
pub(crate) fn layers(tensors: Vec<Tensor>) -> Result<Vec<Linear>, ImportError> {
    let is_weight =
        |tensor: &Tensor| tensor.shape.len() == 2 && !tensor.name.starts_with("intercepts_");
    let (weights, biases): (Vec<_>, Vec<_>) = tensors.into_iter().partition(is_weight);
    let all = || described(weights.iter().chain(&biases));
    let fit = |(weight, bias): (&Tensor, &Tensor)| {
        weight.shape[0] > 0
            && bias.shape == weight.shape[1..]
            && weight.values.is_some()
            && bias.values.is_some()
    };
    if weights.is_empty() {
        return Ok(Vec::new());
    }
    if weights.len() != biases.len() || !weights.iter().zip(&biases).all(fit) {
        return Err(ImportError::Pairs { found: all() });
    }
    let layers = weights.into_iter().zip(biases).map(|(weight, bias)| {
        let (inputs, outputs) = (weight.shape[0], weight.shape[1]);
        let values = weight.values.unwrap_or_default();
        let row = |output: usize| values[output..].iter().step_by(outputs).copied();
        Linear {
            name: weight.name,
            inputs,
            outputs,
            weight: (0..outputs).flat_map(row).collect(),
            bias: bias.values.unwrap_or_default(),
            slopes: None,
        }
    });
    Ok(layers.collect())
}
