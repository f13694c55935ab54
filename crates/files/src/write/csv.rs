use std::borrow::Borrow;
use std::fmt::Write as _;
use std::io::{self, Write};

use csv::{Writer, WriterBuilder};
use densely_table::{Cells, Table};

use crate::Reason;

pub(super) fn write<T: Borrow<Table>, E: From<Reason>>(
    tables: impl Iterator<Item = Result<T, E>>,
    separator: u8,
    to: impl Write,
) -> Result<(), E> {
    let mut writer = WriterBuilder::new().delimiter(separator).from_writer(to);
    for (i, table) in tables.enumerate() {
        let table = table?;
        let table = table.borrow();
        if i == 0 {
            writer.write_record(table.names()).map_err(failed)?;
        }
        write_rows(table, &mut writer).map_err(failed)?;
    }
    Ok(writer.flush().map_err(Reason::from)?)
}

fn write_rows(table: &Table, writer: &mut Writer<impl Write>) -> csv::Result<()> {
    let mut number = String::new();
    for row in 0..table.rows() {
        for column in table.columns() {
            let cell = match column.cells() {
                Cells::Texts(texts) => texts.get(row).unwrap_or_default(),
                Cells::Numbers(numbers) => {
                    number.clear();
                    write_number(numbers.get(row), &mut number);
                    &number
                }
            };
            writer.write_field(cell)?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(())
}

/// The error of the writer, which `csv` wraps: a closed pipe is to be known.
fn failed(error: csv::Error) -> Reason {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        other => Reason::Read(io::Error::other(format!("{other:?}"))),
    }
}

/// As short as it is read back exactly; nothing for a gap. Long whole numbers have a point or an
/// exponent, since without one they would be taken for identifiers.
fn write_number(number: f64, to: &mut String) {
    if number.is_nan() {
        return;
    }
    write!(to, "{number:?}").expect("a string takes what is written");
    if number.abs() < 1e15 && to.ends_with(".0") {
        to.truncate(to.len() - 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (number, expected) in [
            (1.0, "1"),
            (-0.0, "-0"),
            (0.1, "0.1"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e16"),
            (1e-7, "1e-7"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, ""),
        ] {
            let mut text = String::new();
            write_number(number, &mut text);
            assert_eq!(text, expected);
        }
    }
}
