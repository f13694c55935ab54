use std::borrow::Cow;

use super::StoredTable;
use crate::{Cells, TableError};

/// Some rows of a table on the disk: those of one part of several.
#[derive(Debug, Clone)]
pub struct StoredRows<'a> {
    table: &'a StoredTable,
    /// The part of each row.
    parts: Cow<'a, [u8]>,
    part: u8,
    len: usize,
}

impl<'a> StoredRows<'a> {
    /// All rows.
    #[must_use]
    pub fn all(table: &'a StoredTable) -> Self {
        let parts = Cow::Owned(vec![0; table.rows()]);
        Self { table, parts, part: 0, len: table.rows() }
    }

    /// Those rows whose entry of `parts` is this.
    ///
    /// # Panics
    /// If `parts` has not an entry for each row.
    #[must_use]
    pub fn of(table: &'a StoredTable, parts: &'a [u8], part: u8) -> Self {
        assert_eq!(parts.len(), table.rows(), "an entry for each row");
        let len = parts.iter().filter(|&&own| own == part).count();
        Self { table, parts: Cow::Borrowed(parts), part, len }
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> &'a StoredTable {
        self.table
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Those in a chunk, counted from its first row.
    #[must_use]
    pub fn in_chunk(&self, chunk: usize) -> Vec<usize> {
        let parts = &self.parts[self.table.chunks[chunk].rows.clone()];
        (0..parts.len()).filter(|&row| parts[row] == self.part).collect()
    }

    /// All of them.
    pub(super) fn indices(&self) -> Vec<usize> {
        let mut indices = Vec::with_capacity(self.len);
        let own = self.parts.iter().enumerate().filter(|&(_, &part)| part == self.part);
        indices.extend(own.map(|(row, _)| row));
        indices
    }

    /// Calls `visit(row, number)` for the cells of a column of numbers, as long as it asks for more.
    pub(super) fn each_number(
        &self,
        position: usize,
        visit: &mut dyn FnMut(usize, f64) -> bool,
    ) -> Result<(), TableError> {
        for (chunk, rows) in self.table.chunks().enumerate() {
            let column = self.table.cells(chunk, position)?;
            let Cells::Numbers(numbers) = column.cells() else {
                unreachable!("a column of numbers has no texts")
            };
            let own = self.in_chunk(chunk).into_iter();
            if !own.map(|i| (rows.start + i, numbers.get(i))).all(|(row, n)| visit(row, n)) {
                return Ok(());
            }
        }
        Ok(())
    }
}
