use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use densely_table::{Column, Missing, Naming, StoredTableWriter, Table, TextOptions};

use crate::columns::{Columns, Unneeded};
use crate::compression::Compression;
use crate::input::{Input, head};
use crate::{FileError, Format, Limits, Reason, array, text};

/// Reads a table from a file of any [`Format`], told from its contents; `-` is standard input.
///
/// # Errors
/// Those of [`ReadOptions::read`].
pub fn read(path: impl AsRef<Path>) -> Result<Table, FileError> {
    ReadOptions::new().read(path)
}

/// How a file is read: what is not said is told from its contents, or else from its name.
///
/// Files that gzip or zstd compressed are read as what is in them.
///
/// ```
/// use densely_files::{Format, ReadOptions};
///
/// let options = ReadOptions::new().format(Format::Libsvm);
/// let table = options.from_reader("1 1:0.5 3:2\n-1 2:1\n".as_bytes())?;
/// assert_eq!(table.names().collect::<Vec<_>>(), ["x1", "x2", "x3", "label"]);
/// # Ok::<(), densely_files::FileError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    format: Option<Format>,
    text: TextOptions,
    sheet: Option<String>,
    arrays: Vec<String>,
    labels: Option<PathBuf>,
    columns: Columns,
    limits: Limits,
}

/// What is looked at to tell what a file is.
const HEAD: u64 = 4096;

impl ReadOptions {
    /// All is told from the file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What the file is, whatever it looks like.
    #[must_use]
    pub fn format(self, format: Format) -> Self {
        Self { format: Some(format), ..self }
    }

    /// How delimited text is read.
    #[must_use]
    pub fn text(self, text: TextOptions) -> Self {
        Self { text, ..self }
    }

