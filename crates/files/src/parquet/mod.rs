//! Tables from Parquet files, column by column.

mod chunks;
mod meaning;
mod values;

use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use densely_table::{ColumnBuilder, Table};

use self::chunks::Chunks;
use self::meaning::Meaning;
use self::values::read_group;
use crate::caught::caught;
use crate::input::{Input, failed};
use crate::{Limits, Reason};

const FORMAT: &str = "Parquet file";

/// Reads a Parquet file, but for these columns.
pub(crate) fn read(input: Input, without: &[String], limits: Limits) -> Result<Table, Reason> {
    caught(FORMAT, "sizes in", || table(input, without, limits))
}

fn table(input: Input, without: &[String], limits: Limits) -> Result<Table, Reason> {
    let len = input.len();
    let file = SerializedFileReader::new(Chunks::new(input, limits)).map_err(damaged)?;
    let metadata = file.metadata();
    let schema = metadata.file_metadata().schema_descr();
    let fields = schema.root_schema().get_fields();
    Reason::expect_columns(without, fields.iter().map(|field| field.name()))?;
    // A column of lists or of fields is several of the file.
    let (mut columns, mut refused) = (Vec::new(), Vec::new());
    for (index, column) in schema.columns().iter().enumerate() {
        if column.path().parts().first().is_some_and(|root| without.contains(root)) {
            continue;
        }
        match Meaning::of(column) {
            Ok(meaning) => columns.push((index, meaning, column)),
            Err(column) => refused.push(column),
        }
    }
    refused.dedup();
    if !refused.is_empty() {
        return Err(Reason::not_cells(refused));
    }
    let rows = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(u64::MAX);
    limits.check_table(len, rows, columns.len() as u64)?;
    let mut builders: Vec<_> =
        columns.iter().map(|_| ColumnBuilder::with_capacity(rows as usize)).collect();
    let mut left = rows as usize;
    for group in 0..metadata.num_row_groups() {
        let group = file.get_row_group(group).map_err(damaged)?;
        let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(usize::MAX);
        left = left.checked_sub(rows).ok_or_else(more_rows)?;
        for (&(index, meaning, column), builder) in columns.iter().zip(&mut builders) {
            let reader = group.get_column_reader(index).map_err(damaged)?;
            read_group(reader, column, meaning, rows, builder)?;
        }
    }
    if left > 0 {
        return Err(more_rows());
    }
    let named = columns.iter().zip(builders);
    let named = named.map(|((_, _, column), cells)| cells.finish(column.name()));
    Ok(Table::from_columns(named.collect())?)
}

fn more_rows() -> Reason {
    Reason::damaged(FORMAT, "its groups of rows have not as many rows as the file")
}

fn damaged(error: ParquetError) -> Reason {
    match error {
        ParquetError::External(error) => match error.downcast::<std::io::Error>() {
            Ok(error) => failed(*error, FORMAT),
            Err(error) => Reason::damaged(FORMAT, error.to_string()),
        },
        error => Reason::damaged(FORMAT, error.to_string()),
    }
}
