use densely_layers::Layer;
use densely_tensor::Scalar;

use super::{Course, Position, Training, monitor};
use crate::checkpoint::damaged;
use crate::early_stopping::EarlyStopping;
use crate::{Checkpoint, Epoch, ModelError};

impl<T: Scalar> Training<'_, T> {
    /// The same, where a checkpoint is: in the middle of an epoch, or where that began.
    pub(crate) fn restored(
        mut self,
        mut from: Checkpoint<T>,
        in_the_middle: bool,
    ) -> Result<Self, ModelError> {
        let Position { course, plateau, best_loss, best_epoch } = from.take("position")?;
        let epochs: Vec<Epoch> = from.take("epochs")?;
        if epochs.iter().zip(1..).any(|(epoch, number)| epoch.epoch != number) {
            return Err(damaged("epochs", "has other numbers"));
        }
        let steps = if in_the_middle { course.step } else { 0 };
        if best_epoch > epochs.len() || steps >= self.batches.count() {
            return Err(damaged("position", "has other numbers"));
        }

        let (mut values, mut best, mut result) = (Vec::new(), Vec::new(), Ok(()));
        self.model.network().visit_paths("", &mut |path, param| {
            let shape = param.value.shape();
            let mut take = |name: &str, values: &mut Vec<_>| match from.take_matrix(name, shape) {
                Ok(value) => values.push(value),
                Err(error) if result.is_ok() => result = Err(error),
                Err(_) => {}
            };
            take(path, &mut values);
            if best_epoch > 0 {
                take(&format!("best.{path}"), &mut best);
            }
        });
        result?;
        from.take_optimizer()?.restore(&mut *self.trainer.optimizer, self.model.network())?;
        if let (Some(before), Some(course)) = (self.trainer.plateau, plateau) {
            self.trainer.plateau = Some(before.at(course));
        }
        let was_watched = from.numbers().contains_key("monitor");
        match &mut self.monitor {
            Some(monitor) if was_watched => {
                let network = self.model.network();
                from.take_with("monitor", |numbers| monitor.read(network, numbers))?;
            }
            Some(_) => {}
            None => from.discard("monitor"),
        }
        from.expect_empty()?;

        if self.validation.is_some() {
            self.best = EarlyStopping::from_parts(best_loss, best_epoch, best);
        }
        self.epochs.extend(epochs);
        let began = Course { last_loss: course.last_loss, ..Course::default() };
        self.course = if in_the_middle { course } else { began };
        if self.course.step > 0 {
            self.batches.shuffle(self.epochs.len() as u32 + 1);
        } else {
            self.state = self.state_between_epochs();
        }
        let mut values = values.into_iter();
        self.model.network_mut().visit_params_mut(&mut |param| {
            // As many as were taken for it.
            values.by_ref().take(1).for_each(|value| param.value = value);
        });
        if self.monitor.is_some() && !was_watched {
            // It sees a training that begins here.
            self.monitor = Some(monitor(&self.trainer, self.model, &self.train)?);
        }
        Ok(self)
    }
}
