use densely_tensor::{Mat, Scalar, column_mut};

use super::constant_prediction::{ConstantPrediction, least_loss};
use super::{Case, Finding, InitialLoss, Trouble};
use crate::ModelError;
use crate::batches::Batches;
use crate::evaluation::mean_loss;

/// A loss that has risen by so much is not about to fall again.
const RISE: f64 = 4.0;

/// With more of the loss of one prediction for all than this, a run has learnt little, or
/// nothing.
pub(crate) const LITTLE: f64 = 0.5;
pub(crate) const NOTHING: f64 = 0.97;

/// With more than this, some is left that it may be worth to go after.
pub(crate) const SOME: f64 = 0.1;

/// A validation loss has risen if it is as many times its lowest.
const OVERFIT: f64 = 1.25;

/// Validation data are unlike the training data where one prediction for all has less than this
/// part of the loss that it has there.
const ALIKE: f64 = 0.25;

/// A network that overfits is worth a sentence if so much of the loss of one prediction for
/// all was left at its best.
const LEFT: f64 = 0.25;

/// Examples on which a loss is measured without dropout and noise, at most.
const SAMPLE: usize = 512;

/// What the losses of a run tell. All are above the [least](least_loss) there may be, but for that before
/// training.
#[derive(Debug)]
pub(crate) struct Losses<T> {
    /// The least loss of the training data.
    least: f64,
    pub(crate) constant: ConstantPrediction<T>,
    /// Of the first epoch.
    first: f64,
    /// Of the last.
    pub(crate) last: f64,
    lowest: f64,
    epochs: usize,
    /// The share of the constant prediction's loss that is left.
    left: f64,
    initial: InitialLoss,
    validation: Option<Validation>,
    train_at_best: f64,
}

/// The lowest finite validation loss and its epoch, the last, and that of the constant
/// prediction.
#[derive(Debug, Clone, Copy)]
struct Validation {
    lowest: f64,
    epoch: usize,
    last: f64,
    constant: f64,
    /// The least loss of these data.
    least: f64,
}

impl<T: Scalar> Losses<T> {
    pub(crate) fn of(case: &Case<'_, T>) -> Result<Self, ModelError> {
        let (loss, outputs) = (case.model.loss(), case.model.outputs());
        let least = least_loss(loss, outputs, case.train);
        let mut constant = ConstantPrediction::of(loss, outputs, case.train);
        constant.loss -= least;
        let train: Vec<f64> = case.epochs.iter().map(|epoch| epoch.train_loss - least).collect();
        let (last, lowest) =
            (train[train.len() - 1], train.iter().copied().fold(f64::NAN, f64::min));
        let mut left = last / constant.loss;
        if left > SOME {
            // Losses in training are those of weights that still change, with dropout and noise.
            left = left.min(share_left(case, &constant, least)?);
        }
        let losses =
            case.epochs.iter().filter_map(|epoch| Some((epoch.validation?.loss(), epoch.epoch)));
        let last_loss = losses.clone().next_back();
        let finite = losses.filter(|(loss, _)| loss.is_finite());
        let best = finite.min_by(|a, b| a.0.total_cmp(&b.0));
        let validation = match (best, last_loss, case.validation) {
            (Some((lowest, epoch)), Some((last, _)), Some(data)) => {
                let least = least_loss(loss, outputs, data);
                let constant = constant.loss_on(loss, data) - least;
                Some(Validation {
                    lowest: lowest - least,
                    epoch,
                    last: last - least,
                    constant,
                    least,
                })
            }
            _ => None,
        };
        Ok(Self {
            least,
            first: train[0],
            last,
            epochs: train.len(),
            lowest,
            left,
            initial: case.monitor.initial_loss,
            train_at_best: train[case.kept_epoch - 1],
            validation,
            constant,
        })
    }

    pub(crate) fn trouble(&self) -> Trouble {
        let reached = self.left.min(self.lowest / self.constant.loss);
        if self.rose().is_some() {
            Trouble::Rising
        } else if reached > NOTHING {
            Trouble::Nothing
        } else if self.left > LITTLE {
            Trouble::Little
        } else if self.left > SOME {
            Trouble::Some
        } else {
            Trouble::None
        }
    }

