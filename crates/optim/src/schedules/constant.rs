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

impl Schedule for ConstantRate {
    fn factor(&self, _time: f64, _end: f64) -> f64 {
        1.0
    }
}
