use std::fmt;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use densely_data::DataError;
use densely_optim::{Adam, Optimizer, Plateau, Schedule};
use densely_tensor::{Figure, Scalar, Threads};

use crate::ranks::Ranks;
use crate::training_step::check_shards;
use crate::{
    Checkpoint, Difference, Epoch, Examples, Exchange, History, Model, ModelError, TargetUnits,
    Training, training,
};

/// Times at which the factors of a schedule are checked before training, about.
const FACTORS: usize = 1 << 16;

type OnEpoch<'a, T> = Box<dyn FnMut(&Epoch, &Model<T>) -> ControlFlow<()> + Send + 'a>;

/// Trains a model with mini-batches: an optimiser, and how long and on what it works. These are the
/// options; a training that goes on is a [`Training`].
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
    pub(crate) optimizer: Box<dyn Optimizer<T> + 'a>,
    pub(crate) epochs: usize,
    pub(crate) batch_size: usize,
    pub(crate) validation_fraction: f64,
    pub(crate) validation_data: Option<Examples<'a, T>>,
    pub(crate) target_units: Option<TargetUnits>,
    pub(crate) patience: Option<usize>,
    pub(crate) schedule: Option<Box<dyn Schedule + 'a>>,
    pub(crate) plateau: Option<Plateau>,
    pub(crate) seed: u64,
    pub(crate) threads: Threads,
    pub(crate) shards: usize,
    exchange: Option<Box<dyn Exchange<T> + 'a>>,
    pub(crate) monitor: bool,
    stop_flag: Option<&'a AtomicBool>,
    pub(crate) on_epoch: OnEpoch<'a, T>,
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
            target_units: None,
            patience: None,
            schedule: None,
            plateau: None,
            seed: 0,
            threads: Threads::single(),
            shards: 1,
            exchange: None,
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
    /// each class, chosen by the seed. Data that are prepared were so by all of them, then: of raw
    /// data, [`fit_predictor`](Self::fit_predictor) prepares the rest alone.
    #[must_use]
    pub fn validation(self, fraction: f64) -> Self {
        Self { validation_fraction: fraction, ..self }
    }

    /// Validates on these data instead of a part of the training data.
    #[must_use]
    pub fn validation_data(self, data: impl Into<Examples<'a, T>>) -> Self {
        Self { validation_data: Some(data.into()), ..self }
    }

    /// Of real targets that were prepared, in which units they were: the metrics of the validation are in those of the data,
    /// then, as those of a [`Predictor`](crate::Predictor) are, and otherwise in those in which targets are learnt, as all
    /// losses are. Nothing else depends on it. [`fit_predictor`](Self::fit_predictor) knows them.
    ///
    /// ```
    /// use densely_data::Dataset;
    /// use densely_models::{Evaluation, Mlp, Predictor, Preparation, Trainer};
    /// use densely_tensor::{Mat, Threads};
    ///
    /// let x = Mat::from_fn(1, 40, |_, j| j as f64);
    /// let y = Mat::from_fn(1, 40, |_, j| 300.0 + 20.0 * j as f64);
    /// let data = Dataset::regression(x, y)?;
    /// let preparation = Preparation::fit(["standardize"], &data)?;
    /// let prepared = preparation.dataset::<f64>(&data)?;
    /// let mut predictor = Predictor::new(preparation.clone(), Mlp::regressor(1, 1))?;
    /// let history = Trainer::default()
    ///     .epochs(1)
    ///     .validation(0.0)
    ///     .validation_data(&prepared)
    ///     .target_units(preparation.target_units().cloned())
    ///     .fit(predictor.model_mut(), &prepared)?;
    /// let judged = predictor.evaluate(&data, &Threads::single())?;
    /// let (Some(Evaluation::Regression { mae, .. }), Evaluation::Regression { mae: expected, .. }) =
    ///     (history.kept().validation, judged) else { panic!() };
    /// assert!((mae / expected - 1.0).abs() < 1e-12 && mae > 10.0);
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    #[must_use]
    pub fn target_units(self, units: Option<TargetUnits>) -> Self {
        Self { target_units: units, ..self }
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

    /// Cuts each mini-batch into so many [`Shards`](densely_layers::Shards), a power of two; 1 by default. The gradient is
    /// the sum of theirs by a fixed tree, so that its last bits depend on this number, and on nothing else: that many
    /// ranks may share the work, or a part of them ([`exchange`](Self::exchange)).
    #[must_use]
    pub fn shards(self, shards: usize) -> Self {
        Self { shards, ..self }
    }

    /// Trains together with other ranks: processes, as a rule on other machines, of which each makes the same training of
    /// the same model on the same data, and computes the gradients of its part of the [shards](Self::shards). Model and
    /// history have **the bits of one process** with as many shards.
    ///
    /// At the start all compare data, options and weights. If a rank fails, all end with an error that names it. What
    /// one of them decides, by its callback or flag, all do.
    ///
    /// ```
    /// use densely_data::digits;
    /// use densely_models::{LocalExchange, Mlp, Trainer};
    /// use densely_optim::Sgd;
    ///
    /// let data = digits().cast::<f32>()?;
    /// let trainer = || Trainer::new(Sgd::new(0.001)).epochs(2).shards(4);
    /// let new = || Mlp::classifier(64, 10).hidden([16]).build::<f32>();
    /// let alone = trainer().fit(&mut new()?, &data)?;
    /// std::thread::scope(|scope| {
    ///     for rank in LocalExchange::group(2) {
    ///         let (data, alone) = (&data, &alone);
    ///         scope.spawn(move || {
    ///             let history = trainer().exchange(rank).fit(&mut new().unwrap(), data);
    ///             assert_eq!(&history.unwrap(), alone);
    ///         });
    ///     }
    /// });
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    #[must_use]
    pub fn exchange(self, exchange: impl Exchange<T> + 'a) -> Self {
        Self { exchange: Some(Box::new(exchange)), ..self }
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

    /// Trains `model` on `data`, from the weights it has: a loop over the steps of a
    /// [`Training`]. Data may be in memory or, larger than that, [on the disk](densely_data::StoredDataset):
    /// then examples come in the [order that blocks allow](densely_data::StoredBatches), and a diagnosis looks at
    /// a sample.
    ///
    /// # Errors
    /// If an option is out of range, or no number of the model's type, the data do not fit the model, or the loss, the gradient
    /// or the weights become infinite or NaN. In the last case the model has the best weights
    /// so far if there is a finite validation loss.
    pub fn fit<'d>(
        self,
        model: &mut Model<T>,
        data: impl Into<Examples<'d, T>>,
    ) -> Result<History, ModelError> {
        let data: Examples<'_, T> = data.into();
        Trainer::start(self, model, data)?.finish()
    }

    /// A training that has made no step yet: to make them one by one, to look between them, to
    /// stop and to go on.
    ///
    /// # Errors
    /// If an option is out of range, or no number of the model's type, or the data do not fit the
    /// model.
    pub fn start(
        mut self,
        model: &'a mut Model<T>,
        data: impl Into<Examples<'a, T>>,
    ) -> Result<Training<'a, T>, ModelError> {
        let ranks = Ranks::new(self.exchange.take());
        Training::joined(Training::new(self, model, data.into()), ranks)
    }

    /// A training that goes on where another was, with the same options on the same data. It ends
    /// with the bits of one that was never interrupted, at any number of threads before and after.
    ///
    /// `model` has the layers and the loss of the one that was trained, and any weights. The
    /// optimiser is a new one. Of parts that do not say what they are, as a schedule that is a
    /// closure, the name of the type has to be the same.
    ///
    /// ```
    /// use densely_data::digits;
    /// use densely_models::{Mlp, Trainer};
    /// use densely_optim::Sgd;
    ///
    /// let data = digits().cast::<f32>()?;
    /// let new = || Mlp::classifier(64, 10).hidden([16]).dropout(0.2).build::<f32>();
    /// let trainer = || Trainer::new(Sgd::new(0.001).momentum(0.9)).epochs(2);
    ///
    /// let mut model = new()?;
    /// let mut training = trainer().start(&mut model, &data)?;
    /// for _ in 0..70 {
    ///     training.step()?; // 57 steps are an epoch
    /// }
    /// let checkpoint = training.checkpoint()?; // and all else is lost
    ///
    /// let mut model = new()?;
    /// let history = trainer().resume(&mut model, &data, checkpoint)?.finish()?;
    ///
    /// let mut other = new()?;
    /// assert_eq!(trainer().fit(&mut other, &data)?, history);
    /// assert_eq!(other.evaluate(&data)?, model.evaluate(&data)?);
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    ///
    /// # Errors
    /// [`ModelError::Resume`] if the options, the model or the data are others, which says what
    /// differs; [`ModelError::Checkpoint`] if the checkpoint does not hold such a training; as for
    /// [`start`](Self::start). The model is as it was then.
    pub fn resume(
        mut self,
        model: &'a mut Model<T>,
        data: impl Into<Examples<'a, T>>,
        checkpoint: Checkpoint<T>,
    ) -> Result<Training<'a, T>, ModelError> {
        let ranks = Ranks::new(self.exchange.take());
        let resumed = Training::new(self, model, data.into()).and_then(|training| {
            let differences = training.differences(&checkpoint);
            match differences.is_empty() {
                true => training.restored(checkpoint, true),
                false => Err(ModelError::Resume { differences }),
            }
        });
        Training::joined(resumed, ranks)
    }

    /// [`resume`](Self::resume) with other options, or on other data: more epochs, or another
    /// learning rate for one that diverged. Returns in what it differs from the training before,
    /// too. With other batches, the epoch that had begun begins anew.
    ///
    /// # Errors
    /// As [`resume`](Self::resume), but for differences. The parameters must have the same shapes,
    /// and the optimiser remember the same of each.
    pub fn resume_changed(
        mut self,
        model: &'a mut Model<T>,
        data: impl Into<Examples<'a, T>>,
        checkpoint: Checkpoint<T>,
    ) -> Result<(Training<'a, T>, Vec<Difference>), ModelError> {
        let ranks = Ranks::new(self.exchange.take());
        let mut differences = Vec::new();
        let resumed = Training::new(self, model, data.into()).and_then(|training| {
            differences = training.differences(&checkpoint);
            let other_batches =
                differences.iter().any(|difference| training::BATCHES.contains(&&*difference.what));
            training.restored(checkpoint, !other_batches)
        });
        Ok((Training::joined(resumed, ranks)?, differences))
    }

    pub(crate) fn check(&self) -> Result<(), ModelError> {
        if self.epochs == 0 {
            return Err(ModelError::option("epochs", "at least 1", &self.epochs));
        }
        if self.batch_size == 0 {
            return Err(ModelError::option("the batch size", "at least 1", &self.batch_size));
        }
        check_shards(self.shards)?;
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

    pub(crate) fn is_to_stop(&self) -> bool {
        self.stop_flag.is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    /// Whether the factors of the schedule are good for learning rates: better now than in
    /// the middle of a training.
    pub(crate) fn check_schedule(&self, batches: usize) -> Result<(), ModelError> {
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
    pub(crate) fn set_learning_rate(&mut self, base_rate: f64, time: f64) {
        if self.schedule.is_some() || self.plateau.is_some() {
            let end = self.epochs as f64;
            let scheduled = self.schedule.as_ref().map_or(1.0, |s| s.factor(time, end));
            let reduced = self.plateau.as_ref().map_or(1.0, Plateau::factor);
            self.optimizer.set_learning_rate(base_rate * scheduled * reduced);
        }
    }
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
            .field("shards", &self.shards)
            .finish_non_exhaustive()
    }
}
