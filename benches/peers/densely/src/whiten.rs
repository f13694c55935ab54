//! PCA whitening, fitted and applied.

use std::hint::black_box;

use densely::prelude::*;
use peer_protocol::{Failure, Row, Task};

use crate::network;

pub struct Whitening {
    x: Mat<f64>,
    components: usize,
    threads: Threads,
}

impl Whitening {
    pub fn new(row: &Row) -> Result<Self, Failure> {
        Ok(Self {
            x: network::examples(row.array("x")),
            components: row.components,
            threads: Threads::new(row.threads)?,
        })
    }

    fn whiten(&self) -> Result<(Whiten, Mat<f64>), Failure> {
        let (x, threads) = (self.x.as_ref(), &self.threads);
        let pca = match self.components {
            0 => Pca::fit_on(x, threads)?,
            k => Pca::fit_k_on(x, k, threads)?,
        };
        let whiten = Whiten::from_pca(pca, 0.0)?;
        let y = whiten.transform_on(x, threads)?;
        Ok((whiten, y))
    }
}

impl Task for Whitening {
    fn check(&mut self) -> Result<Vec<f64>, Failure> {
        Ok(self.whiten()?.0.pca().variances().to_vec())
    }

    fn run(&mut self, steps: usize) -> Result<Option<f64>, Failure> {
        for _ in 0..steps {
            black_box(self.whiten()?);
        }
        Ok(None)
    }
}
