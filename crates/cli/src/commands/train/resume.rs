//! What a run goes on from, and in what it differs from the run before.

use std::collections::BTreeMap;
use std::path::Path;

use densely::formats::{AnyCheckpoint, CheckpointFile};
use densely::layers::Layer;
use densely::models::{Difference, Examples, Exchange, ModelError};
use densely::prelude::*;

use super::keeper::Keeper;
use crate::error::CliError;
use crate::input;
use crate::output::eprintln;
use crate::ranks::Ranks;
use crate::run_folder::{RunFolder, SPLIT};
use crate::shell::quoted;
use crate::split::Split;
use crate::visible::visible;

/// What a checkpoint says besides: the seconds of training, and how it diverged, if it did.
pub(super) const SECONDS: &str = "seconds";
pub(super) const DIVERGED: &str = "diverged";

/// Options that the result does not depend on; of files it depends on what is in them.
const WITHOUT_EFFECT: [&str; 5] = ["threads", "memory", "data", "test-data", "labels"];

/// Options of one that has ended with which it goes on.
const RATE: &str = "learning-rate";
const EPOCHS: &str = "epochs";

/// Options that say which rows are held out.
const OF_PARTS: [&str; 5] = ["seed", "test", "validation", "group", "split-by"];

/// The command that goes on with a run.
pub(super) fn how(folder: &Path) -> String {
    format!("densely train --resume --out {}", quoted(folder))
}

/// A number type of networks, and how checkpoints of it are told from others.
pub(crate) trait Typed: Scalar {
    /// The checkpoint, or in what it is.
    fn checkpoint(file: AnyCheckpoint) -> Result<CheckpointFile<Self>, &'static str>;

    /// What joins a training in it.
    fn exchange(ranks: &dyn Ranks) -> Box<dyn Exchange<Self>>;
}

impl Typed for f32 {
    fn checkpoint(file: AnyCheckpoint) -> Result<CheckpointFile<Self>, &'static str> {
        match file {
            AnyCheckpoint::F32(file) => Ok(file),
            AnyCheckpoint::F64(_) => Err(f64::NAME),
        }
    }

    fn exchange(ranks: &dyn Ranks) -> Box<dyn Exchange<Self>> {
        ranks.single()
    }
}

impl Typed for f64 {
    fn checkpoint(file: AnyCheckpoint) -> Result<CheckpointFile<Self>, &'static str> {
        match file {
            AnyCheckpoint::F64(file) => Ok(file),
            AnyCheckpoint::F32(_) => Err(f32::NAME),
        }
    }

    fn exchange(ranks: &dyn Ranks) -> Box<dyn Exchange<Self>> {
        ranks.double()
    }
}

/// A checkpoint, with what is known of the run that it is of.
pub(super) struct Stored<T: Typed> {
    checkpoint: Checkpoint<T>,
    /// What the data were called.
    data: String,
    options: BTreeMap<String, String>,
    seconds: f64,
    diverged: bool,
    /// Whether it is known that the same rows are held out as before.
    has_same_parts: bool,
    /// Whether it has learnt from other data than those it goes on with.
    pub(super) has_other_data: bool,
}

