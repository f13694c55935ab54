use densely_table::{Column, ColumnBuilder};

use crate::{Limits, Reason};

/// Columns of which a row has only some cells.
#[derive(Default)]
pub(crate) struct Sparse {
    columns: Vec<(String, ColumnBuilder)>,
    rows: usize,
}

impl Sparse {
    pub(crate) fn columns(&self) -> usize {
        self.columns.len()
    }

    /// A column more.
    pub(crate) fn push(&mut self, name: String) {
        self.columns.push((name, ColumnBuilder::new()));
    }

    pub(crate) fn name(&self, column: usize) -> &str {
        &self.columns[column].0
    }

    /// The cells of a column, up to the row that is being read; `fill` adds one that was left out.
    /// `None` if it has one in this row.
    pub(crate) fn cell(
        &mut self,
        column: usize,
        mut fill: impl FnMut(&mut ColumnBuilder),
    ) -> Option<&mut ColumnBuilder> {
        let cells = &mut self.columns[column].1;
        while cells.len() < self.rows {
            fill(cells);
        }
        (cells.len() == self.rows).then_some(cells)
    }

    /// Ends a row, at so many bytes of the file: few of them may make many cells.
    pub(crate) fn end_row(&mut self, bytes: u64, limits: Limits) -> Result<(), Reason> {
        self.rows += 1;
        limits.check_table(bytes, self.rows as u64, self.columns.len() as u64)
    }

    pub(crate) fn finish(
        self,
        mut fill: impl FnMut(usize, &mut ColumnBuilder),
    ) -> impl Iterator<Item = Column> {
        let rows = self.rows;
        self.columns.into_iter().enumerate().map(move |(column, (name, mut cells))| {
            while cells.len() < rows {
                fill(column, &mut cells);
            }
            cells.finish(name)
        })
    }
}
