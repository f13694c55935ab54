use std::fmt;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use densely_data::Spill;

use super::{Chunk, StoredTable};
use crate::files::Files;
use crate::gap_words::GapWords;
use crate::{Cells, Table, TableError, TextOptions};

/// Bytes that the different texts of a column may have, unless told otherwise.
const TEXT: usize = 1 << 26;

/// Writes a [`StoredTable`], some rows after the others.
pub struct StoredTableWriter {
    table: StoredTable,
    /// The lines of the files before, and of this one.
    files: Option<Files>,
    file_starts: bool,
}

impl StoredTableWriter {
    /// Into a temporary file without a name in this folder, on a disk with room for the table: about half of
    /// what it takes as text.
    ///
    /// # Errors
    /// [`TableError::Data`] if there cannot be one.
    pub fn new(folder: impl Into<PathBuf>) -> Result<Self, TableError> {
        let table = StoredTable {
            names: Vec::new(),
            spill: Spill::new(folder)?,
            chunks: Vec::new(),
            rows: 0,
            files: Arc::default(),
            dialect: None,
            texts: Vec::new(),
            gap_words: Vec::new(),
            most_text: TEXT,
        };
        Ok(Self { table, files: None, file_starts: true })
    }

    /// With so many bytes that the different texts of a column may have: 64 MiB unless told otherwise. They are in memory
    /// when it is told what the column is.
    #[must_use]
    pub fn most_text(mut self, bytes: usize) -> Self {
        self.table.most_text = bytes;
        self
    }

    /// Adds all rows of a text, of which a few MiB are in memory at a time. Those of several files are one table, as by
    /// [`Table::concat`].
    ///
    /// # Errors
    /// Those of [`TextOptions::from_reader`] and [`push`](Self::push).
    pub fn read(&mut self, options: &TextOptions, reader: impl Read) -> Result<(), TableError> {
        self.next_file();
        options.each_part(reader, |table| self.push(table))
    }

    /// What is added from here on is of another file.
    pub fn next_file(&mut self) {
        self.file_starts = true;
    }

    /// Adds rows, which follow those before in their file.
    ///
    /// # Errors
    /// As [`Table::concat`] for columns that are missing or new; [`TableError::Data`] if the disk has no room.
    pub fn push(&mut self, part: Table) -> Result<(), TableError> {
        let first = self.table.rows;
        let rows = first..first + part.rows();
        if self.table.names.is_empty() {
            self.table.names = part.names().map(str::to_owned).collect();
            self.table.texts = vec![false; part.columns().len()];
            self.table.gap_words = vec![GapWords::default(); part.columns().len()];
            self.table.dialect = part.dialect().cloned();
        }
        let is_same = part.names().eq(self.table.names.iter().map(String::as_str));
        let positions = match is_same {
            true => (0..part.columns().len()).collect(),
            false => part.positions_of(&self.table.names)?,
        };
        let (mut columns, mut bytes) = (Vec::new(), Vec::new());
        let known = self.table.texts.iter_mut().zip(&mut self.table.gap_words);
        for (position, (has_texts, gap_words)) in positions.into_iter().zip(known) {
            gap_words.append(part.columns()[position].own_gap_words());
            bytes.clear();
            match part.columns()[position].cells() {
                Cells::Numbers(numbers) => {
                    bytes.push(0);
                    numbers.write(&mut bytes);
                }
                Cells::Texts(texts) => {
                    *has_texts = true;
                    bytes.push(1);
                    texts.write(&mut bytes);
                }
            }
            columns.push(self.table.spill.push(&bytes)?);
        }
        self.table.chunks.push(Chunk { rows: rows.clone(), columns });
        self.table.rows = rows.end;
        let files = part.into_files();
        match &mut self.files {
            None => self.files = Some(files),
            Some(all) if self.file_starts => all.append(first, files),
            Some(all) => all.go_on(first, &files),
        }
        self.file_starts = false;
        Ok(())
    }

    /// All rows that were added.
    ///
    /// # Errors
    /// [`TableError::NoRows`] if there are none.
    pub fn finish(self) -> Result<StoredTable, TableError> {
        let files = self.files.ok_or(TableError::NoRows)?;
        Ok(StoredTable { files: Arc::new(files), ..self.table })
    }
}

impl fmt::Debug for StoredTableWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredTableWriter").field("table", &self.table).finish_non_exhaustive()
    }
}
