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
        let components = match self.components {
            0 => Components::All,
            k => Components::Count(k),
        };
        Ok(Whiten::fit_transform_on(self.x.as_ref(), components, 0.0, &self.threads)?)
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
