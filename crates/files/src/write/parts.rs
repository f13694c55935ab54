use std::borrow::Borrow;

use densely_table::{Cells, Table};

use crate::Reason;

/// Tables that are written as one: of the same columns, and together of as many rows as was said.
pub(super) struct Parts<I> {
    tables: I,
    /// The names of the columns, and whether they are numbers.
    columns: Option<Vec<(String, bool)>>,
    left: usize,
}

impl<I> Parts<I> {
    pub(super) fn new(rows: usize, tables: I) -> Self {
        Self { tables, columns: None, left: rows }
    }

    fn check(&mut self, table: &Table) -> Result<(), Reason> {
        let columns = table.columns().iter();
        let columns: Vec<(String, bool)> = columns
            .map(|column| (column.name().to_owned(), matches!(column.cells(), Cells::Numbers(_))))
            .collect();
        if *self.columns.get_or_insert_with(|| columns.clone()) != columns {
            return Err(Reason::Parts("their columns differ"));
        }
        match self.left.checked_sub(table.rows()) {
            None => Err(Reason::Parts("they have more rows than was said")),
            Some(left) => {
                self.left = left;
                Ok(())
            }
        }
    }
}

impl<T: Borrow<Table>, E: From<Reason>, I: Iterator<Item = Result<T, E>>> Iterator for Parts<I> {
    type Item = Result<T, E>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some(table) = self.tables.next() else {
            let missing = std::mem::take(&mut self.left) > 0;
            return missing
                .then(|| Err(Reason::Parts("they have fewer rows than was said").into()));
        };
        Some(table.and_then(|table| match self.check(table.borrow()) {
            Ok(()) => Ok(table),
            Err(error) => Err(error.into()),
        }))
    }
}
