//! Tables from Parquet files, column by column.

mod chunks;
mod iso;
mod meaning;
mod values;

use std::panic::{AssertUnwindSafe, catch_unwind};

use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use densely_table::{ColumnBuilder, Table};

use self::chunks::Chunks;
use self::meaning::Meaning;
use self::values::read_group;
use crate::input::{Input, failed};
use crate::{Limits, Reason};

const FORMAT: &str = "Parquet file";

/// Reads a Parquet file.
pub(crate) fn read(input: Input, limits: Limits) -> Result<Table, Reason> {
    // Sizes that contradict each other are looked up by the library without a check. What it
    // says then on standard error is no harm.
    catch_unwind(AssertUnwindSafe(|| table(input, limits)))
        .unwrap_or_else(|_| Err(Reason::damaged(FORMAT, "sizes in it contradict each other")))
}

fn table(input: Input, limits: Limits) -> Result<Table, Reason> {
    let len = input.len();
    let file = SerializedFileReader::new(Chunks::new(input, limits)).map_err(damaged)?;
    let metadata = file.metadata();
    let schema = metadata.file_metadata().schema_descr();
    let meanings: Vec<_> = schema.columns().iter().map(|column| Meaning::of(column)).collect();
    let mut refused: Vec<_> = meanings.iter().filter_map(|meaning| meaning.clone().err()).collect();
    refused.dedup();
    if !refused.is_empty() {
        let advice = "leave them out of the file, or write what is in them as columns of their own";
        return Err(Reason::Columns { columns: refused, advice });
    }
    let meanings: Vec<Meaning> = meanings.into_iter().flatten().collect();
    let rows = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(u64::MAX);
    limits.check_table(len, rows, meanings.len() as u64)?;
    let mut builders: Vec<_> =
        meanings.iter().map(|_| ColumnBuilder::with_capacity(rows as usize)).collect();
    let mut left = rows as usize;
    for group in 0..metadata.num_row_groups() {
        let group = file.get_row_group(group).map_err(damaged)?;
        let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(usize::MAX);
        left = left.checked_sub(rows).ok_or_else(more_rows)?;
        for (column, (meaning, builder)) in meanings.iter().zip(&mut builders).enumerate() {
            let reader = group.get_column_reader(column).map_err(damaged)?;
            read_group(reader, &schema.column(column), *meaning, rows, builder)?;
        }
    }
    if left > 0 {
        return Err(more_rows());
    }
    let named = schema.columns().iter().zip(builders);
    Ok(Table::from_columns(named.map(|(column, cells)| cells.finish(column.name())).collect())?)
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
