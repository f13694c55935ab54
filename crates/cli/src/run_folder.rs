//! The folder of a run.

mod claim;
mod holder;
mod ours;
mod resumed;
mod searched;

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use densely::formats::{CheckpointFile, ModelFile, WholeFile};
use densely::prelude::Scalar;
use same_file::Handle;

use crate::error::CliError;
use crate::signals::Signals;
pub(crate) use claim::Claim;
use ours::is_ours;
pub(crate) use searched::SearchFolder;

/// The model's file: it alone is enough to predict.
pub(crate) const MODEL: &str = "model.safetensors";
/// The training between two of its steps: `densely train --resume` goes on from it.
const CHECKPOINT: &str = "checkpoint.safetensors";
/// The options of the run: `densely train --config` repeats it.
pub(crate) const CONFIG: &str = "config.toml";
/// What happened in each epoch: a line of JSON.
pub(crate) const METRICS: &str = "metrics.jsonl";

/// Which rows of the data were learnt from, and which held out.
pub(crate) const SPLIT: &str = "split.json";

/// The report for people.
const REPORT: &str = "report.html";

/// What TensorBoard reads: it knows such a file by a part of its name.
const EVENTS: &str = "events.out.tfevents.0.densely";

/// What came of the candidates of a search whose best one the run is: a line of JSON for each time that one
/// was judged.
pub(crate) const TRIALS: &str = "trials.jsonl";

/// The same for people.
const TRIALS_PAGE: &str = "trials.html";

/// All files of a run.
const FILES: [&str; 7] = [MODEL, CHECKPOINT, CONFIG, METRICS, SPLIT, REPORT, EVENTS];

/// The folder of a run, in which every file is written whole or not at all.
#[derive(Debug)]
pub(crate) struct RunFolder {
    path: PathBuf,
    config: String,
    split: Option<String>,
    /// Whether it is the best one of a search, whose files are there.
    of_search: bool,
    /// Whether it holds another run, which stays as it was until this one has something to keep.
    overwrites: bool,
    /// Whether another process writes it.
    elsewhere: bool,
    /// What is to be given up if nothing comes of the run; of another run nothing is.
    claim: Option<Claim>,
    /// Keeps other runs out, as long as this one lasts.
    _lock: Option<File>,
}

impl RunFolder {
    /// The folder that was asked for, or `runs/<name>`, with a number added if there is such a
    /// folder. No other run gets the same one, and a file can be written in it. A signal that
    /// ends the program at once gives it up.
    ///
    /// # Errors
    /// If nothing can be written; if the folder that was asked for holds a run that is not to
    /// be overwritten or goes on, or files of these names that are not ours.
    pub(crate) fn create(
        out: Option<&Path>,
        name: &str,
        overwrite: bool,
        config: String,
        signals: &Signals,
    ) -> Result<Self, CliError> {
        let default = Path::new("runs").join(name);
        match out {
            None if !overwrite => {
                let (claim, lock) = Self::numbered(&default, signals)?;
                Self::new(claim, lock, config, signals)
            }
            out => Self::at(out.unwrap_or(&default), overwrite, false, config, signals),
        }
    }

