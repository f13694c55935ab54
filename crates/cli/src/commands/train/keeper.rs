use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use densely::formats::CheckpointFile;
use densely::layers::Layer;
use densely::models::{Diagnosis, Epoch, History, ModelError};
use densely::prelude::*;
use densely::tensor::first_non_finite;
use densely_picture::number;

use super::diverged::Diverged;
use super::report;
use super::resume::{DIVERGED, SECONDS, how};
use crate::error::CliError;
use crate::output::eprintln;
use crate::run_folder::RunFolder;
use crate::split::whole;
use crate::tensorboard::events;

/// From one time that a training is saved to the next, at least.
const PAUSE: Duration = Duration::from_secs(3);

/// The same, for the time that saving took: it is to cost half a percent of a training at most. So is where the training
/// was when it was best, which is kept in memory.
const PAUSE_PER_COST: u32 = 200;

/// What is saved in a second, as it is taken before anything was: hashed, copied and written.
const BYTES_PER_SECOND: f64 = 5e8;

/// How often the parameters are in what is saved, at most: in the model, and in the checkpoint as they are, as they were at
/// their best, and as two matrices of the optimiser.
const COPIES: f64 = 5.0;

/// The first file of a training comes no later, however large it is: until then, all is lost if the process is killed.
const FIRST: Duration = Duration::from_secs(30);

/// A training that took as long is saved before its report.
const LONG: Duration = Duration::from_secs(1);

/// Keeps the best weights of a training while it goes on: in memory at once, in the folder of
/// the run every few seconds, with a checkpoint of where it is.
///
/// They are those of lowest validation loss, or of lowest training loss where there is no
/// validation.
///
/// The checkpoint of the end stays with a run that took longer than the pause between two: more
/// epochs may be asked for. A shorter one is made again as fast. Of a large network the first is saved later, since it
/// and that of the end count together.
pub(crate) struct Keeper<T: Scalar> {
    folder: RunFolder,
    file: ModelFile<T>,
    epochs: Vec<Epoch>,
    lowest: f64,
    /// The epoch whose weights the file has, and the one whose weights are in the folder.
    kept: Option<usize>,
    saved: Option<usize>,
    /// Those of the epochs, if they are still to be saved.
    lines: Option<String>,
    /// When each epoch ended, in seconds since 1970, if that is asked for.
    times: Option<Vec<f64>>,
    /// Where the training was when it was best, for one that diverges.
    good: Option<Checkpoint<T>>,
    next_good: Instant,
    /// Where it ended.
    last: Option<Checkpoint<T>>,
    ended: bool,
    /// The seconds that it took before it was resumed.
    before: f64,
    started: Instant,
    next_save: Instant,
    /// What saving took the last time, or is taken to take.
    cost: Duration,
    failed: bool,
}

impl<T: Scalar> Keeper<T> {
    /// `file` is what is saved, with other weights.
    pub(crate) fn new(folder: RunFolder, file: ModelFile<T>) -> Self {
        let bytes = (file.predictor.model().parameters() * size_of::<T>()) as f64;
        let cost = Duration::from_secs_f64(COPIES * bytes / BYTES_PER_SECOND);
        Self {
            folder,
            file,
            epochs: Vec::new(),
            lowest: f64::INFINITY,
            kept: None,
            saved: None,
            lines: None,
            times: None,
            good: None,
            next_good: Instant::now(),
            last: None,
            ended: false,
            before: 0.0,
            started: Instant::now(),
            // At its end, what was saved before will be saved once more.
            next_save: Instant::now() + (2 * PAUSE_PER_COST * cost).clamp(PAUSE, FIRST),
            cost,
            failed: false,
        }
    }

    /// Also writes events for TensorBoard; of a run that goes on, as it did before.
    pub(crate) fn with_events(self, events: bool) -> Self {
        let events = events || self.folder.goes_on_with_events();
        Self { times: events.then(Vec::new), ..self }
    }

    pub(crate) fn folder(&self) -> &RunFolder {
        &self.folder
    }

    pub(crate) fn provenance(&self) -> &Provenance {
        &self.file.provenance
    }

    pub(crate) fn predictor(&self) -> &Predictor<T> {
        &self.file.predictor
    }

