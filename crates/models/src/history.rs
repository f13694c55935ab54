use crate::monitor::Diagnosis;
use crate::plain::plain;
use crate::{Evaluation, InitialLoss, LayerReport};

/// What happened in one epoch, a pass over the training data.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Epoch {
    /// Which epoch, from 1.
    pub epoch: usize,
    /// The mean loss over the epoch's examples, each taken in its own step, before the
    /// step's update.
    pub train_loss: f64,
    /// The model at the end of the epoch on the validation data, if there are any: of real values in the units of the data,
    /// if the trainer [knows them](crate::Trainer::target_units).
    pub validation: Option<Evaluation>,
    /// The learning rate of the last step.
    pub learning_rate: f64,
    /// Whether the model is the best so far: lowest validation loss. One that is infinite or
    /// NaN is never the best.
    pub best: bool,
    /// The hidden units that were active for no example of the epoch; of the last epoch
    /// before it that was [looked at](History::layers), if it was not. `None` without a
    /// monitor.
    pub dead_units: Option<usize>,
    /// The hidden units that let almost no gradient through for most examples, as
    /// [`dead_units`](Self::dead_units).
    pub saturated_units: Option<usize>,
}

plain! {
    Epoch {
        epoch, train_loss, validation, learning_rate, best, dead_units, saturated_units,
    }
}

/// Why training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// All epochs were done.
    Epochs,
    /// The validation loss had not fallen for as long as the patience allows.
    Patience,
    /// The callback asked to stop.
    Callback,
    /// The [flag](crate::Trainer::stop_flag) was set.
    Interrupted,
}

/// The course of a training run.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct History {
    /// Every epoch, in order; at least one.
    pub epochs: Vec<Epoch>,
    /// The epoch whose weights the model has now: the one with the lowest validation
    /// loss, or the last if there are no validation data, or no validation loss was finite.
    /// From 1.
    pub kept_epoch: usize,
    /// Why training ended.
    pub stop: Stop,
    /// The loss before training, and what it ought to be about. `None` without a monitor.
    pub initial_loss: Option<InitialLoss>,
    /// What each layer did, for each epoch that was looked at. These are the first, the last
    /// that the trainer was asked for, and between them those that begin at least 32 steps
    /// after the last look, or 10 for each of its steps in which units had to be counted.
    /// Empty without a monitor.
    pub layers: Vec<LayerReport>,
    pub(crate) diagnosis: Diagnosis,
}

impl History {
    /// The last epoch.
    ///
    /// # Panics
    /// If `epochs` has been emptied.
    #[must_use]
    pub fn last(&self) -> &Epoch {
        self.epochs.last().expect("a history has at least one epoch")
    }

    /// What each layer did in an epoch, first to last; nothing if it was not looked at.
    pub fn layers_in(&self, epoch: usize) -> impl Iterator<Item = &LayerReport> {
        self.layers.iter().filter(move |layer| layer.epoch == epoch)
    }

    /// What went wrong in training, and what to change. Without a monitor, this is only
    /// whether validation losses were infinite or NaN.
    #[must_use]
    pub fn diagnosis(&self) -> Diagnosis {
        self.diagnosis.clone()
    }

    /// The epoch whose weights the model has.
    ///
    /// # Panics
    /// If `epochs` has been shortened.
    #[must_use]
    pub fn kept(&self) -> &Epoch {
        &self.epochs[self.kept_epoch - 1]
    }
}