    /// The folder of the best run of a search, which has made it.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub(crate) fn of_search(
        folder: &Path,
        overwrite: bool,
        config: String,
        signals: &Signals,
    ) -> Result<Self, CliError> {
        Self::at(folder, overwrite, true, config, signals)
    }

    /// `folder`, or the first of `folder-2`, `folder-3`, ... that there is not, and its lock.
    fn numbered(folder: &Path, signals: &Signals) -> Result<(Claim, Option<File>), CliError> {
        let mut candidate = folder.to_owned();
        for number in 2.. {
            match signals.claim(|| Claim::new_folder(&candidate)) {
                Ok(claim) => {
                    let lock = lock(&candidate).inspect_err(|_| claim.remove_created())?;
                    return Ok((claim, lock));
                }
                // It is there itself, and not in the way of a folder that it would be in.
                Err(error)
                    if error.kind() == ErrorKind::AlreadyExists
                        && fs::symlink_metadata(&candidate).is_ok() =>
                {
                    candidate = PathBuf::from(format!("{}-{number}", folder.display()));
                }
                Err(error) => return Err(no_folder(&candidate, error)),
            }
        }
        unreachable!("there is a number for each run")
    }

    /// A folder that may be there.
    fn at(
        folder: &Path,
        overwrite: bool,
        of_search: bool,
        config: String,
        signals: &Signals,
    ) -> Result<Self, CliError> {
        let claim = signals.claim(|| Claim::folder(folder));
        let claim = claim.map_err(|error| no_folder(folder, error))?;
        let made = Self::claimed(claim.clone(), overwrite, of_search, config, signals);
        let made = made.map(|made| Self { of_search, ..made });
        if !made.as_ref().is_ok_and(|made| !made.overwrites) {
            signals.gives_up(None);
        }
        made.inspect_err(|_| claim.remove_created())
    }

    /// A folder that is there now, with what it held before.
    fn claimed(
        claim: Claim,
        overwrite: bool,
        of_search: bool,
        config: String,
        signals: &Signals,
    ) -> Result<Self, CliError> {
        let folder = &claim.path().to_owned();
        let lock = lock(folder)?;
        let of_searches: &[&str] = if of_search { &[] } else { &[TRIALS, TRIALS_PAGE] };
        let present = present(folder, FILES.iter().chain(of_searches))?;
        if present.is_empty() || overwrite {
            // Also of files that this run may not write.
            FILES.iter().for_each(|file| WholeFile::remove_abandoned(folder.join(file)));
        }
        match (present.is_empty(), overwrite) {
            (true, _) => Self::new(claim, lock, config, signals),
            (false, false) => Err(CliError::RunExists(folder.to_owned())),
            (false, true) => {
                let path = folder.join(CONFIG);
                let tried =
                    WholeFile::create(&path).and_then(|mut file| file.write_all(config.as_bytes()));
                tried.map_err(CliError::file(path))?;
                let path = folder.to_owned();
                let (of_search, overwrites) = (false, true);
                Ok(Self {
                    path,
                    config,
                    split: None,
                    of_search,
                    overwrites,
                    elsewhere: false,
                    claim: None,
                    _lock: lock,
                })
            }
        }
    }

    /// A folder without a run: the config is what claims it.
    fn new(
        claim: Claim,
        lock: Option<File>,
        config: String,
        signals: &Signals,
    ) -> Result<Self, CliError> {
        let claim = claim.with_config();
        signals.gives_up(Some(claim.clone()));
        let path = claim.path().join(CONFIG);
        let written = WholeFile::create(&path).and_then(|mut file| {
            file.write_all(config.as_bytes())?;
            file.finish_new()
        });
        match written {
            Ok(()) => {
                let path = claim.path().to_owned();
                Ok(Self {
                    path,
                    config,
                    split: None,
                    of_search: false,
                    overwrites: false,
                    elsewhere: false,
                    claim: Some(claim),
                    _lock: lock,
                })
            }
            Err(error) => {
                signals.gives_up(None);
                claim.remove_created();
                Err(match error.kind() {
                    ErrorKind::AlreadyExists => CliError::RunExists(claim.path().to_owned()),
                    _ => CliError::file(path)(error),
                })
            }
        }
    }

    /// The folder that another process makes and writes: nothing is written here.
    pub(crate) fn elsewhere(path: PathBuf) -> Self {
        let (config, split, of_search, overwrites) = (String::new(), None, false, false);
        Self {
            path,
            config,
            split,
            of_search,
            overwrites,
            elsewhere: true,
            claim: None,
            _lock: None,
        }
    }

    /// Whether another process writes it.
    pub(crate) fn is_elsewhere(&self) -> bool {
        self.elsewhere
    }

    /// With the text of a split, which is written after the first model.
    pub(crate) fn with_split(self, split: Option<String>) -> Self {
        Self { split, ..self }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn model(&self) -> PathBuf {
        self.path.join(MODEL)
    }

    /// Whether the folder holds nothing of this run, but another one.
    pub(crate) fn is_of_another_run(&self) -> bool {
        self.overwrites
    }

    /// Begins a run anew, as this one says that it is: where there is a model, that stays as it was until
    /// this run has something to keep, and there is only another config otherwise.
    pub(crate) fn begin_anew(&mut self) -> Result<(), CliError> {
        self.overwrites = !self.elsewhere && self.model().exists();
        if self.overwrites { Ok(()) } else { self.change_config() }
    }

    /// Leaves nothing of a run that never began.
    pub(crate) fn abandon(&self) {
        if let Some(claim) = &self.claim {
            claim.give_up();
        }
    }

    /// Tries whether there is a place for the model.
    pub(crate) fn try_model<T: Scalar>(&self, file: &ModelFile<T>) -> Result<(), CliError> {
        if self.elsewhere {
            return Ok(());
        }
        Ok(file.try_place(self.model()).inspect_err(|_| self.abandon())?)
    }

    /// Writes the model, in the place of that of another run, if there is one.
    pub(crate) fn save_model<T: Scalar>(&mut self, file: &ModelFile<T>) -> Result<(), CliError> {
        if self.elsewhere {
            return Ok(());
        }
        // It may have been removed in the meantime: that is no reason to lose the model.
        fs::create_dir_all(&self.path).map_err(CliError::file(&self.path))?;
        if self.overwrites { self.replace(file) } else { Ok(file.save(self.model())?) }
    }

    /// Writes what belongs to a model that was saved, and is not there yet: the config and the split.
    pub(crate) fn save_beside_model(&mut self) -> Result<(), CliError> {
        if self.elsewhere {
            return Ok(());
        }
        self.keep_config()?;
        if let Some(text) = self.split.take() {
            let split = self.path.join(SPLIT);
            WholeFile::write(&split, text).map_err(CliError::file(split))?;
        }
        Ok(())
    }

    /// Puts the model and the config in the place of another run's. Nobody ever finds files of both: the others of the
    /// old run go first and its config last, so that at any time there is a run, or a model alone, which
    /// is a model. All that needs room is on the disk before.
    fn replace<T: Scalar>(&mut self, file: &ModelFile<T>) -> Result<(), CliError> {
        let path = self.path.join(CONFIG);
        let model = file.stage(self.model())?;
        let config = WholeFile::stage(&path, &self.config).map_err(CliError::file(&path))?;
        let before = fs::read(&path);
        let model_before = Handle::from_path(self.model()).ok();
        let of_searches: &[&str] = if self.of_search { &[] } else { &[TRIALS, TRIALS_PAGE] };
        let others = [EVENTS, REPORT, CHECKPOINT, METRICS, SPLIT];
        for other in of_searches.iter().chain(&others).map(|name| self.path.join(name)) {
            if is_ours(&other) {
                fs::remove_file(&other).map_err(CliError::file(other))?;
            }
        }
        if is_ours(&path) {
            fs::remove_file(&path).map_err(CliError::file(&path))?;
        }
        let placed = model.finish();
        if placed.is_err() && Handle::from_path(self.model()).ok() == model_before {
            // The old model is still there, and this is its config.
            let _ = before.map(|before| WholeFile::write(&path, before));
        } else {
            self.overwrites = false;
            // Where this fails, it is tried once more when what is beside a model is written.
            let _ = config.finish();
        }
        placed.map_err(CliError::file(self.model()))
    }

    /// Writes the checkpoint, of a run that is the only one in the folder.
    pub(crate) fn save_checkpoint<T: Scalar>(
        &self,
        file: &CheckpointFile<T>,
    ) -> Result<(), CliError> {
        if self.elsewhere {
            return Ok(());
        }
        fs::create_dir_all(&self.path).map_err(CliError::file(&self.path))?;
        file.save(self.path.join(CHECKPOINT))?;
        self.keep_config()
    }

    /// Whether there is a checkpoint of the run.
    pub(crate) fn has_checkpoint(&self) -> bool {
        !self.elsewhere && !self.overwrites && self.path.join(CHECKPOINT).exists()
    }

    /// Writes the config again if somebody has removed it.
    fn keep_config(&self) -> Result<(), CliError> {
        if self.path.join(CONFIG).exists() { Ok(()) } else { self.save_config() }
    }

    fn save_config(&self) -> Result<(), CliError> {
        if self.elsewhere {
            return Ok(());
        }
        let config = self.path.join(CONFIG);
        WholeFile::write(&config, &self.config).map_err(CliError::file(config))
    }

    /// Writes a line of JSON for each epoch.
    pub(crate) fn save_metrics(&mut self, lines: &str) -> Result<(), CliError> {
        if self.elsewhere {
            return Ok(());
        }
        let path = self.path.join(METRICS);
        WholeFile::write(&path, lines).map_err(CliError::file(path))
    }

    /// Whether this is a run that goes on, and has written events.
    pub(crate) fn goes_on_with_events(&self) -> bool {
        !self.elsewhere && !self.overwrites && self.path.join(EVENTS).is_file()
    }

    /// Writes the events of all epochs.
    pub(crate) fn save_events(&self, events: &[u8]) -> Result<(), CliError> {
        if self.elsewhere {
            return Ok(());
        }
        let path = self.path.join(EVENTS);
        WholeFile::write(&path, events).map_err(CliError::file(path))
    }
}

