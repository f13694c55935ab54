use std::io::Read;

use densely_table::{Column, ColumnBuilder, Missing, Table};

use super::lines::{Line, Lines};
use super::smallest;
use crate::sparse::Sparse;
use crate::{Limits, Reason};

/// Reads libsvm: on each line a label, and indices with numbers, which are 0 where they are left
/// out.
///
/// Columns are called after their indices, `x1` and so on, from the first (0 or 1) to the largest;
/// the last is the `label`, before which `qid` comes if there is one.
pub(crate) fn read(reader: impl Read, limits: Limits) -> Result<Table, Reason> {
    let mut lines = Lines::new(reader, "libsvm file");
    let mut table = Svm::default();
    while let Some(line) = lines.next()? {
        let text = line.text.split('#').next().unwrap_or_default().trim();
        if !text.is_empty() {
            table.push_line(&Line { text, ..line }, limits)?;
        }
    }
    table.finish()
}

struct Svm {
    /// Of the indices from 0.
    cells: Sparse,
    labels: ColumnBuilder,
    groups: ColumnBuilder,
    has_zero: bool,
    missing: Missing,
}

impl Default for Svm {
    fn default() -> Self {
        Self {
            cells: Sparse::default(),
            labels: ColumnBuilder::new(),
            groups: ColumnBuilder::new(),
            has_zero: false,
            // Every label is one.
            missing: Missing::new([""; 0]),
        }
    }
}

fn zero(cells: &mut ColumnBuilder) {
    cells.push_number(0.0);
}

impl Svm {
    fn push_line(&mut self, line: &Line<'_>, limits: Limits) -> Result<(), Reason> {
        let Line { text, number, bytes } = *line;
        let mut words = text.split_ascii_whitespace();
        let label = words.next().unwrap_or_default();
        if label.contains([':', ',']) {
            let expected = "a single label and then `index:number`";
            return Err(Reason::line(number, expected, label));
        }
        self.labels.push_cell(label, &self.missing);
        for word in words {
            let wrong = || Reason::line(number, "`index:number`", word);
            let (index, value) = word.split_once(':').ok_or_else(wrong)?;
            if index == "qid" {
                if self.groups.len() >= self.labels.len() {
                    return Err(Reason::line(number, "one `qid`", word));
                }
                self.pad_groups(self.labels.len() - 1);
                self.groups.push_cell(value, &self.missing);
                continue;
            }
            let index: u64 = index.parse().map_err(|_| wrong())?;
            let value: f64 = smallest::number(value).ok_or_else(wrong)?;
            self.has_zero |= index == 0;
            limits.check_table(bytes, self.labels.len() as u64, index.saturating_add(1))?;
            while self.cells.columns() as u64 <= index {
                self.cells.push(format!("x{}", self.cells.columns()));
            }
            let cells = self.cells.cell(index as usize, zero);
            cells.ok_or_else(|| Reason::line(number, "each index once", word))?.push_number(value);
        }
        self.cells.end_row(bytes, limits)
    }

    fn pad_groups(&mut self, rows: usize) {
        while self.groups.len() < rows {
            self.groups.push_gap();
        }
    }

    fn finish(mut self) -> Result<Table, Reason> {
        let rows = self.labels.len();
        let has_groups = !self.groups.is_empty();
        if has_groups {
            self.pad_groups(rows);
        }
        let skip = usize::from(!self.has_zero);
        let mut columns: Vec<Column> =
            self.cells.finish(|_, cells| zero(cells)).skip(skip).collect();
        if has_groups {
            columns.push(self.groups.finish("qid"));
        }
        columns.push(self.labels.finish("label"));
        Ok(Table::from_columns(columns)?)
    }
}
