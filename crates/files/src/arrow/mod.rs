//! Tables from Arrow's format between programs, a batch of rows at a time.

mod messages;
mod values;

use std::collections::HashMap;
use std::sync::Arc;

use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{RecordBatchDecoder, read_dictionary};
use arrow_ipc::{Endianness, MessageHeader};
use arrow_schema::{ArrowError, Schema};
use densely_table::{ColumnBuilder, Table};

use self::messages::Messages;
use self::values::{push, refused};
use crate::caught::caught;
use crate::input::Input;
use crate::{Limits, Reason};

const FORMAT: &str = "Arrow file";

/// Reads a file or a stream, but for these columns.
pub(crate) fn read(input: Input, without: &[String], limits: Limits) -> Result<Table, Reason> {
    caught(FORMAT, "sizes in", || table(input, without, limits))
}

fn table(input: Input, without: &[String], limits: Limits) -> Result<Table, Reason> {
    let mut messages = Messages::new(input, limits)?;
    let schema = schema(&mut messages)?;
    let chosen = chosen(&schema, without)?;
    let mut builders: Vec<_> = chosen.iter().map(|_| ColumnBuilder::new()).collect();
    let mut dictionaries = HashMap::new();
    while let Some(message) = messages.next()? {
        let (about, body) = (message.about()?, &message.body);
        let version = about.version();
        match about.header_type() {
            MessageHeader::DictionaryBatch => {
                let batch = about.header_as_dictionary_batch().ok_or_else(without_header)?;
                if let Some(data) = batch.data() {
                    messages.check(data, body, 1)?;
                }
                read_dictionary(body, batch, &schema, &mut dictionaries, &version)
                    .map_err(damaged)?;
            }
            MessageHeader::RecordBatch => {
                let batch = about.header_as_record_batch().ok_or_else(without_header)?;
                messages.check(batch, body, chosen.len())?;
                let shared = Arc::clone(&schema);
                let batch =
                    RecordBatchDecoder::try_new(body, batch, shared, &dictionaries, &version)
                        .and_then(|decoder| {
                            decoder.with_projection(Some(&chosen)).read_record_batch()
                        })
                        .map_err(damaged)?;
                for ((column, &of), to) in batch.columns().iter().zip(&chosen).zip(&mut builders) {
                    push(column.as_ref(), schema.field(of).name(), to)?;
                }
            }
            MessageHeader::NONE => {}
            other => {
                let detail = format!("expected rows, found a message of type {}", other.0);
                return Err(Reason::damaged(FORMAT, detail));
            }
        }
    }
    let names = chosen.iter().map(|&index| schema.field(index).name());
    let named = names.zip(builders).map(|(name, cells)| cells.finish(name));
    Ok(Table::from_columns(named.collect())?)
}

/// What the first message says.
fn schema(messages: &mut Messages) -> Result<Arc<Schema>, Reason> {
    let first = messages.next()?.ok_or_else(|| Reason::damaged(FORMAT, "it has no schema"))?;
    let schema = first.about()?.header_as_schema();
    let schema =
        schema.ok_or_else(|| Reason::damaged(FORMAT, "it does not begin with a schema"))?;
    if schema.endianness() != Endianness::Little {
        let what = "an Arrow file whose numbers begin with their highest byte";
        return Err(Reason::Unsupported { what, advice: "write it as Parquet" });
    }
    Ok(Arc::new(try_fb_to_schema(schema).map_err(damaged)?))
}

/// The columns that are read, by their places.
fn chosen(schema: &Schema, without: &[String]) -> Result<Vec<usize>, Reason> {
    let fields = schema.fields();
    Reason::expect_columns(without, fields.iter().map(|field| field.name().as_str()))?;
    let kept = |&(_, field): &(usize, &Arc<arrow_schema::Field>)| !without.contains(field.name());
    let kept: Vec<_> = fields.iter().enumerate().filter(kept).collect();
    let columns: Vec<_> = kept
        .iter()
        .filter_map(|(_, field)| Some((field.name().clone(), refused(field.data_type())?)))
        .collect();
    if !columns.is_empty() {
        return Err(Reason::not_cells(columns));
    }
    Ok(kept.into_iter().map(|(index, _)| index).collect())
}

fn without_header() -> Reason {
    Reason::damaged(FORMAT, "a message has not what it says")
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn damaged(error: ArrowError) -> Reason {
    Reason::damaged(FORMAT, error.to_string())
}
