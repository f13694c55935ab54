//! Training from the same start until the test accuracy is reached.

use densely::prelude::*;
use densely_tensor::{column, column_mut};
use peer_protocol::{Failure, Row, Task};

use crate::network;
use crate::train::Trained;

pub struct Accuracy<T: Scalar> {
    row: Row,
    x: Mat<T>,
    labels: Vec<usize>,
    test_x: Mat<T>,
    test_labels: Vec<usize>,
    threads: Threads,
    epochs: usize,
    reached: f64,
}

impl<T: Scalar> Accuracy<T> {
    pub fn new(row: Row) -> Result<Self, Failure> {
        Ok(Self {
            x: network::examples(row.array("x")),
            labels: network::labels(row.array("labels")),
            test_x: network::examples(row.array("test_x")),
            test_labels: network::labels(row.array("test_labels")),
            threads: Threads::new(row.threads)?,
            row,
            epochs: 0,
            reached: 0.0,
        })
    }

    fn train(&mut self) -> Result<(), Failure> {
        let Self { row, x, labels, test_x, test_labels, threads, .. } = self;
        let mut trained = Trained::new(row)?;
        let mut batch = Mat::zeros(x.nrows(), row.batch);
        let mut targets = vec![0; row.batch];
        let orders = row.array("orders");
        for (epoch, order) in orders.integers.chunks_exact(orders.shape[1]).enumerate() {
            for chosen in order.chunks_exact(row.batch) {
                for (j, &example) in chosen.iter().enumerate() {
                    let example = example as usize;
                    column_mut(batch.as_mut(), j).copy_from_slice(column(x.as_ref(), example));
                    targets[j] = labels[example];
                }
                trained.step(batch.as_ref(), targets.as_slice().into(), threads)?;
            }
            let classes = trained.model.classify(test_x.as_ref(), threads)?;
            let hits = classes.iter().zip(&*test_labels).filter(|(a, b)| a == b).count();
            self.epochs = epoch + 1;
            self.reached = hits as f64 / test_labels.len() as f64;
            if self.reached >= row.accuracy {
                break;
            }
        }
        Ok(())
    }
}

impl<T: Scalar> Task for Accuracy<T> {
    fn check(&mut self) -> Result<Vec<f64>, Failure> {
        self.train()?;
        Ok(Vec::new())
    }

    fn run(&mut self, steps: usize) -> Result<Option<f64>, Failure> {
        for _ in 0..steps {
            self.train()?;
        }
        Ok(None)
    }

    fn note(&self) -> String {
        format!("{} epochs, {:.1}%", self.epochs, 100.0 * self.reached)
    }
}
