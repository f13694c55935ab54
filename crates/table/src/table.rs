use std::fmt;
use std::io::Read;
use std::path::Path;

use densely_data::Place;
use densely_parts::nearest;

use crate::lines::Lines;
use crate::{Column, Dialect, TableError, TextOptions};

/// Columns of numbers and texts, all of the same length.
///
/// Nothing is decided yet of what they mean: that is what a [`Schema`](crate::Schema) is for.
///
/// ```
/// use densely_table::Table;
///
/// let table = Table::from_reader("size;colour\n1,5;red\nNA;blue\n".as_bytes())?;
/// assert_eq!((table.rows(), table.columns().len()), (2, 2));
/// assert_eq!(table.column("size")?.gaps(), 1);
/// assert_eq!(table.place(1).to_string(), "row 2 (line 3)");
/// # Ok::<(), densely_table::TableError>(())
/// ```
#[derive(Clone)]
pub struct Table {
    columns: Vec<Column>,
    rows: usize,
    lines: Lines,
    dialect: Option<Dialect>,
}

impl Table {
    /// Of these columns.
    ///
    /// # Errors
    /// [`TableError::Empty`] for no columns, [`TableError::NoRows`] for no rows,
    /// [`TableError::Length`] for columns of different lengths,
    /// [`TableError::DuplicateColumn`] for a name that is used twice.
    pub fn from_columns(columns: Vec<Column>) -> Result<Self, TableError> {
        Self::new(columns, Lines::default(), None)
    }

    pub(crate) fn new(
        columns: Vec<Column>,
        lines: Lines,
        dialect: Option<Dialect>,
    ) -> Result<Self, TableError> {
        let rows = columns.first().ok_or(TableError::Empty)?.len();
        if rows == 0 {
            return Err(TableError::NoRows);
        }
        if let Some(other) = columns.iter().find(|column| column.len() != rows) {
            let (column, actual) = (other.name().to_owned(), other.len());
            return Err(TableError::Length { column, expected: rows, actual });
        }
        let mut names: Vec<&str> = columns.iter().map(Column::name).collect();
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(TableError::DuplicateColumn(pair[0].to_owned()));
        }
        Ok(Self { columns, rows, lines, dialect })
    }

    /// Reads a file of delimited text, whose dialect is told from its first rows: see
    /// [`TextOptions`] to say it.
    ///
    /// # Errors
    /// Those of [`TextOptions::read`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, TableError> {
        TextOptions::new().read(path)
    }

    /// Reads delimited text from anything that can be read.
    ///
    /// # Errors
    /// Those of [`TextOptions::from_reader`].
    pub fn from_reader(reader: impl Read) -> Result<Self, TableError> {
        TextOptions::new().from_reader(reader)
    }

    /// The columns, in order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The columns, to be made another table of.
    #[must_use]
    pub fn into_columns(self) -> Vec<Column> {
        self.columns
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(Column::name)
    }

    /// The number of rows, at least 1.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How the text was read that it comes from; `None` if it is from elsewhere.
    #[must_use]
    pub fn dialect(&self) -> Option<&Dialect> {
        self.dialect.as_ref()
    }

    /// A column, by its name.
    ///
    /// # Errors
    /// [`TableError::UnknownColumn`], with the most similar name.
    pub fn column(&self, name: &str) -> Result<&Column, TableError> {
        self.position(name).map(|position| &self.columns[position])
    }

    /// The position of a column, by its name.
    ///
    /// # Errors
    /// [`TableError::UnknownColumn`], with the most similar name.
    pub fn position(&self, name: &str) -> Result<usize, TableError> {
        self.names().position(|column| column == name).ok_or_else(|| TableError::UnknownColumn {
            name: name.to_owned(),
            suggestion: nearest(name, self.names()).map(str::to_owned),
            columns: self.names().map(str::to_owned).collect(),
        })
    }

    /// Where a row is, counted from 0, as a message says it.
    #[must_use]
    pub fn place(&self, row: usize) -> Place {
        match self.lines.get(row) {
            Some(line) => Place::Row { row: row + 1, line },
            None => Place::TableRow(row + 1),
        }
    }

    /// The rows of this table and then those of others, which have the same columns in any order:
    /// several files as one table.
    ///
    /// # Errors
    /// [`TableError::UnknownColumn`] for a column that one of them has and another has not.
    pub fn concat(tables: impl IntoIterator<Item = Self>) -> Result<Self, TableError> {
        let mut tables = tables.into_iter();
        let first = tables.next().ok_or(TableError::Empty)?;
        let Self { columns, dialect, .. } = first;
        let mut names = Vec::new();
        let mut builders = Vec::new();
        for column in columns {
            names.push(column.name().to_owned());
            builders.push(column.into_builder());
        }
        for table in tables {
            for name in table.names() {
                if !names.iter().any(|own| own == name) {
                    let suggestion = nearest(name, names.iter().map(String::as_str));
                    let suggestion = suggestion.map(str::to_owned);
                    return Err(TableError::UnknownColumn {
                        name: name.to_owned(),
                        suggestion,
                        columns: names,
                    });
                }
            }
            for (name, builder) in names.iter().zip(&mut builders) {
                let position = table.position(name)?;
                builder.append(table.columns[position].clone().into_builder());
            }
        }
        let columns = names.iter().zip(builders).map(|(name, cells)| cells.finish(name)).collect();
        Self::new(columns, Lines::default(), dialect)
    }
}

impl fmt::Debug for Table {
    /// The shape; not the cells, which may be many.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("rows", &self.rows)
            .field("columns", &self.columns.len())
            .finish_non_exhaustive()
    }
}
