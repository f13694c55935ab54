use densely_layers::Kind;
use densely_optim::{Adam, Optimizer};
use densely_tensor::Scalar;

use crate::{Mlp, Trainer};

/// What there is to choose about a network and its training, as plain data: a point of a
/// [`SearchSpace`](crate::SearchSpace).
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkOptions {
    /// The widths of the hidden layers.
    pub hidden: Vec<usize>,
    /// Their activation.
    pub activation: Kind,
    /// The probability to drop a unit of a hidden layer in training.
    pub dropout: f64,
    /// The learning rate.
    pub learning_rate: f64,
    /// The strength of the penalty on weights.
    pub weight_decay: f64,
    /// The number of examples in a mini-batch.
    pub batch_size: usize,
}

/// What the program does unless told otherwise: a hidden layer of 64 ReLU, trained as by
/// [`Trainer::default`].
impl Default for NetworkOptions {
    fn default() -> Self {
        Self {
            hidden: vec![64],
            activation: Kind::new("relu"),
            dropout: 0.0,
            learning_rate: 0.003,
            weight_decay: 0.0015,
            batch_size: 32,
        }
    }
}

impl NetworkOptions {
    /// A network of so many inputs, with such hidden layers.
    #[must_use]
    pub fn mlp(&self, network: Mlp) -> Mlp {
        network.hidden(&self.hidden[..]).activation(self.activation.clone()).dropout(self.dropout)
    }

    /// Adam with these options, and its gradient clipped to a norm of 5.
    #[must_use]
    pub fn trainer<'a, T: Scalar>(&self) -> Trainer<'a, T> {
        let adam = Adam::new(self.learning_rate).weight_decay(self.weight_decay).clip_norm(5.0);
        Trainer::new(adam).batch_size(self.batch_size)
    }
}
