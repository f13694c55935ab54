use std::fmt;

/// Where an example comes from, as a message says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// Matrices in memory: its index there, from 0.
    Example(usize),
    /// A table that is no text: the row, from 1.
    TableRow(usize),
    /// A table from delimited text.
    Row {
        /// The row, from 1; the header is not counted.
        row: usize,
        /// The line of the file on which the row begins, from 1; the header is counted.
        line: usize,
    },
    /// One of several tables that are taken as one.
    FileTableRow {
        /// Which of them, from 1.
        file: u32,
        /// Its row, from 1.
        row: usize,
    },
    /// One of several tables from delimited text that are taken as one.
    FileRow {
        /// Which of them, from 1.
        file: u32,
        /// Its row, from 1; the header is not counted.
        row: usize,
        /// The line of its file on which the row begins, from 1; the header is counted.
        line: usize,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Example(example) => write!(f, "example {example}"),
            Self::TableRow(row) => write!(f, "row {row}"),
            Self::Row { row, line } => write!(f, "row {row} (line {line})"),
            Self::FileTableRow { file, row } => write!(f, "row {row} of file {file}"),
            Self::FileRow { file, row, line } => {
                write!(f, "row {row} of file {file} (line {line})")
            }
        }
    }
}
