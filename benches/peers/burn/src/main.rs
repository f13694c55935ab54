//! The worker of burn, on its CPU backend `flex`.

mod network;
mod sgd;

use std::hint::black_box;

use burn::module::ParamGroup;
use burn::nn::loss::{CrossEntropyLossConfig, MseLoss, Reduction};
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::prelude::*;
use burn::tensor::TensorData;
use burn::tensor::activation::relu;
use peer_protocol::{Array, Failure, Row, Task, probabilities, serve};

use crate::network::{Network, matrix};
use crate::sgd::Momentum;

fn main() {
    serve("0.22.1", |row| match row.kind.as_str() {
        "train" => Ok(Box::new(Train::new(&row))),
        "latency" | "batch" => Ok(Box::new(Infer::new(&row))),
        kind => Err(Failure::Unsupported(format!("no rows of kind {kind}"))),
    });
}

/// Training steps on one batch.
struct Train {
    /// None only during a step, which takes the network and returns another.
    network: Option<Network>,
    optimizer: ModuleOptimizer,
    x: Tensor<2>,
    targets: Targets,
    rate: f64,
    check_steps: usize,
}

/// What the scores are compared with, by which loss.
enum Targets {
    Softmax(Tensor<1, Int>),
    Svm(Tensor<2, Int>),
    Mse(Tensor<2>),
}

impl Train {
    fn new(row: &Row) -> Self {
        let device = Device::flex().autodiff();
        let labels = |array: &Array| {
            let labels: Vec<i32> = array.integers.iter().map(|&label| label as i32).collect();
            Tensor::from_data(TensorData::new(labels, [row.batch]), &device)
        };
        let shape = |width| [row.batch, width];
        let targets = match row.loss.as_str() {
            "mse" => {
                let outputs = row.layers[row.layers.len() - 1];
                Targets::Mse(matrix(row, row.array("targets"), shape(outputs), &device))
            }
            "svm" => Targets::Svm(labels(row.array("labels")).unsqueeze_dim(1)),
            _ => Targets::Softmax(labels(row.array("labels"))),
        };
        let optimizer = ModuleOptimizer::from(Momentum { decay: row.weight_decay }).with_group(
            ParamGroup::from_predicate("bias"),
            Momentum { decay: 0.0 },
            None,
        );
        Self {
            network: Some(Network::new(row, &device)),
            optimizer,
            x: matrix(row, row.array("x"), shape(row.layers[0]), &device),
            targets,
            rate: row.lr,
            check_steps: row.check_steps,
        }
    }

    fn loss(&self, scores: Tensor<2>) -> Tensor<1> {
        match &self.targets {
            Targets::Softmax(labels) => {
                let device = scores.device();
                CrossEntropyLossConfig::new().init(&device).forward(scores, labels.clone())
            }
            Targets::Svm(labels) => {
                let right = scores.clone().gather(1, labels.clone());
                let margins = relu(scores - right + 1.0);
                // Without the margin of the right class.
                margins.sum_dim(1).mean() - 1.0
            }
            Targets::Mse(values) => MseLoss::new().forward(scores, values.clone(), Reduction::Mean),
        }
    }

    fn step(&mut self) -> Tensor<1> {
        let network = self.network.take().expect("put back by the last step");
        let loss = self.loss(network.scores(self.x.clone()));
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        self.network = Some(self.optimizer.step(self.rate, network, gradients));
        loss
    }
}

impl Task for Train {
    fn check(&mut self) -> Result<Vec<f64>, Failure> {
        Ok(self.run(self.check_steps)?.into_iter().collect())
    }

    fn run(&mut self, steps: usize) -> Result<Option<f64>, Failure> {
        let mut last = None;
        for _ in 0..steps {
            last = Some(self.step());
        }
        Ok(last.map(|loss| loss.into_scalar::<f64>()))
    }
}

/// Scores of a batch, on a device that records nothing.
struct Infer {
    network: Network,
    x: Tensor<2>,
}

impl Infer {
    fn new(row: &Row) -> Self {
        let device = Device::flex();
        let x = matrix(row, row.array("x"), [row.batch, row.layers[0]], &device);
        Self { network: Network::new(row, &device), x }
    }
}

impl Task for Infer {
    fn check(&mut self) -> Result<Vec<f64>, Failure> {
        let scores = self.network.scores(self.x.clone());
        let classes = scores.dims()[1];
        let data = scores.into_data_as::<f64>();
        let values: Vec<f64> = data.iter::<f64>().collect();
        Ok(probabilities(&values, classes))
    }

    fn run(&mut self, steps: usize) -> Result<Option<f64>, Failure> {
        for _ in 0..steps {
            black_box(self.network.scores(black_box(self.x.clone())));
        }
        Ok(None)
    }
}
