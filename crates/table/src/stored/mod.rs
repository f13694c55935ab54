//! Tables on the disk.

mod encoding;
mod rows;
mod schema;
mod target;
mod writer;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use densely_data::{Extent, Place, Spill};

pub use rows::StoredRows;
pub use writer::StoredTableWriter;

use crate::files::Files;
use crate::gap_words::GapWords;
use crate::table::position;
use crate::{Cells, Column, ColumnBuilder, Dialect, Numbers, Table, TableError, Texts};

/// A [`Table`] on the disk: one that does not fit into memory, in chunks of rows in a temporary file without a
/// name, from which it is read some rows at a time, or a column at a time.
///
/// A [`StoredTableWriter`] writes it. A schema and an encoding are told from [its rows](StoredRows) as they are
/// from rows in memory, by the same code: they are the same.
///
/// ```
/// use densely_table::{
///     Encoding, EncodingOptions, Schema, SchemaOptions, StoredRows, StoredTableWriter, TextOptions,
/// };
///
/// let mut writer = StoredTableWriter::new(std::env::temp_dir())?;
/// writer.read(&TextOptions::new(), "size,kind,y\n2,pear,1\nNA,apple,2\n4,pear,3\n".as_bytes())?;
/// let table = writer.finish()?;
/// assert_eq!((table.rows(), table.column("size")?.gaps()), (3, 1));
///
/// let all = StoredRows::all(&table);
/// let schema = Schema::infer_stored(&all, &SchemaOptions::new().target("y"))?;
/// let encoding = Encoding::fit_stored(&schema, &all, &EncodingOptions::new())?;
/// assert_eq!(encoding.feature_names_out(), ["size", "kind = pear", "kind is another"]);
/// # Ok::<(), densely_table::TableError>(())
/// ```
pub struct StoredTable {
    names: Vec<String>,
    spill: Spill,
    chunks: Vec<Chunk>,
    rows: usize,
    files: Arc<Files>,
    dialect: Option<Dialect>,
    /// Whether a column has a text anywhere: then all of its cells are texts.
    texts: Vec<bool>,
    /// The words of each column that were taken for gaps.
    gap_words: Vec<GapWords>,
    /// Bytes that the different texts of a column may have.
    most_text: usize,
}

/// Some rows, and where each column of them is.
struct Chunk {
    rows: Range<usize>,
    columns: Vec<Extent>,
}

impl StoredTable {
    /// The names of the columns, in order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The number of rows, at least 1.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How the text was read that it comes from; of several files, the first.
    #[must_use]
    pub fn dialect(&self) -> Option<&Dialect> {
        self.dialect.as_ref()
    }

    /// Where a row is, counted from 0, as a message says it.
    #[must_use]
    pub fn place(&self, row: usize) -> Place {
        self.files.place(row)
    }

    /// The position of a column, by its name.
    ///
    /// # Errors
    /// As [`Table::position`].
    pub fn position(&self, name: &str) -> Result<usize, TableError> {
        position(self.names.iter().map(String::as_str), name)
    }

    /// The rows of each chunk.
    pub fn chunks(&self) -> impl ExactSizeIterator<Item = Range<usize>> + '_ {
        self.chunks.iter().map(|chunk| chunk.rows.clone())
    }

    /// The rows of a chunk, of these columns by their positions. They know where they are in the files that the table
    /// comes from.
    ///
    /// # Errors
    /// [`TableError::Data`] for a file that cannot be read, or is not as it was written.
    ///
    /// # Panics
    /// If there are not so many chunks, or columns.
    pub fn chunk(&self, chunk: usize, columns: &[usize]) -> Result<Table, TableError> {
        let Chunk { rows, .. } = &self.chunks[chunk];
        let column = |&position: &usize| self.cells(chunk, position);
        let columns = columns.iter().map(column).collect::<Result<_, _>>()?;
        Table::part_of(columns, Arc::clone(&self.files), rows.start)
    }

    /// The words of a column that were taken for gaps, as [`Column::gap_words`] has them.
    ///
    /// # Errors
    /// As [`position`](Self::position).
    pub fn gap_words(&self, name: &str) -> Result<Vec<(String, usize)>, TableError> {
        Ok(self.gap_words[self.position(name)?].sorted())
    }

    /// All cells of a column, in memory.
    ///
    /// # Errors
    /// As [`position`](Self::position) and [`chunk`](Self::chunk); [`TableError::ManyTexts`] if the different texts of
    /// the column are too many.
    pub fn column(&self, name: &str) -> Result<Column, TableError> {
        self.column_at(self.position(name)?)
    }

    fn column_at(&self, position: usize) -> Result<Column, TableError> {
        let mut cells = ColumnBuilder::new();
        for chunk in 0..self.chunks.len() {
            cells.append(self.cells(chunk, position)?.into_builder());
            if cells.text_bytes() > self.most_text {
                let (column, rows) = (self.names[position].clone(), self.chunks[chunk].rows.end);
                return Err(TableError::ManyTexts { column, rows, bytes: self.most_text });
            }
        }
        let column = cells.finish(&self.names[position]);
        Ok(column.with_gap_words(self.gap_words[position].clone()))
    }

    /// A table of this column alone.
    fn table_of(&self, position: usize) -> Result<Table, TableError> {
        Table::part_of(vec![self.column_at(position)?], Arc::clone(&self.files), 0)
    }

    /// The cells of a column in a chunk: texts if there is one anywhere.
    fn cells(&self, chunk: usize, position: usize) -> Result<Column, TableError> {
        let mut bytes = Vec::new();
        self.spill.read(self.chunks[chunk].columns[position], &mut bytes)?;
        let damaged = "what was read has the hash of what was written";
        let (kind, bytes) = bytes.split_first().expect(damaged);
        let cells = match kind {
            0 => Cells::Numbers(Numbers::from_bytes(bytes).expect(damaged)),
            _ => Cells::Texts(Texts::from_bytes(bytes).expect(damaged)),
        };
        let column = Column::of(self.names[position].clone(), cells);
        Ok(if self.texts[position] { column.into_texts() } else { column })
    }
}

impl fmt::Debug for StoredTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredTable")
            .field("rows", &self.rows)
            .field("columns", &self.names.len())
            .field("chunks", &self.chunks.len())
            .finish_non_exhaustive()
    }
}
