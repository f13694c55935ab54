//! The folder of a run.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use densely::formats::{ModelFile, WholeFile, is_model_file};
use densely::prelude::Scalar;
use serde_json::Value;

use crate::config;
use crate::error::CliError;

/// The model's file: it alone is enough to predict.
pub(crate) const MODEL: &str = "model.safetensors";
/// The options of the run: `densely train --config` repeats it.
const CONFIG: &str = "config.toml";
/// What happened in each epoch: a line of JSON.
const METRICS: &str = "metrics.jsonl";

/// The folder of a run, in which every file is written whole or not at all.
#[derive(Debug)]
pub(crate) struct RunFolder {
    path: PathBuf,
    /// The config, if it is still to be written: a run that is overwritten stays as it was
    /// until the new one has something to keep.
    config: Option<String>,
    /// Whether there was no such folder.
    created: bool,
}

impl RunFolder {
    /// The folder that was asked for, or `runs/<name>`, with a number added if there is such a
    /// folder. No other run gets the same one, and a file can be written in it.
    ///
    /// # Errors
    /// If nothing can be written; if the folder that was asked for holds a run that is not to
    /// be overwritten, or files of these names that are not ours.
    pub(crate) fn create(
        out: Option<&Path>,
        name: &str,
        overwrite: bool,
        config: String,
    ) -> Result<Self, CliError> {
        let default = Path::new("runs").join(name);
        match out {
            None if !overwrite => Self::numbered(&default, &config),
            out => Self::at(out.unwrap_or(&default), overwrite, config),
        }
    }

    /// `folder`, or the first of `folder-2`, `folder-3`, ... that there is not.
    fn numbered(folder: &Path, config: &str) -> Result<Self, CliError> {
        if let Some(parent) = folder.parent() {
            fs::create_dir_all(parent).map_err(CliError::file(parent))?;
        }
        let mut candidate = folder.to_owned();
        for number in 2.. {
            match fs::create_dir(&candidate) {
                Ok(()) => break,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    candidate = PathBuf::from(format!("{}-{number}", folder.display()));
                }
                Err(error) => return Err(CliError::file(candidate)(error)),
            }
        }
        let created = candidate.clone();
        let folder = Self::new(candidate, config).inspect_err(|_| {
            // One that is empty is of no use, and one that is not stays.
            let _ = fs::remove_dir(created);
        })?;
        Ok(Self { created: true, ..folder })
    }

    /// A folder that may be there.
    fn at(folder: &Path, overwrite: bool, config: String) -> Result<Self, CliError> {
        fs::create_dir_all(folder).map_err(CliError::file(folder))?;
        let present = [MODEL, CONFIG, METRICS].map(|file| folder.join(file));
        let present: Vec<_> =
            present.into_iter().filter(|file| fs::symlink_metadata(file).is_ok()).collect();
        if let Some(foreign) = present.iter().find(|file| !is_ours(file)) {
            return Err(CliError::ForeignFile(foreign.clone()));
        }
        match (present.is_empty(), overwrite) {
            (true, _) => Self::new(folder.to_owned(), &config),
            (false, false) => Err(CliError::RunExists(folder.to_owned())),
            (false, true) => {
                let path = folder.join(CONFIG);
                let tried =
                    WholeFile::create(&path).and_then(|mut file| file.write_all(config.as_bytes()));
                tried.map_err(CliError::file(path))?;
                Ok(Self { path: folder.to_owned(), config: Some(config), created: false })
            }
        }
    }

    /// A folder without a run: the config is what claims it.
    fn new(folder: PathBuf, config: &str) -> Result<Self, CliError> {
        let path = folder.join(CONFIG);
        let written = WholeFile::create(&path).and_then(|mut file| {
            file.write_all(config.as_bytes())?;
            file.finish_new()
        });
        match written {
            Ok(()) => Ok(Self { path: folder, config: None, created: false }),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(CliError::RunExists(folder))
            }
            Err(error) => Err(CliError::file(path)(error)),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn model(&self) -> PathBuf {
        self.path.join(MODEL)
    }

    /// Whether the folder holds nothing of this run, but another one.
    pub(crate) fn is_of_another_run(&self) -> bool {
        self.config.is_some()
    }

    /// Leaves nothing of a run that never began.
    pub(crate) fn abandon(&self) {
        // What cannot be removed does no harm: a config without a model.
        if !self.is_of_another_run()
            && fs::remove_file(self.path.join(CONFIG)).is_ok()
            && self.created
        {
            let _ = fs::remove_dir(&self.path);
        }
    }

    /// Writes the model.
    pub(crate) fn save_model<T: Scalar>(&mut self, file: &ModelFile<T>) -> Result<(), CliError> {
        file.save(self.model())?;
        self.save_config()
    }

    /// Writes a line of JSON for each epoch.
    pub(crate) fn save_metrics(&mut self, lines: &str) -> Result<(), CliError> {
        let path = self.path.join(METRICS);
        WholeFile::write(&path, lines).map_err(CliError::file(path))
    }

    fn save_config(&mut self) -> Result<(), CliError> {
        let Some(config) = &self.config else { return Ok(()) };
        let path = self.path.join(CONFIG);
        WholeFile::write(&path, config).map_err(CliError::file(path))?;
        self.config = None;
        Ok(())
    }
}

/// Whether a file is one that a run has written, of this version or another. One that is empty
/// may be anybody's: there is nothing in it.
fn is_ours(file: &Path) -> bool {
    if fs::metadata(file).is_ok_and(|found| found.is_file() && found.len() == 0) {
        return true;
    }
    let has_model = || is_model_file(file.with_file_name(MODEL)).unwrap_or(false);
    if file.ends_with(MODEL) {
        has_model()
    } else if file.ends_with(CONFIG) {
        // Earlier versions did not mark it.
        first_line(file).is_some_and(|line| config::is_marked(&line)) || has_model()
    } else {
        let epoch = first_line(file).and_then(|line| serde_json::from_str::<Value>(&line).ok());
        epoch.is_some_and(|epoch| epoch.get("epoch").is_some() && epoch.get("train_loss").is_some())
    }
}

/// The first line of a text file, up to a length that lines of ours do not have.
fn first_line(path: &Path) -> Option<String> {
    const LONGEST: u64 = 1 << 24;
    let file = fs::metadata(path)
        .ok()
        .filter(fs::Metadata::is_file)
        .and_then(|_| fs::File::open(path).ok())?;
    let mut line = String::new();
    BufReader::new(file.take(LONGEST)).read_line(&mut line).ok()?;
    Some(line)
}
