use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;

use densely_data::{Dataset, split_indices};
use densely_optim::PlateauCourse;
use densely_tensor::{Key, Purpose, Scalar, ShapeError, Stream};

use crate::drawn::Drawn;
use crate::early_stopping::EarlyStopping;
use crate::monitor::Monitor;
use crate::plain::plain;
use crate::ranks::Ranks;
use crate::{
    Epoch, Examples, History, Model, ModelError, Stop, Trainer, TrainingStep, number_type,
};

mod end;
mod restored;
mod step;
mod stored;

pub(crate) use stored::BATCHES;

/// A training that goes on: made by [`Trainer::start`], and by [`Trainer::resume`] from a
/// [`Checkpoint`](crate::Checkpoint).
///
/// [`Trainer::fit`] is a loop over its [steps](Self::step), as yours may be. Between two of them
/// you may look at the [model](Self::model), the [epochs](Self::epochs) and [where it
/// is](Self::position), and [store](Self::checkpoint) all of it. A training that ends, or is
/// [finished](Self::finish), leaves the model with the best weights; one that is dropped, with those
/// of its last step.
///
/// ```
/// use densely_data::digits;
/// use densely_models::{Mlp, Trainer};
/// use densely_optim::Sgd;
///
/// let data = digits().cast::<f32>()?;
/// let mut model = Mlp::classifier(64, 10).build::<f32>()?;
/// let mut training = Trainer::new(Sgd::new(0.001)).epochs(3).start(&mut model, &data)?;
/// while let Some(loss) = training.step()? {
///     if training.position() == (2, 10) {
///         assert!(loss < training.epochs()[0].train_loss);
///     }
/// }
/// let history = training.finish()?;
/// assert_eq!(history.epochs.len(), 3);
/// # Ok::<(), densely_models::ModelError>(())
/// ```
pub struct Training<'a, T: Scalar> {
    trainer: Trainer<'a, T>,
    model: &'a mut Model<T>,
    /// As they were given, and what tells them from others, once somebody asks.
    data: Examples<'a, T>,
    fingerprints: OnceCell<[Option<String>; 2]>,
    /// What is in memory of them.
    train: Cow<'a, Dataset<T>>,
    validation: Option<Cow<'a, Dataset<T>>>,
    /// Of the optimiser, before a schedule changes it.
    base_rate: f64,
    optimizer_kind: String,
    batches: Drawn<T>,
    training_step: TrainingStep<T>,
    ranks: Ranks<'a, T>,
    monitor: Option<Monitor<T>>,
    best: EarlyStopping<T>,
    epochs: Vec<Epoch>,
    course: Course,
    state: State,
}

/// What there is to know of the epoch that goes on.
#[derive(Debug, Clone, Copy, Default)]
struct Course {
    /// Steps that have been made in it.
    step: usize,
    /// The sum of the losses of its examples so far, and their number.
    total: f64,
    examples: usize,
    /// Of the last step, also if it was in the epoch before.
    last_loss: Option<f64>,
}

/// Where it is, for a checkpoint.
struct Position {
    course: Course,
    plateau: Option<PlateauCourse>,
    best_loss: f64,
    best_epoch: usize,
}

plain! {
    Course { step, total, examples, last_loss }
    Position { course, plateau, best_loss, best_epoch }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    GoesOn,
    Ended(Stop),
    Failed,
}

impl<'a, T: Scalar> Training<'a, T> {
    pub(crate) fn new(
        trainer: Trainer<'a, T>,
        model: &'a mut Model<T>,
        data: Examples<'a, T>,
    ) -> Result<Self, ModelError> {
        trainer.check()?;
        number_type::check(model, &trainer.optimizer.limits())?;
        model.check(data.in_memory())?;
        if let Some(units) = &trainer.target_units {
            ShapeError::expect("Trainer", "outputs", model.outputs(), units.outputs())?;
        }
        let fraction = trainer.validation_fraction;
        let (train, validation) = match (trainer.validation_data, data) {
            (Some(validation), _) => {
                let validation = validation.in_memory();
                model.check(validation)?;
                (Cow::Borrowed(data.in_memory()), Some(Cow::Borrowed(validation)))
            }
            (None, Examples::Memory(data)) if fraction > 0.0 => {
                let (train, validation) = split_off(data, fraction, trainer.seed)?;
                (Cow::Owned(train), Some(Cow::Owned(validation)))
            }
            (None, Examples::Stored(_)) if fraction > 0.0 => {
                let expected = "0 for examples on the disk, or validation data of their own";
                return Err(ModelError::option("the validation", expected, &fraction));
            }
            (None, data) => (Cow::Borrowed(data.in_memory()), None),
        };
        if train.weights().is_some_and(|weights| weights.iter().all(|&weight| weight == T::ZERO)) {
            let name = "the weights of the training examples";
            return Err(ModelError::option(name, "above 0 for one of them", &0));
        }
        let from = match data {
            Examples::Memory(_) => Examples::Memory(&*train),
            stored @ Examples::Stored(_) => stored,
        };
        let batches = Drawn::new(from, trainer.batch_size, trainer.seed)?;
        trainer.check_schedule(batches.count())?;
        let watched = trainer.monitor.then(|| monitor(&trainer, model, &train));
        Ok(Self {
            monitor: watched.transpose()?,
            base_rate: trainer.optimizer.learning_rate(),
            optimizer_kind: trainer.optimizer.kind().to_string(),
            batches,
            training_step: TrainingStep::new(),
            ranks: Ranks::new(None),
            best: EarlyStopping::new(),
            epochs: Vec::with_capacity(trainer.epochs.min(1 << 16)),
            course: Course::default(),
            state: State::GoesOn,
            fingerprints: OnceCell::new(),
            trainer,
            model,
            data,
            train,
            validation,
        })
    }

