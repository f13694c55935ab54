use crate::{OptimError, Schedule, option};

/// A learning rate that falls by a factor at regular times.
///
/// `factor(t) = γ^⌊t / s⌋`
///
/// PyTorch's `StepLR`.
///
/// ```
/// use densely_optim::{Schedule, StepDecay};
///
/// let schedule = StepDecay::new(5.0, 0.1); // a tenth, every five epochs
/// assert_eq!([0.0, 4.9, 5.0, 11.0].map(|t| schedule.factor(t, 20.0)), [1.0, 1.0, 0.1, 0.1 * 0.1]);
/// ```
///
/// CS231n, Neural Networks 3, "Annealing the learning rate" (step decay).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepDecay {
    every: f64,
    factor: f64,
}

impl StepDecay {
    /// By the factor `γ`, in `(0, 1]`, after each time `s`, which is positive.
    #[must_use]
    pub fn new(every: f64, factor: f64) -> Self {
        Self { every, factor }
    }
}

impl Schedule for StepDecay {
    fn factor(&self, time: f64, _end: f64) -> f64 {
        self.factor.powi((time / self.every).floor() as i32)
    }

    fn check(&self) -> Result<(), OptimError> {
        option::positive("the time between two decays", self.every)?;
        option::share("the decay of the learning rate", self.factor)
    }
}
