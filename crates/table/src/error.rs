use std::io;
use std::path::PathBuf;

use densely_data::DataError;
use densely_parts::{listed, shortened};
use densely_tensor::ShapeError;
use thiserror::Error;

use crate::{BadCells, Cell};

/// What is wrong with a table, or with what it is asked for.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TableError {
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
    /// What cannot separate cells.
    #[error(
        "{0:?} cannot separate cells; use an ASCII character that is neither a quote nor a line \
         break, or one of comma, semicolon, tab, bar and spaces"
    )]
    Separator(String),
    /// Bytes that are not text.
    #[error("line {line}, column `{column}`: not valid UTF-8; save the file as UTF-8 text")]
    NotUtf8 {
        /// The line on which the row begins.
        line: usize,
        /// The column.
        column: String,
    },
    /// Bytes that a mark says are UTF-16, and are not.
    #[error("its byte order mark says that it is UTF-16, which it is not; save it as UTF-8 text")]
    NotUtf16,
    /// Not even a header.
    #[error("the table is empty: expected a header row and at least one row of data")]
    Empty,
    /// Bytes that no text has.
    #[error(
        "it has bytes of zero, so it is no delimited text: if it is a table of a spreadsheet, \
         save it as CSV in UTF-8"
    )]
    Binary,
    /// A row without an end.
    #[error(
        "a row has no end after {bytes} bytes, so it is no table: see whether it is the right file"
    )]
    EndlessRow {
        /// The bytes of the row that were read.
        bytes: usize,
    },
    /// A header and nothing else.
    #[error("the table has a header but no row of data")]
    NoRows,
    /// A row with more or fewer cells than there are columns.
    #[error("line {line}: expected as many cells as there are columns ({expected}), got {actual}")]
    RaggedRow {
        /// The line on which the row begins.
        line: usize,
        /// Columns.
        expected: usize,
        /// Cells of the row.
        actual: usize,
    },
    /// A quoted cell that goes on to the end of the table.
    #[error("line {line}: a quoted cell that begins here is never closed")]
    OpenQuote {
        /// The line on which the cell begins.
        line: usize,
    },
    /// A column on the disk with more different texts than memory is taken for.
    #[error(
        "column `{}`: its different texts in the first {rows} rows take more than {bytes} bytes of memory; leave the \
         column out, or give more memory", shortened(.column)
    )]
    ManyTexts {
        /// The column.
        column: String,
        /// Rows.
        rows: usize,
        /// What they may take.
        bytes: usize,
    },
    /// Columns of different lengths.
    #[error("column `{}`: expected {expected} cells, as in the first, got {actual}", shortened(.column))]
    Length {
        /// The column.
        column: String,
        /// The cells of the first.
        expected: usize,
        /// The cells of this one.
        actual: usize,
    },
    /// A name that two columns have.
    #[error("there are two columns `{}`: give one of them another name, or leave both out", shortened(.0))]
    DuplicateColumn(String),
    /// A column was asked for that the table does not have.
    #[error(
        "there is no column `{}`{}; the columns are {}", shortened(.name),
        .suggestion.as_ref().map(|s| format!(" (did you mean `{}`?)", shortened(s))).unwrap_or_default(),
        listed(.columns)
    )]
    UnknownColumn {
        /// The name asked for.
        name: String,
        /// The most similar name, if one is similar.
        suggestion: Option<String>,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// Columns that are needed, and that the table does not have.
    #[error(
        "columns missing from the table: {}{}; its columns are {}", listed(.missing),
        .nearest.as_ref().map(|s| format!(" (is the first `{}`?)", shortened(s))).unwrap_or_default(),
        listed(.columns)
    )]
    MissingColumns {
        /// Those that are missing.
        missing: Vec<String>,
        /// The column whose name is most like the first of them.
        nearest: Option<String>,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// One of several tables that are to be one.
    #[error("table {part}: {source}")]
    Part {
        /// Which of them, from 1.
        part: usize,
        /// What is wrong with it.
        source: Box<TableError>,
    },
    /// Columns that the first of several tables does not have.
    #[error(
        "columns that the first table does not have: {}; its columns are {}", listed(.extra),
        listed(.columns)
    )]
    ExtraColumns {
        /// Those that it does not have.
        extra: Vec<String>,
        /// The columns that it has.
        columns: Vec<String>,
    },
    /// Every column was left out.
    #[error("no feature is left: {}", few(.columns))]
    NoFeatures {
        /// Each column but the target and why it was left out.
        columns: Vec<String>,
    },
    /// No kind of column.
    #[error(
        "`{}` is no kind of column; there are number, category, boolean, time and text",
        shortened(.0)
    )]
    UnknownKind(String),
    /// Nothing that a gap could have.
    #[error(
        "`{}` is nothing that stands for a gap; choose median, mean, most-frequent or a number",
        shortened(.0)
    )]
    UnknownImpute(String),
    /// No part of a time.
    #[error("`{}` is no part of a time", shortened(.0))]
    UnknownTimePart(String),
    /// Encoders that are not those of the features of a schema.
    #[error("expected encoders for {}, got some for {}", listed(.expected), listed(.actual))]
    Encoders {
        /// The features.
        expected: Vec<String>,
        /// The columns of the encoders.
        actual: Vec<String>,
    },
    /// Cells that should be numbers.
    #[error(
        "{0}: expected numbers; correct the cells, name them as gaps, take the column as \
         categories, or leave it out"
    )]
    NotNumbers(Box<BadCells>),
    /// Cells of a target that should be numbers.
    #[error(
        "{0}: expected numbers, which are to be predicted; correct the cells, or name them as gaps"
    )]
    TargetNotNumbers(Box<BadCells>),
    /// Numbers that are infinite.
    #[error("{0}: expected finite numbers, up to 1.8e308; correct the cells, or name them as gaps")]
    NotFinite(Box<BadCells>),
    /// Classes that are numbers which `f64` does not tell apart: infinite, or as near to 0 as there is none.
    #[error(
        "{0}: as numbers, such labels cannot be told from each other; write words for them, with a letter before \
         the number"
    )]
    NoLabels(Box<BadCells>),
    /// Cells that should be truth values.
    #[error("{0}: expected truth values, as true or false, yes or no, 1 or 0; correct the cells")]
    NotTruths(Box<BadCells>),
    /// Cells that should be times.
    #[error(
        "{0}: expected dates, or dates with times, as 2024-12-31, 20241231 or 2024-12-31T23:59:59; correct the cells"
    )]
    NotTimes(Box<BadCells>),
    /// Cells that should be times of the day.
    #[error("{0}: expected times of the day, as 06:43 or 23:59:59; correct the cells")]
    NotClocks(Box<BadCells>),
    /// Gaps where there must be none.
    #[error("{0}: the model knows nothing of gaps in this column; fill them, or remove the rows")]
    Gaps(Box<BadCells>),
    /// A class that is not among the expected ones.
    #[error("{cell}: {} is none of the classes {}", .cell.found(), listed(.classes))]
    UnknownClass {
        /// The label and its place.
        cell: Cell,
        /// The classes.
        classes: Vec<String>,
    },
    /// A target with the same value everywhere.
    #[error(
        "target `{target}`: every example is of class `{class}`{}; classification needs at least two \
         classes", taken_for_gaps(.gaps)
    )]
    OneClass {
        /// The name of the target.
        target: String,
        /// The class.
        class: String,
        /// The words that were taken for gaps, and how often.
        gaps: Vec<(String, usize)>,
    },
    /// A target with nearly as many classes as there are rows.
    #[error(
        "target `{target}`: {classes} classes in {rows} rows are too many to learn; choose another \
         target, or, if they are classes all the same, say so"
    )]
    ManyClasses {
        /// The name of the target.
        target: String,
        /// How many classes there are.
        classes: usize,
        /// How many rows have a target.
        rows: usize,
    },
    /// A target of numbers that are written for people.
    #[error(
        "target `{target}`: its cells are numbers with something around them, such as `{}`; leave \
         units, currencies and separators of thousands out of them", shortened(.class)
    )]
    FormattedTarget {
        /// The name of the target.
        target: String,
        /// A cell.
        class: String,
    },
    /// A target of dates.
    #[error(
        "target `{target}`: its cells are dates, such as `{}`, which nothing predicts yet; choose another \
         target, or make numbers of them, such as the days since the first", shortened(.class)
    )]
    TimeTarget {
        /// The name of the target.
        target: String,
        /// A cell.
        class: String,
    },
    /// A target that has another role, too.
    #[error("column `{}` cannot be both the target and the {role}", shortened(.column))]
    TwoRoles {
        /// The name of the column.
        column: String,
        /// The other role.
        role: String,
    },
    /// Cells that do not say which row comes first.
    #[error(
        "{0}: expected a number or a date in each row, to order the rows by; correct the cells, or remove these rows"
    )]
    Order(Box<BadCells>),
    /// Cells that do not say of which group a row is.
    #[error("{0}: expected a group in each row: fill the gaps, or remove these rows")]
    Groups(Box<BadCells>),
    /// A column of weights that are all 0.
    #[error(
        "column `{0}`: all weights are 0 of the rows to learn from or to validate on, so that nothing counts"
    )]
    NoWeight(String),
    /// A column of weights that are so small that nothing can be divided by them.
    #[error(
        "column `{}`: the weights are as near to 0 as there is none nearer, which leaves no digits to compare them: multiply \
         them all", shortened(.0)
    )]
    TinyWeights(String),
    /// Several targets that are not all numbers.
    #[error("target `{0}`: several targets must all be numbers, which this one is not")]
    NotANumber(String),
    /// Several targets, of which classes were asked for.
    #[error(
        "targets {}: several targets are predicted as numbers, and classes were asked for: leave that out, or choose one \
         target", listed(.0)
    )]
    SeveralOfClasses(Vec<String>),
    /// A target without a value.
    #[error("target `{0}`: no row has a value")]
    NoTargets(String),
    /// Targets that have no logarithm.
    #[error("{0}: a target must be above 0 for its logarithm; leave the transformation out")]
    NotPositive(Box<BadCells>),
    /// Weights that are none.
    #[error(
        "{0}: expected weights, which are finite numbers of at least 0; correct the cells, or remove these rows (0 for \
         a row that is not to count)"
    )]
    Weights(Box<BadCells>),
    /// What is wrong with the examples.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Sizes that do not fit, or that there is no memory for.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}

/// That words were taken for gaps.
fn taken_for_gaps(words: &[(String, usize)]) -> String {
    const SHOWN: usize = 3;
    let word = |(word, times): &(String, usize)| format!("`{}` {times} times", shortened(word));
    match words {
        [] => String::new(),
        words => {
            let shown: Vec<_> = words.iter().take(SHOWN).map(word).collect();
            format!(", and other rows are taken for ones without a target ({})", shown.join(", "))
        }
    }
}

/// The first few sentences.
fn few(sentences: &[String]) -> String {
    const SHOWN: usize = 6;
    if sentences.is_empty() {
        return "there is no column but the target".to_owned();
    }
    let shown = sentences.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("; ");
    match sentences.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown}; and {more} more"),
    }
}
