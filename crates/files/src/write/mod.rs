//! Tables written to files.

mod csv;
mod encoder;
mod format;
mod npy;
#[cfg(feature = "parquet")]
mod parquet;
mod parts;

use std::io::Write;
use std::path::Path;

use densely_formats::WholeFile;
use densely_table::Table;

use crate::{FileError, Format, Reason};
pub use format::WriteFormat;

/// Writes a table to a file, whole or not at all. Its name says the format, as
/// [`WriteFormat::of`] has it. A file of that name is replaced.
///
/// # Errors
/// [`FileError::Invalid`] for another name, and for what the format cannot hold: NPY holds numbers only.
/// [`FileError::File`] if it cannot be written.
pub fn write(path: impl AsRef<Path>, table: &Table) -> Result<(), FileError> {
    let path = path.as_ref();
    let format = WriteFormat::of(path)?;
    let written = || {
        let mut file = WholeFile::create(path)?;
        format.write(table, &mut file)?;
        Ok(file.finish()?)
    };
    written().map_err(|reason| FileError::new(path, reason))
}

/// Writes a table in a format to anything that can be written to: as delimited text with commas, NPY
/// or Parquet.
///
/// A gap is an empty cell of text, NaN in NPY and a null in Parquet. Numbers are as short as
/// can be read back exactly.
///
/// ```
/// use densely_files::{Format, write_as};
/// use densely_table::{Column, Table};
///
/// let table = Table::from_columns(vec![
///     Column::numbers("size", vec![1.0, f64::NAN, 0.25]),
///     Column::texts("colour", [Some("red"), None, Some("a,b")]),
/// ])?;
/// let mut csv = Vec::new();
/// write_as(&table, Format::Text, &mut csv)?;
/// assert_eq!(csv, b"size,colour\n1,red\n,\n0.25,\"a,b\"\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`write()`]; [`Reason::Read`] for an error of the writer.
pub fn write_as(table: &Table, format: Format, to: impl Write + Send) -> Result<(), Reason> {
    WriteFormat::like(format)?.write(table, to)
}
