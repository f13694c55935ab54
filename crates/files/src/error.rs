use std::io;
use std::path::{Path, PathBuf};

use densely_parts::{listed, nearest, shortened};
use densely_table::TableError;
use thiserror::Error;

use crate::Format;

/// Why a table could not be read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileError {
    /// The file could not be opened, read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file; `-` is standard input.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What is in the file is no table, or none that can be read.
    #[error("{}: {reason}", .path.display())]
    Invalid {
        /// The file; `-` is standard input.
        path: PathBuf,
        /// What is wrong with it.
        reason: Box<Reason>,
    },
}

impl FileError {
    pub(crate) fn new(path: &Path, reason: Reason) -> Self {
        let path = path.to_owned();
        match reason {
            Reason::Read(source) => Self::File { path, source },
            reason => Self::Invalid { path, reason: Box::new(reason) },
        }
    }
}

/// What is wrong with the contents of a file, or with what is asked of it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Reason {
    /// The system cannot read or write it.
    #[error("{0}")]
    Read(io::Error),
    /// The cells make no table, or the delimited text is none.
    #[error(transparent)]
    Table(TableError),
    /// A format that is known, and not read.
    #[error("this is {what}, which is not read: {advice}")]
    Unsupported {
        /// The format.
        what: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// A format that this build was made without.
    #[error("this build was made without {format}: build it with the feature `{feature}`")]
    Feature {
        /// The format.
        format: &'static str,
        /// The feature of the crate.
        feature: &'static str,
    },
    /// More data than such a file should hold.
    #[error(
        "its first {bytes} bytes hold {expanded} bytes of data or more, which looks like a trap ({limit}); if the file is \
         to be trusted, unpack it or write it in another format first"
    )]
    TooLarge {
        /// Bytes of the file, as far as they were read.
        bytes: u64,
        /// Bytes they stand for, at least.
        expanded: u64,
        /// The limit that this is above.
        limit: String,
    },
    /// Bytes that are not of the format, or end too early.
    #[error("this is no {format}, or it is damaged: {detail}")]
    Damaged {
        /// The format.
        format: &'static str,
        /// What was expected and what was found.
        detail: String,
    },
    /// An array of what is no number and no text.
    #[error("{}holds {element}, {why}", of_array(.array))]
    Element {
        /// The array, if it has a name.
        array: Option<String>,
        /// What NumPy calls its elements.
        element: String,
        /// Why that is refused and what to do.
        why: &'static str,
    },
    /// An array that has no rows.
    #[error("{}is a single value, not rows: {advice}", of_array(.array))]
    Scalar {
        /// The array, if it has a name.
        array: Option<String>,
        /// What to do.
        advice: &'static str,
    },
    /// Arrays that make no table together.
    #[error(
        "the arrays have different numbers of rows, so they make no table: {}; save those that \
         belong together in a file of their own", lengths(.0)
    )]
    Lengths(Vec<(String, usize)>),
    /// Labels that are no column for the rows.
    #[error("the labels in {}: {problem}", .path.display())]
    Labels {
        /// The file of labels.
        path: PathBuf,
        /// What is wrong with them.
        problem: String,
    },
    /// An array, a sheet or a column was asked for that the file does not have.
    #[error(
        "there is no {what} `{}`{}; there are {}", shortened(.name),
        .suggestion.as_ref().map(|s| format!(" (did you mean `{}`?)", shortened(s))).unwrap_or_default(),
        listed(.known)
    )]
    Unknown {
        /// What was asked for.
        what: &'static str,
        /// Its name.
        name: String,
        /// The most similar name, if one is similar.
        suggestion: Option<String>,
        /// The names there are.
        known: Vec<String>,
    },
    /// Columns of what is no number and no text.
    #[error("columns that are neither numbers nor text: {}; {advice}", of_columns(.columns))]
    Columns {
        /// The columns and what they hold.
        columns: Vec<(String, String)>,
        /// What to do.
        advice: &'static str,
    },
    /// A cell that is not what it should be.
    #[error("{place}{}: expected {expected}, got {found}", of_cell(.column))]
    Cell {
        /// The line, row or record, counted from 1.
        place: String,
        /// The column, if it is one column's.
        column: Option<String>,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A file in a folder of images that does not belong with the others.
    #[error("{}: {problem}", .path.display())]
    Image {
        /// The file.
        path: PathBuf,
        /// What was expected and what was found.
        problem: String,
    },
    /// Tables that cannot be written as one.
    #[error("tables that are to be written as one do not belong together: {0}")]
    Parts(&'static str),
    /// A name that does not say in which format a table is to be written.
    #[error("{0}")]
    Extension(String),
    /// A table with what the format cannot hold.
    #[error("column `{}` is text, and {format} holds numbers only: {advice}", shortened(.column))]
    NotNumbers {
        /// The column.
        column: String,
        /// The format.
        format: Format,
        /// What to do.
        advice: &'static str,
    },
}

impl Reason {
    pub(crate) fn unknown(what: &'static str, name: &str, known: Vec<String>) -> Self {
        let suggestion = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
        Self::Unknown { what, name: name.to_owned(), suggestion, known }
    }

    /// Columns of what is no cell of a table, as a list, with what they are of.
    #[cfg(any(feature = "arrow", feature = "parquet"))]
    pub(crate) fn not_cells(columns: Vec<(String, String)>) -> Self {
        let advice = "leave them out, or write what is in them as columns of their own";
        Self::Columns { columns, advice }
    }

    pub(crate) fn damaged(format: &'static str, detail: impl Into<String>) -> Self {
        // What a library says may hold what is in the file.
        let detail: String = detail.into().trim_end().chars().take(200).collect();
        Self::Damaged { format, detail }
    }

    pub(crate) fn line(line: usize, expected: impl Into<String>, found: &str) -> Self {
        let (expected, found) = (expected.into(), quoted(found));
        Self::Cell { place: format!("line {line}"), column: None, expected, found }
    }

    pub(crate) fn in_column(self, name: &str) -> Self {
        match self {
            Self::Cell { place, expected, found, .. } => {
                Self::Cell { place, column: Some(name.to_owned()), expected, found }
            }
            other => other,
        }
    }
}

impl From<TableError> for Reason {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Read(source) | TableError::File { source, .. } => source.into(),
            other => Self::Table(other),
        }
    }
}