/// Writes the report of the run in a folder.
///
/// # Errors
/// If there is a file of its name that is not ours, or it cannot be written.
pub(crate) fn save_report(folder: &Path, page: &str) -> Result<(), CliError> {
    let path = folder.join(REPORT);
    if fs::symlink_metadata(&path).is_ok() && !is_ours(&path) {
        return Err(CliError::ForeignFile(path));
    }
    WholeFile::write(&path, page).map_err(CliError::file(path))
}

/// The files of these names that there are.
///
/// # Errors
/// If one is not ours.
fn present<'n>(
    folder: &Path,
    names: impl Iterator<Item = &'n &'n str>,
) -> Result<Vec<PathBuf>, CliError> {
    let files = names.map(|name| folder.join(name));
    let present: Vec<_> = files.filter(|file| fs::symlink_metadata(file).is_ok()).collect();
    match present.iter().find(|file| !is_ours(file)) {
        Some(foreign) => Err(CliError::ForeignFile(foreign.clone())),
        None => Ok(present),
    }
}

/// Whether these results are of a run that came to its end, after which its model is judged.
pub(crate) fn is_judged(results: &BTreeMap<String, String>) -> bool {
    results.keys().any(|name| name.starts_with("train_"))
}

/// Whether a folder holds a run.
pub(crate) fn is_run(folder: &Path) -> bool {
    folder.join(CONFIG).is_file() && is_ours(&folder.join(CONFIG))
}

