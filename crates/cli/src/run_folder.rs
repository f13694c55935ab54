//! The folder of a run.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::CliError;

/// The model's file: it alone is enough to predict.
pub(crate) const MODEL: &str = "model.safetensors";
/// The options of the run: `densely train --config` repeats it.
pub(crate) const CONFIG: &str = "config.toml";
/// What happened in each epoch: a line of JSON.
pub(crate) const METRICS: &str = "metrics.jsonl";

/// Creates the folder: the one that was asked for, or `runs/<name>`, with a number added
/// if that holds a run already.
///
/// # Errors
/// If the folder that was asked for holds a run, and is not to be overwritten.
pub(crate) fn create(out: Option<&Path>, name: &str, overwrite: bool) -> Result<PathBuf, CliError> {
    let taken = |folder: &Path| folder.join(MODEL).exists() && !overwrite;
    let folder = match out {
        Some(folder) if taken(folder) => return Err(CliError::RunExists(folder.to_owned())),
        Some(folder) => folder.to_owned(),
        None => numbered(&Path::new("runs").join(name), taken),
    };
    fs::create_dir_all(&folder).map_err(CliError::file(&folder))?;
    Ok(folder)
}

/// `folder`, or the first of `folder-2`, `folder-3`, ... that is free.
fn numbered(folder: &Path, taken: impl Fn(&Path) -> bool) -> PathBuf {
    let mut candidate = folder.to_owned();
    let mut number = 1;
    while taken(&candidate) {
        number += 1;
        candidate = PathBuf::from(format!("{}-{number}", folder.display()));
    }
    candidate
}

pub(crate) fn write(folder: &Path, file: &str, text: &str) -> Result<(), CliError> {
    let path = folder.join(file);
    fs::write(&path, text).map_err(CliError::file(&path))
}
