//! Tables from Arrow's format between programs, a batch of rows at a time.

mod footer;
mod messages;
mod values;

use std::collections::HashMap;
use std::sync::Arc;

use arrow_ipc::MessageHeader;
use arrow_ipc::reader::{RecordBatchDecoder, read_dictionary};
use arrow_schema::{ArrowError, Schema};
use densely_table::{ColumnBuilder, Table};

use self::messages::Messages;
use self::values::{push, refused};
use crate::caught::caught;
use crate::columns::Columns;
use crate::input::Input;
use crate::{Limits, Reason};

const FORMAT: &str = "Arrow file";

/// Reads these columns of a file or a stream.
pub(crate) fn read(input: Input, columns: &Columns, limits: Limits) -> Result<Table, Reason> {
    caught(FORMAT, "sizes in", || table(input, columns, limits))
}

fn table(input: Input, columns: &Columns, limits: Limits) -> Result<Table, Reason> {
    let mut messages = Messages::new(input, limits)?;
    let schema = Arc::new(messages.schema()?);
    let chosen = chosen(&schema, columns)?;
    let read: Vec<usize> = chosen.iter().filter_map(Chosen::read_at).collect();
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
                            decoder.with_projection(Some(&read)).read_record_batch()
                        })
                        .map_err(damaged)?;
                let mut arrays = batch.columns().iter();
                for (column, to) in chosen.iter().zip(&mut builders) {
                    match column {
                        Chosen::Gaps(_) => (0..batch.num_rows()).for_each(|_| to.push_gap()),
                        Chosen::Read { at, is_needed } => {
                            let array = arrays.next().ok_or_else(without_header)?;
                            push(array.as_ref(), schema.field(*at).name(), *is_needed, to)?;
                        }
                    }
                }
            }
            MessageHeader::NONE => {}
            other => {
                let detail = format!("expected rows, found a message of type {}", other.0);
                return Err(Reason::damaged(FORMAT, detail));
            }
        }
    }
    let names = chosen.iter().map(|column| schema.field(column.at()).name());
    let named = names.zip(builders).map(|(name, cells)| cells.finish(name));
    Ok(Table::from_columns(named.collect())?)
}

/// A column that becomes one of the table, by its place.
enum Chosen {
    Read {
        at: usize,
        is_needed: bool,
    },
    /// It can hold no cell, and is not needed.
    Gaps(usize),
}

impl Chosen {
    fn at(&self) -> usize {
        match *self {
            Self::Read { at, .. } | Self::Gaps(at) => at,
        }
    }

    fn read_at(&self) -> Option<usize> {
        matches!(self, Self::Read { .. }).then(|| self.at())
    }
}

fn chosen(schema: &Schema, columns: &Columns) -> Result<Vec<Chosen>, Reason> {
    let fields = schema.fields();
    columns.check(fields.iter().map(|field| field.name().as_str()))?;
    let (mut chosen, mut not_cells) = (Vec::new(), Vec::new());
    for (at, field) in fields.iter().enumerate() {
        let (name, is_needed) = (field.name(), columns.is_needed(field.name()));
        if columns.without.contains(name) {
            continue;
        }
        match refused(field.data_type()) {
            None => chosen.push(Chosen::Read { at, is_needed }),
            Some(_) if !is_needed => chosen.push(Chosen::Gaps(at)),
            Some(what) => not_cells.push((name.clone(), what)),
        }
    }
    match not_cells.is_empty() {
        true => Ok(chosen),
        false => Err(Reason::not_cells(not_cells)),
    }
}

fn without_header() -> Reason {
    Reason::damaged(FORMAT, "a message has not what it says")
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn damaged(error: ArrowError) -> Reason {
    Reason::damaged(FORMAT, error.to_string())
}
