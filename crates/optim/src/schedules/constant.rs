use densely_parts::{Described, Kind, Options, Spec};

use crate::Schedule;

/// The same learning rate all the time: `factor = 1`. With
/// [`warm_up`](Schedule::warm_up), from then on.
///
/// ```
/// use densely_optim::{ConstantRate, Schedule};
///
/// assert_eq!(ConstantRate.factor(7.0, 10.0), 1.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConstantRate;

impl Described for ConstantRate {
    const SPEC: Spec = Spec::new("constant", "the same rate all the time");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl Schedule for ConstantRate {
    fn kind(&self) -> Kind {
        self.described()
    }

    fn factor(&self, _time: f64, _end: f64) -> f64 {
        1.0
    }
}
