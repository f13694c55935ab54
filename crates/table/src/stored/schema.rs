use super::StoredRows;
use crate::schema::{
    ColumnEvidence, check_names, column_schema, column_schema_with, identifier, kind_of_numbers,
    one_value_of, schema_of,
};
use crate::{ColumnKind, ColumnSchema, LeftOut, Rows, Schema, SchemaOptions, TableError};

impl Schema {
    /// [`infer`](Self::infer) from rows on the disk: a column of texts at a time is in memory.
    ///
    /// # Errors
    /// As [`infer`](Self::infer); [`TableError::ManyTexts`]; [`TableError::Data`] if the disk fails.
    pub fn infer_stored(
        rows: &StoredRows<'_>,
        options: &SchemaOptions,
    ) -> Result<Self, TableError> {
        let table = rows.table();
        check_names(options, |name| table.position(name))?;
        let features = (0..table.names().len())
            .filter(|&position| !options.targets.contains(&table.names()[position]));
        let columns = features.map(|position| column(rows, position, options));
        schema_of(columns.collect::<Result<_, _>>()?)
    }
}

fn column(
    rows: &StoredRows<'_>,
    position: usize,
    options: &SchemaOptions,
) -> Result<ColumnSchema, TableError> {
    let table = rows.table();
    let name = &table.names()[position];
    if table.texts[position] {
        let own = match table.table_of(position) {
            Err(TableError::ManyTexts { .. }) if options.drop.contains(name) => {
                // As good a name as any for what is not looked at.
                let (kind, left_out) = (ColumnKind::Text, Some(LeftOut::Dropped));
                return Ok(ColumnSchema { name: name.clone(), kind, left_out });
            }
            own => own?,
        };
        let indices = rows.indices();
        return Ok(column_schema(&own.columns()[0], &Rows::of(&own, &indices), options));
    }
    column_schema_with(name, options, &Numbers { rows, position })
}

/// Numbers on the disk.
struct Numbers<'a> {
    rows: &'a StoredRows<'a>,
    position: usize,
}

impl ColumnEvidence for Numbers<'_> {
    type Error = TableError;

    fn kind(&self) -> Result<ColumnKind, TableError> {
        // Of all cells there are, as in memory.
        let table = self.rows.table();
        kind_of_numbers(&table.names()[self.position], |visit| {
            StoredRows::all(table).each_number(self.position, visit)
        })
    }

    fn one_value(&self) -> Result<Option<LeftOut>, TableError> {
        one_value_of(
            |visit| {
                let mut value = |row, number: f64| visit(row, Some(number).filter(|n| !n.is_nan()));
                self.rows.each_number(self.position, &mut value)
            },
            |_, number| crate::parsed::canonical(number),
        )
    }

    fn no_feature(&self, kind: ColumnKind) -> Result<Option<LeftOut>, TableError> {
        let table = self.rows.table();
        match kind {
            ColumnKind::Number => {
                identifier(&table.names()[self.position], table.rows(), |visit| {
                    self.rows.each_number(self.position, visit)
                })
            }
            _ => Ok(None),
        }
    }

    fn rare(&self) -> Option<LeftOut> {
        None
    }
}
