//! Predictions: one at a time on the calling thread, and many on all threads.

use std::hint::black_box;

use densely::prelude::*;
use peer_protocol::{Failure, Row, Task, probabilities};

use crate::network;

/// Single examples, without allocations.
pub struct Latency<T: Scalar> {
    model: Model<T>,
    x: Mat<T>,
    workspace: Workspace<T>,
}

/// Many examples.
pub struct Batch<T: Scalar> {
    model: Model<T>,
    x: Mat<T>,
    threads: Threads,
}

impl<T: Scalar> Latency<T> {
    pub fn new(row: &Row) -> Result<Self, Failure> {
        let (model, x) = (network::model(row)?, network::examples(row.array("x")));
        Ok(Self { model, x, workspace: Workspace::new() })
    }
}

impl<T: Scalar> Task for Latency<T> {
    fn check(&mut self) -> Result<Vec<f64>, Failure> {
        let scores = self.model.predict_with(self.x.as_ref(), &mut self.workspace)?;
        Ok(compared(scores))
    }

    fn run(&mut self, steps: usize) -> Result<Option<f64>, Failure> {
        for _ in 0..steps {
            let x = black_box(self.x.as_ref());
            black_box(self.model.predict_with(x, &mut self.workspace)?);
        }
        Ok(None)
    }
}

impl<T: Scalar> Batch<T> {
    pub fn new(row: &Row) -> Result<Self, Failure> {
        let (model, x) = (network::model(row)?, network::examples(row.array("x")));
        Ok(Self { model, x, threads: Threads::new(row.threads)? })
    }
}

impl<T: Scalar> Task for Batch<T> {
    fn check(&mut self) -> Result<Vec<f64>, Failure> {
        let scores = self.model.scores(self.x.as_ref(), &self.threads)?;
        Ok(compared(scores.as_ref()))
    }

    fn run(&mut self, steps: usize) -> Result<Option<f64>, Failure> {
        for _ in 0..steps {
            black_box(self.model.scores(black_box(self.x.as_ref()), &self.threads)?);
        }
        Ok(None)
    }
}

fn compared<T: Scalar>(scores: MatRef<'_, T>) -> Vec<f64> {
    let values = |j: usize| (0..scores.nrows()).map(move |i| scores[(i, j)].to_f64());
    let ends: Vec<f64> = values(0).chain(values(scores.ncols() - 1)).collect();
    probabilities(&ends, scores.nrows())
}