    /// Goes on where a run was, which took so many seconds until then. `kept` are its best weights
    /// so far, and their epoch.
    pub(crate) fn resume(
        &mut self,
        training: &Training<'_, T>,
        kept: Option<(usize, Vec<Mat<T>>)>,
        seconds: f64,
    ) {
        self.before = seconds;
        self.epochs = training.epochs().to_vec();
        if let Some((epoch, weights)) = kept
            && let Some(of) = self.epochs.get(epoch.wrapping_sub(1))
        {
            self.lowest = of.train_loss;
            self.set_weights(epoch, weights);
        }
    }

    /// Calls files what they were called before, where these are the same: a config has whole paths.
    pub(crate) fn keep_names(&mut self, before: &BTreeMap<String, String>, data: &str) {
        let provenance = &mut self.file.provenance;
        for name in ["data", "test-data", "labels"] {
            let (Some(old), Some(now)) = (before.get(name), provenance.options.get_mut(name))
            else {
                continue;
            };
            if are_same_files(old, now) {
                if name == "data" {
                    data.clone_into(&mut provenance.data);
                }
                old.clone_into(now);
            }
        }
    }

    /// Saves that a run goes on with other options, before anything else: then its config may say so.
    pub(crate) fn change(&mut self, training: &Training<'_, T>) -> Result<(), CliError> {
        self.save_checkpoint(training.checkpoint()?, None)?;
        self.folder.change_config()
    }

    /// The seconds of all of the training.
    pub(crate) fn seconds(&self) -> f64 {
        self.before + self.started.elapsed().as_secs_f64()
    }

    /// After a step.
    pub(crate) fn observe(&mut self, training: &Training<'_, T>) {
        if let Some(epoch) = training.epochs().get(self.epochs.len()) {
            self.observe_epoch(epoch, training);
        }
        if !self.folder.is_elsewhere() && Instant::now() >= self.next_save {
            let started = Instant::now();
            // The training goes on; if there still is no place at its end, that is an error.
            if let Err(error) = self.save_all(training)
                && !self.failed
            {
                eprintln!("  the training cannot be saved yet: {error}");
                self.failed = true;
            }
            self.cost = started.elapsed();
            self.next_save = Instant::now() + PAUSE.max(self.cost * PAUSE_PER_COST);
        }
    }

    fn observe_epoch(&mut self, epoch: &Epoch, training: &Training<'_, T>) {
        self.epochs.push(*epoch);
        if let Some(times) = &mut self.times {
            // Those of before a run was resumed have this one, too.
            times.resize(self.epochs.len(), now());
        }
        self.lines = None;
        let best = match epoch.validation {
            Some(_) => epoch.best,
            None => epoch.train_loss < self.lowest,
        };
        // The last update may have been one too many.
        if !best || !is_finite(training.model()) {
            return;
        }
        self.lowest = epoch.train_loss;
        self.keep(epoch.epoch, training.model());
        let started = Instant::now();
        if started >= self.next_good {
            // Without memory for it, the one before stays.
            if let Ok(good) = training.checkpoint() {
                self.good = Some(good);
            }
            self.next_good = Instant::now() + started.elapsed() * PAUSE_PER_COST;
        }
    }

    /// Saves the best weights, if they are others than before, the lines and a checkpoint.
    fn save_all(&mut self, training: &Training<'_, T>) -> Result<(), CliError> {
        if self.kept != self.saved {
            self.save()?;
        } else if self.folder.is_of_another_run() {
            // Beside its model, nothing of this one has a place.
            return Ok(());
        } else if !self.epochs.is_empty() {
            self.lines = Some(report::lines(&self.epochs, None, &Diagnosis::default()));
            self.save_lines()?;
        }
        self.save_checkpoint(training.checkpoint()?, None)
    }

    fn save_checkpoint(
        &self,
        checkpoint: Checkpoint<T>,
        diverged: Option<String>,
    ) -> Result<(), CliError> {
        let mut provenance = self.file.provenance.clone();
        provenance.results = BTreeMap::from([(SECONDS.to_owned(), self.seconds().to_string())]);
        provenance.results.extend(diverged.map(|error| (DIVERGED.to_owned(), error)));
        self.folder.save_checkpoint(&CheckpointFile { checkpoint, provenance })
    }

