use std::borrow::Borrow;
use std::io::{self, Write};
use std::sync::Arc;

use ::parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use ::parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::types::Type;
use densely_table::{Cells, Column, Table};

use crate::Reason;

/// Rows that are written together.
const GROUP: usize = 1 << 17;

/// Numbers as `DOUBLE`, text as `STRING`, gaps as nulls.
pub(super) fn write<T: Borrow<Table>, E: From<Reason>>(
    tables: impl Iterator<Item = Result<T, E>>,
    to: impl Write + Send,
) -> Result<(), E> {
    let (mut to, mut writer) = (Some(to), None);
    for table in tables {
        let table = table?;
        let table = table.borrow();
        if let Some(to) = to.take() {
            let properties =
                WriterProperties::builder().set_compression(Compression::SNAPPY).build();
            let schema = Arc::new(schema(table).map_err(failed)?);
            let started = SerializedFileWriter::new(to, schema, Arc::new(properties));
            writer = Some(started.map_err(failed)?);
        }
        if let Some(writer) = &mut writer {
            write_rows(table, writer)?;
        }
    }
    if let Some(writer) = writer {
        writer.close().map_err(failed)?;
    }
    Ok(())
}

fn schema(table: &Table) -> Result<Type, ParquetError> {
    let fields = table.columns().iter().map(|column| {
        let field = match column.cells() {
            Cells::Numbers(_) => Type::primitive_type_builder(column.name(), Physical::DOUBLE),
            Cells::Texts(_) => Type::primitive_type_builder(column.name(), Physical::BYTE_ARRAY)
                .with_logical_type(Some(LogicalType::String)),
        };
        field.with_repetition(Repetition::OPTIONAL).build().map(Arc::new)
    });
    let fields = fields.collect::<Result<_, _>>()?;
    Type::group_type_builder("schema").with_fields(fields).build()
}

fn write_rows<W: Write + Send>(
    table: &Table,
    writer: &mut SerializedFileWriter<W>,
) -> Result<(), Reason> {
    for start in (0..table.rows()).step_by(GROUP) {
        let rows = start..table.rows().min(start + GROUP);
        let mut group = writer.next_row_group().map_err(failed)?;
        for column in table.columns() {
            write_column(column, rows.clone(), &mut group)?;
        }
        group.close().map_err(failed)?;
    }
    Ok(())
}

fn write_column<W: Write + Send>(
    column: &Column,
    rows: std::ops::Range<usize>,
    group: &mut SerializedRowGroupWriter<'_, W>,
) -> Result<(), Reason> {
    let mut writer = group
        .next_column()
        .map_err(failed)?
        .expect("the schema has a column for each of the table");
    let written = match column.cells() {
        Cells::Numbers(numbers) => {
            let cells: Vec<f64> = rows.map(|row| numbers.get(row)).collect();
            let levels: Vec<i16> = cells.iter().map(|cell| i16::from(!cell.is_nan())).collect();
            let values: Vec<f64> = cells.into_iter().filter(|cell| !cell.is_nan()).collect();
            writer.typed::<DoubleType>().write_batch(&values, Some(&levels), None)
        }
        Cells::Texts(texts) => {
            // Each distinct text is copied once.
            let distinct: Vec<ByteArray> = texts.values().map(ByteArray::from).collect();
            let codes: Vec<_> = rows.map(|row| texts.code(row)).collect();
            let levels: Vec<i16> = codes.iter().map(|code| i16::from(code.is_some())).collect();
            let values: Vec<ByteArray> =
                codes.into_iter().flatten().map(|code| distinct[code].clone()).collect();
            writer.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)
        }
    };
    written.map_err(failed)?;
    writer.close().map_err(failed)
}

fn failed(error: ParquetError) -> Reason {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => Reason::Read(*error),
            Err(error) => Reason::Read(io::Error::other(error)),
        },
        error => Reason::Read(io::Error::other(error)),
    }
}
