use densely_data::Place;

use crate::lines::Lines;

/// The files that the rows of a table come from, mostly one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files {
    /// The first row of each, from 0, and its lines.
    starts: Vec<(usize, Lines)>,
}

impl From<Lines> for Files {
    fn from(lines: Lines) -> Self {
        Self { starts: vec![(0, lines)] }
    }
}

impl Files {
    /// Adds those of another table, whose first row is then `row`.
    pub(crate) fn append(&mut self, row: usize, other: Self) {
        self.starts.extend(other.starts.into_iter().map(|(start, lines)| (row + start, lines)));
    }

    /// Adds more rows of the last file, the first of which is then `row`.
    pub(crate) fn go_on(&mut self, row: usize, more: &Self) {
        if let (Some((start, lines)), Some((_, more))) =
            (self.starts.last_mut(), more.starts.first())
        {
            lines.append(row - *start, more);
        }
    }

    /// Where a row is, counted from 0.
    pub(crate) fn place(&self, row: usize) -> Place {
        let file = self.starts.partition_point(|&(start, _)| start <= row);
        let (start, lines) = &self.starts[file - 1];
        let (row, line) = (row - start + 1, lines.get(row - start));
        match (self.starts.len(), line) {
            (1, None) => Place::TableRow(row),
            (1, Some(line)) => Place::Row { row, line },
            (_, None) => Place::FileTableRow { file: file as u32, row },
            (_, Some(line)) => Place::FileRow { file: file as u32, row, line },
        }
    }
}
