use std::fmt::Debug;

use densely_layers::Layer;
use densely_tensor::{Scalar, Threads};

use crate::OptimError;

/// A rule that changes parameters by their gradients.
///
/// An optimiser may keep state for each parameter, indexed by the order in which
/// [`visit_params_mut`](Layer::visit_params_mut) visits them; so one optimiser serves
/// one network. State is allocated in the first step, and nothing after it.
pub trait Optimizer<T: Scalar>: Debug + Send {
    /// One step: every parameter of `network` is updated from its gradient.
    ///
    /// # Errors
    /// If an option is out of range, or the state belongs to another network. Nothing
    /// is changed then.
    fn step(&mut self, network: &mut dyn Layer<T>, threads: &Threads) -> Result<(), OptimError>;

    /// The step size `η`.
    fn learning_rate(&self) -> f64;

    /// Changes the step size, for schedules.
    fn set_learning_rate(&mut self, learning_rate: f64);
}
