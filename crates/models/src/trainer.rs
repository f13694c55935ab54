use std::fmt;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use densely_data::{DataError, Dataset, split_indices};
use densely_layers::At;
use densely_optim::{Adam, OptimError, Optimizer, Plateau, Schedule};
use densely_tensor::{Figure, Key, Purpose, Scalar, Stream, Threads};

use crate::batches::Batches;
use crate::early_stopping::EarlyStopping;
use crate::monitor::{Case, Diagnosis, Monitor, first_non_finite_layer, first_not_finite_weights};
use crate::training_step::Pass;
use crate::{
    Epoch, Evaluation, History, Model, ModelError, Overflow, Stop, TrainingStep, number_type,
};

/// Times at which the factors of a schedule are checked before training, about.
const FACTORS: usize = 1 << 16;

type OnEpoch<'a, T> = Box<dyn FnMut(&Epoch, &Model<T>) -> ControlFlow<()> + Send + 'a>;

/// Trains a model with mini-batches: an optimiser, and how long and on what it works.
///
/// Each epoch goes through the training data once, in a new random order, in
/// mini-batches. With validation data, the model is evaluated after each epoch; it ends
/// with the weights of the epoch of **lowest validation loss**, and with a patience,
/// training stops when that loss has not fallen for so many epochs.
///
/// The result depends on the data, the options and the seed, and not on the number of
/// threads.
///
/// ```
/// use densely_data::digits;
/// use densely_models::{Mlp, Preparation, Stop, Trainer};
/// use densely_optim::Sgd;
/// use densely_tensor::Threads;
///
/// let (train, validation) = digits().split(0.2, 7)?;
/// let preparation = Preparation::fit(["standardize"], &train)?;
/// let (train, validation) = (preparation.dataset(&train)?, preparation.dataset(&validation)?);
/// let mut model = Mlp::classifier(64, 10).hidden([32]).build::<f32>()?;
/// let history = Trainer::new(Sgd::new(0.01).momentum(0.9).weight_decay(1e-4))
///     .epochs(100)
///     .batch_size(32)
///     .validation_data(&validation)
///     .patience(3)
///     .seed(7)
///     .threads(Threads::new(2)?)
///     .fit(&mut model, &train)?;
/// assert_eq!(history.stop, Stop::Patience);
/// assert_eq!(history.kept_epoch + 3, history.epochs.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Trainer<'a, T: Scalar> {
    optimizer: Box<dyn Optimizer<T> + 'a>,
    epochs: usize,
    batch_size: usize,
    validation_fraction: f64,
    validation_data: Option<&'a Dataset<T>>,
    patience: Option<usize>,
    schedule: Option<Box<dyn Schedule + 'a>>,
    plateau: Option<Plateau>,
    seed: u64,
    threads: Threads,
    monitor: bool,
    stop_flag: Option<&'a AtomicBool>,
    on_epoch: OnEpoch<'a, T>,
}

/// The defaults of the program, measured on public tables (`docs/defaults.md`): Adam at
/// 0.003 with weight decay 0.0015, its gradient clipped to a norm of 5; up to 200 epochs, with
/// a tenth of the data for validation and a patience of 20.
///
/// Steps of bounded length keep a column that is almost always 0, or one value far out, from
/// making a network diverge, as plain SGD does on such tables.
///
/// ```
/// use densely_data::digits;
/// use densely_models::{Mlp, Preparation, Trainer};
///
/// let (train, test) = digits().split(0.2, 7)?;
/// let preparation = Preparation::fit(["standardize"], &train)?;
/// let (train, test) = (preparation.dataset::<f32>(&train)?, preparation.dataset(&test)?);
/// let mut model = Mlp::classifier(64, 10).hidden([64]).build::<f32>()?;
/// Trainer::default().fit(&mut model, &train)?;
/// assert!(model.evaluate(&test)?.score() > 0.95);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<T: Scalar> Default for Trainer<'_, T> {
    fn default() -> Self {
        let adam = Adam::new(0.003).weight_decay(0.0015).clip_norm(5.0);
        Self::new(adam).epochs(200).validation(0.1).patience(20)
    }
}

/// What a training run works with.
struct Run<'a, T: Scalar> {
    batches: Batches<'a, T>,
    step: TrainingStep<T>,
    monitor: Option<Monitor<T>>,
    last_loss: Option<f64>,
}

impl<'a, T: Scalar> Trainer<'a, T> {
    /// With this optimiser: 10 epochs of batches of 32 examples, no validation, seed 0,
    /// on the calling thread. What suits most tables is the [default](Self::default).
    #[must_use]
    pub fn new(optimizer: impl Optimizer<T> + 'a) -> Self {
        Self {
            optimizer: Box::new(optimizer),
            epochs: 10,
            batch_size: 32,
            validation_fraction: 0.0,
            validation_data: None,
            patience: None,
            schedule: None,
            plateau: None,
            seed: 0,
            threads: Threads::single(),
            monitor: true,
            stop_flag: None,
            on_epoch: Box::new(|_, _| ControlFlow::Continue(())),
        }
    }

