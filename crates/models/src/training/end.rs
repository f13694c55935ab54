use std::cell::OnceCell;

use densely_tensor::Scalar;

use super::{Course, State, Training};
use crate::monitor::{Case, Diagnosis, Monitor};
use crate::{Epoch, Evaluation, Examples, History, ModelError, Stop};

impl<T: Scalar> Training<'_, T> {
    /// Validates, tells the callback, and decides whether another epoch follows.
    pub(super) fn end_epoch(&mut self) -> Result<(), ModelError> {
        self.state = State::Failed;
        let Self { trainer, model, monitor, best, epochs, course, ranks, .. } = self;
        let epoch = epochs.len() + 1;
        let in_memory = self.validation.as_deref().map(Examples::Memory);
        let examples = trainer.validation_data.or(in_memory);
        let evaluate = |examples: Examples<'_, T>| {
            let units = trainer.target_units.as_ref();
            model.evaluate_by(examples, units, &trainer.threads, |x| {
                ranks.scores(model, x, &trainer.threads)
            })
        };
        let validation = examples.map(evaluate).transpose()?;
        if let (Some(plateau), Some(validation)) = (&mut trainer.plateau, &validation) {
            plateau.observe(validation.loss());
        }
        let observe =
            |evaluation: Evaluation| best.observe(epoch, evaluation.loss(), model.network());
        let flat = monitor.as_mut().map(Monitor::end_epoch);
        epochs.push(Epoch {
            epoch,
            train_loss: course.total / course.examples as f64,
            validation,
            learning_rate: trainer.optimizer.learning_rate(),
            best: validation.is_some_and(observe),
            dead_units: flat.map(|(dead, _)| dead),
            saturated_units: flat.map(|(_, saturated)| saturated),
        });
        *course = Course { last_loss: course.last_loss, ..Course::default() };
        let breaks = (trainer.on_epoch)(&epochs[epoch - 1], model).is_break();
        let [breaks, stops] = ranks.any([breaks, trainer.is_to_stop()])?;
        self.state = if breaks {
            State::Ended(Stop::Callback)
        } else if stops {
            State::Ended(Stop::Interrupted)
        } else {
            self.state_between_epochs()
        };
        Ok(())
    }

    /// Whether another epoch follows those that have ended.
    pub(super) fn state_between_epochs(&self) -> State {
        let (epoch, trainer) = (self.epochs.len(), &self.trainer);
        let since_best = self.best.epochs_since_best(epoch);
        if epoch > 0 && trainer.patience.is_some_and(|patience| since_best >= patience) {
            State::Ended(Stop::Patience)
        } else if epoch >= trainer.epochs {
            State::Ended(Stop::Epochs)
        } else {
            State::GoesOn
        }
    }

    /// What came of a training that has ended.
    pub(super) fn into_history(self) -> Result<History, ModelError> {
        let State::Ended(stop) = self.state else { return Err(ModelError::Failed) };
        let Self { trainer, model, train, validation, mut monitor, best, epochs, .. } = self;
        if let Some(monitor) = &mut monitor {
            monitor.end_training(model.network());
        }
        let kept_epoch = best.restore(model.network_mut()).unwrap_or(epochs.len());
        let diagnosis = match &monitor {
            None => Diagnosis::of_losses(&epochs),
            Some(monitor) => Diagnosis::of(&Case {
                model,
                train: &train,
                validation: validation.as_deref(),
                epochs: &epochs,
                kept_epoch,
                stop,
                batch_size: trainer.batch_size,
                base_rate: self.base_rate,
                threads: &trainer.threads,
                monitor,
                surveyed: OnceCell::new(),
            })?,
        };
        let (initial_loss, layers) = monitor.map(Monitor::into_parts).unzip();
        let layers = layers.unwrap_or_default();
        Ok(History { epochs, kept_epoch, stop, initial_loss, layers, diagnosis })
    }
}
