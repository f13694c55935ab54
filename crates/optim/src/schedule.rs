use densely_parts::{Kind, Opt, Range};

use crate::OptimError;
use crate::schedules::WarmUp;

/// A learning rate that changes in the course of a training.
///
/// `η(t) = η₀ · factor(t, T)`, with the optimiser's learning rate `η₀`, at time `t` of a
/// training that takes until `T`
///
/// Time is in epochs, fractions included, so that a schedule does not depend on the
/// number of examples or of mini-batches: step 25 of 100 in the third epoch begins at
/// `t = 2.25`. In a loop of your own it may be in whatever unit you like. A factor is a
/// function of time and nothing else; a [`Plateau`](crate::Plateau) depends on the course
/// of the training.
///
/// A function of `t` and `T` is a schedule, too:
///
/// ```
/// use densely_optim::Schedule;
///
/// let linear = |t: f64, end: f64| 1.0 - t / end;
/// assert_eq!(linear.factor(2.5, 10.0), 0.75);
/// let warmed = linear.warm_up(1.0);
/// assert_eq!(warmed.factor(1.0 + 2.5, 1.0 + 10.0), 0.75);
/// ```
///
/// CS231n, Neural Networks 3, "Annealing the learning rate".
pub trait Schedule: Send {
    /// The learning rate at time `t` of `end`, as a multiple of the one at the start:
    /// at least 0 and finite for `0 ≤ t < end`.
    fn factor(&self, time: f64, end: f64) -> f64;

    /// What it is, as plain data: a kind, from which one like it can be made
    /// ([`ScheduleKinds`](crate::ScheduleKinds)).
    fn kind(&self) -> Kind {
        Kind::of_type::<Self>(size_of_val(self))
    }

    /// Whether the options are in range.
    ///
    /// # Errors
    /// If one is not.
    fn check(&self) -> Result<(), OptimError> {
        Ok(())
    }

    /// This schedule after a time of `length` in which the rate rises from almost 0.
    fn warm_up(self, length: f64) -> WarmUp<Self>
    where
        Self: Sized,
    {
        WarmUp::new(self, length)
    }
}

impl<F: Fn(f64, f64) -> f64 + Send> Schedule for F {
    fn factor(&self, time: f64, end: f64) -> f64 {
        self(time, end)
    }
}

/// A schedule chosen at run time.
impl Schedule for Box<dyn Schedule + '_> {
    fn factor(&self, time: f64, end: f64) -> f64 {
        (**self).factor(time, end)
    }

    fn kind(&self) -> Kind {
        (**self).kind()
    }

    fn check(&self) -> Result<(), OptimError> {
        (**self).check()
    }
}

/// `t / T`, from 0 to at most 1.
pub(crate) fn progress(time: f64, end: f64) -> f64 {
    if time < end { time / end } else { 1.0 }
}

/// From one value to another along half a period of a cosine.
pub(crate) fn anneal(from: f64, to: f64, progress: f64) -> f64 {
    // Exactly `from` and `to` at the ends.
    let share = 0.5 * (1.0 + (std::f64::consts::PI * progress).cos());
    from * share + to * (1.0 - share)
}

/// A factor that the rate may come down to.
pub(crate) const FLOOR: Opt = Opt::number("floor", Range::new(0.0, 1.0)).default_number(0.0);
