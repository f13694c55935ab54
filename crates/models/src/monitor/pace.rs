use densely_tensor::Scalar;

use super::{Case, Part};
use crate::Stop;

/// The part of a run that its end is.
const END: usize = 10;

/// A loss still falls if the end of the run has taken this part of what is left of it.
const FALL_OF_REST: f64 = 0.05;

/// Where little was learnt, it does if the end has taken this part of the loss of one prediction for all,
const FALL: f64 = 0.01;

/// or, where that is little, this part of what is usual of the run.
const STEADY: f64 = 0.5;

/// A learning rate is as good as none below this part of the largest, and has not yet been
/// lowered much above the other.
const VANISHED: f64 = 0.01;
const FULL: f64 = 0.3;

/// Losses from epoch to epoch, of the validation data where there are any.
#[derive(Debug)]
pub(crate) struct Pace {
    /// The first is that before training.
    losses: Vec<f64>,
    rates: Vec<f64>,
    /// Which data the losses are of, but for that before training.
    pub(crate) part: Part,
    /// Whether the last epochs are what was kept.
    to_the_end: bool,
}

/// What a loss has come down by, in how many epochs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fall {
    pub(crate) before: f64,
    pub(crate) last: f64,
    pub(crate) epochs: usize,
}

impl Pace {
    pub(crate) fn of<T: Scalar>(case: &Case<'_, T>) -> Self {
        let validation = case.epochs.iter().map(|epoch| Some(epoch.validation?.loss()));
        let validation: Option<Vec<f64>> = validation.collect();
        let finite = validation.filter(|losses| losses.iter().all(|loss| loss.is_finite()));
        let part = if finite.is_some() { Part::Validation } else { Part::Training };
        let train = || case.epochs.iter().map(|epoch| epoch.train_loss).collect();
        let mut losses = vec![case.monitor.initial_loss.loss];
        losses.extend(finite.unwrap_or_else(train));
        let epochs = case.epochs.len();
        Self {
            losses,
            rates: case.epochs.iter().map(|epoch| epoch.learning_rate).collect(),
            part,
            to_the_end: case.stop != Stop::Patience && case.kept_epoch + end(epochs) > epochs,
        }
    }

    /// What the end of the run has still gained, if that is worth mentioning beside the loss of one
    /// prediction for all, and `to_the_end` it was.
    pub(crate) fn falling(&self, constant: f64, is_little: bool) -> Option<Fall> {
        let epochs = end(self.rates.len());
        let last = self.losses[self.losses.len() - 1];
        let before = self.losses[self.losses.len() - 1 - epochs];
        let gain = before - last;
        // Who asked for a few epochs knows that they are few.
        let much = self.rates.len() >= END && gain > FALL_OF_REST * last;
        // Where little was learnt, the end may gain as much as any other part, and all of them little.
        // The loss before training is of other data than those of validation.
        let first = self.losses[usize::from(self.part == Part::Validation)];
        let all = first - last;
        let part = epochs as f64 / self.rates.len() as f64;
        let steady = is_little && all > FALL * constant && gain > STEADY * part * all;
        let falls = if is_little { gain > FALL * constant || steady } else { much };
        (self.to_the_end && falls).then_some(Fall { before, last, epochs })
    }

    /// The first epoch of a learning rate that is as good as none, if most of the run had no other,
    /// and the loss was falling when it was lowered.
    pub(crate) fn vanished(&self) -> Option<usize> {
        let largest = self.rates.iter().copied().fold(0.0, f64::max);
        let above = |part: f64| self.rates.iter().rposition(|&rate| rate > part * largest);
        let (full, gone) = (above(FULL)? + 1, above(VANISHED)? + 2);
        let (before, then) = (self.losses[full - 1], self.losses[full]);
        let most = 2 * (gone - 1) < self.rates.len();
        (most && before - then > FALL_OF_REST * then).then_some(gone)
    }
}

/// The epochs that are the end of a run of so many.
fn end(epochs: usize) -> usize {
    epochs.div_ceil(END)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(losses: Vec<f64>, rates: Vec<f64>) -> Pace {
        Pace { losses, rates, part: Part::Training, to_the_end: true }
    }

    #[test]
    fn the_end_is_a_tenth() {
        // A loss of 1 / (1 + t / 100).
        let losses: Vec<f64> = (0..=200).map(|t| 1.0 / (1.0 + f64::from(t) / 100.0)).collect();
        let (before, last) = (losses[180], losses[200]);
        let slow = pace(losses, vec![0.1; 200]);
        assert_eq!(slow.falling(1.0, false), Some(Fall { before, last, epochs: 20 }));
        assert_eq!(slow.falling(10.0, true), None);
        assert_eq!(pace(vec![1.0, 0.8, 0.7], vec![0.1; 2]).falling(1.0, false), None);
        let little = pace(vec![1.0, 0.8, 0.78], vec![0.1; 2]).falling(1.0, true).unwrap();
        assert_eq!((little.before, little.epochs), (0.8, 1));
        // Validation data of which a loss is higher than that before training, which is of the others.
        let losses = (0..=20).map(|t| if t == 0 { 1.0 } else { 1.2 - 0.003 * f64::from(t) });
        let steady = Pace { part: Part::Validation, ..pace(losses.collect(), vec![0.1; 20]) };
        assert_eq!(steady.falling(1.0, true).unwrap().epochs, 2);
    }

    #[test]
    fn a_rate_vanishes_before_the_loss_stops_to_fall() {
        let rates = |factor: f64, n: i32| (0..n).map(|t| factor.powi(t)).collect::<Vec<_>>();
        let lost = pace(vec![1.0, 0.5, 0.45, 0.44, 0.44, 0.44, 0.44, 0.44], rates(0.09, 7));
        assert_eq!(lost.vanished(), Some(3));
        // It had stopped before.
        let done = pace(
            vec![1.0, 0.5, 0.5, 0.5, 0.4, 0.4, 0.4, 0.4],
            vec![1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0],
        );
        assert_eq!(done.vanished(), None);
        // At the end it may.
        assert_eq!(pace(vec![1.0; 8], vec![1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0]).vanished(), None);
        assert_eq!(pace(vec![1.0, 0.5, 0.2], vec![0.1; 2]).vanished(), None);
    }
}
