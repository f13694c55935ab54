use std::fs::File;
use std::io::Read;
use std::path::Path;

use densely_parts::shortened;
use densely_table::{Column, Table};
use zip::ZipArchive;

use super::element::Kind;
use super::header::Header;
use super::npy;
use crate::input::{Input, failed};
use crate::{FileError, Limits, Reason};

const FORMAT: &str = "NPZ file";

/// An array of an NPZ file.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NpzArray {
    /// Its name.
    pub name: String,
    /// The size of each axis; none of a single value.
    pub shape: Vec<usize>,
    /// Whether it is of `f64`.
    pub is_double: bool,
    /// A column for each place in all axes but the first, the last of which varies fastest.
    pub columns: Vec<Column>,
}

impl NpzArray {
    pub(super) fn new(name: &str, header: &Header, columns: Vec<Column>) -> Self {
        let shape = header.shape.iter().map(|&size| size as usize).collect();
        let is_double = header.element.kind == Kind::Float(8);
        Self { name: name.to_owned(), shape, is_double, columns }
    }
}

/// The names of the arrays in an NPZ file; none in another archive.
///
/// # Errors
/// If it cannot be read.
pub fn npz_names(path: impl AsRef<Path>) -> Result<Vec<String>, FileError> {
    let path = path.as_ref();
    open(path).map(|(archive, _)| names(&archive)).map_err(|reason| FileError::new(path, reason))
}

/// Every array of an NPZ file by itself, in the order of the file: what they are need not make a table.
///
/// # Errors
/// If it cannot be read, or one of them is no array of numbers or text.
pub fn npz_arrays(path: impl AsRef<Path>) -> Result<Vec<NpzArray>, FileError> {
    let path = path.as_ref();
    let arrays = || {
        let (mut archive, len) = open(path)?;
        let names = names(&archive);
        arrays(&mut archive, &names, len, Limits::default(), npy::array_or_value)
    };
    arrays().map_err(|reason| FileError::new(path, reason))
}

fn open(path: &Path) -> Result<(ZipArchive<Input>, u64), Reason> {
    let file = File::open(path)?;
    let len = file.metadata()?.len();
    Ok((ZipArchive::new(Input::file(file, len)).map_err(damaged)?, len))
}

fn names(archive: &ZipArchive<Input>) -> Vec<String> {
    let array = |file: &str| file.strip_suffix(".npy").map(str::to_owned);
    archive.file_names().filter_map(|file| array(&file.ok()?)).collect()
}

/// Reads the arrays of an NPZ file as one table: all of them, or those of these names.
pub(crate) fn read(input: Input, chosen: &[String], limits: Limits) -> Result<Table, Reason> {
    let len = input.len();
    let mut archive = ZipArchive::new(input).map_err(damaged)?;
    let known = names(&archive);
    if known.is_empty() {
        return Err(Reason::damaged(FORMAT, "there is no array in it"));
    }
    if let Some(name) = chosen.iter().find(|name| !known.contains(name)) {
        return Err(Reason::unknown("array", name, known.clone()));
    }
    let names = if chosen.is_empty() { &known[..] } else { chosen };
    let arrays = arrays(&mut archive, names, len, limits, npy::array)?;
    let rows = |array: &NpzArray| array.columns.first().map_or(0, Column::len);
    if arrays.iter().any(|array| rows(array) != rows(&arrays[0])) {
        let lengths = arrays.iter().map(|array| (array.name.clone(), rows(array)));
        return Err(Reason::Lengths(lengths.collect()));
    }
    Ok(Table::from_columns(arrays.into_iter().flat_map(|array| array.columns).collect())?)
}

/// Reads an array with its header, of so many bytes and this name.
type ReadArray = fn(&mut dyn Read, u64, &str) -> Result<NpzArray, Reason>;

fn arrays(
    archive: &mut ZipArchive<Input>,
    names: &[String],
    len: u64,
    limits: Limits,
    read: ReadArray,
) -> Result<Vec<NpzArray>, Reason> {
    let (mut arrays, mut total) = (Vec::new(), 0_u64);
    for name in names {
        let mut file = archive.by_name(&format!("{name}.npy")).map_err(damaged)?;
        let size = file.size();
        // Before there is made room for what it claims.
        total = total.saturating_add(size);
        limits.check(len, total)?;
        arrays.push(read(&mut file, size, name)?);
        // At its end the checksum is compared.
        if file.read(&mut [0]).map_err(|error| failed(error, FORMAT))? > 0 {
            let detail = format!("the array `{}` is longer than it says", shortened(name));
            return Err(Reason::damaged(FORMAT, detail));
        }
    }
    Ok(arrays)
}

#[expect(clippy::needless_pass_by_value)]
fn damaged(error: zip::result::ZipError) -> Reason {
    Reason::damaged(FORMAT, error.to_string())
}
