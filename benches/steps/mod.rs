//! Networks whose training steps are timed, and batches for them.

#![allow(dead_code, reason = "no bench needs all of it")]

use densely::prelude::*;

/// A network: its name, and the widths of its layers with inputs and outputs. Of one output it learns a number,
/// of several a class.
#[derive(Clone, Copy)]
pub(crate) struct Network(pub(crate) &'static str, &'static [usize]);

pub(crate) const SPIRAL: Network = Network("spiral", &[2, 100, 3]);
pub(crate) const DIGITS: Network = Network("digits", &[64, 64, 10]);
pub(crate) const TABULAR: Network = Network("tabular", &[32, 256, 256, 1]);
pub(crate) const MNIST: Network = Network("mnist", &[784, 512, 256, 10]);
pub(crate) const LARGE: Network = Network("large", &[1024, 4096, 4096, 1000]);

impl Network {
    fn ends(self) -> (usize, usize) {
        (self.1[0], self.1[self.1.len() - 1])
    }

    pub(crate) fn model<T: Scalar>(self) -> Model<T> {
        let (inputs, outputs) = self.ends();
        let mlp = match outputs {
            1 => Mlp::regressor(inputs, 1),
            classes => Mlp::classifier(inputs, classes),
        };
        mlp.hidden(&self.1[1..self.1.len() - 1]).build().expect("positive widths")
    }
}

/// Examples of a network.
pub(crate) struct Batch<T: Scalar> {
    pub(crate) x: Mat<T>,
    labels: Vec<usize>,
    values: Option<Mat<T>>,
}

impl<T: Scalar> Batch<T> {
    pub(crate) fn new(network: Network, examples: usize) -> Self {
        let (inputs, outputs) = network.ends();
        let mut stream = Stream::new(1, Purpose::Other, Key::default());
        let x = Mat::from_fn(inputs, examples, |_, _| stream.normal());
        let labels = (0..examples).map(|_| stream.below(outputs)).collect();
        let values = (outputs == 1).then(|| Mat::from_fn(1, examples, |_, _| stream.normal()));
        Self { x, labels, values }
    }

    pub(crate) fn targets(&self) -> Targets<'_, T> {
        match &self.values {
            Some(values) => Targets::Values(values.as_ref()),
            None => Targets::Labels(&self.labels),
        }
    }
}

/// The time of an undisturbed step, of the first in cold caches none.
pub(crate) fn lower_quartile(times: &[f64]) -> f64 {
    let mut times = times[1..].to_vec();
    times.sort_by(f64::total_cmp);
    times[times.len() / 4]
}
