//! Which rows a model is judged by.

use std::path::PathBuf;

use densely::prelude::*;

use crate::args::{DialectArgs, EvaluateArgs};
use crate::commands::train::held_out_digits;
use crate::config;
use crate::error::CliError;
use crate::input;
use crate::output::{counted, few, thousands};
use crate::repeated::{ROWS, Repeated};
use crate::run_folder::{SPLIT, is_run};
use crate::split::{HeldOut, Split, copy_among, hash};

pub(super) enum Judged {
    Rows(JudgedRows),
    /// Those of the digits that were held out, and which these are.
    Digits {
        data: Box<Dataset<f64>>,
        part: &'static str,
        note: String,
    },
}

/// What rows are called of which none, or not all, were held out; and those of a table that the model need not know.
const TRAINING: &str = "train";
const ALL: &str = "all";
const GIVEN: &str = "data";

/// Rows of a table: of that which the model was trained on, those that were held out.
pub(super) struct JudgedRows {
    pub(super) paths: Vec<PathBuf>,
    pub(super) dialect: DialectArgs,
    /// All, unless these.
    pub(super) rows: Option<Vec<usize>>,
    /// Which these are, in a word.
    pub(super) part: &'static str,
    /// The same, for people.
    pub(super) note: Option<String>,
    /// Of other files than those of the run, the rows that it learned from.
    pub(super) learnt: Option<Learnt>,
}

/// Rows that a model learned from, in files that are as they were.
pub(super) struct Learnt(Box<Split>);

impl Judged {
    pub(super) fn find(args: &EvaluateArgs) -> Result<Self, CliError> {
        let split = split(args)?;
        match (&args.data[..], split) {
            ([], None) => Self::without_split(args),
            ([], Some(Split { test_data: Some(test), reading, .. })) if !args.all_rows => {
                expect_same(&test.data, &test.data_hash)?;
                Ok(Self::Rows(JudgedRows {
                    paths: test.data.clone(),
                    dialect: reading.or(&args.dialect),
                    rows: None,
                    part: HeldOut::Test.name(),
                    note: Some("these are the rows that were given to test on".to_owned()),
                    learnt: None,
                }))
            }
            ([], Some(split)) => {
                expect_same(&split.data, &split.data_hash)?;
                Ok(Self::Rows(JudgedRows::of_own(split.data.clone(), &split, args)))
            }
            (paths, Some(split))
                if paths.iter().all(|path| path.is_file()) && hash(paths)? == split.data_hash =>
            {
                Ok(Self::Rows(JudgedRows::of_own(paths.to_vec(), &split, args)))
            }
            (paths, split) => {
                let note = learnt_from(args, split.as_ref())?;
                Ok(Self::Rows(JudgedRows {
                    paths: paths.to_vec(),
                    dialect: args.dialect.clone(),
                    rows: None,
                    part: GIVEN,
                    learnt: split.filter(|_| note.is_none()).and_then(Learnt::of),
                    note,
                }))
            }
        }
    }

    /// Of a run whose data were in no file: the digits are there still.
    fn without_split(args: &EvaluateArgs) -> Result<Self, CliError> {
        let model = &*args.model;
        let folder = if model.is_dir() { model } else { model.parent().unwrap_or(model) };
        if !is_run(folder) {
            return Err(CliError::NoSplit(model.to_owned()));
        }
        let train = config::of_run(folder)?;
        if train.memory.is_some() || train.data.iter().any(|path| input::is_piped(path)) {
            return Err(CliError::NothingHeldOut(model.to_owned()));
        }
        if !train.data.is_empty() {
            return Err(CliError::NoSplit(model.to_owned()));
        }
        let (part, data) = match args.all_rows {
            true => (None, digits()),
            false => held_out_digits(&train)?,
        };
        let (part, note) = match part {
            Some(part) => {
                (part.name(), format!("the digits that were held out for {}", part.name()))
            }
            None if args.all_rows => {
                (ALL, "all digits, among which are those that the model learned from".to_owned())
            }
            None => (
                TRAINING,
                "no digits were held out: these figures say nothing of new data".to_owned(),
            ),
        };
        Ok(Self::Digits { data: Box::new(data), part, note })
    }
}

