use std::io::Read;

use densely_table::{Column, Table};

use super::columns::Array;
use super::header::Header;
use crate::Reason;
use crate::input::Input;

/// Reads an NPY file.
pub(crate) fn read(mut input: Input) -> Result<Table, Reason> {
    let len = input.len();
    Ok(Table::from_columns(columns(&mut input, len, None)?)?)
}

/// The columns of an array with its header, which are `len` bytes.
pub(super) fn columns(
    reader: &mut dyn Read,
    len: u64,
    name: Option<&str>,
) -> Result<Vec<Column>, Reason> {
    let header = Header::read(reader, name)?;
    let Header { element, fortran, shape, .. } = &header;
    let array = Array { format: "NPY file", name, element: *element, fortran: *fortran, shape };
    array.columns(reader, len.saturating_sub(header.len))
}