impl<T: Typed> Stored<T> {
    /// The checkpoint of a folder, which has to be of this number type. Without one, the run begins
    /// anew, unless it is complete and has no more epochs to make. `now` are the options of what goes on, and its split.
    pub(super) fn new(
        folder: &mut RunFolder,
        checkpoint: Option<AnyCheckpoint>,
        now: (&BTreeMap<String, String>, Option<&Split>),
        force: bool,
    ) -> Result<Option<Self>, CliError> {
        let path = folder.path().to_owned();
        let Some(checkpoint) = checkpoint else {
            let is_complete = folder.is_complete()?;
            if is_complete && !force {
                expect_more_epochs(folder.path(), now)?;
            }
            folder.begin_anew()?;
            let why = match is_complete {
                true => {
                    "it is complete, and has no checkpoint to go on from: its epochs are made again"
                }
                false => "it is unfinished, and has no checkpoint to go on from: it begins anew",
            };
            eprintln!("{}: {why}", shown(folder.path()));
            return Ok(None);
        };
        let CheckpointFile { checkpoint, provenance } = T::checkpoint(checkpoint)
            .map_err(|dtype| CliError::OtherDtype { folder: path, dtype })?;
        let results = provenance.results;
        let seconds = results.get(SECONDS).and_then(|seconds| seconds.parse().ok());
        let before = Split::read(&folder.path().join(SPLIT)).ok();
        let splits = before.as_ref().zip(now.1);
        let has_other_data = before.as_ref().is_some_and(|before| before.has_other_data);
        Ok(Some(Self {
            has_same_parts: splits.is_some_and(|(before, now)| before.has_parts_of(now)),
            has_other_data: has_other_data
                || splits.is_some_and(|(before, now)| before.data_hash != now.data_hash),
            checkpoint,
            data: provenance.data,
            options: provenance.options,
            seconds: seconds.unwrap_or(0.0),
            diverged: results.contains_key(DIVERGED),
        }))
    }

    /// The training that goes on, if it is the same as before, or may be another.
    pub(super) fn resume<'a>(
        self,
        trainer: Trainer<'a, T>,
        model: &'a mut Model<T>,
        data: Examples<'a, T>,
        force: bool,
        keeper: &mut Keeper<T>,
    ) -> Result<Training<'a, T>, CliError> {
        let folder = keeper.folder().path().to_owned();
        let options = &keeper.provenance().options;
        let changed = changes(&self.options, options);
        let names: Vec<&str> = changed.iter().map(|change| change.what.as_str()).collect();
        let (before, now) = (epochs(&self.options), epochs(options));
        let may = match names[..] {
            [RATE] => self.diverged,
            [EPOCHS] => now > before,
            _ => false,
        };
        let refused = |differences: &[Difference]| CliError::OtherRun {
            folder: folder.clone(),
            differences: differences.iter().map(ToString::to_string).collect(),
        };
        let is_of_parts = |change: &&Difference| OF_PARTS.contains(&change.what.as_str());
        let of_parts: Vec<_> =
            changed.iter().filter(is_of_parts).map(ToString::to_string).collect();
        if !of_parts.is_empty() && !self.has_same_parts {
            return Err(CliError::OtherParts { folder, differences: of_parts });
        }
        if !changed.is_empty() && !may && !force {
            return Err(refused(&changed));
        }
        let best = self.best_weights(&*model);
        let resumed = match changed.is_empty() && !force {
            true => trainer.resume(model, data, self.checkpoint).map(|same| (same, Vec::new())),
            false => trainer.resume_changed(model, data, self.checkpoint),
        };
        let (training, differences) = resumed.map_err(|error| match error {
            ModelError::Resume { differences } => refused(&differences),
            error => error.into(),
        })?;
        // A person who asks for more epochs does not ask for other data.
        let of_data = |difference: &&Difference| difference.what.ends_with("data");
        let other: Vec<_> = differences.iter().filter(of_data).cloned().collect();
        if !other.is_empty() && !force {
            return Err(refused(&other));
        }
        if let [EPOCHS] = names[..]
            && before != Some(training.epochs().len())
            && !force
        {
            return Err(refused(&changed));
        }
        let of_lowest = training.epochs().iter().rfind(|epoch| epoch.best);
        let best = of_lowest.map(|epoch| epoch.epoch).zip(best);
        let best = best.or_else(|| saved_weights(keeper.folder(), &training));
        keeper.keep_names(&self.options, &self.data);
        keeper.resume(&training, best, self.seconds);
        let differs = !changed.is_empty() || !differences.is_empty();
        let (epoch, step) = training.position();
        let shown = shown(&folder);
        match training.stop() {
            Some(_) => eprintln!("  resumed  {shown}, all of whose epochs are made"),
            None => eprintln!("  resumed  {shown} in epoch {epoch}, after step {step}"),
        }
        for change in changed.iter().chain(&other) {
            eprintln!("           {}", visible(&change.to_string()));
        }
        if !other.is_empty() {
            eprintln!(
                "           of the rows that are held out, it may have learnt before: what is measured by them may say \
                 little of new data"
            );
        }
        if differs || self.diverged {
            keeper.change(&training)?;
        }
        Ok(training)
    }

    /// The weights of lowest validation loss.
    fn best_weights(&self, model: &Model<T>) -> Option<Vec<Mat<T>>> {
        let matrices = self.checkpoint.matrices();
        let mut weights = Some(Vec::new());
        model.network().visit_paths("", &mut |path, param| {
            let best = matrices.get(&format!("best.{path}")).cloned();
            let best = best.filter(|best| best.shape() == param.value.shape());
            weights = weights.take().zip(best).map(|(mut weights, best)| {
                weights.push(best);
                weights
            });
        });
        weights
    }
}