/// That the files of a run are as they were.
fn expect_same(paths: &[PathBuf], data_hash: &str) -> Result<(), CliError> {
    match hash(paths)? == data_hash {
        true => Ok(()),
        false => Err(CliError::OtherData(input::label(paths))),
    }
}

/// Which files are among those that the model was trained on, where it cannot be told which of these rows were
/// learnt from.
fn learnt_from(args: &EvaluateArgs, split: Option<&Split>) -> Result<Option<String>, CliError> {
    let folder = if args.model.is_dir() { Some(&*args.model) } else { args.model.parent() };
    let own = match (split, folder) {
        (Some(split), _) => split.data.clone(),
        // A config that cannot be read is of another program, or no longer of this model.
        (None, Some(folder)) => config::of_run(folder).map(|run| run.data).unwrap_or_default(),
        _ => Vec::new(),
    };
    let mut known = Vec::new();
    for path in &args.data {
        if copy_among(path, &own)?.is_some() {
            known.push(path.display().to_string());
        }
    }
    // A file that is not as it was any more.
    let has_changed = match split {
        Some(split) if !known.is_empty() => hash(&split.data).ok() != Some(split.data_hash.clone()),
        _ => false,
    };
    if has_changed {
        return Ok(Some(format!(
            "the model was trained on {}, as it was before it was changed: which of these rows were learnt from is not \
             known, and these figures may say little of new data",
            few(&known)
        )));
    }
    let remedy = match split {
        Some(_) => "; without DATA, the rows that were held out are judged",
        None => "",
    };
    Ok((!known.is_empty()).then(|| {
        format!(
            "the model was trained on {}, and learned from rows among these: these figures say little of new \
             data{remedy}",
            few(&known)
        )
    }))
}

impl JudgedRows {
    /// Of the file that the model was trained on, which is read as it was then.
    fn of_own(paths: Vec<PathBuf>, split: &Split, args: &EvaluateArgs) -> Self {
        let dialect = split.reading.or(&args.dialect);
        let learned = counted(split.train.len(), "row");
        let of = if paths.len() == 1 { "this file" } else { "these files, taken together" };
        let (rows, part, note) = match split.held_out() {
            _ if args.all_rows => (
                None,
                ALL,
                format!("the model learned from {learned} of {of}, which are among these"),
            ),
            Some((part, rows)) => (
                Some(rows.to_vec()),
                part.name(),
                format!(
                    "the model learned from {learned} of {of}; these are the rows held out for {}",
                    part.name()
                ),
            ),
            None => (
                None,
                TRAINING,
                format!(
                    "the model learned from {learned} of {of}, and none were held out: these \
                     figures say nothing of new data"
                ),
            ),
        };
        let before = match split.has_other_data {
            true => {
                "; before, it had learned from other data, among which these rows may have been"
            }
            false => "",
        };
        Self { paths, dialect, rows, part, note: Some(note + before), learnt: None }
    }
}

impl Learnt {
    fn of(split: Split) -> Option<Self> {
        let is_looked_at = split.train.len() <= ROWS;
        (is_looked_at && expect_same(&split.data, &split.data_hash).is_ok())
            .then(|| Self(split.into()))
    }

    /// Says that many of these rows were learned from, as they are of a table that was written in another form, too.
    pub(super) fn note(
        &self,
        rows: &Rows<'_>,
        schema: &Schema,
        threads: &Threads,
    ) -> Option<String> {
        let Self(split) = self;
        let dialect = split.reading.or(&DialectArgs::default());
        let known = input::known_features(&split.data, &dialect, schema, threads)?;
        split.train.iter().all(|&row| row < known.rows()).then_some(())?;
        let features: Vec<&str> = schema.features().map(|column| &*column.name).collect();
        let learnt = Rows::of(&known, &split.train);
        // Rows that cannot be compared are not said to be the same.
        let repeated =
            Repeated::find(&learnt, rows, &features).ok()?.filter(Repeated::are_copied)?;
        Some(format!(
            "{} of {} have the features of rows that the model learned from: these figures say little of new data",
            thousands(repeated.count),
            counted(rows.len(), "row"),
        ))
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
    Split::read(&path).map(Some)
}
