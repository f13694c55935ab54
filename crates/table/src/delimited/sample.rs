use super::Separator;
use super::record::Record;
use super::rows::try_for_each;

/// Rows that are looked at.
const ROWS: usize = 200;

/// Bytes that are looked at, unless rows are longer.
const BYTES: usize = 1 << 18;

/// The first rows of a text, as a separator cuts them.
pub(super) struct Sample {
    pub(super) separator: Separator,
    pub(super) rows: Vec<Row>,
    /// The most frequent number of cells.
    pub(super) width: usize,
    /// Lines that begin with `#` above the first other, or after it.
    pub(super) comments: bool,
}

pub(super) struct Row {
    /// The byte at which it begins.
    pub(super) start: usize,
    pub(super) cells: Vec<String>,
    /// The first cell that is no UTF-8.
    pub(super) not_utf8: Option<usize>,
}

impl Sample {
    /// `whole`: whether the text ends there.
    pub(super) fn new(head: &[u8], whole: bool, separator: Separator, comments: bool) -> Self {
        let (mut rows, mut stopped) = (Vec::new(), false);
        let _: Result<(), ()> = try_for_each(head, separator, false, |start, row| {
            if rows.len() >= ROWS || (start > BYTES && rows.len() > 2) {
                stopped = true;
                return Err(());
            }
            if !(comments && head[start] == b'#') {
                let not_utf8 = row.iter().position(|cell| std::str::from_utf8(cell).is_err());
                rows.push(Row { start, cells: cells(row), not_utf8 });
            }
            Ok(())
        });
        // The last may be cut.
        if !stopped && !whole && rows.len() > 1 {
            rows.pop();
        }
        let width = most_frequent(rows.iter().map(|row| row.cells.len()));
        Self { separator, rows, width, comments }
    }

    /// The rows of the most frequent width; one cell more, if that is empty, is none.
    pub(super) fn regular(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| self.is_regular(row))
    }

    pub(super) fn is_regular(&self, row: &Row) -> bool {
        row.cells.len() == self.width
    }
}

/// The most frequent number; of several, the largest.
fn most_frequent(numbers: impl Iterator<Item = usize>) -> usize {
    let mut numbers: Vec<usize> = numbers.collect();
    numbers.sort_unstable();
    let runs = numbers.chunk_by(|a, b| a == b);
    runs.map(|run| (run.len(), run[0])).max().map_or(0, |(_, number)| number)
}

/// The cells of a row as text, without the white space around them.
fn cells(row: Record<'_>) -> Vec<String> {
    row.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect()
}
