use std::collections::HashMap;
use std::str::Utf8Error;

use densely_parts::shortened;

use super::Dialect;
use super::blocks::Block;
use super::rows::{line_breaks, try_for_each};
use crate::lines::Lines;
use crate::parsed::parse;
use crate::{ColumnBuilder, Missing, TableError};

/// How rows are read.
pub(super) struct Reading<'a> {
    pub(super) dialect: &'a Dialect,
    pub(super) missing: &'a Missing,
    /// Of the columns that have words of their own.
    pub(super) own_missing: &'a HashMap<usize, Missing>,
    pub(super) columns: &'a [String],
    /// The line below the header.
    pub(super) first_line: usize,
}

/// Some rows of a table.
pub(super) struct Chunk {
    pub(super) columns: Vec<ColumnBuilder>,
    pub(super) lines: Lines,
    pub(super) rows: usize,
}

impl Reading<'_> {
    pub(super) fn chunk(&self, block: &Block) -> Result<Chunk, TableError> {
        let columns = self.columns.iter().map(|_| ColumnBuilder::new()).collect();
        let mut chunk = Chunk { columns, lines: Lines::default(), rows: 0 };
        let (mut line, mut at) = (block.line, 0);
        let expected = self.columns.len();
        let (separator, one_column) = (self.dialect.separator, self.columns.len() == 1);
        try_for_each(&block.text, separator, one_column, |start, row| {
            line += line_breaks(&block.text[at..start]);
            at = start;
            if self.dialect.comments && block.text[start] == b'#' {
                return Ok::<_, TableError>(());
            }
            if self.dialect.row_names && row.len() + 1 == expected {
                // The rows before have a cell that is too many.
                return Err(TableError::RaggedRow {
                    line: self.first_line,
                    expected: expected - 1,
                    actual: expected,
                });
            }
            self.check(row.len(), line, || row.last() == Some(b""))?;
            let cells = row.iter().zip(&mut chunk.columns).enumerate();
            for (column, (cell, builder)) in cells {
                if builder.push_known(cell) {
                    continue;
                }
                let parsed = parse(cell, self.dialect.decimal, self.missing_of(column));
                let parsed = parsed.map_err(|error| self.not_utf8(line, column, error))?;
                builder.push_read(parsed, cell);
            }
            chunk.lines.push(chunk.rows, line);
            chunk.rows += 1;
            Ok(())
        })?;
        Ok(chunk)
    }

    #[inline]
    fn missing_of(&self, column: usize) -> &Missing {
        match self.own_missing.is_empty() {
            true => self.missing,
            false => self.own_missing.get(&column).unwrap_or(self.missing),
        }
    }

    /// As many cells as columns; an empty one more is what a separator at the end makes.
    fn check(
        &self,
        actual: usize,
        line: usize,
        ends_empty: impl Fn() -> bool,
    ) -> Result<(), TableError> {
        let expected = self.columns.len();
        let is_trailing = actual == expected + 1 && ends_empty();
        match actual == expected || is_trailing {
            true => Ok(()),
            false => Err(TableError::RaggedRow { line, expected, actual }),
        }
    }

    fn not_utf8(&self, line: usize, column: usize, _: Utf8Error) -> TableError {
        TableError::NotUtf8 { line, column: shortened(&self.columns[column]) }
    }
}
