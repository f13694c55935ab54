use std::fmt;
use std::str::FromStr;

use crate::TableError;

/// What stands between the cells of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Separator {
    /// One character of ASCII.
    Byte(u8),
    /// Spaces and tabs, as many as there are; also before the first cell and after the last.
    Spaces,
}

/// Characters that no cells are separated by.
fn is_reserved(byte: u8) -> bool {
    !byte.is_ascii() || matches!(byte, b'"' | b'\r' | b'\n')
}

impl Separator {
    /// This character.
    ///
    /// # Errors
    /// [`TableError::Separator`] if it is not ASCII, or is a quote or a line break.
    pub fn new(byte: u8) -> Result<Self, TableError> {
        match is_reserved(byte) {
            true => Err(TableError::Separator(char::from(byte).to_string())),
            false => Ok(Self::Byte(byte)),
        }
    }
}

/// A character, or one of the words `comma`, `semicolon`, `tab`, `bar` and `spaces`.
impl FromStr for Separator {
    type Err = TableError;

    fn from_str(text: &str) -> Result<Self, TableError> {
        match (text, text.as_bytes()) {
            ("comma", _) => Ok(Self::Byte(b',')),
            ("semicolon", _) => Ok(Self::Byte(b';')),
            ("tab" | "\\t", _) => Ok(Self::Byte(b'\t')),
            ("bar", _) => Ok(Self::Byte(b'|')),
            ("spaces" | " ", _) => Ok(Self::Spaces),
            (_, &[byte]) => Self::new(byte),
            _ => Err(TableError::Separator(text.to_owned())),
        }
    }
}

impl fmt::Display for Separator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte(b',') => f.write_str("comma"),
            Self::Byte(b';') => f.write_str("semicolon"),
            Self::Byte(b'\t') => f.write_str("tab"),
            Self::Byte(b'|') => f.write_str("bar"),
            Self::Byte(byte) => write!(f, "{}", char::from(*byte)),
            Self::Spaces => f.write_str("spaces"),
        }
    }
}

/// How a delimited text was read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dialect {
    /// What stands between cells.
    pub separator: Separator,
    /// What stands before the decimals of a number: `b'.'` or `b','`.
    pub decimal: u8,
    /// Whether the first row names the columns.
    pub header: bool,
    /// Lines above the first row that were passed over: titles.
    pub titles: usize,
    /// Whether lines that begin with `#` were passed over: comments.
    pub comments: bool,
    /// Whether rows have a cell more than the header, the first, which is taken for their name.
    pub row_names: bool,
    /// Whether it was told from the rows if there is a header, and not said by who reads them.
    pub header_is_told: bool,
    /// The first row, if all of it are whole numbers that follow each other, and it was taken for a header.
    pub numbers: Option<String>,
}

impl Dialect {
    /// What is not as in a plain file with commas, for people: nothing, for one of these.
    ///
    /// ```
    /// use densely_table::Table;
    ///
    /// let table = Table::from_reader("made in May\na;b\n1,5;2\n2,5;3\n".as_bytes())?;
    /// let notes = table.dialect().unwrap().notes();
    /// assert_eq!(notes, [
    ///     "cells are separated by semicolons",
    ///     "a comma stands before decimals",
    ///     "1 line above the header was passed over",
    /// ]);
    /// # Ok::<(), densely_table::TableError>(())
    /// ```
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        match self.separator {
            Separator::Byte(b',') => {}
            Separator::Byte(b'\t') => notes.push("cells are separated by tabs".to_owned()),
            Separator::Byte(b';') => notes.push("cells are separated by semicolons".to_owned()),
            Separator::Byte(b'|') => notes.push("cells are separated by bars".to_owned()),
            separator => notes.push(format!("cells are separated by {separator}")),
        }
        if self.decimal == b',' {
            notes.push("a comma stands before decimals".to_owned());
        }
        match (self.titles, self.header) {
            (0, _) => {}
            (lines, header) => {
                let what = if header { "header" } else { "data" };
                notes.push(match lines {
                    1 => format!("1 line above the {what} was passed over"),
                    lines => format!("{lines} lines above the {what} were passed over"),
                });
            }
        }
        if self.comments {
            notes.push("lines that begin with # were passed over".to_owned());
        }
        if self.row_names {
            notes.push(
                "rows have a cell more than the header, and the first is taken for the name of the row, in `column 1`"
                    .to_owned(),
            );
        }
        match (&self.numbers, self.header) {
            _ if !self.header_is_told => {}
            (_, false) => notes.push("no header was found, so the first row is data".to_owned()),
            (Some(row), true) => {
                notes.push(format!("the first row, {row}, was taken for the names of the columns"));
            }
            (None, true) => {}
        }
        notes
    }
}
