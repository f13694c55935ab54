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
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Example(example) => write!(f, "example {example}"),
            Self::TableRow(row) => write!(f, "row {row}"),
            Self::Row { row, line } => write!(f, "row {row} (line {line})"),
        }
    }
}
