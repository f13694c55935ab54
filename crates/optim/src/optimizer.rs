use std::fmt::Debug;

use densely_layers::Layer;
use densely_tensor::{Scalar, Threads};

use crate::{ClipNorm, ClipValue, Limits, MaxNorm, OptimError};

/// A rule that changes parameters by their gradients.
///
/// An optimiser may keep state for each parameter, indexed by the order in which
/// [`visit_params_mut`](Layer::visit_params_mut) visits them; so one optimiser serves
/// one network. State is allocated in the first step, and nothing after it.
///
/// An optimiser around another changes gradients before a step, or weights after it:
///
/// ```
/// use densely_optim::{AdamW, Optimizer};
///
/// let mut optimizer = AdamW::<f32>::new(0.001).clip_norm(1.0).max_norm(4.0);
/// assert_eq!(optimizer.learning_rate(), 0.001);
/// ```
pub trait Optimizer<T: Scalar>: Debug + Send {
    /// One step: every parameter of `network` is updated from its gradient.
    ///
    /// # Errors
    /// If an option is out of range, or the state belongs to another network. No
    /// parameter is changed then.
    fn step(&mut self, network: &mut dyn Layer<T>, threads: &Threads) -> Result<(), OptimError>;

    /// The step size `η`.
    fn learning_rate(&self) -> f64;

    /// Changes the step size, for schedules.
    fn set_learning_rate(&mut self, learning_rate: f64);

    /// What holds its steps back; nothing, unless an optimiser says otherwise. One around
    /// another adds its own.
    fn limits(&self) -> Limits {
        Limits::default()
    }

    /// Shortens the gradient, as a vector of all parameters, to this norm.
    fn clip_norm(self, limit: f64) -> ClipNorm<Self>
    where
        Self: Sized,
    {
        ClipNorm::new(self, limit)
    }

    /// Cuts off each entry of the gradient at `±limit`.
    fn clip_value(self, limit: f64) -> ClipValue<Self>
    where
        Self: Sized,
    {
        ClipValue::new(self, limit)
    }

    /// Limits the norm of the incoming weights of each unit, after each step.
    fn max_norm(self, limit: f64) -> MaxNorm<Self>
    where
        Self: Sized,
    {
        MaxNorm::new(self, limit)
    }
}

/// An optimiser chosen at run time.
impl<T: Scalar, O: Optimizer<T> + ?Sized> Optimizer<T> for Box<O> {
    fn step(&mut self, network: &mut dyn Layer<T>, threads: &Threads) -> Result<(), OptimError> {
        (**self).step(network, threads)
    }

    fn learning_rate(&self) -> f64 {
        (**self).learning_rate()
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        (**self).set_learning_rate(learning_rate);
    }

    fn limits(&self) -> Limits {
        (**self).limits()
    }
}
