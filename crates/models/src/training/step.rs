use densely_layers::{At, Shards};
use densely_optim::OptimError;
use densely_tensor::Scalar;

use super::{Course, State, Training};
use crate::monitor::{Diagnosis, first_non_finite_layer, first_not_finite_weights};
use crate::ranks::Ranks;
use crate::training_step::{Part, Pass};
use crate::{ModelError, Overflow};

impl<T: Scalar> Training<'_, T> {
    /// A step, and the end of the epoch after its last.
    pub(super) fn make_step(&mut self) -> Result<f64, ModelError> {
        self.ranks.wants_to_stop(self.trainer.is_to_stop());
        let loss = self.update().map_err(|error| self.diagnosed(error))?;
        self.state = State::GoesOn;
        let stop = self.ranks.is_to_stop(self.trainer.is_to_stop());
        if self.course.step == self.batches.count() || stop {
            self.end_epoch()?;
        }
        Ok(loss)
    }

    /// The gradients of a mini-batch, and what the optimiser makes of them.
    fn update(&mut self) -> Result<f64, ModelError> {
        let (epoch, index) = (self.epochs.len() + 1, self.course.step);
        let Self { trainer, model, batches, training_step, monitor, course, ranks, .. } = self;
        if index == 0 {
            batches.shuffle(epoch as u32);
        }
        let (base_rate, count) = (self.base_rate, batches.count());
        trainer.set_learning_rate(base_rate, (epoch - 1) as f64 + index as f64 / count as f64);
        let cut = |n| ranks.own(Shards::new(n, trainer.shards));
        let (x, targets, shards) =
            batches.get(&self.train, epoch as u32, index, cut, &trainer.threads)?;
        let (seed, n) = (trainer.seed, shards.examples());
        let at = At { seed, epoch: epoch as u32, step: index as u32, ..At::default() };
        let part = Part { shards, at };
        let (optimizer, threads) = (&mut *trainer.optimizer, &trainer.threads);
        let learning_rate = optimizer.learning_rate();
        let (step, previous_loss, mut loss) = (index + 1, course.last_loss, f64::NAN);
        let diverged = |overflow, loss, layer, rank| ModelError::Diverged {
            epoch,
            step,
            overflow,
            loss,
            learning_rate,
            previous_loss,
            layer,
            rank,
            diagnosis: Box::default(),
        };
        let accept = |found: f64, pass: &Pass<'_, T>, ranks: &mut Ranks<'_, T>| {
            loss = found;
            if !loss.is_finite() {
                let layer = ranks.smallest(first_non_finite_layer(pass))?;
                return Err(diverged(Overflow::Loss, loss, layer, ranks.culprit()));
            }
            if let Some(monitor) = monitor {
                monitor.before_update(epoch, index, pass, ranks)?;
            }
            // An optimiser refuses a rate of 0, which is where a schedule may end.
            Ok(learning_rate != 0.0 || base_rate == 0.0)
        };
        match training_step.run_if(model, optimizer, x, targets, part, threads, ranks, accept) {
            Err(ModelError::Optim(OptimError::NotFinite { .. })) => {
                return Err(diverged(Overflow::Gradient, loss, None, None));
            }
            done => done?,
        };
        if step == count {
            // What no loss may ever show: units that are dead hide their weights.
            let layer = first_not_finite_weights(model.network());
            if layer.is_some() {
                return Err(diverged(Overflow::Weights, loss, layer, None));
            }
        }
        if let Some(monitor) = monitor {
            monitor.after_update(index, model);
        }
        *course = Course {
            step,
            total: course.total + loss * n as f64,
            examples: course.examples + n,
            last_loss: Some(loss),
        };
        Ok(loss)
    }

    /// A divergence with its causes, or another error as it is. The model has the weights that it
    /// diverged with, and then the best.
    fn diagnosed(&mut self, mut error: ModelError) -> ModelError {
        if let ModelError::Diverged { epoch, step, overflow, learning_rate, diagnosis, .. } =
            &mut error
        {
            let updated = (*epoch, *step) != (1, 1) || *overflow == Overflow::Weights;
            let (model, monitor) = (&*self.model, self.monitor.as_ref());
            let threads = &self.trainer.threads;
            **diagnosis = Diagnosis::of_divergence(
                model,
                &self.train,
                monitor,
                *learning_rate,
                updated,
                threads,
            );
        }
        self.best.restore(self.model.network_mut());
        error
    }
}