    /// Words and numbers that are gaps, in files of every format. By default those of [`TextOptions`] are in delimited
    /// text, and what else is a gap follows from the format.
    ///
    /// ```
    /// use densely_files::ReadOptions;
    /// use densely_table::{Cells, Missing};
    ///
    /// let lines = "{\"a\": 1.5}\n{\"a\": -999}\n{\"a\": \"unknown\"}\n".as_bytes();
    /// let missing = Missing::new(["-999", "unknown"]);
    /// let table = ReadOptions::new().missing(missing).from_reader(lines)?;
    /// let column = table.column("a")?;
    /// assert!(column.gaps() == 2 && matches!(column.cells(), Cells::Numbers(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn missing(self, missing: Missing) -> Self {
        Self { columns: Columns { missing: Some(missing), ..self.columns }, ..self }
    }

    /// Which sheet of a workbook, by its name; by default the first with anything in it.
    #[must_use]
    pub fn sheet(self, name: impl Into<String>) -> Self {
        Self { sheet: Some(name.into()), ..self }
    }

    /// Which arrays of an NPZ file, by their names, in this order; by default all.
    #[must_use]
    pub fn arrays<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        Self { arrays: names.into_iter().map(Into::into).collect(), ..self }
    }

    /// A file of any format whose only column becomes the last, and is called `label`: where
    /// MNIST has its labels.
    #[must_use]
    pub fn labels(self, path: impl Into<PathBuf>) -> Self {
        Self { labels: Some(path.into()), ..self }
    }

    /// Columns that are left out, whatever is in them: those of lists, in Parquet, Arrow and
    /// JSON lines, are refused otherwise.
    #[must_use]
    pub fn without<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        let without = names.into_iter().map(Into::into).collect();
        Self { columns: Columns { without, ..self.columns }, ..self }
    }

    /// Columns that nobody needs. They are read, but what can be no cell in them, as a list in Parquet, Arrow or JSON
    /// lines or a formula of a sheet that failed, is a gap and no error.
    ///
    /// ```
    /// use densely_files::ReadOptions;
    ///
    /// let lines = "{\"a\": 1, \"b\": [1]}\n{\"a\": 2}\n".as_bytes();
    /// let table = ReadOptions::new().unneeded(["b"]).from_reader(lines)?;
    /// assert_eq!(table.column("b")?.gaps(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn unneeded<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        let unneeded = Unneeded::These(names.into_iter().map(Into::into).collect());
        Self { columns: Columns { unneeded, ..self.columns }, ..self }
    }

    /// All other columns are [`unneeded`](Self::unneeded).
    #[must_use]
    pub fn needed<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        let unneeded = Unneeded::AllBut(names.into_iter().map(Into::into).collect());
        Self { columns: Columns { unneeded, ..self.columns }, ..self }
    }

    /// How much data a file may stand for.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Reads a file; `-` is standard input. With the feature `images`, a folder is read that has
    /// a folder of PNG or JPEG images for each class.
    ///
    /// # Errors
    /// [`FileError::File`] if it cannot be read, [`FileError::Invalid`] if it holds no table.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Table, FileError> {
        let path = path.as_ref();
        if path == Path::new("-") {
            return self.from_reader(io::stdin().lock());
        }
        let table = self.of_file(path).map_err(|reason| FileError::new(path, reason))?;
        self.finish(table, path)
    }

    /// Reads from anything that can be read. Arrays, Parquet and spreadsheets are taken into memory
    /// first; text is not.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn from_reader(&self, reader: impl Read) -> Result<Table, FileError> {
        let path = Path::new("-");
        let table = self.of_reader(reader, None).map_err(|reason| FileError::new(path, reason))?;
        self.finish(table, path)
    }

    /// Whether the rows of a file are images: of IDX of three axes or more, or a folder of images. Nobody knows of
    /// what can be read once only, as a pipe.
    ///
    /// # Errors
    /// [`FileError::File`] if it cannot be read, [`FileError::Invalid`] if it is of no known format.
    pub fn are_images(&self, path: impl AsRef<Path>) -> Result<bool, FileError> {
        let path = path.as_ref();
        let start = self.start_of(path).map_err(|reason| FileError::new(path, reason))?;
        Ok(match start {
            None => cfg!(feature = "images") && path.is_dir(),
            Some((format, start)) => {
                format == Format::Idx && start.get(3).is_some_and(|&axes| axes >= 3)
            }
        })
    }

    /// The format of a file, in which it is if it is compressed; `None` of what can be read once only, as a pipe.
    ///
    /// # Errors
    /// [`FileError::File`] if it cannot be read, [`FileError::Invalid`] if it is of no known format.
    pub fn format_of_file(&self, path: impl AsRef<Path>) -> Result<Option<Format>, FileError> {
        let path = path.as_ref();
        let start = self.start_of(path).map_err(|reason| FileError::new(path, reason))?;
        let of_folder = path.is_dir().then_some(Format::Images);
        Ok(start.map(|(format, _)| format).or(of_folder))
    }

    /// The format of a file and how it begins; `None` of what is none.
    fn start_of(&self, path: &Path) -> Result<Option<(Format, Vec<u8>)>, Reason> {
        if !std::fs::metadata(path)?.is_file() {
            return Ok(None);
        }
        let mut file = File::open(path)?;
        let start = head(&mut file, HEAD)?;
        let start = match Compression::recognise(&start) {
            None => start,
            Some(compression) => {
                let whole = Cursor::new(start).chain(file);
                head(&mut compression.reader(whole, self.limits)?, HEAD)?
            }
        };
        Ok(Some((self.format_of(&start, Some(path))?, start)))
    }

    /// Adds the rows of a file of delimited text, also compressed, to a table on the disk; `-` is standard input. A few
    /// MiB are in memory at a time.
    ///
    /// # Errors
    /// [`FileError::File`] if it cannot be read, [`FileError::Invalid`] if it holds no table, or is of another format.
    ///
    /// ```
    /// use densely_files::ReadOptions;
    /// use densely_table::StoredTableWriter;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("table.csv");
    /// std::fs::write(&path, "a,b\n1,2\n3,4\n")?;
    /// let mut writer = StoredTableWriter::new(folder.path())?;
    /// ReadOptions::new().store(&path, &mut writer)?;
    /// assert_eq!(writer.finish()?.rows(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn store(
        &self,
        path: impl AsRef<Path>,
        writer: &mut StoredTableWriter,
    ) -> Result<(), FileError> {
        let path = path.as_ref();
        let stored = if path == Path::new("-") {
            self.store_from(io::stdin().lock(), None, writer)
        } else {
            let file = File::open(path).map_err(Reason::from);
            file.and_then(|file| self.store_from(file, Some(path), writer))
        };
        stored.map_err(|reason| FileError::new(path, reason))
    }

    fn store_from(
        &self,
        mut reader: impl Read,
        path: Option<&Path>,
        writer: &mut StoredTableWriter,
    ) -> Result<(), Reason> {
        let start = head(&mut reader, HEAD)?;
        let compression = Compression::recognise(&start);
        let reader = Cursor::new(start).chain(reader);
        let (mut reader, path): (Box<dyn Read + '_>, _) = match compression {
            None => (Box::new(reader), path),
            // What its name says is of the file that was compressed.
            Some(compression) => (compression.reader(reader, self.limits)?, path.filter(|_| false)),
        };
        let start = head(&mut reader, HEAD)?;
        let (format, advice) = (
            self.format_of(&start, path)?,
            "only delimited text is read some rows at a time; write it as CSV, or read it without a limit of memory",
        );
        if format != Format::Text || self.labels.is_some() || !self.columns.without.is_empty() {
            return Err(Reason::Unsupported { what: "no delimited text alone", advice });
        }
        let options = self.text_options();
        let options = path.map_or(options.clone(), |path| options.named(path));
        Ok(writer.read(&options, Cursor::new(start).chain(reader))?)
    }

    fn of_file(&self, path: &Path) -> Result<(Format, Table), Reason> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Ok((Format::Images, images(path, self.limits)?));
        }
        if !metadata.is_file() {
            return self.of_reader(file, Some(path));
        }
        let head = head(&mut file, HEAD)?;
        file.rewind()?;
        if Compression::recognise(&head).is_some() {
            return self.of_reader(file, Some(path));
        }
        match self.format_of(&head, Some(path))? {
            // The name says what it is separated by.
            Format::Text => Ok((Format::Text, self.text_options().read(path)?)),
            format if is_text(format) => Ok((format, self.of_text(format, file)?)),
            format => Ok((format, self.of_bytes(format, Input::file(file, metadata.len()))?)),
        }
    }

    fn of_reader(
        &self,
        mut reader: impl Read,
        path: Option<&Path>,
    ) -> Result<(Format, Table), Reason> {
        let start = head(&mut reader, HEAD)?;
        let compression = Compression::recognise(&start);
        let reader = Cursor::new(start).chain(reader);
        let mut reader: Box<dyn Read + '_> = match compression {
            None => Box::new(reader),
            Some(compression) => compression.reader(reader, self.limits)?,
        };
        let start = head(&mut reader, HEAD)?;
        let format = self.format_of(&start, path)?;
        let mut reader = Cursor::new(start).chain(reader);
        if is_text(format) {
            return Ok((format, self.of_text(format, reader)?));
        }
        let mut bytes = Vec::new();
        let most = self.limits.bytes.saturating_add(1);
        reader.by_ref().take(most).read_to_end(&mut bytes)?;
        drop(reader);
        self.limits.check(bytes.len() as u64, bytes.len() as u64)?;
        Ok((format, self.of_bytes(format, Input::memory(bytes))?))
    }

    fn text_options(&self) -> TextOptions {
        match self.columns.missing.clone() {
            None => self.text.clone(),
            Some(missing) => self.text.clone().missing(missing),
        }
    }

    fn format_of(&self, head: &[u8], path: Option<&Path>) -> Result<Format, Reason> {
        match self.format {
            Some(format) => Ok(format),
            None => Format::recognise(head, path),
        }
    }

    fn of_text(&self, format: Format, reader: impl Read) -> Result<Table, Reason> {
        match format {
            Format::JsonLines => text::json_lines(reader, &self.columns, self.limits),
            Format::Libsvm => text::libsvm(reader, self.limits),
            Format::Arff => text::arff(reader, self.limits),
            _ => Ok(self.text_options().from_reader(reader)?),
        }
    }

    fn of_bytes(&self, format: Format, input: Input) -> Result<Table, Reason> {
        match format {
            Format::Npy => array::npy(input),
            Format::Npz => array::npz(input, &self.arrays, self.limits),
            Format::Idx => array::idx(input),
            Format::Images => {
                let (what, advice) = ("a file", "name the folder of the folders of images");
                Err(Reason::Unsupported { what, advice })
            }
            Format::Parquet => parquet(input, &self.columns, self.limits),
            Format::Arrow => arrow(input, &self.columns, self.limits),
            _ => sheet(input, self.sheet.as_deref(), &self.columns, self.limits),
        }
    }

    /// Without what was not left out while it was read, and with the labels.
    fn finish(&self, (format, table): (Format, Table), path: &Path) -> Result<Table, FileError> {
        let table = match format {
            Format::Parquet | Format::Arrow | Format::JsonLines => Ok(table),
            _ => self.left_out(table),
        };
        let table = table.and_then(|table| self.with_missing(format, table));
        let table = table.map_err(|reason| FileError::new(path, reason))?;
        Ok(self.with_labels(table, path)?.with_naming(naming(format)))
    }

    /// With gaps for the words that are named. Those of text are where it is read.
    fn with_missing(&self, format: Format, table: Table) -> Result<Table, Reason> {
        match &self.columns.missing {
            Some(missing) if format != Format::Text => {
                let columns = table.into_columns().into_iter();
                let columns = columns.map(|column| column.with_missing(missing));
                Ok(Table::from_columns(columns.collect())?)
            }
            _ => Ok(table),
        }
    }

    fn left_out(&self, table: Table) -> Result<Table, Reason> {
        let without = &self.columns.without;
        if without.is_empty() {
            return Ok(table);
        }
        self.columns.check(table.names())?;
        let kept = |column: &Column| !without.iter().any(|name| name == column.name());
        Ok(Table::from_columns(table.into_columns().into_iter().filter(kept).collect())?)
    }

    fn with_labels(&self, table: Table, path: &Path) -> Result<Table, FileError> {
        let Some(labels) = &self.labels else { return Ok(table) };
        let missing = self.columns.missing.as_ref();
        let missing = missing.map(|missing| missing.of_column("label").into_owned());
        let columns = Columns { missing, ..Columns::default() };
        let options = Self { format: None, labels: None, columns, ..self.clone() };
        let read = options.read(labels)?;
        let problem = match (read.columns(), read.rows()) {
            ([_], rows) if rows == table.rows() => None,
            ([_], rows) => {
                Some(format!("expected one for each of {} rows, got {rows}", table.rows()))
            }
            (columns, _) => Some(format!("expected one column, got {}", columns.len())),
        };
        if let Some(problem) = problem {
            let reason = Reason::Labels { path: labels.clone(), problem };
            return Err(FileError::new(path, reason));
        }
        let labels = read.into_columns().into_iter().map(|column| column.with_name("label"));
        let columns: Vec<Column> = table.into_columns().into_iter().chain(labels).collect();
        Table::from_columns(columns).map_err(|error| FileError::new(path, error.into()))
    }
}

