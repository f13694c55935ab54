use densely_layers::At;
use densely_optim::OptimError;
use densely_tensor::Scalar;

use super::{Course, State, Training};
use crate::monitor::{Diagnosis, first_non_finite_layer, first_not_finite_weights};
use crate::training_step::Pass;
use crate::{ModelError, Overflow};

impl<T: Scalar> Training<'_, T> {
    /// A step, and the end of the epoch after its last.
    pub(super) fn make_step(&mut self) -> Result<f64, ModelError> {
        let loss = self.update().map_err(|error| self.diagnosed(error))?;
        self.state = State::GoesOn;
        if self.course.step == self.batches.count() || self.trainer.is_to_stop() {
            self.end_epoch()?;
        }
        Ok(loss)
    }

    /// The gradients of a mini-batch, and what the optimiser makes of them.
    fn update(&mut self) -> Result<f64, ModelError> {
        let (epoch, index) = (self.epochs.len() + 1, self.course.step);
        let Self { trainer, model, batches, training_step, monitor, course, .. } = self;
        if index == 0 {
            batches.shuffle(epoch as u32);
        }
        let (base_rate, count) = (self.base_rate, batches.count());
        trainer.set_learning_rate(base_rate, (epoch - 1) as f64 + index as f64 / count as f64);
        let (x, targets) = batches.get(&self.train, epoch as u32, index)?;
        let (seed, n) = (trainer.seed, x.ncols());
        let at = At { seed, epoch: epoch as u32, step: index as u32, ..At::default() };
        let (optimizer, threads) = (&mut *trainer.optimizer, &trainer.threads);
        let learning_rate = optimizer.learning_rate();
        let (step, previous_loss, mut loss) = (index + 1, course.last_loss, f64::NAN);
        let diverged = |overflow, loss, layer| ModelError::Diverged {
            epoch,
            step,
            overflow,
            loss,
            learning_rate,
            previous_loss,
            layer,
            diagnosis: Box::default(),
        };
        let accept = |found: f64, pass: &Pass<'_, T>| {
            loss = found;
            if !loss.is_finite() {
                return Err(diverged(Overflow::Loss, loss, first_non_finite_layer(pass)));
            }
            if let Some(monitor) = monitor {
                monitor.before_update(epoch, index, pass);
            }
            // An optimiser refuses a rate of 0, which is where a schedule may end.
            Ok(learning_rate != 0.0 || base_rate == 0.0)
        };
        match training_step.run_if(model, optimizer, x, targets, at, threads, accept) {
            Err(ModelError::Optim(OptimError::NotFinite { .. })) => {
                return Err(diverged(Overflow::Gradient, loss, None));
            }
            done => done?,
        };
        if step == count {
            // What no loss may ever show: units that are dead hide their weights.
            let layer = first_not_finite_weights(model.network());
            if layer.is_some() {
                return Err(diverged(Overflow::Weights, loss, layer));
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
            **diagnosis =
                Diagnosis::of_divergence(model, &self.train, monitor, *learning_rate, updated);
        }
        self.best.restore(self.model.network_mut());
        error
    }
}
