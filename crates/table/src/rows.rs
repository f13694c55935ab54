use densely_data::Place;

use crate::{Cell, Table};

/// Some rows of a table: all of them, or those of these indices in this order.
///
/// ```
/// use densely_table::{Rows, Table};
///
/// let table = Table::from_reader("a,b\n1,x\n2,y\n3,z\n".as_bytes())?;
/// let rows = Rows::of(&table, &[2, 0]);
/// assert_eq!((rows.len(), rows.place(0).to_string()), (2, "row 3 (line 4)".to_owned()));
/// # Ok::<(), densely_table::TableError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    table: &'a Table,
    indices: Option<&'a [usize]>,
}

impl<'a> Rows<'a> {
    /// All rows.
    #[must_use]
    pub fn all(table: &'a Table) -> Self {
        Self { table, indices: None }
    }

    /// These rows, counted from 0.
    ///
    /// # Panics
    /// If the table has not so many.
    #[must_use]
    pub fn of(table: &'a Table, indices: &'a [usize]) -> Self {
        assert!(
            indices.iter().all(|&row| row < table.rows()),
            "rows of a table of {} rows",
            table.rows()
        );
        Self { table, indices: Some(indices) }
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> &'a Table {
        self.table
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.indices.map_or(self.table.rows(), <[usize]>::len)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row of the table that the `i`-th of these is.
    #[must_use]
    #[inline]
    pub fn row(&self, i: usize) -> usize {
        self.indices.map_or(i, |indices| indices[i])
    }

    /// The rows of the table that these are, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.len()).map(|i| self.row(i))
    }

    /// Where the `i`-th of these is.
    #[must_use]
    pub fn place(&self, i: usize) -> Place {
        self.table.place(self.row(i))
    }

    /// A cell of the `i`-th of these, for a message.
    pub(crate) fn cell(&self, i: usize, column: usize) -> Cell {
        let column = &self.table.columns()[column];
        Cell::new(column.name(), self.place(i), column.text(self.row(i)).as_deref())
    }
}
