use std::io::{BufRead, BufReader, Read};

use crate::Reason;

/// The lines of a text.
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    number: usize,
    bytes: u64,
    format: &'static str,
}

/// A line of a text.
pub(super) struct Line<'a> {
    /// Without white space around it.
    pub(super) text: &'a str,
    /// From 1.
    pub(super) number: usize,
    /// The bytes up to its end.
    pub(super) bytes: u64,
}

/// A line of so many bytes is none of a table.
const LONGEST: u64 = 1 << 26;

impl<R: Read> Lines<R> {
    pub(super) fn new(reader: R, format: &'static str) -> Self {
        let reader = BufReader::with_capacity(1 << 16, reader);
        Self { reader, line: Vec::new(), number: 0, bytes: 0, format }
    }

    /// The next line that is not empty.
    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, Reason> {
        loop {
            self.line.clear();
            let read = self.reader.by_ref().take(LONGEST).read_until(b'\n', &mut self.line)? as u64;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            self.bytes += read;
            if read == LONGEST {
                let detail = format!("line {} has no end after {read} bytes", self.number);
                return Err(Reason::damaged(self.format, detail));
            }
            if self.number == 1 && self.line.starts_with(b"\xef\xbb\xbf") {
                self.line.drain(..3);
            }
            if !self.line.trim_ascii().is_empty() {
                break;
            }
        }
        let found = || String::from_utf8_lossy(&self.line);
        let line = std::str::from_utf8(&self.line)
            .map_err(|_| Reason::line(self.number, "text in UTF-8", &found()))?;
        Ok(Some(Line { text: line.trim(), number: self.number, bytes: self.bytes }))
    }
}