/// Where the names of columns come from.
fn naming(format: Format) -> Naming {
    match format {
        Format::Npy | Format::Npz | Format::Idx | Format::Images => Naming::Positions,
        Format::Libsvm => Naming::Indices,
        _ => Naming::Given,
    }
}

/// Whether it is read from its beginning to its end.
fn is_text(format: Format) -> bool {
    matches!(format, Format::Text | Format::JsonLines | Format::Libsvm | Format::Arff)
}

#[cfg(feature = "images")]
use crate::images::read as images;

#[cfg(not(feature = "images"))]
fn images(_: &Path, _: Limits) -> Result<Table, Reason> {
    let format = "folders of images, which are the only folders that are tables";
    Err(Reason::Feature { format, feature: "images" })
}

#[cfg(feature = "parquet")]
use crate::parquet::read as parquet;

#[cfg(not(feature = "parquet"))]
fn parquet(_: Input, _: &Columns, _: Limits) -> Result<Table, Reason> {
    Err(Reason::Feature { format: "Parquet", feature: "parquet" })
}

#[cfg(feature = "arrow")]
use crate::arrow::read as arrow;

#[cfg(not(feature = "arrow"))]
fn arrow(_: Input, _: &Columns, _: Limits) -> Result<Table, Reason> {
    Err(Reason::Feature { format: "Arrow IPC", feature: "arrow" })
}

#[cfg(feature = "sheets")]
use crate::sheet::read as sheet;

#[cfg(not(feature = "sheets"))]
fn sheet(_: Input, _: Option<&str>, _: &Columns, _: Limits) -> Result<Table, Reason> {
    Err(Reason::Feature { format: "spreadsheets", feature: "sheets" })
}