    /// Before a training ends that is over, or is stopped here. Of one that is stopped, the
    /// checkpoint is what goes on.
    pub(crate) fn end(
        &mut self,
        training: &Training<'_, T>,
        stopped: bool,
    ) -> Result<(), CliError> {
        let is_long = self.started.elapsed() >= PAUSE.max(self.cost * PAUSE_PER_COST);
        let is_kept = self.folder.has_checkpoint() || is_long;
        if stopped || is_kept {
            self.last = Some(training.checkpoint()?);
        }
        Ok(())
    }

    /// Takes over the weights that are the result of `epoch`.
    fn keep(&mut self, epoch: usize, model: &Model<T>) {
        let mut values = Vec::new();
        model.network().visit_params(&mut |param| values.push(param.value.clone()));
        self.set_weights(epoch, values);
    }

    fn set_weights(&mut self, epoch: usize, values: Vec<Mat<T>>) {
        let mut values = values.into_iter();
        self.file.predictor.model_mut().network_mut().visit_params_mut(&mut |param| {
            param.value = values.next().expect("both are the same network");
        });
        self.kept = Some(epoch);
    }

    /// Saves the weights of the kept epoch with what is known of it, and the lines so far.
    fn save(&mut self) -> Result<(), CliError> {
        if !self.ended {
            // Those of the end have more in them, and are not written over.
            self.lines
                .get_or_insert_with(|| report::lines(&self.epochs, None, &Diagnosis::default()));
        }
        let epoch = self.epochs.iter().find(|epoch| Some(epoch.epoch) == self.kept);
        self.save_with(epoch.map_or_else(BTreeMap::new, results))
    }

    /// Takes over what a training ended with. It is saved at once if nothing comes after, or if
    /// it took so long that it should not wait for a report.
    pub(crate) fn finish(
        &mut self,
        history: &History,
        model: &Model<T>,
        last: bool,
    ) -> Result<(), CliError> {
        self.keep(history.kept_epoch, model);
        // One that was stopped within an epoch has that one besides.
        self.epochs.clone_from(&history.epochs);
        self.lines = Some(report::lines(&history.epochs, Some(history), &history.diagnosis()));
        self.ended = true;
        if last || self.last.is_some() || self.started.elapsed() >= LONG {
            self.save_kept()?;
        }
        match self.last.take() {
            None => Ok(()),
            Some(checkpoint) => self.save_checkpoint(checkpoint, None).map_err(|error| {
                let epoch = history.kept_epoch;
                self.kept_with(error, &format!("the weights of epoch {epoch} are"))
            }),
        }
    }

    /// Saves the kept weights, unless they are saved, and the lines.
    fn save_kept(&mut self) -> Result<(), CliError> {
        self.save_new().map_err(|error| match self.saved {
            None => error,
            Some(epoch) => self.kept_with(error, &format!("the weights of epoch {epoch} are")),
        })
    }

    /// Saves what is not saved of weights and lines.
    fn save_new(&mut self) -> Result<(), CliError> {
        if self.saved == self.kept { self.save_lines() } else { self.save() }
    }

    /// Saves the weights with these results, and the lines if there are new ones.
    pub(crate) fn save_with(&mut self, results: BTreeMap<String, String>) -> Result<(), CliError> {
        self.file.provenance.results = results;
        let saved = self.folder.save_model(&self.file);
        if saved.is_ok() {
            self.saved = self.kept;
        }
        let written = saved.and_then(|()| self.folder.save_beside_model());
        // Beside the model of another run, the lines have no place.
        if self.folder.is_of_another_run() { written } else { written.and(self.save_lines()) }
    }

    /// Lines in which there is more than in those so far.
    pub(crate) fn set_lines(&mut self, lines: String) {
        self.lines = Some(lines);
    }

    fn save_lines(&mut self) -> Result<(), CliError> {
        let Some(lines) = self.lines.take() else { return Ok(()) };
        self.folder.save_metrics(&lines)?;
        let Some(times) = &self.times else { return Ok(()) };
        // The last epoch may just have ended.
        let times = times.iter().copied().chain(std::iter::repeat_with(now));
        self.folder.save_events(&events(self.epochs.iter().zip(times)))
    }

    /// An error of what was to be said about a model, which is saved without it.
    pub(crate) fn unreported(&mut self, error: CliError) -> CliError {
        match self.save_kept() {
            Ok(()) => self.kept_with(error, "the model is"),
            // It may be that it could not be saved with the report either.
            Err(unsaved) => unsaved,
        }
    }

