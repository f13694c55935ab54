use densely_parts::{Described, Kind, Opt, Options, Range, Spec, Value};
use densely_tensor::Real;

use crate::{OptimError, Schedule};

/// A learning rate that falls by the same share in equal times.
///
/// `factor(t) = γᵗ = exp(−k t)`, with `k = −ln γ`
///
/// PyTorch's `ExponentialLR` at whole epochs, and smooth between them.
///
/// ```
/// use densely_optim::{ExponentialDecay, Schedule};
///
/// let schedule = ExponentialDecay::new(0.81);
/// assert!((schedule.factor(1.5, 10.0) - 0.729).abs() < 1e-15);
/// ```
///
/// CS231n, Neural Networks 3, "Annealing the learning rate" (exponential decay).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExponentialDecay {
    factor: f64,
}

impl ExponentialDecay {
    /// By the factor `γ`, in `(0, 1]`, in each unit of time.
    #[must_use]
    pub fn new(factor: f64) -> Self {
        Self { factor }
    }
}

impl Described for ExponentialDecay {
    const SPEC: Spec = Spec::new("exponential", "by the same share in each epoch")
        .options(&[Opt::number("factor", Range::new(0.0, 1.0).above()).default_number(0.95)]);

    fn from_options(options: &Options) -> Self {
        Self::new(options.number("factor"))
    }

    fn values(&self) -> Vec<Value> {
        vec![self.factor.into()]
    }
}

impl Schedule for ExponentialDecay {
    fn kind(&self) -> Kind {
        self.described()
    }

    fn factor(&self, time: f64, _end: f64) -> f64 {
        Real::exp(time * Real::ln(self.factor))
    }

    fn check(&self) -> Result<(), OptimError> {
        Ok(Self::SPEC.check(&self.values())?)
    }
}