/// A reader of ours wraps its reason in an error of reading.
impl From<io::Error> for Reason {
    fn from(error: io::Error) -> Self {
        error.downcast::<Self>().unwrap_or_else(Self::Read)
    }
}

impl From<Reason> for io::Error {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Read(error) => error,
            reason => Self::other(reason),
        }
    }
}

/// A text as a message shows it.
pub(crate) fn quoted(text: &str) -> String {
    match text {
        "" => "nothing".to_owned(),
        text => format!("`{}`", shortened(text).escape_debug()),
    }
}

/// At most this many names of a list are shown.
const SHOWN: usize = 20;

fn shown<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    let mut shown: Vec<String> = items.iter().take(SHOWN).map(show).collect();
    if items.len() > SHOWN {
        shown.push(format!("{} more", items.len() - SHOWN));
    }
    shown.join(", ")
}

fn lengths(arrays: &[(String, usize)]) -> String {
    shown(arrays, |(name, rows)| format!("`{}` has {rows}", shortened(name)))
}

fn of_columns(columns: &[(String, String)]) -> String {
    shown(columns, |(name, what)| format!("`{}` ({what})", shortened(name)))
}

fn of_array(name: &Option<String>) -> String {
    match name {
        None => "the array ".to_owned(),
        Some(name) => format!("the array `{}` ", shortened(name)),
    }
}

fn of_cell(column: &Option<String>) -> String {
    column.as_ref().map(|name| format!(", column `{}`", shortened(name))).unwrap_or_default()
}
