//! What is trained, and how.

use densely::models::Registry;
use densely::optim::{CosineDecay, Sgd};
use densely::parts::Kind;
use densely::prelude::*;

/// A published network, and a training of ours for it.
pub struct Recipe {
    pub name: &'static str,
    layers: &'static str,
    learning_rate: f64,
    momentum: f64,
    batch_size: usize,
    pub epochs: usize,
}

/// Those of `docs/results.md`.
pub const ALL: [Recipe; 1] = [
    // Simard, Steinkraus and Platt, "Best practices for convolutional neural networks" (2003),
    // table 1: 2 layers, cross-entropy, no distortions.
    Recipe {
        name: "simard",
        layers: "linear(800), relu, linear(10)",
        learning_rate: 0.1,
        momentum: 0.9,
        batch_size: 128,
        epochs: 40,
    },
];

impl Recipe {
    pub fn model(&self, seed: u64) -> Result<Model<f32>, Box<dyn std::error::Error>> {
        let layers = Kind::list(self.layers)?;
        let mut model = Model::of_kinds(28 * 28, &layers, &Kind::new("softmax"), &Registry::new())?;
        model.draw_weights(seed);
        Ok(model)
    }

    pub fn trainer(&self) -> Trainer<'static, f32> {
        let sgd = Sgd::new(self.learning_rate).momentum(self.momentum).nesterov(true);
        Trainer::new(sgd).batch_size(self.batch_size).schedule(CosineDecay::new())
    }
}
