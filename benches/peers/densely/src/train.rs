//! Training steps on one batch.

use densely::prelude::*;
use peer_protocol::{Failure, Row, Task};

use crate::network;

pub struct Train<T: Scalar> {
    trained: Trained<T>,
    x: Mat<T>,
    labels: Vec<usize>,
    values: Option<Mat<T>>,
    threads: Threads,
    check_steps: usize,
}

/// A model in training.
pub struct Trained<T: Scalar> {
    pub model: Model<T>,
    step: TrainingStep<T>,
    sgd: Sgd<T>,
}

impl<T: Scalar> Trained<T> {
    pub fn new(row: &Row) -> Result<Self, Failure> {
        let sgd = Sgd::new(row.lr).momentum(0.9).weight_decay(row.weight_decay);
        Ok(Self { model: network::model(row)?, step: TrainingStep::new(), sgd })
    }

    /// One step; returns the loss before it.
    pub fn step(
        &mut self,
        x: MatRef<'_, T>,
        targets: Targets<'_, T>,
        threads: &Threads,
    ) -> Result<f64, Failure> {
        let Self { model, step, sgd } = self;
        Ok(step.run(model, sgd, x, targets, At::default(), threads)?)
    }
}

impl<T: Scalar> Train<T> {
    pub fn new(row: &Row) -> Result<Self, Failure> {
        let regression = row.loss == "mse";
        Ok(Self {
            trained: Trained::new(row)?,
            x: network::examples(row.array("x")),
            labels: if regression { Vec::new() } else { network::labels(row.array("labels")) },
            values: regression.then(|| network::examples(row.array("targets"))),
            threads: Threads::new(row.threads)?,
            check_steps: row.check_steps,
        })
    }
}

impl<T: Scalar> Task for Train<T> {
    fn check(&mut self) -> Result<Vec<f64>, Failure> {
        Ok(self.run(self.check_steps)?.into_iter().collect())
    }

    fn run(&mut self, steps: usize) -> Result<Option<f64>, Failure> {
        let Self { trained, x, labels, values, threads, .. } = self;
        let x = x.as_ref();
        let targets = match values {
            Some(values) => Targets::Values(values.as_ref()),
            None => Targets::Labels(labels),
        };
        threads.install(|| {
            let mut loss = None;
            for _ in 0..steps {
                loss = Some(trained.step(x, targets, threads)?);
            }
            Ok(loss)
        })
    }
}
