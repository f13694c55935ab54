use densely_parts::{Described, Kind, Opt, Options, Range, Spec, Value};

use crate::{OptimError, Schedule};

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

impl Described for StepDecay {
    const SPEC: Spec = Spec::new("step", "by a factor at regular times").options(&[
        Opt::number("every", Range::POSITIVE).default_number(30.0),
        Opt::number("factor", Range::new(0.0, 1.0).above()).default_number(0.1),
    ]);

    fn from_options(options: &Options) -> Self {
        Self::new(options.number("every"), options.number("factor"))
    }

    fn values(&self) -> Vec<Value> {
        vec![self.every.into(), self.factor.into()]
    }
}

impl Schedule for StepDecay {
    fn kind(&self) -> Kind {
        self.described()
    }

    fn factor(&self, time: f64, _end: f64) -> f64 {
        self.factor.powi((time / self.every).floor() as i32)
    }

    fn check(&self) -> Result<(), OptimError> {
        Ok(Self::SPEC.check(&self.values())?)
    }
}
