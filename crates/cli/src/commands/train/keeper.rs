use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use densely::layers::Layer;
use densely::models::{Epoch, History, ModelError};
use densely::prelude::*;
use densely::tensor::first_non_finite;

use super::report;
use crate::error::CliError;
use crate::output::eprintln;
use crate::run_folder::RunFolder;

/// From one time that a training is saved to the next, at least.
const PAUSE: Duration = Duration::from_secs(3);

/// The same, for the time that saving took: it is to cost 1 % of a training at most.
const PAUSE_PER_COST: u32 = 100;

/// A training that took as long is saved before its report.
const LONG: Duration = Duration::from_secs(1);

/// Keeps the best weights of a training while it goes on: in memory at once, in the folder of
/// the run every few seconds.
///
/// They are those of lowest validation loss, or of lowest training loss where there is no
/// validation.
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
    started: Instant,
    next_save: Instant,
    failed: bool,
}

impl<T: Scalar> Keeper<T> {
    /// `file` is what is saved, with other weights.
    pub(crate) fn new(folder: RunFolder, file: ModelFile<T>) -> Self {
        Self {
            folder,
            file,
            epochs: Vec::new(),
            lowest: f64::INFINITY,
            kept: None,
            saved: None,
            lines: None,
            started: Instant::now(),
            next_save: Instant::now() + PAUSE,
            failed: false,
        }
    }

    pub(crate) fn folder(&self) -> &RunFolder {
        &self.folder
    }

    pub(crate) fn predictor(&self) -> &Predictor<T> {
        &self.file.predictor
    }

    /// After an epoch that left the model like this.
    pub(crate) fn observe(&mut self, epoch: &Epoch, model: &Model<T>) {
        self.epochs.push(*epoch);
        self.lines = None;
        let best = match epoch.validation {
            Some(_) => epoch.best,
            None => epoch.train_loss < self.lowest,
        };
        // The last update may have been one too many.
        if best && is_finite(model) {
            self.lowest = epoch.train_loss;
            self.keep(epoch.epoch, model);
        }
        if self.kept != self.saved && Instant::now() >= self.next_save {
            let started = Instant::now();
            // The training goes on; if there still is no place at its end, that is an error.
            if let Err(error) = self.save()
                && !self.failed
            {
                eprintln!("  the weights cannot be saved yet: {error}");
                self.failed = true;
            }
            self.next_save = Instant::now() + PAUSE.max(started.elapsed() * PAUSE_PER_COST);
        }
    }

    /// Takes over the weights that are the result of `epoch`.
    fn keep(&mut self, epoch: usize, model: &Model<T>) {
        let mut values = Vec::new();
        model.network().visit_params(&mut |param| values.push(param.value.clone()));
        let mut values = values.into_iter();
        self.file.predictor.model_mut().network_mut().visit_params_mut(&mut |param| {
            param.value = values.next().expect("both are the same network");
        });
        self.kept = Some(epoch);
    }

    /// Saves the weights of the kept epoch with what is known of it, and the lines so far.
    fn save(&mut self) -> Result<(), CliError> {
        self.lines.get_or_insert_with(|| report::lines(&self.epochs, None));
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
        self.lines = Some(report::lines(&history.epochs, Some(history)));
        if last || self.started.elapsed() >= LONG { self.save_kept() } else { Ok(()) }
    }

    /// Saves the kept weights, unless they are saved, and the lines.
    fn save_kept(&mut self) -> Result<(), CliError> {
        let saved = if self.saved == self.kept { self.save_lines() } else { self.save() };
        saved.map_err(|error| match self.saved {
            None => error,
            Some(epoch) => self.kept_with(error, &format!("the weights of epoch {epoch} are")),
        })
    }

    /// Saves the weights with these results, and the lines if there are new ones.
    pub(crate) fn save_with(&mut self, results: BTreeMap<String, String>) -> Result<(), CliError> {
        self.file.provenance.results = results;
        let written = self.folder.save_model(&self.file);
        if written.is_ok() {
            self.saved = self.kept;
        }
        // Beside the model of another run, the lines have no place.
        if self.folder.is_of_another_run() { written } else { written.and(self.save_lines()) }
    }

    fn save_lines(&mut self) -> Result<(), CliError> {
        self.lines.take().map_or(Ok(()), |lines| self.folder.save_metrics(&lines))
    }

    /// An error of what was to be said about a model, which is saved without it.
    pub(crate) fn unreported(&mut self, error: CliError) -> CliError {
        match self.save_kept() {
            Ok(()) => self.kept_with(error, "the model is"),
            // It may be that it could not be saved with the report either.
            Err(unsaved) => unsaved,
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
        let saved = match self.kept {
            Some(_) => self.save(),
            None => self.folder.save_metrics(&report::lines(&self.epochs, None)),
        };
        match (saved, self.kept) {
            (Ok(()), Some(epoch)) => {
                let validated = self.epochs.iter().any(|epoch| epoch.validation.is_some());
                let loss = if validated { "validation" } else { "training" };
                let what = format!("the weights of epoch {epoch}, of the lowest {loss} loss, are");
                self.kept_with(error, &what)
            }
            (Ok(()), None) => self
                .kept_with(error, "there are no weights to keep; what is known of its epochs is"),
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
