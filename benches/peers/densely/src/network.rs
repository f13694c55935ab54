//! Models and data from the arrays of a row.

use densely::prelude::*;
use peer_protocol::{Array, Failure, Row};

/// The columns of the matrix are the rows of the array: examples.
pub fn examples<T: Scalar>(array: &Array) -> Mat<T> {
    let (n, d) = (array.shape[0], array.shape[1]);
    Mat::from_fn(d, n, |i, j| T::from_f64(f64::from(array.values[j * d + i])))
}

/// Class labels.
pub fn labels(array: &Array) -> Vec<usize> {
    array.integers.iter().map(|&label| label as usize).collect()
}

/// The network of the row, with its initial weights.
pub fn model<T: Scalar>(row: &Row) -> Result<Model<T>, Failure> {
    if row.activation == "maxout" {
        return maxout(row);
    }
    let activation = match row.activation.as_str() {
        "sigmoid" => "sigmoid",
        _ => "relu",
    };
    let loss = match row.loss.as_str() {
        "mse" => "mse",
        "svm" => "svm",
        _ => "softmax",
    };
    let [inputs, hidden @ .., outputs] = row.layers.as_slice() else {
        return Err(Failure::Failed("a network has inputs and outputs".into()));
    };
    let parameters: Vec<_> = row.parameters().collect();
    Mlp::classifier(*inputs, *outputs).hidden(hidden).activation(activation).loss(loss).assemble(
        |slot| {
            let (weight, bias) = parameters[slot.layer];
            if slot.name == "weight" { matrix(weight) } else { Ok(vector(bias)) }
        },
    )
}

fn number<T: Scalar>(value: f32) -> T {
    T::from_f64(f64::from(value))
}

/// Any dimensions but the last are outputs.
fn matrix<T: Scalar>(weight: &Array) -> Result<Mat<T>, Failure> {
    let [outputs @ .., inputs] = &weight.shape[..] else {
        return Err(Failure::Failed("weights are a matrix".into()));
    };
    let outputs = outputs.iter().product();
    Ok(Mat::from_fn(outputs, *inputs, |i, j| number(weight.values[i * inputs + j])))
}

fn vector<T: Scalar>(bias: &Array) -> Mat<T> {
    Mat::from_fn(bias.values.len(), 1, |i, _| number(bias.values[i]))
}

/// Hidden layers of maxout: `w0` is pieces x outputs x inputs, `b0` is pieces x outputs;
/// the last layer is linear.
fn maxout<T: Scalar>(row: &Row) -> Result<Model<T>, Failure> {
    let mut network = Sequential::new(row.layers[0])?;
    for (weight, bias) in row.parameters() {
        network.push(Linear::from_parts(matrix(weight)?, vector(bias))?)?;
        if let [pieces, _, _] = weight.shape[..] {
            network.push(Maxout::new(pieces)?)?;
        }
    }
    Ok(Model::new(network, SoftmaxCrossEntropy::new()))
}
