use densely_table::Table;

use super::columns::Array;
use super::element::{Element, Kind};
use crate::Reason;
use crate::input::{Input, read_exact};

const FORMAT: &str = "IDX file";

/// Reads an IDX file: two zeros, the type of its numbers, the count of its axes, the length of
/// each, and the numbers.
pub(crate) fn read(mut input: Input) -> Result<Table, Reason> {
    let mut start = [0; 4];
    read_exact(&mut input, &mut start, FORMAT)?;
    let kind = match start {
        [0, 0, 0x08, _] => Kind::Unsigned(1),
        [0, 0, 0x09, _] => Kind::Signed(1),
        [0, 0, 0x0b, _] => Kind::Signed(2),
        [0, 0, 0x0c, _] => Kind::Signed(4),
        [0, 0, 0x0d, _] => Kind::Float(4),
        [0, 0, 0x0e, _] => Kind::Float(8),
        _ => return Err(Reason::damaged(FORMAT, format!("it begins with {start:02x?}"))),
    };
    let mut shape = Vec::new();
    for _ in 0..start[3] {
        let mut axis = [0; 4];
        read_exact(&mut input, &mut axis, FORMAT)?;
        shape.push(u64::from(u32::from_be_bytes(axis)));
    }
    let element = Element { kind, big_endian: true };
    let array = Array { format: FORMAT, name: None, element, fortran: false, shape: &shape };
    let bytes = input.len().saturating_sub(4 + 4 * shape.len() as u64);
    Ok(Table::from_columns(array.columns(&mut input, bytes)?)?)
}
