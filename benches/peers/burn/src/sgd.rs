//! SGD with momentum and weight decay.
//!
//! The operations of burn's own `Sgd` without dampening, but with options in double
//! precision: those of burn are `f32`, and in `f64` losses would agree to 1e-8 only.

use burn::optim::{LearningRate, Optimizer, RecordState, StateSink, StateSource};
use burn::prelude::*;

const MOMENTUM: f64 = 0.9;

#[derive(Clone)]
pub struct Momentum {
    pub decay: f64,
}

#[derive(Clone)]
pub struct Velocity<const D: usize> {
    velocity: Tensor<D>,
}

/// Nothing is saved here, and the derive of `RecordState` works in burn's own crates only.
impl<const D: usize> RecordState for Velocity<D> {
    fn state_flatten(&self, _prefix: &str, _out: &mut StateSink) {}

    fn state_unflatten(_prefix: &str, _src: &mut StateSource, _device: &Device) -> Option<Self> {
        None
    }
}

impl Optimizer for Momentum {
    type State<const D: usize> = Velocity<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        tensor: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<Velocity<D>>,
    ) -> (Tensor<D>, Option<Velocity<D>>) {
        let gradient = match self.decay {
            0.0 => gradient,
            decay => gradient + tensor.clone().mul_scalar(decay),
        };
        let velocity = match state {
            Some(state) => state.velocity.mul_scalar(MOMENTUM) + gradient,
            None => gradient,
        };
        let tensor = tensor - velocity.clone().mul_scalar(rate);
        (tensor, Some(Velocity { velocity }))
    }

    fn to_device<const D: usize>(mut state: Velocity<D>, device: &Device) -> Velocity<D> {
        state.velocity = state.velocity.to_device(device);
        state
    }
}
