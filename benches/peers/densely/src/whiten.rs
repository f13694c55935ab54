//! PCA whitening, fitted and applied.

use std::hint::black_box;

use densely::prelude::*;
use peer_protocol::{Failure, Row, Task};

use crate::network;

pub struct Whitening {
    x: Mat<f64>,
    components: usize,
}

impl Whitening {
    pub fn new(row: &Row) -> Self {
        Self { x: network::examples(row.array("x")), components: row.components }
    }

    fn whiten(&self) -> Result<(Whiten, Mat<f64>), Failure> {
        let x = self.x.as_ref();
        let whiten = match self.components {
            0 => Whiten::fit(x)?,
            k => Whiten::from_pca(Pca::fit_k(x, k)?, 0.0)?,
        };
        let y = whiten.transform(x)?;
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
