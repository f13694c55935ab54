use std::fs;
use std::path::Path;

use densely::formats::{AnyCheckpoint, WholeFile};
use serde_json::Value;

use super::ours::{is_ours, text};
use super::{CHECKPOINT, CONFIG, FILES, METRICS, MODEL, RunFolder, is_judged, lock};
use crate::error::CliError;
use crate::input::provenance;

impl RunFolder {
    /// The folder of a run that goes on, with its checkpoint. What killed processes left in it is
    /// removed.
    ///
    /// # Errors
    /// If it holds no run, one that goes on, files of these names that are not ours, or a
    /// checkpoint that cannot be read.
    pub(crate) fn resume(
        folder: &Path,
        config: String,
    ) -> Result<(Self, Option<AnyCheckpoint>), CliError> {
        if !folder.join(CONFIG).is_file() {
            return Err(CliError::NoRun(folder.to_owned()));
        }
        let lock = lock(folder)?;
        let files = FILES.map(|file| folder.join(file));
        for file in &files {
            if fs::symlink_metadata(file).is_ok() && !is_ours(file) {
                if file.ends_with(CHECKPOINT) && file.is_file() && is_ours(&folder.join(CONFIG)) {
                    let what = "it is no checkpoint, as one that was cut".to_owned();
                    return Err(CliError::Damaged { path: file.clone(), what });
                }
                return Err(CliError::ForeignFile(file.clone()));
            }
            WholeFile::remove_abandoned(file);
        }
        let (others, checkpoint) = Self::resume_elsewhere(folder)?;
        Ok((Self { config, of_search: true, elsewhere: false, _lock: lock, ..others }, checkpoint))
    }

    /// The same in a process that writes nothing of it: only its checkpoint is read.
    pub(crate) fn resume_elsewhere(
        folder: &Path,
    ) -> Result<(Self, Option<AnyCheckpoint>), CliError> {
        let checkpoint = folder.join(CHECKPOINT);
        let checkpoint =
            checkpoint.exists().then(|| AnyCheckpoint::load(checkpoint)).transpose()?;
        Ok((Self::elsewhere(folder.to_owned()), checkpoint))
    }

    /// Whether the run has come to its end, by what it has written last. One that was stopped has ended, too, but its
    /// model was not judged.
    ///
    /// # Errors
    /// If it seems so, and the model cannot be read.
    pub(crate) fn is_complete(&self) -> Result<bool, CliError> {
        let metrics = text(&self.path.join(METRICS)).unwrap_or_default();
        let last = metrics.lines().last().and_then(|line| serde_json::from_str::<Value>(line).ok());
        let ended = |line: Value| line.get("findings").is_some() && line.get("diverged").is_none();
        if !last.is_some_and(ended) || !self.path.join(MODEL).exists() {
            return Ok(false);
        }
        Ok(is_judged(&provenance(&self.path)?.results))
    }

    /// Writes the config of what goes on, if it is another than before.
    pub(crate) fn change_config(&self) -> Result<(), CliError> {
        if self.is_elsewhere() {
            return Ok(());
        }
        let before = text(&self.path.join(CONFIG));
        if before.as_ref() == Some(&self.config) { Ok(()) } else { self.save_config() }
    }
}
