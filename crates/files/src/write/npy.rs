use std::borrow::Borrow;
use std::io::{BufWriter, Write};

use densely_table::{Cells, Numbers, Table};

use crate::{Format, Reason};

/// A row of the array for each of the tables, of `f64`.
pub(super) fn write<T: Borrow<Table>, E: From<Reason>>(
    tables: impl Iterator<Item = Result<T, E>>,
    rows: usize,
    to: impl Write,
) -> Result<(), E> {
    let mut to = BufWriter::with_capacity(1 << 16, to);
    for (i, table) in tables.enumerate() {
        let table = table?;
        let columns = numbers(table.borrow())?;
        if i == 0 {
            to.write_all(&header(rows, columns.len())).map_err(Reason::from)?;
        }
        for row in 0..table.borrow().rows() {
            for numbers in &columns {
                to.write_all(&numbers.get(row).to_le_bytes()).map_err(Reason::from)?;
            }
        }
    }
    Ok(to.flush().map_err(Reason::from)?)
}

fn numbers(table: &Table) -> Result<Vec<&Numbers>, Reason> {
    let columns = table.columns().iter().map(|column| match column.cells() {
        Cells::Numbers(numbers) => Ok(numbers),
        Cells::Texts(_) => Err(Reason::NotNumbers {
            column: column.name().to_owned(),
            format: Format::Npy,
            advice: "encode it, leave it out, or write CSV or Parquet",
        }),
    });
    columns.collect()
}

/// As long as a multiple of 64 bytes, so the numbers are aligned where the file is mapped.
fn header(rows: usize, columns: usize) -> Vec<u8> {
    let mut text =
        format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    const START: usize = 10;
    let length = (START + text.len() + 1).next_multiple_of(64) - START;
    text.extend(std::iter::repeat_n(' ', length - 1 - text.len()));
    text.push('\n');
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    header.extend((length as u16).to_le_bytes());
    header.extend(text.into_bytes());
    header
}