    /// Whether the folder has the weights that are kept.
    pub(crate) fn has_saved(&self) -> bool {
        self.kept.is_some() && self.saved == self.kept
    }

    /// An error of saving, with what is in the folder nevertheless.
    pub(crate) fn unsaved(&self, error: CliError) -> CliError {
        match (error, self.saved) {
            (error @ CliError::Kept { .. }, _) => error,
            (error, Some(_)) if self.has_saved() => self.kept_with(error, "the model is"),
            (error, Some(epoch)) => {
                self.kept_with(error, &format!("the weights of epoch {epoch} are"))
            }
            (error, None) if self.folder.is_of_another_run() => {
                let kept =
                    format!("the run that was in {} is still there", self.folder.path().display());
                CliError::Kept { source: Box::new(error), kept }
            }
            (error, None) => {
                let kept = "nothing is left of the training but its figures".to_owned();
                CliError::Kept { source: Box::new(error), kept }
            }
        }
    }

    /// Saves what there is of a training that failed, and says with the error where that is.
    pub(crate) fn rescue(mut self, error: CliError) -> CliError {
        // An option that cannot be is found where the training would begin.
        let never_began = matches!(
            error,
            CliError::Model(ModelError::Option { .. } | ModelError::NumberType { .. })
        );
        if self.epochs.is_empty() && never_began {
            self.folder.abandon();
            return error;
        }
        let folder = self.folder.path().display();
        if self.kept.is_none() && self.folder.is_of_another_run() {
            // Without a model, there is nothing that could take its place.
            let kept = format!("the run that was in {folder} is still there");
            return CliError::Kept { source: Box::new(error), kept };
        }
        let diverged = Diverged::of(&error);
        let lines = report::lines(&self.epochs, None, &Diagnosis::default());
        self.lines = Some(lines + &diverged.as_ref().map_or_else(String::new, Diverged::line));
        let saved = self.save_new();
        // Where it was when all was well, for another learning rate.
        let good = self.good.take().zip(diverged.as_ref().map(|diverged| diverged.error.clone()));
        let saved = saved.and_then(|()| match good {
            None => Ok(()),
            Some((good, error)) => self.save_checkpoint(good, Some(error)),
        });
        let go_on = match &diverged {
            Some(diverged) => {
                let rate = number(diverged.learning_rate / 10.0);
                format!("; go on with `{} --learning-rate {rate}`", how(self.folder.path()))
            }
            None => String::new(),
        };
        match (saved, self.kept) {
            (Ok(()), Some(epoch)) => {
                let validated = self.epochs.iter().any(|epoch| epoch.validation.is_some());
                let loss = if validated { "validation" } else { "training" };
                let what = format!("the weights of epoch {epoch}, of the lowest {loss} loss, are");
                self.kept_with(error, &what).and(&go_on)
            }
            (Ok(()), None) => self
                .kept_with(error, "there are no weights to keep; what is known of its epochs is")
                .and(&go_on),
            (Err(unsaved), _) => {
                let kept = format!("and nothing of it can be saved: {unsaved}");
                CliError::Kept { source: Box::new(error), kept }
            }
        }
    }

    /// An error, and what is in the folder nevertheless.
    fn kept_with(&self, error: CliError, what: &str) -> CliError {
        let kept = format!("{what} in {}", self.folder.path().display());
        CliError::Kept { source: Box::new(error), kept }
    }
}

/// Whether lists of files, as a person reads them, are the same but for where they are looked at from.
fn are_same_files(some: &str, others: &str) -> bool {
    let all = |names: &str| names.split(", ").map(|name| whole(name.as_ref())).collect::<Vec<_>>();
    all(some) == all(others)
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Whether no weight is infinite or NaN.
fn is_finite<T: Scalar>(model: &Model<T>) -> bool {
    let mut finite = true;
    model.network().visit_params(&mut |param| {
        finite = finite && first_non_finite(param.value.as_ref()).is_none();
    });
    finite
}

/// What is known of a model while it is trained.
fn results(epoch: &Epoch) -> BTreeMap<String, String> {
    let mut results = BTreeMap::from([("epoch".to_owned(), epoch.epoch.to_string())]);
    if let Some(validation) = &epoch.validation {
        results.insert("validation_loss".to_owned(), validation.loss().to_string());
    }
    results
}
