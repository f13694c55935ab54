//! Models, tables and threads, with errors that name the file.

use std::path::{Path, PathBuf};

use densely::prelude::{AnyModel, Table, Threads};

use crate::error::CliError;
use crate::run_folder::MODEL;

/// Reads a model, from its file or from the folder of its run.
pub(crate) fn model(path: &Path) -> Result<AnyModel, CliError> {
    Ok(AnyModel::load(model_path(path))?)
}

/// The file of a model, or that in the folder of its run.
pub(crate) fn model_path(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(MODEL) } else { path.to_owned() }
}

pub(crate) fn table(path: &Path) -> Result<Table, CliError> {
    Table::read(path).map_err(CliError::data(path))
}

pub(crate) fn threads(count: usize) -> Result<Threads, CliError> {
    Threads::new(count).map_err(|error| CliError::Threads(error.to_string()))
}
