use std::io::Read;

use densely_table::{Column, Table};

use super::columns::Array;
use super::header::Header;
#[cfg(feature = "npz")]
use super::npz::NpzArray;
use crate::Reason;
use crate::input::Input;

/// Reads an NPY file.
pub(crate) fn read(mut input: Input) -> Result<Table, Reason> {
    let len = input.len();
    Ok(Table::from_columns(columns(&mut input, len, None)?)?)
}

/// The columns of an array with its header, which are `len` bytes.
fn columns(reader: &mut dyn Read, len: u64, name: Option<&str>) -> Result<Vec<Column>, Reason> {
    let header = Header::read(reader, name)?;
    of_shape(&header, &header.shape, reader, len, name)
}

fn of_shape(
    header: &Header,
    shape: &[u64],
    reader: &mut dyn Read,
    len: u64,
    name: Option<&str>,
) -> Result<Vec<Column>, Reason> {
    let Header { element, fortran, .. } = *header;
    let array = Array { format: "NPY file", name, element, fortran, shape };
    array.columns(reader, len.saturating_sub(header.len))
}

/// An array of a file of several.
#[cfg(feature = "npz")]
pub(super) fn array(reader: &mut dyn Read, len: u64, name: &str) -> Result<NpzArray, Reason> {
    let header = Header::read(reader, Some(name))?;
    let columns = of_shape(&header, &header.shape, reader, len, Some(name))?;
    Ok(NpzArray::new(name, &header, columns))
}

/// The same, or a single value.
#[cfg(feature = "npz")]
pub(super) fn array_or_value(
    reader: &mut dyn Read,
    len: u64,
    name: &str,
) -> Result<NpzArray, Reason> {
    let header = Header::read(reader, Some(name))?;
    let shape = if header.shape.is_empty() { &[1][..] } else { &header.shape };
    let columns = of_shape(&header, shape, reader, len, Some(name))?;
    Ok(NpzArray::new(name, &header, columns))
}
