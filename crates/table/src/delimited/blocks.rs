use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use super::Separator;
use super::rows::{Cut, last_row_end, line_breaks};
use crate::TableError;

/// Bytes that are read, and then taken apart, together.
const BLOCK: usize = 1 << 20;

/// A row without an end for so many bytes is none of a table: it would have millions of columns.
const LONGEST_ROW: usize = 1 << 26;

/// Rows that are looked at, at least.
const ROWS: usize = 4;

/// A text in pieces that end where rows do.
pub(super) struct Blocks<R> {
    reader: R,
    /// What was read, and is in no block yet.
    buffer: Vec<u8>,
    /// The line on which that begins.
    line: usize,
    separator: Separator,
    ended: bool,
    spare: Arc<Spare>,
}

/// Some whole rows.
pub(super) struct Block {
    pub(super) text: Vec<u8>,
    /// The line on which it begins.
    pub(super) line: usize,
    spare: Arc<Spare>,
}

/// The memory of blocks that are done with, for those to come: the system clears each page that it gives.
#[derive(Default)]
struct Spare(Mutex<Vec<Vec<u8>>>);

impl Spare {
    fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        let mut text = std::mem::take(&mut self.text);
        // Of a row that is very long there may be no second.
        if text.capacity() <= 4 * BLOCK {
            text.clear();
            self.spare.0.lock().unwrap_or_else(PoisonError::into_inner).push(text);
        }
    }
}

impl<R: Read> Blocks<R> {
    pub(super) fn new(reader: R) -> Self {
        let separator = Separator::Byte(b',');
        let spare = Arc::default();
        Self { reader, buffer: Vec::new(), line: 1, separator, ended: false, spare }
    }

    /// The beginning of the text, to be looked at, and whether it is all of it.
    pub(super) fn head(&mut self) -> Result<(&[u8], bool), TableError> {
        if self.buffer.is_empty() {
            self.read()?;
            // A whole block, unless there is no more, and some whole rows, unless they are too long to be any.
            while !self.ended
                && (self.buffer.len() < BLOCK
                    || self.buffer.len() < LONGEST_ROW && line_breaks(&self.buffer) < ROWS)
            {
                self.read()?;
            }
        }
        Ok((&self.buffer, self.ended))
    }

    /// Passes over so many bytes.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.line += line_breaks(&self.buffer[..bytes]);
        self.buffer.drain(..bytes);
    }

    /// The line on which what comes next begins.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    pub(super) fn separate_by(&mut self, separator: Separator) {
        self.separator = separator;
    }

    /// Some rows more; `None` if there are none.
    pub(super) fn next(&mut self) -> Result<Option<Block>, TableError> {
        loop {
            if self.ended {
                return self.rest();
            }
            let (cut, open) = match self.buffer.len() < BLOCK {
                true => (Cut::Nowhere, None),
                false => last_row_end(&self.buffer, self.separator),
            };
            if let Cut::At(end) = cut {
                let mut rest = self.spare.take();
                rest.extend_from_slice(&self.buffer[end..]);
                self.buffer.truncate(end);
                return Ok(Some(self.block(rest)));
            }
            if self.buffer.len() > LONGEST_ROW {
                return Err(match open {
                    Some(quote) => self.open_quote(quote),
                    None => TableError::EndlessRow { bytes: self.buffer.len() },
                });
            }
            self.read()?;
        }
    }

    /// As many as these, or as there are.
    pub(super) fn some(&mut self, most: usize) -> Result<Vec<Block>, TableError> {
        std::iter::from_fn(|| self.next().transpose()).take(most).collect()
    }

    fn rest(&mut self) -> Result<Option<Block>, TableError> {
        if self.buffer.is_empty() {
            return Ok(None);
        }
        match last_row_end(&self.buffer, self.separator) {
            (_, Some(quote)) => Err(self.open_quote(quote)),
            (_, None) => Ok(Some(self.block(Vec::new()))),
        }
    }

    fn block(&mut self, rest: Vec<u8>) -> Block {
        let text = std::mem::replace(&mut self.buffer, rest);
        let block = Block { text, line: self.line, spare: Arc::clone(&self.spare) };
        self.line += line_breaks(&block.text);
        block
    }

    fn open_quote(&self, at: usize) -> TableError {
        TableError::OpenQuote { line: self.line + line_breaks(&self.buffer[..at]) }
    }

    fn read(&mut self) -> Result<(), TableError> {
        self.buffer.reserve(BLOCK);
        let read = self.reader.by_ref().take(BLOCK as u64).read_to_end(&mut self.buffer)?;
        self.ended = read == 0;
        if memchr::memchr(0, &self.buffer[self.buffer.len() - read..]).is_some() {
            return Err(TableError::Binary);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, repeat};

    use super::*;

    fn lengths(reader: impl Read) -> Result<Vec<(usize, usize)>, TableError> {
        let (mut blocks, mut lengths) = (Blocks::new(reader), Vec::new());
        while let Some(block) = blocks.next()? {
            lengths.push((block.text.len(), block.line));
        }
        Ok(lengths)
    }

    #[test]
    fn what_has_no_end_is_not_read_to_it() {
        assert!(matches!(lengths(repeat(0)), Err(TableError::Binary)));
        assert!(matches!(lengths(repeat(b'x')), Err(TableError::EndlessRow { .. })));
        let quoted = b"a,b\n1,2\n3,\"".chain(repeat(b'x'));
        assert!(matches!(lengths(quoted), Err(TableError::OpenQuote { line: 3 })));
    }

    #[test]
    fn blocks_end_where_rows_do() {
        let row = b"12345678901\n".repeat(BLOCK / 5);
        let lengths = lengths(&row[..]).unwrap();
        assert_eq!(lengths.iter().map(|(length, _)| length).sum::<usize>(), row.len());
        assert!(lengths.len() > 1);
        let mut line = 1;
        for (length, first) in lengths {
            assert!(length % 12 == 0 && first == line, "{length} bytes from line {first}");
            line += length / 12;
        }
    }

    #[test]
    fn errors_of_reading_are_passed_on() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        assert!(matches!(lengths(b"a,b\n".chain(Broken)), Err(TableError::Read(_))));
    }
}
