use std::collections::BTreeMap;
use std::hint::black_box;

use densely_layers::{Kind, Layer};
use densely_optim::OptimizerState;
use densely_tensor::{Scalar, ShapeError, matrix_bytes};

use super::{Position, State, Training};
use crate::checkpoint::OPTIMIZER;
use crate::fingerprint::parameters_fingerprint;
use crate::plain::Plain;
use crate::{Checkpoint, Difference, Examples, ModelError};

/// The options that say what is in a mini-batch.
pub(crate) const BATCHES: [&str; 5] =
    ["training data", "validation data", "validation", "batch size", "seed"];

impl<T: Scalar> Training<'_, T> {
    /// All that it is: what [`Trainer::resume`](crate::Trainer::resume) goes on from. The first one
    /// reads all data, for a hash of them. What ended by the callback or the flag goes on after the
    /// epoch that was its last; by its patience or after all epochs, it has ended.
    ///
    /// # Errors
    /// If the optimiser does not [say what it
    /// remembers](densely_optim::Optimizer::save_state), two parameters have one path, or there is
    /// no memory; [`ModelError::Failed`] after an error.
    pub fn checkpoint(&self) -> Result<Checkpoint<T>, ModelError> {
        if self.state == State::Failed {
            return Err(ModelError::Failed);
        }
        let network = self.model.network();
        let (best_loss, best_epoch, best_weights) = self.best.parts();
        let mut bytes = 0_u128;
        network.visit_params(&mut |param| {
            bytes += matrix_bytes::<T>(param.value.nrows(), param.value.ncols());
        });
        let copies = if best_weights.is_empty() { 1 } else { 2 };
        ShapeError::expect_memory("Training", "a checkpoint", copies * bytes)?;

        let mut checkpoint = Checkpoint::new(self.options());
        let (mut best, mut result) = (best_weights.iter(), Ok(()));
        network.visit_paths("", &mut |path, param| {
            let best = best.next().map(|best| (format!("best.{path}"), best.clone()));
            for (name, value) in best.into_iter().chain([(path.to_owned(), param.value.clone())]) {
                if result.is_ok() {
                    result = checkpoint.insert_matrix(name, value);
                }
            }
        });
        result?;
        let (matrices, numbers) =
            OptimizerState::of(&*self.trainer.optimizer, network)?.into_parts();
        for (name, value) in matrices {
            checkpoint.insert_matrix(format!("{OPTIMIZER}{name}"), value)?;
        }
        for (name, value) in numbers {
            checkpoint.insert_numbers(&format!("{OPTIMIZER}{name}"), vec![value]);
        }
        let mut insert = |name, write: &dyn Fn(&mut Vec<f64>)| {
            let mut numbers = Vec::new();
            write(&mut numbers);
            checkpoint.insert_numbers(name, numbers);
        };
        let plateau = self.trainer.plateau.map(|plateau| plateau.course());
        let position = Position { course: self.course, plateau, best_loss, best_epoch };
        insert("position", &|numbers| position.write(numbers));
        insert("epochs", &|numbers| self.epochs.write(numbers));
        if let Some(monitor) = &self.monitor {
            insert("monitor", &|numbers| monitor.write(numbers));
        }
        Ok(checkpoint)
    }

    /// In what it differs from the training that a checkpoint is of: options, the model, the data.
    /// The number of threads is none of them.
    #[must_use]
    pub fn differences(&self, checkpoint: &Checkpoint<T>) -> Vec<Difference> {
        checkpoint.differences(&self.options())
    }

    /// What has to be the same on all ranks: what the result depends on, and where it is.
    pub(super) fn identity(&self) -> BTreeMap<String, String> {
        let mut identity = self.options();
        let (epoch, step) = self.position();
        let more = [
            // Read from where the program has it, which `scripts/mpi/faults` changes.
            ("version of densely", black_box(env!("CARGO_PKG_VERSION")).to_owned()),
            ("number type", T::NAME.to_owned()),
            ("weights", parameters_fingerprint(self.model.network())),
            ("position", format!("epoch {epoch}, step {step}")),
        ];
        identity.extend(more.map(|(name, value)| (name.to_owned(), value)));
        identity
    }

    /// What the result depends on, in words.
    fn options(&self) -> BTreeMap<String, String> {
        let trainer = &self.trainer;
        let given = || {
            let validation = trainer.validation_data.map(Examples::fingerprint);
            [Some(self.data.fingerprint()), validation]
        };
        let [data, validation_data] = self.fingerprints.get_or_init(given).clone();
        let fraction = trainer.validation_data.is_none() && trainer.validation_fraction > 0.0;
        let layers: Vec<_> = self.model.network().kinds().iter().map(Kind::to_string).collect();
        [
            ("training data", data),
            ("validation data", validation_data),
            ("validation", fraction.then(|| trainer.validation_fraction.to_string())),
            ("network", Some(format!("{} -> {}", self.model.inputs(), layers.join(", ")))),
            ("loss", Some(self.model.loss().kind().to_string())),
            ("optimizer", Some(self.optimizer_kind.clone())),
            ("schedule", trainer.schedule.as_ref().map(|schedule| schedule.kind().to_string())),
            ("plateau", trainer.plateau.map(|plateau| Kind::from(plateau).to_string())),
            ("epochs", Some(trainer.epochs.to_string())),
            ("batch size", Some(trainer.batch_size.to_string())),
            ("patience", trainer.patience.map(|patience| patience.to_string())),
            ("seed", Some(trainer.seed.to_string())),
            ("shards", (trainer.shards > 1).then(|| trainer.shards.to_string())),
            ("monitor", Some(trainer.monitor.to_string())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
    }
}
