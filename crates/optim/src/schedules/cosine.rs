use densely_parts::{Described, Kind, Options, Spec, Value};

use crate::schedule::{FLOOR, anneal, progress};
use crate::{OptimError, Schedule};

/// A learning rate that falls along half a period of a cosine, over the whole training:
/// slowly at first, fast in the middle, slowly at the end.
///
/// `factor(t) = f + (1 − f) · ½ (1 + cos(π t / T))`, with the floor `f`
///
/// PyTorch's `CosineAnnealingLR`.
///
/// ```
/// use densely_optim::{CosineDecay, Schedule};
///
/// let schedule = CosineDecay::new();
/// assert_eq!(schedule.factor(0.0, 8.0), 1.0);
/// assert!((schedule.factor(4.0, 8.0) - 0.5).abs() < 1e-15);
/// assert!((schedule.factor(2.0, 8.0) - 0.5 * (1.0 + 0.5_f64.sqrt())).abs() < 1e-15);
/// ```
///
/// I. Loshchilov and F. Hutter, "SGDR: stochastic gradient descent with warm restarts"
/// (2017), without the restarts.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CosineDecay {
    floor: f64,
}

impl CosineDecay {
    /// Down to 0.
    #[must_use]
    pub fn new() -> Self {
        Self { floor: 0.0 }
    }

    /// Down to the factor `f`, in `[0, 1]`.
    #[must_use]
    pub fn floor(self, floor: f64) -> Self {
        Self { floor }
    }
}

impl Described for CosineDecay {
    const SPEC: Spec =
        Spec::new("cosine", "along half a period of a cosine, to the end").options(&[FLOOR]);

    fn from_options(options: &Options) -> Self {
        Self::new().floor(options.number("floor"))
    }

    fn values(&self) -> Vec<Value> {
        vec![self.floor.into()]
    }
}

impl Schedule for CosineDecay {
    fn kind(&self) -> Kind {
        self.described()
    }

    fn factor(&self, time: f64, end: f64) -> f64 {
        anneal(1.0, self.floor, progress(time, end))
    }

    fn check(&self) -> Result<(), OptimError> {
        Ok(Self::SPEC.check(&self.values())?)
    }
}
