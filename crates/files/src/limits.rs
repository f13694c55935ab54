use crate::Reason;

/// How much data a file may stand for: a few bytes may claim, or be decompressed to, more than any
/// machine holds.
///
/// Up to 64 MiB are always fine. More than that must be at most [`ratio`](Self::ratio) times the bytes
/// of the file, and never above [`bytes`](Self::bytes).
///
/// ```
/// use densely_files::{Limits, ReadOptions};
///
/// let limits = Limits { ratio: 2000, ..Limits::default() };
/// let options = ReadOptions::new().limits(limits);
/// # let _ = options;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes; by default 16 GiB.
    pub bytes: u64,
    /// The most bytes for each byte of the file; by default 200, of which text compresses to a
    /// tenth at most.
    pub ratio: u64,
}

/// What any file may hold.
pub(crate) const FREE: u64 = 64 << 20;

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 16 << 30, ratio: 200 }
    }
}

impl Limits {
    /// Whether so many bytes of a file may stand for so many of data.
    pub(crate) fn check(self, bytes: u64, expanded: u64) -> Result<(), Reason> {
        let limit = if expanded > self.bytes {
            format!("at most {} bytes", self.bytes)
        } else if expanded > FREE && expanded > bytes.saturating_mul(self.ratio) {
            format!("at most {} times the file beyond {} MiB", self.ratio, FREE >> 20)
        } else {
            return Ok(());
        };
        Err(Reason::TooLarge { bytes, expanded, limit })
    }

    /// The same for the cells of a table. A column takes some memory of its own, a cell two bytes
    /// or more.
    pub(crate) fn check_table(self, bytes: u64, rows: u64, columns: u64) -> Result<(), Reason> {
        let column = rows.saturating_mul(2).saturating_add(COLUMN);
        self.check(bytes, columns.saturating_mul(column))
    }
}

/// What a column takes besides its cells, about, while there is made room for more columns.
const COLUMN: u64 = 512;
