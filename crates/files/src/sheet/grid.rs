use densely_table::{Column, ColumnBuilder, Missing, Naming, Table, TableError};

use super::FORMAT;
use super::cell::{Cell, NoValue};
use crate::columns::Columns;
use crate::sparse::Sparse;
use crate::{Limits, Reason};

/// The cells of a sheet, row by row, as they become a table.
pub(super) struct Grid<'a> {
    /// The first row: columns of the sheet and names.
    header: Vec<(u32, String)>,
    cells: Sparse,
    /// The row that is being read.
    row: Option<u32>,
    missing: Missing,
    columns: &'a Columns,
    bytes: u64,
    limits: Limits,
}

impl<'a> Grid<'a> {
    /// Of a file of so many bytes.
    pub(super) fn new(bytes: u64, columns: &'a Columns, limits: Limits) -> Self {
        let missing = columns.missing.clone().map(Missing::in_text).unwrap_or_default();
        let cells = Sparse::default();
        Self { header: Vec::new(), cells, row: None, missing, columns, bytes, limits }
    }

    /// Whether there was nothing in the sheet.
    pub(super) fn is_empty(&self) -> bool {
        self.header.is_empty()
    }

    /// Takes the next cell, whose row and column count from 0.
    pub(super) fn push(&mut self, position: (u32, u32), cell: &Cell<'_>) -> Result<(), Reason> {
        let (row, column) = position;
        if cell.is_empty() {
            return Ok(());
        }
        match self.row {
            Some(current) if row < current => {
                return Err(Reason::damaged(FORMAT, format!("row {} comes twice", row + 1)));
            }
            Some(current) if row > current => self.end_row()?,
            _ => {}
        }
        self.row = Some(row);
        if self.cells.columns() == 0 {
            self.header.push((column, cell.name()));
            return Ok(());
        }
        let place = || format!("cell {}", address(position));
        let first = self.header[0].0;
        let index = column.checked_sub(first).map(|index| index as usize);
        let Some(index) = index.filter(|&index| index < self.cells.columns()) else {
            let header = address((0, column));
            return Err(Reason::Cell {
                place: place(),
                column: None,
                expected: format!(
                    "a name for column {} in the first row",
                    header.trim_end_matches('1')
                ),
                found: cell.name(),
            });
        };
        if cell.has_no_value() && !self.columns.is_needed(self.cells.name(index)) {
            return Ok(());
        }
        let missing = self.missing.of_column(self.cells.name(index));
        let builder = self.cells.cell(index, ColumnBuilder::push_gap);
        let pushed = match builder {
            None => Err(NoValue { found: "a second value".to_owned(), remedy: "leave one out" }),
            Some(builder) => cell.push(&missing, builder),
        };
        pushed.map_err(|NoValue { found, remedy }| Reason::Cell {
            place: place(),
            column: Some(self.cells.name(index).to_owned()),
            expected: format!("a value; {remedy}"),
            found,
        })
    }

    fn end_row(&mut self) -> Result<(), Reason> {
        if self.cells.columns() > 0 {
            return self.cells.end_row(self.bytes, self.limits);
        }
        self.header.sort_by_key(|&(column, _)| column);
        let first = self.header[0].0;
        let last = self.header[self.header.len() - 1].0;
        self.limits.check_table(self.bytes, 1, u64::from(last - first) + 1)?;
        let mut names = self.header.iter().peekable();
        for column in first..=last {
            let name = names.next_if(|(named, _)| *named == column);
            let name = name.map(|(_, name)| name.clone());
            self.cells.push(name.unwrap_or_else(|| Naming::unnamed((column - first + 1) as usize)));
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Table, Reason> {
        if self.is_empty() {
            return Err(TableError::Empty.into());
        }
        // The last row, which may be the header.
        self.end_row()?;
        let columns: Vec<Column> = self.cells.finish(|_, cells| cells.push_gap()).collect();
        Ok(Table::from_columns(columns)?)
    }
}

/// As sheets call a cell: `B3`.
fn address((row, column): (u32, u32)) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect::<String>() + &(row + 1).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_called_as_in_sheets() {
        for (position, expected) in
            [((0, 0), "A1"), ((2, 25), "Z3"), ((9, 26), "AA10"), ((0, 16_383), "XFD1")]
        {
            assert_eq!(address(position), expected);
        }
    }
}