/// Why there is no folder of this path: what is in its place, or in that of one it would be in.
pub(crate) fn no_folder(folder: &Path, error: io::Error) -> CliError {
    let is_other = |path: &&Path| fs::symlink_metadata(path).is_ok() && !path.is_dir();
    match folder.ancestors().find(is_other) {
        None => CliError::file(folder)(error),
        Some(other) => {
            let is_link = fs::symlink_metadata(other).is_ok_and(|found| found.is_symlink());
            let what = match is_link && fs::metadata(other).is_err() {
                true => "a link that leads nowhere",
                false => "a file",
            };
            CliError::NoFolder { folder: folder.to_owned(), other: other.to_owned(), what }
        }
    }
}

/// Whether a run has a folder, and which process, if that is known.
pub(crate) fn goes_on(folder: &Path) -> Option<Option<u32>> {
    let opened = File::open(folder).ok()?;
    matches!(opened.try_lock_shared(), Err(TryLockError::WouldBlock)).then(|| holder::of(&opened))
}

/// Locks a folder for a run.
///
/// # Errors
/// If another run has it. Where folders cannot be locked, none has.
fn lock(folder: &Path) -> Result<Option<File>, CliError> {
    let Ok(opened) = File::open(folder) else { return Ok(None) };
    match opened.try_lock() {
        Ok(()) => Ok(Some(opened)),
        Err(TryLockError::WouldBlock) => {
            Err(CliError::RunGoesOn { folder: folder.to_owned(), holder: holder::of(&opened) })
        }
        Err(TryLockError::Error(_)) => Ok(None),
    }
}
