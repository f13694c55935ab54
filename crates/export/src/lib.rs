//! Trained networks for other programs.
//!
//! [`to_onnx`] makes one graph of a whole predictor: gaps, categories, preprocessing, network and answers.

mod error;
mod onnx;
mod plan;
mod source;
#[cfg(test)]
mod testing;

pub use error::ExportError;
pub use onnx::to_onnx;
pub use source::{PyTorch, to_c, to_pytorch, to_rust};
