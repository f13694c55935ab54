use std::ops::Range;

use super::EncodedRows;

/// Numbers of a part, about.
const NUMBERS: usize = 1 << 22;

/// Rows of a part, at least: a matrix of several thousand is as fast as any.
const LEAST: usize = 1 << 13;

impl EncodedRows<'_> {
    /// Ranges of rows that become numbers together, so that those of a whole table are never in memory at
    /// once. None has one row, if there are several: products of one add in another order.
    pub fn parts(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        parts(self.rows().len(), self.encoding().width())
    }
}

/// Rows of so many numbers each.
fn parts(rows: usize, width: usize) -> impl Iterator<Item = Range<usize>> + use<> {
    let count = (NUMBERS / width.max(1)).max(LEAST);
    let mut start = 0;
    std::iter::from_fn(move || {
        let left = rows - start;
        let taken = if left == count + 1 { count - 1 } else { left.min(count) };
        let part = start..start + taken;
        start = part.end;
        (taken > 0).then_some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_every_row_once_and_none_has_one() {
        for rows in [1, 2, LEAST - 1, LEAST, LEAST + 1, LEAST + 2, 3 * LEAST + 1] {
            let parts: Vec<_> = parts(rows, 1 << 20).collect();
            assert!(parts.iter().cloned().flatten().eq(0..rows), "{rows}");
            assert!(parts.iter().all(|part| part.len() > 1 || rows == 1), "{parts:?}");
            assert!(parts.iter().all(|part| part.len() <= LEAST), "{parts:?}");
        }
    }
}
