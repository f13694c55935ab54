use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};

use crate::Reason;

/// The bytes of a file, anywhere in it, and how many there are.
#[derive(Debug)]
pub(crate) struct Input {
    bytes: Bytes,
    len: u64,
}

#[derive(Debug)]
enum Bytes {
    File(BufReader<File>),
    Memory(Cursor<Vec<u8>>),
}

impl Input {
    pub(crate) fn file(file: File, len: u64) -> Self {
        Self { bytes: Bytes::File(BufReader::with_capacity(1 << 16, file)), len }
    }

    pub(crate) fn memory(bytes: Vec<u8>) -> Self {
        let len = bytes.len() as u64;
        Self { bytes: Bytes::Memory(Cursor::new(bytes)), len }
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.bytes {
            Bytes::File(file) => file.read(buffer),
            Bytes::Memory(memory) => memory.read(buffer),
        }
    }
}

impl Seek for Input {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.bytes {
            Bytes::File(file) => file.seek(to),
            Bytes::Memory(memory) => memory.seek(to),
        }
    }
}

/// Fills the buffer; what ends before is damaged.
pub(crate) fn read_exact(
    reader: &mut dyn Read,
    buffer: &mut [u8],
    format: &'static str,
) -> Result<(), Reason> {
    reader.read_exact(buffer).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => Reason::damaged(format, "it ends too early"),
        _ => failed(error, format),
    })
}

/// What a reader failed with: the system says so by a number, and what decompresses by words.
pub(crate) fn failed(error: io::Error, format: &'static str) -> Reason {
    match Reason::from(error) {
        Reason::Read(error) if error.raw_os_error().is_none() => {
            Reason::damaged(format, error.to_string())
        }
        reason => reason,
    }
}

/// The first bytes, at most so many.
pub(crate) fn head(reader: &mut dyn Read, most: u64) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    reader.take(most).read_to_end(&mut head)?;
    Ok(head)
}
