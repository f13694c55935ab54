use std::fs::File;
use std::io::Read;
use std::path::Path;

use densely_tensor::Threads;

use super::Separator;
use super::blocks::{Block, Blocks};
use super::chunk::{Chunk, Reading};
use super::sniff::sniff;
use super::utf16::decoded;
use crate::lines::Lines;
use crate::{ColumnBuilder, Missing, Table, TableError};

/// How delimited text is read: what is not said is told from its first rows.
///
/// ```
/// use densely_table::{Separator, TextOptions};
///
/// let options = TextOptions::new().header(false).separator(Separator::Spaces);
/// let table = options.from_reader("1 a\n2 b\n".as_bytes())?;
/// assert_eq!((table.rows(), table.names().collect::<Vec<_>>()), (2, vec!["column 1", "column 2"]));
/// # Ok::<(), densely_table::TableError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct TextOptions {
    pub(super) separator: Option<Separator>,
    pub(super) header: Option<bool>,
    pub(super) decimal: Option<u8>,
    pub(super) missing: Missing,
    threads: Option<Threads>,
}

impl TextOptions {
    /// All is told from the text.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What stands between cells.
    #[must_use]
    pub fn separator(self, separator: Separator) -> Self {
        Self { separator: Some(separator), ..self }
    }

    /// Whether the first row names the columns.
    #[must_use]
    pub fn header(self, header: bool) -> Self {
        Self { header: Some(header), ..self }
    }

    /// Whether a comma stands before the decimals of numbers, instead of a point.
    #[must_use]
    pub fn decimal_comma(self, comma: bool) -> Self {
        Self { decimal: Some(if comma { b',' } else { b'.' }), ..self }
    }

    /// Which cells are gaps: words take the place of the usual ones; numbers alone, and words of one column, come besides
    /// them.
    #[must_use]
    pub fn missing(self, missing: Missing) -> Self {
        Self { missing: missing.in_text(), ..self }
    }

    /// With tabs between cells, if the name of a file ends in `.tsv` or `.tab` and nothing else was said.
    #[must_use]
    pub fn named(self, path: impl AsRef<Path>) -> Self {
        let separator = self.separator.or_else(|| separator_of(path.as_ref()));
        Self { separator, ..self }
    }

    /// The threads that share the work. The table does not depend on them.
    #[must_use]
    pub fn threads(self, threads: Threads) -> Self {
        Self { threads: Some(threads), ..self }
    }

    /// Reads a file. One whose name ends in `.tsv` or `.tab` has tabs between its cells.
    ///
    /// # Errors
    /// [`TableError::File`] for a file that cannot be read, and those of
    /// [`from_reader`](Self::from_reader).
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Table, TableError> {
        let path = path.as_ref();
        let separator = separator_of(path);
        File::open(path)
            .map_err(TableError::Read)
            .and_then(|file| self.table(file, separator))
            .map_err(|error| match error {
                TableError::Read(source) => TableError::File { path: path.to_owned(), source },
                other => other,
            })
    }

    /// Reads text in UTF-8, or in UTF-16 with a byte order mark.
    ///
    /// # Errors
    /// [`TableError::Read`] for a reader that fails, and for the text itself
    /// [`TableError::Binary`], [`TableError::EndlessRow`], [`TableError::NotUtf8`],
    /// [`TableError::NotUtf16`], [`TableError::Empty`], [`TableError::NoRows`],
    /// [`TableError::RaggedRow`] and [`TableError::OpenQuote`].
    pub fn from_reader(&self, reader: impl Read) -> Result<Table, TableError> {
        self.table(reader, None)
    }

    /// Reads text some rows at a time, without having all of them in memory: calls `take` with tables of about 8 MiB of
    /// text, one after the other. The first knows the dialect; a column may be of numbers in one and of
    /// texts in another.
    ///
    /// # Errors
    /// As [`from_reader`](Self::from_reader), and those of `take`.
    ///
    /// ```
    /// use densely_table::TextOptions;
    ///
    /// let mut rows = 0;
    /// let text = "a,b\n".to_owned() + &"1,2\n".repeat(5_000_000);
    /// TextOptions::new().each_part(text.as_bytes(), |part| {
    ///     assert!(part.rows() < 2_500_000);
    ///     rows += part.rows();
    ///     Ok(())
    /// })?;
    /// assert_eq!(rows, 5_000_000);
    /// # Ok::<(), densely_table::TableError>(())
    /// ```
    pub fn each_part(
        &self,
        reader: impl Read,
        mut take: impl FnMut(Table) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        /// Blocks of a part, whatever the number of threads.
        const BLOCKS: usize = 8;
        self.parts(reader, None, BLOCKS, &mut take)
    }

