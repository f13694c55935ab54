use std::io;
use std::path::PathBuf;

use densely_parts::shortened;
use thiserror::Error;

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
    #[error("there are two columns `{}`: give one of them another name", shortened(.0))]
    DuplicateColumn(String),
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
}

/// At most this many names of a list are shown.
const SHOWN_NAMES: usize = 20;

/// Names as a message lists them.
pub(crate) fn list(names: &[String]) -> String {
    let shown: Vec<_> =
        names.iter().take(SHOWN_NAMES).map(|name| format!("`{}`", shortened(name))).collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(SHOWN_NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