fn epochs(options: &BTreeMap<String, String>) -> Option<usize> {
    options.get(EPOCHS)?.parse().ok()
}

/// That a run which is complete is the same as before, and is to make more epochs.
fn expect_more_epochs(
    folder: &Path,
    (options, split): (&BTreeMap<String, String>, Option<&Split>),
) -> Result<(), CliError> {
    let before = input::provenance(folder)?.options;
    let mut changed: Vec<String> =
        changes(&before, options).iter().map(ToString::to_string).collect();
    let is_longer = changes(&before, options).iter().all(|change| change.what == EPOCHS)
        && epochs(options) > epochs(&before);
    // Of data that cannot be read again, nothing is known.
    if let (Some(before), Some(now)) = (Split::read(&folder.join(SPLIT)).ok(), split)
        && before.data_hash != now.data_hash
    {
        changed.push("the data are others".to_owned());
    } else if is_longer {
        return Ok(());
    }
    let folder = folder.to_owned();
    match changed.is_empty() {
        true => Err(CliError::RunComplete(folder)),
        false => Err(CliError::OtherRun { folder, differences: changed }),
    }
}

/// The weights that are in the folder, and their epoch, if that is one of this training.
fn saved_weights<T: Scalar>(
    folder: &RunFolder,
    training: &Training<'_, T>,
) -> Option<(usize, Vec<Mat<T>>)> {
    let file = ModelFile::<T>::load_with(folder.model(), &Registry::new()).ok()?;
    let epoch = file.provenance.results.get("epoch")?.parse().ok()?;
    let mut weights = Vec::new();
    let network = file.predictor.model().network();
    network.visit_params(&mut |param| weights.push(param.value.clone()));
    let mut shapes = weights.iter().map(Mat::shape);
    let mut same = true;
    training.model().network().visit_params(&mut |param| {
        same &= shapes.next() == Some(param.value.shape());
    });
    (same && epoch <= training.epochs().len()).then_some((epoch, weights))
}

/// The options in which two runs differ, but for those that the result does not depend on.
pub(crate) fn changes(
    before: &BTreeMap<String, String>,
    now: &BTreeMap<String, String>,
) -> Vec<Difference> {
    let mut names: Vec<_> = before.keys().chain(now.keys()).collect();
    names.sort();
    names.dedup();
    let value = |options: &BTreeMap<String, String>, name: &String| {
        options.get(name).cloned().unwrap_or_else(|| "left out".to_owned())
    };
    names
        .into_iter()
        .filter(|name| !WITHOUT_EFFECT.contains(&name.as_str()))
        .map(|name| Difference::new(name, value(before, name), value(now, name)))
        .filter(|difference| difference.before != difference.now)
        .collect()
}

fn shown(folder: &Path) -> String {
    visible(&folder.display().to_string()).into_owned()
}
