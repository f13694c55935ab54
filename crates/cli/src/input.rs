//! Models, tables and threads, with errors that name the file.

use std::path::{Path, PathBuf};

use densely::data::DataError;
use densely::prelude::{AnyModel, Dataset, Table, Threads};

use crate::error::CliError;
use crate::output::thousands;
use crate::run_folder::MODEL;
use crate::visible::visible;

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

/// A line on the labels that are of a class and spelt otherwise, if there are any.
pub(crate) fn other_spellings(
    table: &Table,
    data: &Dataset<f64>,
) -> Result<Option<String>, DataError> {
    /// As many are shown.
    const SHOWN: usize = 5;
    let Some(classes) = data.class_names() else { return Ok(None) };
    let spelt = table.other_spellings(data.target_name(), classes)?;
    let shown: Vec<String> = spelt
        .iter()
        .take(SHOWN)
        .map(|(label, class)| format!("{} is {}", visible(label), visible(class)))
        .collect();
    let others = match spelt.len().saturating_sub(SHOWN) {
        0 => String::new(),
        others => format!(" and {} more", thousands(others)),
    };
    let target = visible(data.target_name());
    let line = || {
        format!(
            "labels of {target} that are one number are one class: {}{others}",
            shown.join(", ")
        )
    };
    Ok((!spelt.is_empty()).then(line))
}

pub(crate) fn threads(count: usize) -> Result<Threads, CliError> {
    Threads::new(count).map_err(|error| CliError::Threads(count, error.to_string()))
}
