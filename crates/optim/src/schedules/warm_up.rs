use densely_parts::{Kind, KindError, Opt, Options, Range, Spec, Value};

use crate::{OptimError, Schedule, ScheduleKind, ScheduleKinds};

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

const SPEC: Spec = Spec::new("warm-up", "linearly up, and then as another schedule").options(&[
    Opt::number("length", Range::NOT_NEGATIVE),
    Opt::kind("schedule"),
    Opt::number("start", Range::new(0.0, 1.0).above()).default_number(0.01),
]);

impl<S: Schedule> WarmUp<S> {
    fn values(&self) -> [Value; 3] {
        [self.length.into(), self.inner.kind().into(), self.start.into()]
    }
}

impl ScheduleKind for WarmUp<Box<dyn Schedule>> {
    const SPEC: Spec = SPEC;

    fn from_options(options: &Options, known: &ScheduleKinds) -> Result<Self, KindError> {
        let inner = known.get(options.kind("schedule"))?;
        Ok(Self::new(inner, options.number("length")).from(options.number("start")))
    }
}

impl<S: Schedule> Schedule for WarmUp<S> {
    fn kind(&self) -> Kind {
        SPEC.kind(&self.values())
    }

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
        SPEC.check(&self.values())?;
        self.inner.check()
    }
}
