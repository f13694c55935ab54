//! Which rows a model is judged by.

use std::fs;
use std::path::PathBuf;

use crate::args::EvaluateArgs;
use crate::error::CliError;
use crate::output::counted;
use crate::run_folder::SPLIT;
use crate::split::{Split, hash};

/// Rows of a table: of that which the model was trained on, those that were held out.
pub(super) struct Judged {
    pub(super) path: PathBuf,
    /// All, unless these.
    pub(super) rows: Option<Vec<usize>>,
    /// Which these are, for people.
    pub(super) note: Option<String>,
}

impl Judged {
    pub(super) fn find(args: &EvaluateArgs) -> Result<Self, CliError> {
        let split = split(args)?;
        match (&args.data, split) {
            (Some(path), _) if args.all_rows => {
                Ok(Self { path: path.clone(), rows: None, note: None })
            }
            (Some(path), None) => Ok(Self { path: path.clone(), rows: None, note: None }),
            (Some(path), Some(split)) => {
                let is_own =
                    path.is_file() && hash(path).map_err(CliError::file(path))? == split.data_hash;
                match is_own {
                    true => Ok(Self::held_out(path.clone(), &split)),
                    false => Ok(Self { path: path.clone(), rows: None, note: None }),
                }
            }
            (None, Some(split)) => {
                let path = split.data.clone();
                if hash(&path).map_err(CliError::file(&path))? != split.data_hash {
                    return Err(CliError::OtherData(path));
                }
                Ok(Self::held_out(path, &split))
            }
            (None, None) => Err(CliError::NoSplit(args.model.clone())),
        }
    }

    fn held_out(path: PathBuf, split: &Split) -> Self {
        let learned = counted(split.train.len(), "row");
        match split.held_out() {
            Some((part, rows)) => {
                let note = format!(
                    "the model learned from {learned} of this file; these are the rows held out for {part}"
                );
                Self { path, rows: Some(rows.to_vec()), note: Some(note) }
            }
            None => {
                let note = format!(
                    "the model learned from {learned} of this file, and none were held out: these \
                     figures say nothing of new data"
                );
                Self { path, rows: None, note: Some(note) }
            }
        }
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
