use std::io;
use std::path::PathBuf;

use densely_parts::shortened;
use densely_tensor::{Figure, ShapeError};
use thiserror::Error;

use crate::cell::list;
use crate::{Cell, Place};

/// What is wrong with the data, and where.
///
/// Examples, features and labels of a [`Dataset`](crate::Dataset) are counted from 0,
/// as they are indexed. Rows and lines of a [`Table`](crate::Table) are counted from
/// 1, as an editor shows them.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DataError {
    /// Two counts that should agree and do not, or a count of zero.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A label that names no class.
    #[error("example {example}: label {label} is out of range for {classes} classes")]
    LabelOutOfRange {
        /// The example.
        example: usize,
        /// Its label.
        label: usize,
        /// The number of classes.
        classes: usize,
    },
    /// A NaN or an infinity.
    #[error("example {example}, `{column}`: {value} is not a finite number")]
    NotFinite {
        /// The example.
        example: usize,
        /// The name of the feature or the output.
        column: String,
        /// The value.
        value: f64,
    },
    /// A finite number that the narrower type turns into an infinity.
    #[error("{place}, `{column}`: {value:e} is too large for {to}")]
    Overflow {
        /// The example.
        place: Place,
        /// The name of the feature or the output.
        column: String,
        /// The value.
        value: f64,
        /// The narrower type.
        to: &'static str,
    },
    /// A weight that is negative, infinite or NaN.
    #[error("example {example}: a weight must be at least 0 and finite, got {}", Figure(*weight))]
    Weight {
        /// The example.
        example: usize,
        /// Its weight.
        weight: f64,
    },
    /// A name that is used twice.
    #[error("{what}: `{name}` is used more than once")]
    DuplicateName {
        /// Which names: `"column names"`, `"feature names"` or `"output names"`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// An index beyond the last example.
    #[error("index {index} is out of range for {examples} examples")]
    IndexOutOfRange {
        /// The index.
        index: usize,
        /// The number of examples.
        examples: usize,
    },
    /// A fraction to hold out that is not in [0, 1).
    #[error("the fraction to hold out must be at least 0 and less than 1, got {}", Figure(*.0))]
    Fraction(f64),
    /// A split with nothing in one of its parts.
    #[error(
        "holding out a fraction of {} of {examples} examples puts {held_out} into one \
         part and {} into the other; neither may be empty", Figure(*fraction), examples - held_out
    )]
    EmptyPart {
        /// The fraction to hold out.
        fraction: f64,
        /// The number of examples.
        examples: usize,
        /// The number that would be held out.
        held_out: usize,
    },
    /// A split that would leave a class of several examples without any.
    #[error(
        "holding out {held_out} of {examples} examples leaves too few for {classes} classes of \
         several examples to keep one each; hold out a smaller fraction"
    )]
    TooFewToStratify {
        /// The number of examples.
        examples: usize,
        /// The number to hold out.
        held_out: usize,
        /// The number of classes of several examples.
        classes: usize,
    },
    /// A number of folds that the examples cannot be cut into.
    #[error("{examples} examples cannot be cut into {folds} folds: choose from 2 to {examples}")]
    Folds {
        /// The number of folds.
        folds: usize,
        /// The number of examples.
        examples: usize,
    },

    /// A file that cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A reader that fails.
    #[error("cannot read the table: {0}")]
    Read(#[from] io::Error),
    /// A delimiter that cannot be told from the cells.
    #[error(
        "{:?} cannot separate cells; use an ASCII character that is neither a quote nor a line \
         break", char::from(*.0)
    )]
    Delimiter(u8),
    /// Bytes that are not text.
    #[error("line {line}: not valid UTF-8; save the file as UTF-8 text")]
    NotUtf8 {
        /// The line.
        line: usize,
    },
    /// Not even a header.
    #[error("the table is empty: expected a header row and at least one row of data")]
    EmptyTable,
    /// Bytes that no text has.
    #[error(
        "it has bytes of zero, so it is no delimited text: if it is a table in UTF-16, or of a \
         spreadsheet, save it as CSV in UTF-8"
    )]
    Binary,
    /// A line without an end.
    #[error(
        "a line has no end after {bytes} bytes, so it is no table: see whether it is the right file"
    )]
    EndlessLine {
        /// The bytes of the line that were read.
        bytes: usize,
    },
    /// A header and nothing else.
    #[error("the table has a header but no row of data")]
    NoRows,
    /// A row with more or fewer cells than the header.
    #[error("line {line}: expected as many cells as in the header ({expected}), got {actual}")]
    RaggedRow {
        /// The line on which the row begins.
        line: usize,
        /// Cells of the header.
        expected: usize,
        /// Cells of the row.
        actual: usize,
    },
    /// A quoted cell that goes on to the end of the table.
    #[error("line {line}: a quoted cell of this row is never closed")]
    OpenQuote {
        /// The line on which the row begins.
        line: usize,
    },
    /// A column was asked for that the table does not have.
    #[error(
        "there is no column `{}`{}; the columns are {}", shortened(.name),
        .suggestion.as_ref().map(|s| format!(" (did you mean `{}`?)", shortened(s))).unwrap_or_default(),
        list(.columns)
    )]
    UnknownColumn {
        /// The name asked for.
        name: String,
        /// The most similar name, if one is similar.
        suggestion: Option<String>,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// Features that the table does not have.
    #[error("features missing from the table: {}; its columns are {}", list(.names), list(.columns))]
    MissingFeatures {
        /// The features.
        names: Vec<String>,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// The column to predict is also one to drop.
    #[error("column `{0}` cannot be both the target and dropped")]
    TargetDropped(String),
    /// Every column but the target was dropped, or there never was another.
    #[error("no feature is left beside the target `{target}`")]
    NoFeatures {
        /// The name of the target.
        target: String,
    },
    /// Every column was dropped.
    #[error("every column is dropped: none is left to be the target")]
    NoTarget,
    /// A feature that is not a finite number.
    #[error(
        "{0}: a feature must be a finite number, found {found}; drop the column, or correct or \
         remove the row", found = .0.found()
    )]
    FeatureNotNumeric(Cell),
    /// A target for regression that is not a finite number.
    #[error(
        "{0}: a regression target must be a finite number, found {found}; correct or remove the \
         row, or choose another target or task", found = .0.found()
    )]
    TargetNotNumeric(Cell),
    /// An example without a target.
    #[error(
        "{0}: the target is missing, found {found}; correct or remove the row", found = .0.found()
    )]
    TargetMissing(Cell),
    /// A class that is not among the expected ones.
    #[error("{cell}: {} is none of the classes {}", .cell.found(), list(.classes))]
    UnknownClass {
        /// The label and its place.
        cell: Cell,
        /// The classes.
        classes: Vec<String>,
    },
    /// A target with the same value everywhere.
    #[error(
        "target `{target}`: {}; classification needs at least two classes",
        match *.examples {
            1 => format!("the table has a single row, of class `{class}`"),
            _ => format!("every example is of class `{class}`"),
        }
    )]
    OneClass {
        /// The name of the target.
        target: String,
        /// The class.
        class: String,
        /// How many examples there are.
        examples: usize,
    },
}