    fn table(&self, reader: impl Read, extension: Option<Separator>) -> Result<Table, TableError> {
        let mut whole = None;
        self.parts(reader, extension, usize::MAX, &mut |table| {
            whole = Some(table);
            Ok(())
        })?;
        whole.ok_or(TableError::NoRows)
    }

    /// The rows of so many blocks together.
    fn parts(
        &self,
        reader: impl Read,
        extension: Option<Separator>,
        blocks_of_part: usize,
        take: &mut dyn FnMut(Table) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        let mut blocks = Blocks::new(decoded(reader)?);
        let (head, whole) = blocks.head()?;
        let found = sniff(head, whole, self, extension)?;
        blocks.skip(found.skip);
        blocks.separate_by(found.dialect.separator);
        let has_own = |name: &str| self.missing.columns().any(|(column, _)| column == name);
        let own = found.columns.iter().enumerate().filter(|(_, name)| has_own(name));
        let own = own.map(|(i, name)| (i, self.missing.of_column(name).into_owned())).collect();
        let reading = Reading {
            dialect: &found.dialect,
            missing: &self.missing,
            own_missing: &own,
            columns: &found.columns,
            first_line: blocks.line(),
        };
        let threads = self.threads.clone().unwrap_or_else(Threads::single);
        let (mut rows, mut left, mut any) = (Rows::new(found.columns.len()), blocks_of_part, false);
        let most = 2 * threads.count();
        let mut batch = blocks.some(left.min(most))?;
        loop {
            let ended = batch.is_empty();
            left -= batch.len();
            let is_part = left == 0;
            if is_part {
                left = blocks_of_part;
            }
            // The next ones are read, and perhaps decompressed, while these are taken apart.
            let mut done = Ok(Vec::new());
            let next = threads.beside(
                || done = chunks(&reading, batch, &threads),
                || blocks.some(left.min(most)),
            );
            rows.append(done?, &threads);
            batch = next?;
            if ended || is_part {
                let part = std::mem::replace(&mut rows, Rows::new(found.columns.len()));
                if part.count > 0 {
                    any = true;
                    let columns = found.columns.iter().zip(part.columns);
                    let columns = columns.map(|(name, cells)| cells.finish(name)).collect();
                    take(Table::new(columns, part.lines.into(), Some(found.dialect.clone()))?)?;
                }
            }
            if ended {
                return if any { Ok(()) } else { Err(TableError::NoRows) };
            }
        }
    }
}

/// What the name of a file says.
fn separator_of(path: &Path) -> Option<Separator> {
    let has_tabs = path.extension().is_some_and(|extension| {
        ["tsv", "tab"].iter().any(|tabs| extension.eq_ignore_ascii_case(tabs))
    });
    has_tabs.then_some(Separator::Byte(b'\t'))
}

/// The rows of each block, as long as there is no error.
fn chunks(
    reading: &Reading<'_>,
    batch: Vec<Block>,
    threads: &Threads,
) -> Result<Vec<Chunk>, TableError> {
    // Its text is given back as soon as it is read.
    let chunk = |_, block: Block| reading.chunk(&block);
    threads.map_each(batch, chunk).into_iter().collect()
}

/// All rows so far.
struct Rows {
    columns: Vec<ColumnBuilder>,
    lines: Lines,
    count: usize,
}

impl Rows {
    fn new(columns: usize) -> Self {
        let columns = (0..columns).map(|_| ColumnBuilder::new()).collect();
        Self { columns, lines: Lines::default(), count: 0 }
    }

    fn append(&mut self, chunks: Vec<Chunk>, threads: &Threads) {
        let mut parts: Vec<Vec<ColumnBuilder>> = self.columns.iter().map(|_| Vec::new()).collect();
        for chunk in chunks {
            self.lines.append(self.count, &chunk.lines);
            self.count += chunk.rows;
            parts.iter_mut().zip(chunk.columns).for_each(|(parts, column)| parts.push(column));
        }
        let columns = std::mem::take(&mut self.columns);
        let work = columns.into_iter().zip(parts).collect();
        self.columns = threads.map_each(work, |_, (mut column, parts)| {
            parts.into_iter().for_each(|part| column.append(part));
            column
        });
    }
}
