use super::{StoredRows, StoredTable};
use crate::{Rows, Table, TableError, TargetColumns};

use densely_data::{Target, Task};

impl TargetColumns {
    /// [`infer`](Self::infer) from a table on the disk: the columns are in memory while it is told what they are.
    ///
    /// # Errors
    /// As [`infer`](Self::infer); [`TableError::ManyTexts`]; [`TableError::Data`] if the disk fails.
    pub fn infer_stored(
        table: &StoredTable,
        names: &[impl AsRef<str>],
        task: Option<Task>,
    ) -> Result<Self, TableError> {
        let columns = names.iter().map(|name| table.column(name.as_ref()));
        Self::infer(&Table::from_columns(columns.collect::<Result<_, _>>()?)?, names, task)
    }

    /// Reads the targets of rows on the disk, chunk by chunk: calls `visit` with the rows of the table that have one and
    /// their targets.
    ///
    /// # Errors
    /// As [`read`](Self::read), and those of `visit`; [`TableError::NoTargets`] if no row has one.
    pub fn read_stored<E: From<TableError>>(
        &self,
        rows: &StoredRows<'_>,
        mut visit: impl FnMut(&[usize], Target<f64>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (table, mut any) = (rows.table(), false);
        let positions = self.columns().iter().map(|name| table.position(name));
        let positions = positions.collect::<Result<Vec<_>, _>>()?;
        for (chunk, all) in table.chunks().enumerate() {
            let own = rows.in_chunk(chunk);
            if own.is_empty() {
                continue;
            }
            let part = table.chunk(chunk, &positions)?;
            match self.read(&Rows::of(&part, &own)) {
                Ok((mut kept, target)) => {
                    any = true;
                    kept.iter_mut().for_each(|row| *row += all.start);
                    visit(&kept, target)?;
                }
                // Other chunks may have some.
                Err(TableError::NoTargets(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if any { Ok(()) } else { Err(TableError::NoTargets(self.name()).into()) }
    }
}
