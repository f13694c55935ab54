//! What options stand for, as the program has it.

use densely::layers::{Kind, Sequential};
use densely::loss::LossKinds;
use densely::models::{Mlp, Trainer};
use densely::optim::{ConstantRate, Optimizer, OptimizerKinds, Plateau, Schedule, ScheduleKinds};
use densely::parts::Described;
use densely::tensor::{Scalar, Threads};
use densely_data::Target;

use crate::failure::Failure;
use crate::options::Options;

/// The limit of the gradient's norm, if nothing else is asked for.
const CLIP_NORM: f64 = 5.0;

impl Options {
    /// The network for so many inputs.
    pub(crate) fn network(&self, inputs: usize, target: &Target<f64>) -> Result<Mlp, Failure> {
        let outputs = target.names().len();
        let loss = self.loss.as_deref().map(str::parse::<Kind>).transpose()?;
        let spec = match (target, &loss) {
            (Target::Classes { .. }, None) => Mlp::classifier(inputs, outputs),
            (Target::Classes { .. }, Some(loss)) => {
                // One score may tell two classes apart.
                let scores = LossKinds::<f64>::new().get(loss)?.outputs(outputs);
                Mlp::classifier(inputs, scores)
            }
            (Target::Values { .. }, _) => Mlp::regressor(inputs, outputs),
        };
        let loss = loss.unwrap_or_else(|| spec.loss_kind().clone());
        let activations = self.activations.iter().map(|text| text.parse::<Kind>());
        Ok(spec
            .hidden(&self.hidden[..])
            .activations(activations.collect::<Result<Vec<_>, _>>()?)
            .dropout(self.dropout)
            .input_noise(self.input_noise)
            .loss(loss)
            .seed(self.seed))
    }

    /// The optimiser, within its limits.
    pub(crate) fn optimizer<T: Scalar>(&self) -> Result<Box<dyn Optimizer<T>>, Failure> {
        let known = OptimizerKinds::<T>::new();
        let given = self.optimizer_options.iter();
        let kind: Kind = self.optimizer.parse()?;
        let kind = given.fold(kind, |kind, (name, value)| kind.with_option(name, value));
        let mut optimizer = known.get(&kind)?;
        let own = optimizer.limits().clips();
        let clip_norm = self.clip_norm.unwrap_or(if own { 0.0 } else { CLIP_NORM });
        if clip_norm > 0.0 {
            optimizer = Box::new(optimizer.clip_norm(clip_norm));
        }
        if let Some(limit) = self.max_norm {
            optimizer = Box::new(optimizer.max_norm(limit));
        }
        // One that is thrown away makes a step of nothing: its options are judged before any work.
        let mut tried = known.get(&kind)?;
        tried.step(&mut Sequential::<T>::new(1)?, &Threads::single())?;
        Ok(optimizer)
    }

    /// The training, but for validation.
    pub(crate) fn trainer<'a, T: Scalar>(
        &self,
        optimizer: impl Optimizer<T> + 'a,
        threads: &Threads,
        parts: u64,
    ) -> Result<Trainer<'a, T>, Failure> {
        let trainer = Trainer::new(optimizer)
            .epochs(self.epochs)
            .batch_size(self.batch_size)
            .seed(self.seed.wrapping_add(parts))
            .threads(threads.clone())
            .monitor(self.monitor);
        let kind: Kind = self.schedule.parse()?;
        let (trainer, kind) = match kind.name() == Plateau::SPEC.name() {
            true => (trainer.plateau(Plateau::from_kind(&kind)?), Kind::from(ConstantRate)),
            false => (trainer, kind),
        };
        let schedule = ScheduleKinds::new().get(kind)?;
        Ok(trainer.schedule(schedule.warm_up(self.warm_up)))
    }
}