    /// What was begun, or why it could not be, with the other ranks, who do the same.
    pub(crate) fn joined(
        begun: Result<Self, ModelError>,
        mut ranks: Ranks<'a, T>,
    ) -> Result<Self, ModelError> {
        let shared = |training: Self| match ranks.check(training.trainer.shards) {
            Ok(()) => Ok(training),
            Err(error) => Err(ModelError::from(error)),
        };
        match begun.and_then(shared) {
            Err(error) => Err(ranks.tell(error)),
            Ok(mut training) => {
                if !ranks.are_one() {
                    ranks.agree(&training.identity())?;
                }
                training.ranks = ranks;
                Ok(training)
            }
        }
    }

    /// Ends the training for an error of whoever trains, as a file that cannot be written: the other ranks are told at their
    /// next step. Returns the error with which all of them end.
    pub fn give_up(mut self, why: &str) -> ModelError {
        self.ranks.tell(ModelError::GivenUp { why: why.to_owned() })
    }

    /// Whether this or another rank wants something, as to stop: what it is asked with on one rank alone. All ranks have to
    /// ask after each step. They learn what the others want with the step that follows, and then all have the same answer.
    pub fn is_any(&mut self, wanted: bool) -> bool {
        self.ranks.wants(wanted)
    }

    /// Makes the next step, and if it is the last of an epoch, ends the epoch: validation, the
    /// callback, and whether to stop. Returns the mean loss over the mini-batch before its update;
    /// `None`, and nothing is done, if the training has ended.
    ///
    /// With several threads, many short steps run faster inside one
    /// [`Threads::install`](densely_tensor::Threads::install), as those of `fit` do.
    ///
    /// # Errors
    /// If the loss, the gradient or the weights become infinite or NaN; the model then has the best
    /// weights so far, if there is a finite validation loss. [`ModelError::Failed`] ever after.
    pub fn step(&mut self) -> Result<Option<f64>, ModelError> {
        match self.state {
            State::Ended(_) => return Ok(None),
            State::Failed => return Err(ModelError::Failed),
            State::GoesOn => {}
        }
        let threads = self.trainer.threads.clone();
        // Until it is known that all went well.
        self.state = State::Failed;
        let made = threads.install(|| self.make_step());
        made.map(Some).map_err(|error| self.ranks.tell(error))
    }

    /// Makes all steps that are left, and says what came of them.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn finish(mut self) -> Result<History, ModelError> {
        let threads = self.trainer.threads.clone();
        threads.install(|| {
            while self.step()?.is_some() {}
            self.into_history()
        })
    }

    /// Ends the training as it is: what was done of the epoch counts as an epoch, and is validated as
    /// such. If no step has been made at all, one is. A training that has ended stays as it is.
    ///
    /// Later, nothing goes on from here as if nothing had happened: take a
    /// [checkpoint](Self::checkpoint) before.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn interrupt(mut self) -> Result<History, ModelError> {
        let threads = self.trainer.threads.clone();
        threads.install(|| {
            if self.epochs.is_empty() && self.course.step == 0 {
                self.step()?;
            }
            if self.state == State::GoesOn {
                if self.course.step > 0 {
                    self.end_epoch().map_err(|error| self.ranks.tell(error))?;
                }
                self.state = State::Ended(Stop::Interrupted);
            }
            self.into_history()
        })
    }

    /// The model as it is after the last step. The weights that are kept are put back by
    /// [`finish`](Self::finish).
    #[must_use]
    pub fn model(&self) -> &Model<T> {
        self.model
    }

    /// The epochs that have ended.
    #[must_use]
    pub fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// The epoch that goes on, from 1, and how many of its [steps](Self::steps_per_epoch) have been
    /// made.
    #[must_use]
    pub fn position(&self) -> (usize, usize) {
        (self.epochs.len() + 1, self.course.step)
    }

    /// The number of mini-batches in an epoch.
    #[must_use]
    pub fn steps_per_epoch(&self) -> usize {
        self.batches.count()
    }

    /// Why it has ended, if it has.
    #[must_use]
    pub fn stop(&self) -> Option<Stop> {
        match self.state {
            State::Ended(stop) => Some(stop),
            State::GoesOn | State::Failed => None,
        }
    }
}

/// What watches a training from here on.
fn monitor<T: Scalar>(
    trainer: &Trainer<'_, T>,
    model: &Model<T>,
    train: &Dataset<T>,
) -> Result<Monitor<T>, ModelError> {
    let limits = trainer.optimizer.limits();
    Monitor::new(model, train, trainer.epochs, limits, &trainer.threads)
}

/// The training part and the validation part.
pub(crate) fn split_off<T: Scalar>(
    data: &Dataset<T>,
    fraction: f64,
    seed: u64,
) -> Result<(Dataset<T>, Dataset<T>), ModelError> {
    let mut stream = Stream::new(seed, Purpose::Split, Key { epoch: 1, ..Key::default() });
    let (train, validation) = split_indices(data.target(), fraction, &mut stream)?;
    // Examples are named by where they are in the data, not in a part that nobody sees.
    let part = |indices: &[usize]| {
        let places = indices.iter().map(|&index| data.place(index)).collect();
        data.subset(indices)?.with_places(places)
    };
    Ok((part(&train)?, part(&validation)?))
}

impl<T: Scalar> fmt::Debug for Training<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Training")
            .field("trainer", &self.trainer)
            .field("position", &self.position())
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
