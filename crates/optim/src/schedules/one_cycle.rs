use densely_parts::{Described, Kind, Opt, Options, Range, Spec, Value};

use crate::schedule::{anneal, progress};
use crate::{OptimError, Schedule};

/// One cycle: a learning rate that rises from a low value to the optimiser's, its
/// highest, and then falls far below where it began.
///
/// With the share `p` of the time in which it rises, the rates `a` at the start and `b`
/// at the end, as factors, and `cos(u → v, x) = v + (u − v) · ½ (1 + cos πx)`:
///
/// | | |
/// |---|---|
/// | `t < pT` | `factor(t) = cos(a → 1, t / pT)` |
/// | `t ≥ pT` | `factor(t) = cos(1 → b, (t − pT) / (T − pT))` |
///
/// By default `p = 0.3`, `a = 1/25` and `b = a/10⁴`, as in PyTorch's `OneCycleLR`, which
/// changes the momentum too. A high rate in the middle goes over narrow minima, and the
/// long fall settles in a wide one.
///
/// ```
/// use densely_optim::{OneCycle, Schedule};
///
/// let schedule = OneCycle::new();
/// assert_eq!(schedule.factor(0.0, 10.0), 0.04);
/// assert_eq!(schedule.factor(3.0, 10.0), 1.0);
/// assert!((schedule.factor(10.0, 10.0) - 4e-6).abs() < 1e-15);
/// ```
///
/// L. Smith and N. Topin, "Super-convergence: very fast training of neural networks using
/// large learning rates" (2018).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneCycle {
    rise: f64,
    start: f64,
    end: f64,
}

impl OneCycle {
    /// With the usual options.
    #[must_use]
    pub fn new() -> Self {
        Self { rise: 0.3, start: 1.0 / 25.0, end: 1.0 / 25e4 }
    }

    /// Rising for the share `p`, in `[0, 1)`, of the time.
    #[must_use]
    pub fn rise(self, rise: f64) -> Self {
        Self { rise, ..self }
    }

    /// From the factor `a` to the factor `b`, each in `(0, 1]`.
    #[must_use]
    pub fn between(self, start: f64, end: f64) -> Self {
        Self { start, end, ..self }
    }
}

impl Default for OneCycle {
    fn default() -> Self {
        Self::new()
    }
}

impl Described for OneCycle {
    const SPEC: Spec =
        Spec::new("one-cycle", "up from a low rate, and then far below it").options(&[
            Opt::number("rise", Range::new(0.0, 1.0).below()).default_number(0.3),
            Opt::number("start", Range::new(0.0, 1.0).above()).default_number(1.0 / 25.0),
            Opt::number("end", Range::new(0.0, 1.0).above()).default_number(1.0 / 25e4),
        ]);

    fn from_options(options: &Options) -> Self {
        Self::new()
            .rise(options.number("rise"))
            .between(options.number("start"), options.number("end"))
    }

    fn values(&self) -> Vec<Value> {
        vec![self.rise.into(), self.start.into(), self.end.into()]
    }
}

impl Schedule for OneCycle {
    fn kind(&self) -> Kind {
        self.described()
    }

    fn factor(&self, time: f64, end: f64) -> f64 {
        let top = self.rise * end;
        if time < top {
            anneal(self.start, 1.0, time / top)
        } else {
            anneal(1.0, self.end, progress(time - top, end - top))
        }
    }

    fn check(&self) -> Result<(), OptimError> {
        Ok(Self::SPEC.check(&self.values())?)
    }
}
