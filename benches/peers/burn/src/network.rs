//! The network as a module of burn, from the arrays of a row.

use burn::module::Param;
use burn::nn::Linear;
use burn::prelude::*;
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{DType, TensorData};
use peer_protocol::{Array, Row};

#[derive(Module, Debug)]
pub struct Network {
    layers: Vec<Linear>,
    #[module(skip)]
    activation: String,
}

impl Network {
    /// With the initial weights of the row.
    pub fn new(row: &Row, device: &Device) -> Self {
        let layers = row.parameters().map(|(weight, bias)| {
            let inputs = weight.shape[weight.shape.len() - 1];
            let outputs = weight.values.len() / inputs;
            // burn's weights are inputs x outputs.
            let weight = matrix(row, weight, [outputs, inputs], device).transpose();
            let weight = Tensor::from_data(weight.into_data(), (device, dtype(row)));
            let bias = TensorData::new(bias.values.clone(), [outputs]);
            let bias = Tensor::from_data(bias, (device, dtype(row)));
            Linear { weight: Param::from_tensor(weight), bias: Some(Param::from_tensor(bias)) }
        });
        Self { layers: layers.collect(), activation: row.activation.clone() }
    }

    pub fn scores(&self, x: Tensor<2>) -> Tensor<2> {
        let mut x = self.layers[0].forward(x);
        for layer in &self.layers[1..] {
            let [n, width] = x.dims();
            let hidden = match self.activation.as_str() {
                "sigmoid" => sigmoid(x),
                "maxout" => x.reshape([n, 2, width / 2]).max_dim(1).reshape([n, width / 2]),
                _ => relu(x),
            };
            x = layer.forward(hidden);
        }
        x
    }
}

/// An array as a tensor of the row's precision.
pub fn matrix(row: &Row, array: &Array, shape: [usize; 2], device: &Device) -> Tensor<2> {
    let data = TensorData::new(array.values.clone(), shape);
    Tensor::from_data(data, (device, dtype(row)))
}

fn dtype(row: &Row) -> DType {
    if row.dtype == "f32" { DType::F32 } else { DType::F64 }
}
