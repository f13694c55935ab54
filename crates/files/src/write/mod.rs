//! Tables written to files.

mod csv;
mod npy;
#[cfg(feature = "parquet")]
mod parquet;

use std::io::Write;
use std::path::Path;

use densely_formats::WholeFile;
use densely_table::Table;

use crate::format::extension;
use crate::{FileError, Format, Reason};

/// Writes a table to a file, whole or not at all. Its name says the format: `.csv`, `.tsv`, `.npy`
/// or `.parquet`. A file of that name is replaced.
///
/// # Errors
/// [`FileError::Invalid`] for another name, and for what the format cannot hold: NPY holds numbers only.
/// [`FileError::File`] if it cannot be written.
pub fn write(path: impl AsRef<Path>, table: &Table) -> Result<(), FileError> {
    let path = path.as_ref();
    let written = || {
        let (format, separator) = by_name(path)?;
        let mut file = WholeFile::create(path)?;
        write_separated(table, format, separator, &mut file)?;
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
    write_separated(table, format, b',', to)
}

fn write_separated(
    table: &Table,
    format: Format,
    separator: u8,
    to: impl Write + Send,
) -> Result<(), Reason> {
    match format {
        Format::Text => csv::write(table, separator, to),
        Format::Npy => npy::write(table, to),
        Format::Parquet => parquet(table, to),
        other => Err(Reason::Extension(format!("tables are not written as {other}; {WRITTEN}"))),
    }
}

#[cfg(feature = "parquet")]
use self::parquet::write as parquet;

#[cfg(not(feature = "parquet"))]
fn parquet(_: &Table, _: impl Write + Send) -> Result<(), Reason> {
    Err(Reason::Feature { format: "Parquet", feature: "parquet" })
}

const WRITTEN: &str = "end the name in .csv, .tsv, .npy or .parquet";

fn by_name(path: &Path) -> Result<(Format, u8), Reason> {
    let whole = path.extension().is_some_and(|end| end != "gz" && end != "zst");
    match extension(path).filter(|_| whole).as_deref() {
        Some("csv") => Ok((Format::Text, b',')),
        Some("tsv") => Ok((Format::Text, b'\t')),
        Some("npy") => Ok((Format::Npy, b',')),
        Some("parquet") => Ok((Format::Parquet, b',')),
        _ => Err(Reason::Extension(format!("its name does not say how it is written: {WRITTEN}"))),
    }
}
