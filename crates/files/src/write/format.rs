use std::borrow::Borrow;
use std::io::Write;
use std::path::Path;

use densely_table::Table;

use super::encoder::Encoder;
use super::parts::Parts;
use super::{csv, npy};
use crate::compression::Compression;
use crate::format::extension;
use crate::{FileError, Format, Reason};

/// How a table is written: as delimited text, NPY or Parquet, the first two also compressed.
///
/// ```
/// use densely_files::{Reason, WriteFormat};
/// use densely_table::{Column, Table};
///
/// let part = |x| Table::from_columns(vec![Column::numbers("x", vec![x])]).map_err(Reason::Table);
/// let mut csv = Vec::new();
/// WriteFormat::of("x.csv")?.write_parts(2, [part(1.0), part(2.5)], &mut csv)?;
/// assert_eq!(csv, b"x\n1\n2.5\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteFormat {
    layout: Layout,
    compression: Option<Compression>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Text { separator: u8 },
    Npy,
    Parquet,
}

const CSV: Layout = Layout::Text { separator: b',' };

impl WriteFormat {
    /// Delimited text with commas.
    pub const CSV: Self = Self { layout: CSV, compression: None };

    /// What the name of a file says: it ends in `.csv`, `.tsv`, `.npy` or `.parquet`, or in one of the first
    /// three and then `.gz` or `.zst`.
    ///
    /// # Errors
    /// [`FileError::Invalid`] if it says none of these.
    pub fn of(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let path = path.as_ref();
        let format = by_name(path).and_then(|(layout, compression)| match layout {
            Some(layout) => Ok(Self { layout, compression }),
            None => Err(refused("its name does not say how it is written")),
        });
        format.map_err(|reason| FileError::new(path, reason))
    }

    /// The same, and delimited text with commas for a name that says no format of tables, as
    /// `out` and `out.txt`.
    ///
    /// # Errors
    /// [`FileError::Invalid`] if it says a format that is not written, as `out.xlsx`.
    pub fn of_output(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let path = path.as_ref();
        let (layout, compression) = by_name(path).map_err(|reason| FileError::new(path, reason))?;
        Ok(Self { layout: layout.unwrap_or(CSV), compression })
    }

    pub(super) fn like(format: Format) -> Result<Self, Reason> {
        let layout = match format {
            Format::Text => CSV,
            Format::Npy => Layout::Npy,
            Format::Parquet => Layout::Parquet,
            other => return Err(refused(&format!("tables are not written as {other}"))),
        };
        Ok(Self { layout, compression: None })
    }

    /// Writes a table, as [`write_as`](crate::write_as) does.
    ///
    /// # Errors
    /// Those of [`write_as`](crate::write_as).
    pub fn write(self, table: &Table, to: impl Write + Send) -> Result<(), Reason> {
        self.write_parts(table.rows(), [Ok::<_, Reason>(table)], to)
    }

    /// Writes tables of the same columns as one of so many rows, so that they do not have to be in
    /// memory together.
    ///
    /// # Errors
    /// Those of [`write`](Self::write) and of the tables; [`Reason::Parts`] if they do not belong together.
    pub fn write_parts<T: Borrow<Table>, E: From<Reason>>(
        self,
        rows: usize,
        tables: impl IntoIterator<Item = Result<T, E>>,
        to: impl Write + Send,
    ) -> Result<(), E> {
        let mut to = Encoder::new(to, self.compression)?;
        let tables = Parts::new(rows, tables.into_iter());
        match self.layout {
            Layout::Text { separator } => csv::write(tables, separator, &mut to)?,
            Layout::Npy => npy::write(tables, rows, &mut to)?,
            Layout::Parquet => parquet(tables, &mut to)?,
        }
        Ok(to.finish()?)
    }
}

#[cfg(feature = "parquet")]
use super::parquet::write as parquet;

#[cfg(not(feature = "parquet"))]
fn parquet<E: From<Reason>>(_: impl Sized, _: impl Write + Send) -> Result<(), E> {
    Err(Reason::Feature { format: "Parquet", feature: "parquet" }.into())
}

fn refused(why: &str) -> Reason {
    Reason::Extension(format!(
        "{why}: end the name in .csv, .tsv, .npy or .parquet (but for the last, .gz or .zst may follow)"
    ))
}

/// Endings of what would be opened as what it is not.
const OTHERS: [&str; 29] = [
    "7z", "arff", "arrow", "avro", "bz2", "db", "dta", "feather", "h5", "hdf5", "ipc", "json",
    "jsonl", "libsvm", "mat", "ndjson", "npz", "ods", "orc", "pickle", "pkl", "rds", "sav",
    "sqlite", "svm", "xls", "xlsx", "xz", "zip",
];

/// What the name says, which may be no format of tables.
fn by_name(path: &Path) -> Result<(Option<Layout>, Option<Compression>), Reason> {
    let end = path.extension().and_then(|end| end.to_str()).map(str::to_ascii_lowercase);
    let compression = match end.as_deref() {
        Some("gz") => Some(Compression::Gzip),
        Some("zst") => Some(Compression::Zstd),
        _ => None,
    };
    let layout = match extension(path).as_deref() {
        Some("csv") => Some(CSV),
        Some("tsv") => Some(Layout::Text { separator: b'\t' }),
        Some("npy") => Some(Layout::Npy),
        Some("parquet") if compression.is_some() => {
            return Err(refused("Parquet is compressed already"));
        }
        Some("parquet") => Some(Layout::Parquet),
        Some(other) if OTHERS.contains(&other) => {
            return Err(refused(&format!("tables are not written as .{other}")));
        }
        _ => None,
    };
    Ok((layout, compression))
}
