//! The worker of candle, on its CPU backend.

use std::hint::black_box;

use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::{Linear, Module, loss, ops};
use peer_protocol::{Array, Failure, Row, Task, probabilities, serve};

const MOMENTUM: f64 = 0.9;

fn main() {
    serve("0.11.1", |row| match row.kind.as_str() {
        "train" => Ok(Box::new(Train::new(&row)?)),
        "latency" | "batch" => Ok(Box::new(Infer::new(&row)?)),
        kind => Err(Failure::Unsupported(format!("no rows of kind {kind}"))),
    });
}

/// The network: fully-connected layers and an activation between them.
struct Network {
    layers: Vec<Linear>,
    activation: String,
}

impl Network {
    /// With the initial weights of the row; `wrap` says what a parameter is.
    fn new(row: &Row, mut wrap: impl FnMut(Tensor) -> Result<Tensor>) -> Result<Self> {
        let layers = row.parameters().map(|(weight, bias)| {
            let inputs = *weight.shape.last().expect("weights have a shape");
            let weight = wrap(tensor(row, weight)?.reshape(((), inputs))?)?;
            let bias = wrap(tensor(row, bias)?.flatten_all()?)?;
            Ok(Linear::new(weight, Some(bias)))
        });
        Ok(Self { layers: layers.collect::<Result<_>>()?, activation: row.activation.clone() })
    }

    fn scores(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = self.layers[0].forward(x)?;
        for layer in &self.layers[1..] {
            let hidden = match self.activation.as_str() {
                "sigmoid" => ops::sigmoid(&x)?,
                "maxout" => x.reshape((x.dim(0)?, 2, x.dim(1)? / 2))?.max(1)?,
                _ => x.relu()?,
            };
            x = layer.forward(&hidden)?;
        }
        Ok(x)
    }
}

fn tensor(row: &Row, array: &Array) -> Result<Tensor> {
    let dtype = if row.dtype == "f32" { DType::F32 } else { DType::F64 };
    Tensor::from_slice(&array.values, array.shape.as_slice(), &Device::Cpu)?.to_dtype(dtype)
}

/// Training steps on one batch.
struct Train {
    network: Network,
    vars: Vec<Var>,
    /// None before the first step.
    velocities: Vec<Option<Tensor>>,
    x: Tensor,
    targets: Tensor,
    loss: String,
    rate: f64,
    decay: f64,
    check_steps: usize,
}

impl Train {
    fn new(row: &Row) -> Result<Self> {
        let mut vars = Vec::new();
        let network = Network::new(row, |value| {
            vars.push(Var::from_tensor(&value)?);
            Ok(vars[vars.len() - 1].as_tensor().clone())
        })?;
        let targets = match row.loss.as_str() {
            "mse" => tensor(row, row.array("targets"))?,
            _ => Tensor::new(row.array("labels").integers.as_slice(), &Device::Cpu)?,
        };
        Ok(Self {
            network,
            velocities: vec![None; vars.len()],
            vars,
            x: tensor(row, row.array("x"))?,
            targets,
            loss: row.loss.clone(),
            rate: row.lr,
            decay: row.weight_decay,
            check_steps: row.check_steps,
        })
    }

    fn loss(&self, scores: &Tensor) -> Result<Tensor> {
        match self.loss.as_str() {
            "mse" => loss::mse(scores, &self.targets),
            "svm" => {
                let right = scores.gather(&self.targets.unsqueeze(1)?, 1)?;
                let margins = scores.broadcast_sub(&right)?.affine(1.0, 1.0)?.relu()?;
                // Without the margin of the right class.
                margins.sum(1)?.affine(1.0, -1.0)?.mean_all()
            }
            _ => loss::cross_entropy(scores, &self.targets),
        }
    }

    fn step(&mut self) -> Result<Tensor> {
        let loss = self.loss(&self.network.scores(&self.x)?)?;
        let gradients = loss.backward()?;
        for (var, velocity) in self.vars.iter().zip(&mut self.velocities) {
            let Some(gradient) = gradients.get(var) else { continue };
            // Only weights, which are matrices, decay.
            let mut g = gradient.clone();
            if var.rank() == 2 {
                g = (g + var.detach().affine(self.decay, 0.0)?)?;
            }
            let v = match velocity.take() {
                Some(v) => (v.affine(MOMENTUM, 0.0)? + g)?,
                None => g,
            };
            var.set(&(var.detach() - v.affine(self.rate, 0.0)?)?)?;
            *velocity = Some(v);
        }
        Ok(loss)
    }
}

impl Task for Train {
    fn check(&mut self) -> std::result::Result<Vec<f64>, Failure> {
        Ok(self.run(self.check_steps)?.into_iter().collect())
    }

    fn run(&mut self, steps: usize) -> std::result::Result<Option<f64>, Failure> {
        let mut last = None;
        for _ in 0..steps {
            last = Some(self.step()?);
        }
        Ok(match last {
            Some(loss) => Some(loss.to_dtype(DType::F64)?.to_scalar()?),
            None => None,
        })
    }
}

/// Scores of a batch, of parameters that are no variables: nothing is recorded.
struct Infer {
    network: Network,
    x: Tensor,
}

impl Infer {
    fn new(row: &Row) -> Result<Self> {
        Ok(Self { network: Network::new(row, Ok)?, x: tensor(row, row.array("x"))? })
    }
}

impl Task for Infer {
    fn check(&mut self) -> std::result::Result<Vec<f64>, Failure> {
        let scores = self.network.scores(&self.x)?;
        let values: Vec<f64> = scores.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?;
        Ok(probabilities(&values, scores.dim(1)?))
    }

    fn run(&mut self, steps: usize) -> std::result::Result<Option<f64>, Failure> {
        for _ in 0..steps {
            black_box(self.network.scores(black_box(&self.x))?);
        }
        Ok(None)
    }
}
