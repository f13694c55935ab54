use std::fmt;

use densely_parts::shortened;

use crate::Place;

/// A cell of a [`Table`](crate::Table) and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cell {
    /// The name of the column.
    pub column: String,
    /// The row, from 1; the header is not counted.
    pub row: usize,
    /// The line of the file on which the row begins, from 1; the header is counted.
    pub line: usize,
    /// What is in the cell, cut short if it is long.
    pub text: String,
}

impl Cell {
    pub(crate) fn new(column: &str, row: usize, line: usize, text: &str) -> Self {
        Self { column: column.to_owned(), row, line, text: shortened(text) }
    }

    /// The text as a message shows it.
    pub(crate) fn found(&self) -> String {
        if self.text.is_empty() { "an empty cell".to_owned() } else { format!("`{}`", self.text) }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = Place::Row { row: self.row, line: self.line };
        write!(f, "column `{}`, {place}", shortened(&self.column))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_say_how_many_more_there_are() {
        let names: Vec<_> = (0..25).map(|i| i.to_string()).collect();
        assert_eq!(list(&names[..2]), "`0`, `1`");
        assert!(list(&names).ends_with("`19` and 5 more"), "{}", list(&names));
    }
}
