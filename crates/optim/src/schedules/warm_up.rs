use crate::{OptimError, Schedule, option};

/// A learning rate that rises linearly, and follows another schedule from then on.
///
/// With the length `u` of the warm-up, which starts at the factor `s`:
///
/// | | |
/// |---|---|
/// | `t < u` | `factor(t, T) = (s + (1 − s) t / u) · inner(0, T − u)` |
/// | `t ≥ u` | `factor(t, T) = inner(t − u, T − u)` |
///
/// The first gradients of a new network, and the first moments of an optimiser, say
/// little; small steps let them settle. By default `s = 0.01`: with 0, the first step
/// would be none. Made by [`Schedule::warm_up`].
///
/// ```
/// use densely_optim::{CosineDecay, Schedule};
///
/// let schedule = CosineDecay::new().warm_up(2.0);
/// assert_eq!([0.0, 1.0, 2.0].map(|t| schedule.factor(t, 12.0)), [0.01, 0.505, 1.0]);
/// assert!((schedule.factor(7.0, 12.0) - 0.5).abs() < 1e-15); // half of the rest
/// ```
///
/// P. Goyal et al., "Accurate, large minibatch SGD" (2017).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WarmUp<S> {
    inner: S,
    length: f64,
    start: f64,
}

impl<S> WarmUp<S> {
    pub(crate) fn new(inner: S, length: f64) -> Self {
        Self { inner, length, start: 0.01 }
    }

    /// From the factor `s`, in `(0, 1]`.
    #[must_use]
    pub fn from(self, start: f64) -> Self {
        Self { start, ..self }
    }
}

impl<S: Schedule> Schedule for WarmUp<S> {
    fn factor(&self, time: f64, end: f64) -> f64 {
        // At the least, as much is left as the inner schedule needs to have begun.
        let rest = (end - self.length).max(f64::MIN_POSITIVE);
        if time < self.length {
            let risen = self.start + (1.0 - self.start) * (time / self.length);
            risen * self.inner.factor(0.0, rest)
        } else {
            self.inner.factor(time - self.length, rest)
        }
    }

    fn check(&self) -> Result<(), OptimError> {
        option::not_negative("the time of the warm-up", self.length)?;
        option::share("the rate at the start of the warm-up", self.start)?;
        self.inner.check()
    }
}
