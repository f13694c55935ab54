use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use densely::layers::Parameters;
use densely::optim::{Limits, OptimError, Optimizer, OptimizerState};
use densely::parts::Kind;
use densely::tensor::{Scalar, Threads};

/// An optimiser that is there still when the training that used it has ended.
#[derive(Debug)]
pub(crate) struct Lent<T: Scalar>(Arc<Mutex<Box<dyn Optimizer<T>>>>);

impl<T: Scalar> Lent<T> {
    pub(crate) fn new(optimizer: Box<dyn Optimizer<T>>) -> Self {
        Self(Arc::new(Mutex::new(optimizer)))
    }

    /// The same optimiser.
    pub(crate) fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// What it remembers.
    pub(crate) fn state(
        &self,
        parameters: &dyn Parameters<T>,
    ) -> Result<OptimizerState<T>, OptimError> {
        OptimizerState::of(&**self.get(), parameters)
    }

    fn get(&self) -> MutexGuard<'_, Box<dyn Optimizer<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Scalar> Optimizer<T> for Lent<T> {
    fn step(
        &mut self,
        parameters: &mut dyn Parameters<T>,
        threads: &Threads,
    ) -> Result<(), OptimError> {
        self.get().step(parameters, threads)
    }

    fn kind(&self) -> Kind {
        self.get().kind()
    }

    fn learning_rate(&self) -> f64 {
        self.get().learning_rate()
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.get().set_learning_rate(learning_rate);
    }

    fn limits(&self) -> Limits {
        self.get().limits()
    }

    fn save_state(
        &self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        self.get().save_state(state, parameters)
    }

    fn load_state(
        &mut self,
        state: &mut OptimizerState<T>,
        parameters: &dyn Parameters<T>,
    ) -> Result<(), OptimError> {
        self.get().load_state(state, parameters)
    }
}