    /// The number of passes over the training data, at most.
    #[must_use]
    pub fn epochs(self, epochs: usize) -> Self {
        Self { epochs, ..self }
    }

    /// The number of examples in a mini-batch. The last one of an epoch may be smaller.
    #[must_use]
    pub fn batch_size(self, batch_size: usize) -> Self {
        Self { batch_size, ..self }
    }

    /// Sets this fraction of the training data aside for validation: the same share of
    /// each class, chosen by the seed.
    #[must_use]
    pub fn validation(self, fraction: f64) -> Self {
        Self { validation_fraction: fraction, ..self }
    }

    /// Validates on these data instead of a part of the training data.
    #[must_use]
    pub fn validation_data(self, data: &'a Dataset<T>) -> Self {
        Self { validation_data: Some(data), ..self }
    }

    /// Stops when the validation loss has not fallen for this many epochs.
    #[must_use]
    pub fn patience(self, epochs: usize) -> Self {
        Self { patience: Some(epochs), ..self }
    }

    /// Changes the learning rate with time, step by step: the optimiser's is multiplied
    /// by the schedule's factor. Time is in epochs, and ends with [`epochs`](Self::epochs).
    /// Where the rate is 0, nothing is changed.
    ///
    /// ```
    /// use densely_models::Trainer;
    /// use densely_optim::{AdamW, CosineDecay, Schedule};
    ///
    /// let schedule = CosineDecay::new().warm_up(2.0);
    /// let trainer = Trainer::<f32>::new(AdamW::new(0.003)).epochs(30).schedule(schedule);
    /// ```
    #[must_use]
    pub fn schedule(self, schedule: impl Schedule + 'a) -> Self {
        Self { schedule: Some(Box::new(schedule)), ..self }
    }

    /// Lowers the learning rate when the validation loss no longer falls, after an epoch.
    /// With a [`schedule`](Self::schedule), the factors of both are multiplied.
    #[must_use]
    pub fn plateau(self, plateau: Plateau) -> Self {
        Self { plateau: Some(plateau), ..self }
    }

    /// The seed of the order of the examples, of the validation split, and of the random
    /// draws of layers.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The threads that share the work.
    #[must_use]
    pub fn threads(self, threads: Threads) -> Self {
        Self { threads, ..self }
    }

