use std::io::Read;

use densely_table::{Column, ColumnBuilder, TableError};

use super::element::Element;
use crate::Reason;
use crate::input::read_exact;

/// An array whose bytes follow in a reader.
pub(super) struct Array<'a> {
    pub(super) format: &'static str,
    /// Its name in a file of several.
    pub(super) name: Option<&'a str>,
    pub(super) element: Element,
    pub(super) fortran: bool,
    pub(super) shape: &'a [u64],
}

/// Bytes that are read together.
const BLOCK: usize = 1 << 16;

impl Array<'_> {
    /// Rows and columns, if there are as many bytes as they take.
    fn size(&self, bytes: u64) -> Result<(usize, usize), Reason> {
        let Some((&rows, others)) = self.shape.split_first() else {
            let advice = match self.name {
                None => "save an array with an axis for the rows",
                Some(_) => "name the arrays that are to be read",
            };
            return Err(Reason::Scalar { array: self.name.map(str::to_owned), advice });
        };
        let columns = others.iter().try_fold(1_u64, |product, &n| product.checked_mul(n));
        let size = columns
            .and_then(|columns| columns.checked_mul(self.element.size() as u64))
            .and_then(|row| row.checked_mul(rows));
        if size != Some(bytes) {
            let detail = format!(
                "its header says shape {:?} of {} bytes each, and {bytes} bytes follow",
                self.shape,
                self.element.size()
            );
            return Err(Reason::damaged(self.format, detail));
        }
        let columns = columns.unwrap_or_default();
        match (rows, columns) {
            (_, 0) => Err(TableError::Empty.into()),
            (0, _) => Err(TableError::NoRows.into()),
            // Each of them has a byte in the file.
            _ => Ok((rows as usize, columns as usize)),
        }
    }

    /// Its columns. `bytes` is how many follow in the reader.
    pub(super) fn columns(&self, reader: &mut dyn Read, bytes: u64) -> Result<Vec<Column>, Reason> {
        let (rows, columns) = self.size(bytes)?;
        let columns = match self.fortran && self.shape.len() > 1 {
            true => self.column_by_column(reader, rows, columns)?,
            false => self.row_by_row(reader, rows, columns)?,
        };
        let name = |column| match (self.name, self.shape.len()) {
            (None, _) => format!("x{column}"),
            (Some(name), 1) => name.to_owned(),
            (Some(name), _) if name.ends_with(|c: char| c.is_ascii_digit()) => {
                format!("{name}_{column}")
            }
            (Some(name), _) => format!("{name}{column}"),
        };
        let named = columns.into_iter().enumerate();
        Ok(named.map(|(column, cells)| cells.finish(name(column))).collect())
    }

    fn row_by_row(
        &self,
        reader: &mut dyn Read,
        rows: usize,
        columns: usize,
    ) -> Result<Vec<ColumnBuilder>, Reason> {
        let size = self.element.size();
        let row = size * columns;
        let mut builders: Vec<_> =
            (0..columns).map(|_| ColumnBuilder::with_capacity(rows)).collect();
        let mut block = vec![0; row * (BLOCK / row).clamp(1, rows)];
        let mut left = rows;
        while left > 0 {
            let block = &mut block[..row * left.min((BLOCK / row).max(1))];
            read_exact(reader, block, self.format)?;
            for (column, builder) in builders.iter_mut().enumerate() {
                for row in block.chunks_exact(row) {
                    self.element.push(&row[column * size..][..size], builder)?;
                }
            }
            left -= block.len() / row;
        }
        Ok(builders)
    }

    fn column_by_column(
        &self,
        reader: &mut dyn Read,
        rows: usize,
        columns: usize,
    ) -> Result<Vec<ColumnBuilder>, Reason> {
        let size = self.element.size();
        let mut builders: Vec<_> = (0..columns).map(|_| ColumnBuilder::new()).collect();
        let mut block = vec![0; size * (BLOCK / size).clamp(1, rows)];
        for position in 0..columns {
            let mut builder = ColumnBuilder::with_capacity(rows);
            while builder.len() < rows {
                let count = (rows - builder.len()).min((BLOCK / size).max(1));
                let block = &mut block[..size * count];
                read_exact(reader, block, self.format)?;
                for cell in block.chunks_exact(size) {
                    self.element.push(cell, &mut builder)?;
                }
            }
            builders[self.in_rows(position)] = builder;
        }
        Ok(builders)
    }

    /// Where a column is if the last index varies fastest, of its position if the first does.
    fn in_rows(&self, mut position: usize) -> usize {
        let mut indices = Vec::with_capacity(self.shape.len());
        for &axis in &self.shape[1..] {
            indices.push((position % axis as usize, axis as usize));
            position /= axis as usize;
        }
        indices.iter().fold(0, |place, (index, axis)| place * axis + index)
    }
}
