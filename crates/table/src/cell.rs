use std::fmt;

use densely_data::Place;
use densely_parts::shortened;

use crate::Rows;

/// A cell of a [`Table`](crate::Table) and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cell {
    /// The name of the column.
    pub column: String,
    /// The row.
    pub place: Place,
    /// What is in the cell, cut short if it is long; `None` for a gap.
    pub text: Option<String>,
}

impl Cell {
    pub(crate) fn new(column: &str, place: Place, text: Option<&str>) -> Self {
        Self { column: column.to_owned(), place, text: text.map(shortened) }
    }

    /// The text as a message shows it.
    pub(crate) fn found(&self) -> String {
        match &self.text {
            None => "a gap".to_owned(),
            Some(text) => format!("`{text}`"),
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column `{}`, {}", shortened(&self.column), self.place)
    }
}

/// The cells of a column that are not what they should be: how many there are, and the first.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BadCells {
    /// The name of the column.
    pub column: String,
    /// How many there are.
    pub count: usize,
    /// Of so many rows.
    pub rows: usize,
    /// The first three.
    pub first: Vec<Cell>,
}

impl BadCells {
    /// How many cells a message shows.
    const SHOWN: usize = 3;

    /// Those of a column for which `is_bad` holds, by the positions of rows; `None` if there are
    /// none.
    pub(crate) fn find(
        rows: &Rows<'_>,
        column: usize,
        is_bad: impl Fn(usize) -> bool,
    ) -> Option<Box<Self>> {
        let (mut count, mut first) = (0, Vec::new());
        for i in (0..rows.len()).filter(|&i| is_bad(rows.row(i))) {
            count += 1;
            if first.len() < Self::SHOWN {
                first.push(rows.cell(i, column));
            }
        }
        let name = rows.table().columns()[column].name();
        let bad = || Self { column: name.to_owned(), count, rows: rows.len(), first };
        (count > 0).then(|| Box::new(bad()))
    }
}

/// `column `age`: `abc` in row 3 (line 4)`, or with a count and the first three places.
impl fmt::Display for BadCells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column `{}`: ", shortened(&self.column))?;
        if self.count > 1 {
            write!(f, "{} cells of {}, ", self.count, self.rows)?;
        }
        for (i, cell) in self.first.iter().enumerate() {
            let separator = if i == 0 { "" } else { ", " };
            write!(f, "{separator}{} in {}", cell.found(), cell.place)?;
        }
        if self.count > self.first.len() {
            f.write_str(", ...")?;
        }
        Ok(())
    }
}
