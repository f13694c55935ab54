//! Tables from Parquet files, column by column.

mod chunks;
mod durations;
mod meaning;
mod values;

use ::parquet::basic::Compression;
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};
use densely_table::{ColumnBuilder, Table};

use self::chunks::Chunks;
use self::durations::durations;
use self::meaning::Meaning;
use self::values::read_group;
use crate::caught::caught;
use crate::columns::Columns;
use crate::input::{Input, failed};
use crate::{Limits, Reason};

const FORMAT: &str = "Parquet file";

/// Reads these columns of a Parquet file.
pub(crate) fn read(input: Input, columns: &Columns, limits: Limits) -> Result<Table, Reason> {
    caught(FORMAT, "sizes in", || table(input, columns, limits))
}

fn table(input: Input, columns: &Columns, limits: Limits) -> Result<Table, Reason> {
    let len = input.len();
    let file = SerializedFileReader::new(Chunks::new(input, limits)).map_err(damaged)?;
    let metadata = file.metadata();
    let schema = metadata.file_metadata().schema_descr();
    let fields = schema.root_schema().get_fields();
    columns.check(fields.iter().map(|field| field.name()))?;
    let mut columns = chosen(schema, columns)?;
    let durations = durations(metadata.file_metadata());
    for column in columns.iter_mut().filter(|column| column.meaning == Some(Meaning::Plain)) {
        // In seconds, as those of Arrow.
        column.meaning =
            durations.get(column.name).map(|&digits| Meaning::Decimal(digits)).or(column.meaning);
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
        for (column, builder) in columns.iter().zip(&mut builders) {
            let Some(meaning) = column.meaning else {
                (0..rows).for_each(|_| builder.push_gap());
                continue;
            };
            if let codec @ (Compression::BROTLI(_) | Compression::LZO) =
                group.metadata().column(column.at).compression()
            {
                return Err(unsupported(codec));
            }
            let reader = group.get_column_reader(column.at).map_err(damaged)?;
            read_group(reader, column, meaning, rows, builder)?;
        }
    }
    if left > 0 {
        return Err(more_rows());
    }
    let named = columns.iter().zip(builders).map(|(column, cells)| cells.finish(column.name));
    Ok(Table::from_columns(named.collect())?)
}

/// A column that becomes one of the table.
struct Chosen<'a> {
    name: &'a str,
    is_needed: bool,
    /// None if it can hold no cell.
    meaning: Option<Meaning>,
    /// Its place among the columns of the file, of which one of lists or of fields is several, and among these.
    at: usize,
    root: usize,
    of: &'a ColumnDescriptor,
}

fn chosen<'a>(schema: &'a SchemaDescriptor, columns: &Columns) -> Result<Vec<Chosen<'a>>, Reason> {
    let (mut chosen, mut not_cells) = (Vec::<Chosen<'a>>::new(), Vec::new());
    for (at, of) in schema.columns().iter().enumerate() {
        let name = of.path().parts().first().map_or("", String::as_str);
        let (is_needed, root) = (columns.is_needed(name), schema.get_column_root_idx(at));
        if columns.without.iter().any(|without| without == name) {
            continue;
        }
        match Meaning::of(of) {
            Err(what) if is_needed => not_cells.push((name.to_owned(), what)),
            Err(_) if chosen.last().is_some_and(|last| last.root == root) => {}
            meaning => chosen.push(Chosen { name, is_needed, meaning: meaning.ok(), at, root, of }),
        }
    }
    not_cells.dedup();
    match not_cells.is_empty() {
        true => Ok(chosen),
        false => Err(Reason::not_cells(not_cells)),
    }
}

fn unsupported(codec: Compression) -> Reason {
    let what = match codec {
        Compression::BROTLI(_) => "a Parquet file with Brotli",
        _ => "a Parquet file with LZO",
    };
    Reason::Unsupported { what, advice: "write it with zstd, snappy or gzip" }
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
