//! What is kept of a search while it goes on: a line of JSON for each time that a candidate was judged.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use densely::models::{Evaluation, FoldScores, HalvingResult};
use serde::{Deserialize, Serialize};

use crate::commands::train::changes;
use crate::config::OptionText;
use crate::error::CliError;
use crate::output;
use crate::run_folder::TRIALS;

/// A search may go on for longer.
const BUDGET: &str = "budget";

/// The first line: which search it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    /// The version of the program.
    #[serde(rename = "densely tune")]
    pub(super) version: String,
    /// The options that it was given, as text.
    pub(super) options: BTreeMap<String, String>,
    /// The hash of its data, if they are in files.
    pub(super) data_hash: Option<String>,
}

/// A candidate that was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) trial: usize,
    /// How often it was promoted before.
    pub(super) rung: usize,
    /// The epochs that were made, and the one of the scores; 0 if the training failed.
    pub(super) epochs: usize,
    pub(super) kept_epoch: usize,
    /// Those that were searched.
    pub(super) options: BTreeMap<String, String>,
    /// The means over the folds; nothing if the training failed.
    pub(super) score: Option<f64>,
    pub(super) loss: Option<f64>,
    pub(super) folds: Vec<BTreeMap<String, f64>>,
    pub(super) error: Option<String>,
    /// Since the search began.
    pub(super) seconds: f64,
}

impl Header {
    /// In what another search differs that might go on with this one.
    pub(super) fn differences(&self, before: &Self) -> Vec<String> {
        let changed = changes(&before.options, &self.options).into_iter();
        let changed = changed.filter(|change| change.what != BUDGET);
        let mut differences: Vec<String> = changed.map(|change| change.to_string()).collect();
        if self.data_hash != before.data_hash {
            differences.push("the data are others".to_owned());
        }
        differences
    }
}

impl Line {
    /// What came of a candidate, which is counted from the first of those that were tried with it.
    pub(super) fn new(
        first: usize,
        result: &HalvingResult<'_>,
        options: Vec<OptionText>,
        seconds: f64,
    ) -> Self {
        let line = Self {
            trial: first + result.trial,
            rung: result.rung,
            epochs: result.epochs,
            kept_epoch: 0,
            options: options.into_iter().collect(),
            score: None,
            loss: None,
            folds: Vec::new(),
            error: result.scores.err().map(ToString::to_string),
            seconds,
        };
        match result.scores {
            Ok(scores) => line.with_scores(scores),
            Err(_) => line,
        }
    }

    /// With what is to be written of scores.
    fn with_scores(self, scores: &FoldScores) -> Self {
        let fold = |evaluation: &Evaluation| {
            let metrics = output::metrics(evaluation).into_iter();
            // R² of one example is none.
            metrics
                .filter(|(_, value)| !value.is_nan())
                .map(|(name, value)| (name.to_owned(), value))
                .collect()
        };
        Self {
            kept_epoch: scores.epochs()[0],
            score: Some(scores.mean()),
            loss: Some(scores.mean_loss()),
            folds: scores.folds().iter().map(fold).collect(),
            ..self
        }
    }

    /// The scores, if there are any, and all are numbers.
    pub(super) fn scores(&self) -> Option<FoldScores> {
        let fold = |metrics: &BTreeMap<String, f64>| {
            let of = |name: &str| metrics.get(name).copied();
            let loss = of("loss")?;
            Some(match of("accuracy") {
                Some(accuracy) => Evaluation::Classification { loss, accuracy },
                None => Evaluation::Regression {
                    loss,
                    r2: of("r2").unwrap_or(f64::NAN),
                    rmse: of("rmse")?,
                    mae: of("mae")?,
                },
            })
        };
        let folds = self.folds.iter().map(fold).collect::<Option<Vec<_>>>()?;
        (!folds.is_empty()).then(|| FoldScores::new(folds, self.kept_epoch))
    }
}

/// The file, to which lines are added, each as a whole.
pub(super) struct Log {
    header: Header,
    lines: Mutex<Vec<Line>>,
    file: Mutex<Result<File, io::Error>>,
}

impl Log {
    /// The file in a folder, which has these lines already.
    pub(super) fn open(folder: &Path, header: Header, lines: Vec<Line>) -> Result<Self, CliError> {
        let path = folder.join(TRIALS);
        let file = OpenOptions::new().append(true).open(&path).map_err(CliError::file(path))?;
        Ok(Self { header, lines: Mutex::new(lines), file: Mutex::new(Ok(file)) })
    }

    /// Adds a line. An error is kept, and nothing is added any more.
    pub(super) fn add(&self, line: Line) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let text = serde_json::to_string(&line).map_err(io::Error::from);
        if let Ok(open) = &mut *file
            && let Err(error) = text.and_then(|text| open.write_all(format!("{text}\n").as_bytes()))
        {
            *file = Err(error);
        }
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// Whether a line could not be written.
    pub(super) fn has_failed(&self) -> bool {
        self.file.lock().unwrap_or_else(PoisonError::into_inner).is_err()
    }

    /// The lines so far.
    pub(super) fn lines(&self) -> Vec<Line> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The lines in order, and all as they are to be in the file.
    ///
    /// # Errors
    /// If one could not be written.
    pub(super) fn finish(&self) -> io::Result<(Vec<Line>, String)> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = &mut *file {
            return Err(std::mem::replace(error, io::ErrorKind::Other.into()));
        }
        let mut lines = self.lines();
        lines.sort_by_key(|line| (line.trial, line.rung));
        let text = text(&self.header, &lines)?;
        Ok((lines, text))
    }
}

/// A file with these lines.
pub(super) fn text(header: &Header, lines: &[Line]) -> io::Result<String> {
    let mut text = serde_json::to_string(header)? + "\n";
    for line in lines {
        text += &serde_json::to_string(line)?;
        text.push('\n');
    }
    Ok(text)
}

/// What is in the file of a search: all lines but for one that is not whole, which a killed program leaves,
/// and those of candidates that failed, which is found out again.
///
/// # Errors
/// [`CliError::NoSearch`] if there is none.
pub(super) fn read(folder: &Path) -> Result<(Header, Vec<Line>), CliError> {
    let path = folder.join(TRIALS);
    let no_search = || CliError::NoSearch(folder.to_owned());
    if !path.is_file() {
        return Err(no_search());
    }
    let text = fs::read_to_string(&path).map_err(CliError::file(&path))?;
    let mut lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    let header = lines.next().and_then(|line| serde_json::from_str(line).ok());
    let lines = lines.filter_map(|line| serde_json::from_str(line).ok());
    let known = |line: &Line| line.scores().is_some();
    Ok((header.ok_or_else(no_search)?, lines.filter(known).collect()))
}

/// The options of the search in a folder.
///
/// # Errors
/// If there is none.
pub(crate) fn stored_options(folder: &Path) -> Result<Vec<OptionText>, CliError> {
    Ok(read(folder)?.0.options.into_iter().collect())
}

/// Whether the file with this first line is that of a search.
pub(crate) fn is_trials(line: &str) -> bool {
    serde_json::from_str::<Header>(line).is_ok()
}
