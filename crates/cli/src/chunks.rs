//! Rows that become numbers together, so that those of a whole table are never in memory at once.

use std::ops::Range;

/// Numbers of a chunk, about.
const NUMBERS: usize = 1 << 22;

/// Rows of a chunk, at least: a matrix of several thousand is as fast as any.
const LEAST: usize = 1 << 13;

/// Rows of so many numbers each, in chunks. None has one row, if there are several: products of one add in
/// another order.
pub(crate) fn chunks(rows: usize, width: usize) -> impl Iterator<Item = Range<usize>> {
    let count = (NUMBERS / width.max(1)).max(LEAST);
    let mut start = 0;
    std::iter::from_fn(move || {
        let left = rows - start;
        let taken = if left == count + 1 { count - 1 } else { left.min(count) };
        let chunk = start..start + taken;
        start = chunk.end;
        (taken > 0).then_some(chunk)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_have_every_row_once_and_none_has_one() {
        for rows in [1, 2, LEAST - 1, LEAST, LEAST + 1, LEAST + 2, 3 * LEAST + 1] {
            let chunks: Vec<_> = chunks(rows, 1 << 20).collect();
            assert!(chunks.iter().cloned().flatten().eq(0..rows), "{rows}");
            assert!(chunks.iter().all(|chunk| chunk.len() > 1 || rows == 1), "{chunks:?}");
            assert!(chunks.iter().all(|chunk| chunk.len() <= LEAST), "{chunks:?}");
        }
    }
}
