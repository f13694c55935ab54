//! A predictor as a module of PyTorch and its state dict.

mod columns;
mod functions;
mod layers;
mod module;
mod state;
#[cfg(test)]
mod tests;

use densely_models::Predictor;
use densely_tensor::Scalar;

use crate::ExportError;
use crate::plan::Plan;

/// A predictor for PyTorch: two files, which belong into one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PyTorch {
    /// `model.py`: a module with a class `Model`, and `load()`, which gives one with its state.
    pub module: String,
    /// `model.safetensors`: its state dict.
    pub state: Vec<u8>,
}

/// A whole predictor as a module of PyTorch, for Python 3.11, and the state dict that it loads with `strict=True`.
///
/// `Model` is an `nn.Sequential` of the network's layers, so that its parameters are called as those of any other:
/// `0.weight`, outputs x inputs, and `0.bias`. What the preparation has learnt are buffers in double.
/// - `forward(x)` are the scores of prepared inputs, N x inputs, in float;
/// - `prepare(columns)` are these inputs, of columns by their names: a dict of lists, arrays or tensors, or a frame of
///   pandas; of a table of numbers without gaps also a matrix, N x columns. A gap is `None`, NaN or an empty text, a
///   time a `datetime` or a text in the form of ISO 8601, in universal time if it names no other;
/// - `predict(columns)` is a dict: of a classifier `label`, a list; `probabilities`, N x classes, if the loss
///   defines them; and `scores`, N x outputs. Of a regression `values`, N x targets in their own units and in
///   double, and `scores`.
///
/// Dropout is a layer as the others; noise of the inputs, which PyTorch has not, is left out.
///
/// # Errors
/// As [`to_onnx`](crate::to_onnx), but for the size.
///
/// ```
/// use densely_data::digits;
/// use densely_export::to_pytorch;
/// use densely_models::{Mlp, Predictor, Preparation};
///
/// let preparation = Preparation::fit(["standardize"], &digits())?;
/// let predictor = Predictor::<f32>::new(preparation, Mlp::classifier(64, 10).hidden([32]))?;
/// let files = to_pytorch(&predictor)?;
/// assert!(files.module.contains("nn.Linear(64, 32),\n            nn.ReLU(),"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn to_pytorch<T: Scalar>(predictor: &Predictor<T>) -> Result<PyTorch, ExportError> {
    let plan = Plan::of(predictor)?;
    let (module, state) = module::written(&plan, &predictor.model().network().kinds());
    Ok(PyTorch { module, state: state.to_bytes() })
}

/// A text as Python has it, which is how JSON has it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A list of texts.
fn quoted_list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}
