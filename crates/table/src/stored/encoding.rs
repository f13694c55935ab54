use super::StoredRows;
use crate::encoding::{encoder_of, number_encoder, positions_of};
use crate::schema::needed;
use crate::{
    ColumnEncoder, ColumnKind, ColumnSchema, Encoder, Encoding, EncodingOptions, Rows, Schema,
    TableError,
};

impl Encoding {
    /// [`fit`](Self::fit) to rows on the disk: a column at a time is in memory, in at most 16 bytes a row
    /// and its different texts.
    ///
    /// # Errors
    /// As [`fit`](Self::fit); [`TableError::ManyTexts`]; [`TableError::Data`] if the disk fails.
    pub fn fit_stored(
        schema: &Schema,
        rows: &StoredRows<'_>,
        options: &EncodingOptions,
    ) -> Result<Self, TableError> {
        let names = schema.features().map(|column| column.name.as_str());
        let table = rows.table().names().iter().map(String::as_str);
        let positions = positions_of(table, names)?;
        let columns = schema.features().zip(positions);
        let encoders = columns.map(|(column, position)| encoder(column, rows, position, options));
        Self::from_parts(schema.clone(), encoders.collect::<Result<_, _>>()?)
    }
}

fn encoder(
    schema: &ColumnSchema,
    rows: &StoredRows<'_>,
    position: usize,
    options: &EncodingOptions,
) -> Result<ColumnEncoder, TableError> {
    let table = rows.table();
    if schema.kind == ColumnKind::Number && !table.texts[position] {
        let (mut values, mut finite) = (Vec::with_capacity(rows.len()), true);
        rows.each_number(position, &mut |_, number| {
            finite &= !number.is_infinite();
            if !number.is_nan() {
                values.push(number);
            }
            finite
        })?;
        if finite {
            let needed = needed(options.rare, rows.len());
            let encoder = number_encoder(values, rows.len(), options.impute, needed);
            return Ok(ColumnEncoder {
                column: schema.name.clone(),
                encoder: Encoder::Number(encoder),
            });
        }
    }
    let (table, indices) = (table.table_of(position)?, rows.indices());
    encoder_of(schema, &Rows::of(&table, &indices), 0, options)
}
