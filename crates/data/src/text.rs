use std::io::Read;

use crate::DataError;

/// A line without an end for so many bytes is none of a table: it would have millions of columns.
const LONGEST_LINE: usize = 1 << 26;

/// Reads all that there is, as long as it may be text with lines: of a device, or a stream without
/// line breaks, there is no end, and its beginning tells.
pub(crate) fn read(mut reader: impl Read) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    let mut line_start = 0;
    loop {
        let read = reader.by_ref().take(CHUNK).read_to_end(&mut bytes)?;
        let new = &bytes[bytes.len() - read..];
        if read == 0 {
            return Ok(bytes);
        }
        if new.contains(&0) {
            return Err(DataError::Binary);
        }
        if let Some(last) = new.iter().rposition(|byte| matches!(byte, b'\r' | b'\n')) {
            line_start = bytes.len() - read + last + 1;
        }
        if bytes.len() - line_start > LONGEST_LINE {
            return Err(DataError::EndlessLine { bytes: bytes.len() - line_start });
        }
    }
}

/// Bytes that are looked at together.
const CHUNK: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use std::io::{self, repeat};

    use super::*;

    #[test]
    fn what_has_no_end_is_not_read_to_it() {
        assert!(matches!(read(repeat(0)), Err(DataError::Binary)));
        assert!(matches!(read(repeat(b'x')), Err(DataError::EndlessLine { .. })));
        let line = |length| repeat(b'x').take(length).chain(&b"\n"[..]);
        let longest = LONGEST_LINE as u64 - 2 * CHUNK;
        let two = line(longest).chain(line(longest));
        assert_eq!(read(two).unwrap().len() as u64, 2 * longest + 2);
    }

    #[test]
    fn errors_of_reading_come_first() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        assert!(matches!(read(b"a,b\n".chain(Broken)), Err(DataError::Read(_))));
        assert_eq!(read(&b"a,b\n"[..]).unwrap(), b"a,b\n");
    }
}