    /// The share of the constant prediction's loss that is left by the weights that are kept, on
    /// the validation data if there are any.
    pub(crate) fn left(&self) -> f64 {
        self.validation.map_or(self.left, |on| on.lowest / on.constant)
    }

    /// What is wrong with the losses; not why. What holds on the training data is judged by one
    /// example of the validation data, if that is `alone` in their loss.
    pub(crate) fn findings(&self, alone: bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        findings.extend(self.started_high().filter(|_| self.trouble() >= Trouble::Little));
        match self.rose() {
            Some(before) => {
                let (before, last) = (before + self.least, self.last + self.least);
                findings.push(Finding::RisingLoss { before, last });
            }
            None if self.trouble() == Trouble::Nothing => {
                let (lowest, constant) =
                    (self.lowest + self.least, self.constant.loss + self.least);
                findings.push(Finding::NotLearned { lowest, constant });
            }
            None => {}
        }
        let judged = self.validation.filter(|_| !alone);
        findings.extend(judged.and_then(|validation| self.on_new_examples(validation)));
        findings
    }

    /// Before training.
    pub(crate) fn started_high(&self) -> Option<Finding> {
        let InitialLoss { loss, expected, limit } = self.initial;
        (loss > limit && expected > 0.0).then_some(Finding::InitialLoss { loss, expected })
    }

    /// From what the training loss rose, if it did. The loss before training is one of a sample,
    /// which may miss what makes the loss on all.
    pub(crate) fn rose(&self) -> Option<f64> {
        let before = self.initial.loss.max(self.initial.expected) - self.least;
        let before = before.max(self.constant.loss);
        let risen = self.last > RISE * before && before > 0.0;
        let lost = self.last > RISE * self.lowest && self.last > LITTLE * self.constant.loss;
        (risen || lost).then_some(before.min(self.lowest))
    }

    /// What validation says of what was learnt.
    fn on_new_examples(&self, on: Validation) -> Option<Finding> {
        if on.constant < ALIKE * self.constant.loss {
            // By chance none of the large targets is among them: on the others, a network that has
            // to meet the large ones may be worse than one prediction for all.
            return None;
        }
        let fell = self.last < 0.8 * self.constant.loss;
        if on.lowest > NOTHING * on.constant && fell {
            let (lowest, constant) = (on.lowest + on.least, on.constant + on.least);
            let train = self.last + self.least;
            return Some(Finding::NothingCarriesOver { lowest, constant, train });
        }
        let overfits = on.last > OVERFIT * on.lowest
            && on.lowest > LEFT * on.constant
            && self.last < 0.5 * self.train_at_best;
        let (lowest, epoch, last) = (on.lowest + on.least, on.epoch, on.last + on.least);
        overfits.then_some(Finding::Overfitting { lowest, epoch, last })
    }

    /// How far the loss fell, from the first epoch (or of one alone, from before it), as a part
    /// of that of the constant prediction.
    pub(crate) fn fall(&self) -> f64 {
        let first = if self.epochs == 1 { self.initial.loss - self.least } else { self.first };
        (first - self.last) / self.constant.loss
    }

    /// Whether the validation data are worth a look.
    pub(crate) fn validation_suffers(&self) -> bool {
        match self.validation {
            None => true,
            Some(on) => on.lowest > LITTLE * on.constant || !on.last.is_finite(),
        }
    }
}

/// The loss of the network as it is now over that of the constant prediction, on some of the
/// training data, both above their least.
fn share_left<T: Scalar>(
    case: &Case<'_, T>,
    constant: &ConstantPrediction<T>,
    least: f64,
) -> Result<f64, ModelError> {
    let mut sample = Batches::sample(case.train.len(), SAMPLE);
    let (x, targets) = sample.get(case.train, 0);
    let scores = case.model.scores(x, case.threads)?;
    let mut constants = Mat::zeros(scores.nrows(), scores.ncols());
    for j in 0..scores.ncols() {
        column_mut(constants.as_mut(), j).copy_from_slice(&constant.scores);
    }
    let loss = |scores: &Mat<T>| {
        mean_loss(case.model.loss(), scores.as_ref(), targets, case.threads) - least
    };
    Ok(loss(&scores) / loss(&constants))
}
