use std::collections::HashSet;

use densely_tensor::ShapeError;

use crate::{Column, ColumnBuilder, Table, TableError};

/// How the name of a column begins that has none of its own.
const UNNAMED: &str = "column ";

/// Where the names of the columns of a [`Table`] come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Naming {
    /// From whoever made the table.
    #[default]
    Given,
    /// From where the columns are, counted from 0: `x0`, `x1` and so on, as those of an array.
    Positions,
    /// From indices, which a file counts from 0 or from 1: `x1`, `x2` and so on, as those of libsvm. A column that
    /// such a file never mentions is 0 in all of its rows.
    Indices,
}

impl Naming {
    /// The index that a name is made of.
    ///
    /// ```
    /// use densely_table::Naming;
    ///
    /// assert_eq!(["x12", "x0", "x012", "x", "label"].map(Naming::index), [Some(12), Some(0), None, None, None]);
    /// ```
    #[must_use]
    pub fn index(name: &str) -> Option<usize> {
        let index = name.strip_prefix('x')?.parse().ok()?;
        (format!("x{index}") == name).then_some(index)
    }

    /// What the column is called that has no name of its own and is the so manieth of its table, counted from 1.
    ///
    /// ```
    /// use densely_table::Naming;
    ///
    /// assert_eq!(Naming::unnamed(3), "column 3");
    /// assert!(Naming::is_unnamed("column 3"));
    /// assert!(["column", "column x", "column 03", "Column 3"].iter().all(|name| !Naming::is_unnamed(name)));
    /// ```
    #[must_use]
    pub fn unnamed(number: usize) -> String {
        format!("{UNNAMED}{number}")
    }

    /// Whether a column of this name has [none of its own](Self::unnamed).
    #[must_use]
    pub fn is_unnamed(name: &str) -> bool {
        let number = name.strip_prefix(UNNAMED).and_then(|number| number.parse().ok());
        number.is_some_and(|number| Self::unnamed(number) == name)
    }
}

impl Table {
    /// Where the names of the columns come from.
    #[must_use]
    pub fn naming(&self) -> Naming {
        self.naming
    }

    /// The same with names that come from elsewhere.
    #[must_use]
    pub fn with_naming(self, naming: Naming) -> Self {
        Self { naming, ..self }
    }

    /// The columns of these names that [indices](Naming::Indices) make and that the table lacks: zeros, as what it leaves
    /// out is. There are none of a table whose names come from elsewhere.
    ///
    /// # Errors
    /// [`TableError::Shape`] for more than there is memory for.
    pub fn left_out<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Vec<Column>, TableError> {
        if self.naming != Naming::Indices {
            return Ok(Vec::new());
        }
        let known: HashSet<&str> = self.names().collect();
        let mut missing: Vec<(usize, &str)> = names
            .into_iter()
            .filter(|name| !known.contains(name))
            .filter_map(|name| Some((Naming::index(name)?, name)))
            .collect();
        missing.sort_unstable();
        missing.dedup();
        let bytes = missing.len() as u128 * self.rows() as u128 * size_of::<i16>() as u128;
        ShapeError::expect_memory("Table", "columns that are left out of a file", bytes)?;
        let zeros = |(_, name)| {
            let mut cells = ColumnBuilder::with_capacity(self.rows());
            (0..self.rows()).for_each(|_| cells.push_number(0.0));
            cells.finish(name)
        };
        Ok(missing.into_iter().map(zeros).collect())
    }

    /// The same with more columns that are called after indices: each is before all of a larger index, and of none.
    ///
    /// ```
    /// use densely_table::{Column, Naming, Table};
    ///
    /// let columns = ["x1", "x3", "label"].map(|name| Column::numbers(name, vec![1.0, 2.0]));
    /// let table = Table::from_columns(columns.to_vec())?.with_naming(Naming::Indices);
    /// let more = table.left_out(["x3", "x2", "x4", "qid"])?;
    /// let table = table.with_indices(more)?;
    /// assert_eq!(table.names().collect::<Vec<_>>(), ["x1", "x2", "x3", "x4", "label"]);
    /// assert_eq!(table.column("x4")?.text(1).as_deref(), Some("0"));
    /// # Ok::<(), densely_table::TableError>(())
    /// ```
    ///
    /// # Errors
    /// [`TableError::DuplicateColumn`] for one that there is, [`TableError::Length`] for one of another length.
    pub fn with_indices(mut self, columns: Vec<Column>) -> Result<Self, TableError> {
        if columns.is_empty() {
            return Ok(self);
        }
        self.columns.extend(columns);
        self.columns.sort_by_key(|column| Naming::index(column.name()).unwrap_or(usize::MAX));
        let Self { columns, files, first, dialect, naming, .. } = self;
        let checked = Self::from_columns(columns)?;
        Ok(Self { files, first, dialect, naming, ..checked })
    }
}
