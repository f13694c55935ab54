use std::fs::File;
use std::path::{Path, PathBuf};

use densely::formats::WholeFile;

use super::{Claim, FILES, RunFolder, TRIALS, TRIALS_PAGE, lock, no_folder, present};
use crate::error::CliError;
use crate::signals::Signals;

/// The folder of a search, in which there is no run yet, or another one.
#[derive(Debug)]
pub(crate) struct SearchFolder {
    path: PathBuf,
    /// Keeps runs and other searches out, as long as this one lasts.
    _lock: Option<File>,
}

impl SearchFolder {
    /// The folder that was asked for, or `runs/<name>`, numbered, as that of a run. The file of the trials
    /// is written with this text, which claims it.
    ///
    /// # Errors
    /// As those of a run: if nothing can be written, or it holds a run or a search that is not to be
    /// overwritten or goes on, or files of these names that are not ours.
    pub(crate) fn create(
        out: Option<&Path>,
        name: &str,
        overwrite: bool,
        trials: &str,
        signals: &Signals,
    ) -> Result<Self, CliError> {
        let default = Path::new("runs").join(name);
        let (claim, lock) = match out {
            None if !overwrite => RunFolder::numbered(&default, signals)?,
            out => {
                let folder = out.unwrap_or(&default);
                let claim = signals.claim(|| Claim::folder(folder));
                let claim = claim.map_err(|error| no_folder(folder, error))?;
                let lock = free(folder, overwrite).inspect_err(|_| claim.remove_created());
                (claim, lock.inspect_err(|_| signals.gives_up(None))?)
            }
        };
        let created = Self { path: claim.path().to_owned(), _lock: lock };
        let written = created.write(TRIALS, trials);
        signals.gives_up(None);
        written.inspect_err(|_| claim.remove_created())?;
        Ok(created)
    }

    /// The folder of a search that goes on.
    ///
    /// # Errors
    /// If it holds one that goes on already, or files that are not ours.
    pub(crate) fn resume(folder: &Path) -> Result<Self, CliError> {
        let lock = lock(folder)?;
        present(folder, FILES.iter().chain(&[TRIALS, TRIALS_PAGE]))?;
        for file in FILES.iter().chain(&[TRIALS, TRIALS_PAGE]) {
            WholeFile::remove_abandoned(folder.join(file));
        }
        Ok(Self { path: folder.to_owned(), _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes all trials anew.
    pub(crate) fn write_trials(&self, text: &str) -> Result<(), CliError> {
        self.write(TRIALS, text)
    }

    /// Writes the page about them.
    pub(crate) fn write_page(&self, page: &str) -> Result<(), CliError> {
        self.write(TRIALS_PAGE, page)
    }

    fn write(&self, name: &str, text: &str) -> Result<(), CliError> {
        let path = self.path.join(name);
        WholeFile::write(&path, text).map_err(CliError::file(path))
    }
}

/// The lock of a folder in which there is nothing, or nothing that is not to be overwritten.
fn free(folder: &Path, overwrite: bool) -> Result<Option<File>, CliError> {
    let lock = lock(folder)?;
    let present = present(folder, FILES.iter().chain(&[TRIALS, TRIALS_PAGE]))?;
    match present.is_empty() || overwrite {
        true => Ok(lock),
        false => Err(CliError::RunExists(folder.to_owned())),
    }
}
