use std::collections::HashSet;
use std::fmt;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use densely_data::Place;
use densely_parts::nearest;

use crate::encoding::positions;
use crate::files::Files;
use crate::lines::Lines;
use crate::{Column, Dialect, Naming, TableError, TextOptions};

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
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: usize,
    pub(crate) files: Arc<Files>,
    /// Where the first row is in these files.
    pub(crate) first: usize,
    pub(crate) dialect: Option<Dialect>,
    pub(crate) naming: Naming,
}

impl Table {
    /// Of these columns.
    ///
    /// # Errors
    /// [`TableError::Empty`] for no columns, [`TableError::NoRows`] for no rows,
    /// [`TableError::Length`] for columns of different lengths,
    /// [`TableError::DuplicateColumn`] for a name that is used twice.
    pub fn from_columns(columns: Vec<Column>) -> Result<Self, TableError> {
        let mut names: Vec<&str> = columns.iter().map(Column::name).collect();
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(TableError::DuplicateColumn(pair[0].to_owned()));
        }
        Self::new(columns, Lines::default().into(), None)
    }

    /// Of a file, which may have several columns of one name: none of these can be asked for.
    pub(crate) fn new(
        columns: Vec<Column>,
        files: Files,
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
        let (files, naming) = (Arc::new(files), Naming::default());
        Ok(Self { columns, rows, files, first: 0, dialect, naming })
    }

    /// Rows of files from that one on.
    pub(crate) fn part_of(
        columns: Vec<Column>,
        files: Arc<Files>,
        first: usize,
    ) -> Result<Self, TableError> {
        let part = Self::new(columns, Files::default(), None)?;
        Ok(Self { files, first, ..part })
    }

    /// Where its rows are; of a part, only their numbers.
    pub(crate) fn into_files(self) -> Files {
        match self.first {
            0 => Arc::unwrap_or_clone(self.files),
            _ => Lines::default().into(),
        }
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
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
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
    /// [`TableError::UnknownColumn`], with the most similar name; [`TableError::DuplicateColumn`] if
    /// several have it.
    pub fn position(&self, name: &str) -> Result<usize, TableError> {
        position(self.names(), name)
    }

    /// Where a row is, counted from 0, as a message says it.
    #[must_use]
    pub fn place(&self, row: usize) -> Place {
        self.files.place(self.first + row)
    }

    /// The columns of these names alone, in this order; a name that comes twice counts once.
    ///
    /// ```
    /// let table = densely_table::Table::from_reader("a,b,c\n1,2,3\n".as_bytes())?;
    /// assert_eq!(table.select(["c", "a"])?.names().collect::<Vec<_>>(), ["c", "a"]);
    /// # Ok::<(), densely_table::TableError>(())
    /// ```
    ///
    /// # Errors
    /// [`TableError::MissingColumns`]; [`TableError::DuplicateColumn`] if several columns have one of the names;
    /// [`TableError::Empty`] for no names.
    pub fn select<S: AsRef<str>>(
        mut self,
        names: impl IntoIterator<Item = S>,
    ) -> Result<Self, TableError> {
        let names: Vec<S> = names.into_iter().collect();
        let positions = positions(&self, names.iter().map(AsRef::as_ref))?;
        let mut columns: Vec<_> = self.columns.into_iter().map(Some).collect();
        self.columns = positions.into_iter().filter_map(|at| columns[at].take()).collect();
        match self.columns.is_empty() {
            true => Err(TableError::Empty),
            false => Ok(self),
        }
    }

    /// The rows of tables one after the other, which have the same columns in any order: several files as
    /// one table.
    ///
    /// ```
    /// use densely_table::Table;
    ///
    /// let read = |text: &str| Table::from_reader(text.as_bytes());
    /// let table = Table::concat([read("a,b\n1,x\n2,y\n")?, read("b,a\nz,3\n")?])?;
    /// assert_eq!(table.column("b")?.text(2).as_deref(), Some("z"));
    /// assert_eq!(table.place(2).to_string(), "row 1 of file 2 (line 2)");
    ///
    /// let error = Table::concat([read("a,b\n1,x\n")?, read("a,c\n1,x\n")?]).unwrap_err();
    /// assert!(error.to_string().starts_with("table 2: columns missing from the table: `b`"));
    /// # Ok::<(), densely_table::TableError>(())
    /// ```
    ///
    /// # Errors
    /// [`TableError::Empty`] for no tables; [`TableError::Part`] for one that has not the columns of the
    /// first, or others.
    pub fn concat(tables: impl IntoIterator<Item = Self>) -> Result<Self, TableError> {
        let mut tables = tables.into_iter();
        let mut first = tables.next().ok_or(TableError::Empty)?;
        let (columns, dialect) = (std::mem::take(&mut first.columns), first.dialect.take());
        let (rows, mut naming, mut files) = (first.rows, first.naming, first.into_files());
        let names: Vec<String> = columns.iter().map(|column| column.name().to_owned()).collect();
        let mut builders: Vec<_> = columns.into_iter().map(Column::into_builder).collect();
        let mut all = rows;
        for (i, table) in tables.enumerate() {
            let positions = table.positions_of(&names);
            let positions = positions
                .map_err(|source| TableError::Part { part: i + 2, source: Box::new(source) })?;
            let mut table = table;
            let mut columns: Vec<_> =
                std::mem::take(&mut table.columns).into_iter().map(Some).collect();
            if table.naming != naming {
                naming = Naming::Given;
            }
            let rows = table.rows;
            files.append(all, table.into_files());
            all += rows;
            for (position, builder) in positions.into_iter().zip(&mut builders) {
                let column = columns[position].take().expect("names are different");
                builder.append(column.into_builder());
            }
        }
        let columns = names.iter().zip(builders).map(|(name, cells)| cells.finish(name)).collect();
        Ok(Self::new(columns, files, dialect)?.with_naming(naming))
    }

    /// The positions of the columns of these names, if there are no others.
    pub(crate) fn positions_of(&self, names: &[String]) -> Result<Vec<usize>, TableError> {
        let positions = positions(self, names.iter().map(String::as_str))?;
        let known: HashSet<&str> = names.iter().map(String::as_str).collect();
        let extra = self.names().filter(|name| !known.contains(name));
        let extra: Vec<String> = extra.map(str::to_owned).collect();
        match extra.is_empty() {
            true => Ok(positions),
            false => Err(TableError::ExtraColumns { extra, columns: names.to_vec() }),
        }
    }
}

/// The position of the column of a name among these.
pub(crate) fn position<'a>(
    names: impl Iterator<Item = &'a str> + Clone,
    name: &str,
) -> Result<usize, TableError> {
    let mut found = names.clone().enumerate().filter(|&(_, column)| column == name);
    match (found.next(), found.next()) {
        (Some((position, _)), None) => Ok(position),
        (Some(_), Some(_)) => Err(TableError::DuplicateColumn(name.to_owned())),
        (None, _) => Err(TableError::unknown_column(name, names)),
    }
}

impl TableError {
    /// That none of these columns is called so, with the most similar name.
    pub fn unknown_column<'a>(name: &str, names: impl Iterator<Item = &'a str> + Clone) -> Self {
        Self::UnknownColumn {
            name: name.to_owned(),
            suggestion: nearest(name, names.clone()).map(str::to_owned),
            columns: names.map(str::to_owned).collect(),
        }
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
