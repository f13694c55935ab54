use densely_parts::{Described, Opt, Options, Range, Spec, Value};

use crate::OptimError;
use crate::schedule::FLOOR;

/// A learning rate that falls when the validation loss no longer does.
///
/// After `p` epochs in a row without a loss below `L − θ |L|`, where `L` is the lowest
/// before, the factor on the learning rate is multiplied by `γ`, down to a floor, and
/// counting begins anew.
///
/// By default `θ = 1e-4` and the floor is 0. For positive losses this is PyTorch's
/// `ReduceLROnPlateau` with a patience of `p − 1`, which waits one epoch longer than that.
///
/// ```
/// use densely_optim::Plateau;
///
/// let mut plateau = Plateau::new(0.5, 2);
/// let losses = [1.0, 0.8, 0.9, 0.85, 0.82, 0.7, 0.71, 0.72];
/// let factors = losses.map(|loss| plateau.observe(loss));
/// assert_eq!(factors, [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.25]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plateau {
    decay: f64,
    patience: usize,
    threshold: f64,
    floor: f64,
    course: PlateauCourse,
}

/// Where a [`Plateau`] is in the course of a training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlateauCourse {
    /// The factor on the learning rate.
    pub factor: f64,
    /// The lowest loss so far.
    pub lowest: f64,
    /// Epochs in a row without a lower one.
    pub epochs: usize,
}

impl Plateau {
    /// By the factor `γ`, in `(0, 1]`, after `p` epochs, at least one.
    #[must_use]
    pub fn new(decay: f64, patience: usize) -> Self {
        let course = PlateauCourse { factor: 1.0, lowest: f64::INFINITY, epochs: 0 };
        Self { decay, patience, threshold: 1e-4, floor: 0.0, course }
    }

    /// With this share `θ`, in `[0, 1)`, by which a loss has to be lower to count.
    #[must_use]
    pub fn threshold(self, threshold: f64) -> Self {
        Self { threshold, ..self }
    }

    /// Down to this factor, in `[0, 1]`.
    #[must_use]
    pub fn floor(self, floor: f64) -> Self {
        Self { floor, ..self }
    }

    /// Whether the options are in range.
    ///
    /// # Errors
    /// If one is not.
    pub fn check(&self) -> Result<(), OptimError> {
        Ok(Self::SPEC.check(&self.values())?)
    }

    /// The epochs in a row without a lower loss after which the rate falls.
    #[must_use]
    pub fn patience(&self) -> usize {
        self.patience
    }

    /// The factor on the learning rate.
    #[must_use]
    pub fn factor(&self) -> f64 {
        self.course.factor
    }

    /// Where it is: to store, and to [go on](Self::at) from.
    #[must_use]
    pub fn course(&self) -> PlateauCourse {
        self.course
    }

    /// The same, at this place of its course.
    #[must_use]
    pub fn at(self, course: PlateauCourse) -> Self {
        Self { course, ..self }
    }

    /// Takes notice of the validation loss of an epoch, and returns the factor from now
    /// on. A loss that is NaN is not lower than any.
    pub fn observe(&mut self, loss: f64) -> f64 {
        let PlateauCourse { factor, lowest, epochs } = &mut self.course;
        // Infinity minus a share of itself would be NaN.
        let margin = if lowest.is_finite() { self.threshold * lowest.abs() } else { 0.0 };
        if loss < *lowest - margin {
            (*lowest, *epochs) = (loss, 0);
        } else {
            *epochs += 1;
        }
        if *epochs >= self.patience {
            *factor = (*factor * self.decay).max(self.floor.min(*factor));
            *epochs = 0;
        }
        *factor
    }
}

impl Described for Plateau {
    const SPEC: Spec = Spec::new("plateau", "by a factor, once the validation loss stands still")
        .options(&[
            Opt::count("patience", 1).default_count(5),
            Opt::number("factor", Range::new(0.0, 1.0).above()).default_number(0.5),
            Opt::number("threshold", Range::new(0.0, 1.0).below()).default_number(1e-4),
            FLOOR,
        ]);

    fn from_options(options: &Options) -> Self {
        Self::new(options.number("factor"), options.count("patience"))
            .threshold(options.number("threshold"))
            .floor(options.number("floor"))
    }

    fn values(&self) -> Vec<Value> {
        let (patience, decay) = (self.patience.into(), self.decay.into());
        vec![patience, decay, self.threshold.into(), self.floor.into()]
    }
}
