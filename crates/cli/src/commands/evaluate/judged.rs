//! Which rows a model is judged by.

use std::fs;
use std::path::PathBuf;

use crate::args::{DialectArgs, EvaluateArgs};
use crate::error::CliError;
use crate::output::counted;
use crate::run_folder::SPLIT;
use crate::split::{Split, hash};

/// Rows of a table: of that which the model was trained on, those that were held out.
pub(super) struct Judged {
    pub(super) path: PathBuf,
    pub(super) dialect: DialectArgs,
    /// All, unless these.
    pub(super) rows: Option<Vec<usize>>,
    /// Which these are, for people.
    pub(super) note: Option<String>,
}

impl Judged {
    pub(super) fn find(args: &EvaluateArgs) -> Result<Self, CliError> {
        let split = split(args)?;
        let other = |path: &PathBuf| Self {
            path: path.clone(),
            dialect: args.dialect.clone(),
            rows: None,
            note: None,
        };
        match (&args.data, split) {
            (Some(path), None) => Ok(other(path)),
            (Some(path), Some(split)) => {
                let is_own =
                    path.is_file() && hash(path).map_err(CliError::file(path))? == split.data_hash;
                match is_own {
                    true => Ok(Self::of_own(path.clone(), &split, args)),
                    false => Ok(other(path)),
                }
            }
            (None, Some(split)) => {
                let path = split.data.clone();
                if hash(&path).map_err(CliError::file(&path))? != split.data_hash {
                    return Err(CliError::OtherData(path));
                }
                Ok(Self::of_own(path, &split, args))
            }
            (None, None) => Err(CliError::NoSplit(args.model.clone())),
        }
    }

    /// Of the file that the model was trained on, which is read as it was then.
    fn of_own(path: PathBuf, split: &Split, args: &EvaluateArgs) -> Self {
        let dialect = split.reading.or(&args.dialect);
        let learned = counted(split.train.len(), "row");
        let (rows, note) = match split.held_out() {
            _ if args.all_rows => (
                None,
                format!("the model learned from {learned} of this file, which are among these"),
            ),
            Some((part, rows)) => (
                Some(rows.to_vec()),
                format!(
                    "the model learned from {learned} of this file; these are the rows held out for \
                     {part}"
                ),
            ),
            None => (
                None,
                format!(
                    "the model learned from {learned} of this file, and none were held out: these \
                     figures say nothing of new data"
                ),
            ),
        };
        Self { path, dialect, rows, note: Some(note) }
    }
}

/// The split of the run, if the model is in its folder.
fn split(args: &EvaluateArgs) -> Result<Option<Split>, CliError> {
    let folder = match args.model.is_dir() {
        true => Some(args.model.as_path()),
        false => args.model.parent(),
    };
    let Some(path) = folder.map(|folder| folder.join(SPLIT)).filter(|path| path.is_file()) else {
        return Ok(None);
    };
    let text = fs::read_to_string(&path).map_err(CliError::file(&path))?;
    let split = Split::parse(&text).map_err(|error| CliError::file(&path)(error.into()))?;
    Ok(Some(split))
}