    /// Whether to watch what goes on inside the network; yes by default. It finds what
    /// keeps a network from learning, and says so in a [diagnosis](History::diagnosis); it
    /// changes nothing, and costs 1 to 3 % of the time.
    ///
    /// ```
    /// use densely_data::digits;
    /// use densely_models::{Finding, Mlp, Trainer};
    /// use densely_optim::Sgd;
    ///
    /// let data = digits().cast::<f32>()?; // 0 to 16, too large for this rate
    /// let mut model = Mlp::classifier(64, 10).hidden([32]).build::<f32>()?;
    /// let history = Trainer::new(Sgd::new(0.3)).epochs(2).fit(&mut model, &data)?;
    /// let dead = Finding::DeadUnits { layer: 1, dead: 32, units: 32, since: 2 };
    /// assert!(history.diagnosis().findings.contains(&dead));
    /// assert_eq!(
    ///     dead.to_string(),
    ///     "100 % of layer 1's units have been dead since epoch 2: \
    ///      lower the learning rate or try leaky-relu",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn monitor(self, monitor: bool) -> Self {
        Self { monitor, ..self }
    }

    /// Calls `callback` after each epoch with what happened in it and with the model as it is
    /// then, whose weights are the best so far if [`Epoch::best`] says so. It may end the
    /// training.
    #[must_use]
    pub fn on_epoch(
        self,
        callback: impl FnMut(&Epoch, &Model<T>) -> ControlFlow<()> + Send + 'a,
    ) -> Self {
        Self { on_epoch: Box::new(callback), ..self }
    }

    /// Ends the training soon after another thread, or a signal, has set this flag: after the
    /// step that is being made. What was done of that epoch counts as an epoch, is validated as
    /// such, and the model ends with the weights that it would have after any last epoch.
    ///
    /// ```
    /// use std::sync::atomic::AtomicBool;
    ///
    /// use densely_data::digits;
    /// use densely_models::{Mlp, Stop, Trainer};
    /// use densely_optim::Sgd;
    ///
    /// let stop = AtomicBool::new(true); // as soon as it begins, so after one step
    /// let mut model = Mlp::classifier(64, 10).build::<f32>()?;
    /// let history = Trainer::new(Sgd::new(0.01))
    ///     .stop_flag(&stop)
    ///     .fit(&mut model, &digits().cast::<f32>()?)?;
    /// assert_eq!((history.stop, history.epochs.len()), (Stop::Interrupted, 1));
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    #[must_use]
    pub fn stop_flag(self, flag: &'a AtomicBool) -> Self {
        Self { stop_flag: Some(flag), ..self }
    }

    /// Trains `model` on `data`, from the weights it has.
    ///
    /// # Errors
    /// If an option is out of range, or no number of the model's type, the data do not fit the model, or the loss, the gradient
    /// or the weights become infinite or NaN. In the last case the model has the best weights
    /// so far if there is a finite validation loss.
    pub fn fit(mut self, model: &mut Model<T>, data: &Dataset<T>) -> Result<History, ModelError> {
        self.check()?;
        number_type::check(model, &self.optimizer.limits())?;
        model.check(data)?;
        let split;
        let (train, validation) = match self.validation_data {
            Some(validation) => {
                model.check(validation)?;
                (data, Some(validation))
            }
            None if self.validation_fraction > 0.0 => {
                split = split_off(data, self.validation_fraction, self.seed)?;
                (&split.0, Some(&split.1))
            }
            None => (data, None),
        };
        let threads = self.threads.clone();
        threads.install(|| self.run(model, train, validation))
    }

    fn check(&self) -> Result<(), ModelError> {
        if self.epochs == 0 {
            return Err(ModelError::option("epochs", "at least 1", &self.epochs));
        }
        if self.batch_size == 0 {
            return Err(ModelError::option("the batch size", "at least 1", &self.batch_size));
        }
        self.schedule.as_ref().map_or(Ok(()), |schedule| schedule.check())?;
        self.plateau.as_ref().map_or(Ok(()), Plateau::check)?;
        if !(0.0..1.0).contains(&self.validation_fraction) {
            return Err(DataError::Fraction(self.validation_fraction).into());
        }
        let validates = self.validation_data.is_some() || self.validation_fraction > 0.0;
        if self.plateau.is_some() && !validates {
            let (expected, value) = ("left out without validation data", "one");
            return Err(ModelError::option("the plateau", expected, &value));
        }
        match self.patience {
            Some(0) => Err(ModelError::option("the patience", "at least 1", &0)),
            Some(epochs) if !validates => {
                Err(ModelError::option("the patience", "left out without validation data", &epochs))
            }
            _ => Ok(()),
        }
    }

    fn run(
        &mut self,
        model: &mut Model<T>,
        train: &Dataset<T>,
        validation_data: Option<&Dataset<T>>,
    ) -> Result<History, ModelError> {
        let limits = self.optimizer.limits();
        let monitor = || Monitor::new(model, train, self.epochs, limits, &self.threads);
        let mut run = Run {
            batches: Batches::new(train, self.batch_size, self.seed),
            step: TrainingStep::new(),
            monitor: self.monitor.then(monitor).transpose()?,
            last_loss: None,
        };
        self.check_schedule(run.batches.count())?;
        let mut best = EarlyStopping::new();
        let mut epochs = Vec::with_capacity(self.epochs.min(1 << 16));
        let mut stop = Stop::Epochs;
        let base_rate = self.optimizer.learning_rate();
        for epoch in 1..=self.epochs {
            let trained = self.train_epoch(epoch, base_rate, model, &mut run);
            let train_loss = trained.map_err(|error| {
                let error = diagnosed(error, model, train, run.monitor.as_ref());
                best.restore(model.network_mut());
                error
            })?;
            let evaluate = |data| model.evaluate_on(data, &self.threads);
            let validation = validation_data.map(evaluate).transpose()?;
            let learning_rate = self.optimizer.learning_rate();
            if let (Some(plateau), Some(validation)) = (&mut self.plateau, &validation) {
                plateau.observe(validation.loss());
            }
            let observe =
                |evaluation: Evaluation| best.observe(epoch, evaluation.loss(), model.network());
            let flat = run.monitor.as_mut().map(Monitor::end_epoch);
            epochs.push(Epoch {
                epoch,
                train_loss,
                validation,
                learning_rate,
                best: validation.is_some_and(observe),
                dead_units: flat.map(|(dead, _)| dead),
                saturated_units: flat.map(|(_, saturated)| saturated),
            });
            if (self.on_epoch)(&epochs[epoch - 1], model).is_break() {
                stop = Stop::Callback;
                break;
            }
            if self.is_to_stop() {
                stop = Stop::Interrupted;
                break;
            }
            if self.patience.is_some_and(|patience| best.epochs_since_best(epoch) >= patience) {
                stop = Stop::Patience;
                break;
            }
        }
        if let Some(monitor) = &mut run.monitor {
            monitor.end_training(model.network());
        }
        let kept_epoch = best.restore(model.network_mut()).unwrap_or(epochs.len());
        let diagnosis = match &run.monitor {
            None => Diagnosis::of_losses(&epochs),
            Some(monitor) => {
                let (epochs, batch_size, threads) = (&epochs[..], self.batch_size, &self.threads);
                Diagnosis::of(&Case {
                    model,
                    train,
                    validation: validation_data,
                    epochs,
                    kept_epoch,
                    stop,
                    batch_size,
                    threads,
                    monitor,
                })?
            }
        };
        let (initial_loss, layers) = run.monitor.map(Monitor::into_parts).unzip();
        let layers = layers.unwrap_or_default();
        Ok(History { epochs, kept_epoch, stop, initial_loss, layers, diagnosis })
    }

    /// One pass over the training data. Returns the mean loss.
    fn train_epoch(
        &mut self,
        epoch: usize,
        base_rate: f64,
        model: &mut Model<T>,
        run: &mut Run<'_, T>,
    ) -> Result<f64, ModelError> {
        let Run { batches, step: training_step, monitor, last_loss } = run;
        batches.shuffle(epoch as u32);
        let (mut total, mut examples) = (0.0, 0);
        for index in 0..batches.count() {
            let time = (epoch - 1) as f64 + index as f64 / batches.count() as f64;
            self.set_learning_rate(base_rate, time);
            let (x, targets) = batches.get(index);
            let (seed, n) = (self.seed, x.ncols());
            let at = At { seed, epoch: epoch as u32, step: index as u32, ..At::default() };
            let (optimizer, threads) = (&mut *self.optimizer, &self.threads);
            let learning_rate = optimizer.learning_rate();
            let (step, previous_loss, mut loss) = (index + 1, *last_loss, f64::NAN);
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
            if step == batches.count() {
                // What no loss may ever show: units that are dead hide their weights.
                let layer = first_not_finite_weights(model.network());
                if layer.is_some() {
                    return Err(diverged(Overflow::Weights, loss, layer));
                }
            }
            if let Some(monitor) = monitor {
                monitor.after_update(index, model);
            }
            *last_loss = Some(loss);
            total += loss * n as f64;
            examples += n;
            if self.is_to_stop() {
                break;
            }
        }
        Ok(total / examples as f64)
    }

    fn is_to_stop(&self) -> bool {
        self.stop_flag.is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    /// Whether the factors of the schedule are good for learning rates: better now than in
    /// the middle of a training.
    fn check_schedule(&self, batches: usize) -> Result<(), ModelError> {
        let Some(schedule) = &self.schedule else { return Ok(()) };
        let (steps, end) = (self.epochs.saturating_mul(batches), self.epochs as f64);
        for step in (0..steps).step_by(steps.div_ceil(FACTORS)).chain([steps - 1]) {
            let factor = schedule.factor(step as f64 / batches as f64, end);
            if !(factor >= 0.0 && factor.is_finite()) {
                let (option, expected) = ("the factor of the schedule", "at least 0 and finite");
                return Err(ModelError::option(option, expected, &Figure(factor)));
            }
        }
        Ok(())
    }

    /// The learning rate at a time in epochs, if anything changes it.
    fn set_learning_rate(&mut self, base_rate: f64, time: f64) {
        if self.schedule.is_some() || self.plateau.is_some() {
            let end = self.epochs as f64;
            let scheduled = self.schedule.as_ref().map_or(1.0, |s| s.factor(time, end));
            let reduced = self.plateau.as_ref().map_or(1.0, Plateau::factor);
            self.optimizer.set_learning_rate(base_rate * scheduled * reduced);
        }
    }
}

/// A divergence with its causes, or another error as it is. The model has the weights that
/// it diverged with.
fn diagnosed<T: Scalar>(
    mut error: ModelError,
    model: &Model<T>,
    train: &Dataset<T>,
    monitor: Option<&Monitor<T>>,
) -> ModelError {
    if let ModelError::Diverged { epoch, step, overflow, learning_rate, diagnosis, .. } = &mut error
    {
        let updated = (*epoch, *step) != (1, 1) || *overflow == Overflow::Weights;
        **diagnosis = Diagnosis::of_divergence(model, train, monitor, *learning_rate, updated);
    }
    error
}

/// The training part and the validation part.
fn split_off<T: Scalar>(
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

impl<T: Scalar> fmt::Debug for Trainer<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trainer")
            .field("optimizer", &self.optimizer)
            .field("epochs", &self.epochs)
            .field("batch_size", &self.batch_size)
            .field("validation_fraction", &self.validation_fraction)
            .field("patience", &self.patience)
            .field("seed", &self.seed)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}
