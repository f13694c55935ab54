use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex};

use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::reader::{ChunkReader, Length};
use bytes::Bytes;

use crate::input::Input;
use crate::{Limits, Reason};

/// The bytes of a file as the library takes them, and no more of them than there are.
pub(super) struct Chunks {
    input: Arc<Mutex<Input>>,
    len: u64,
    limits: Limits,
}

/// The header of a page is some tens of bytes, with statistics some hundreds.
const AHEAD: u64 = 1 << 16;

impl Chunks {
    pub(super) fn new(input: Input, limits: Limits) -> Self {
        let len = input.len();
        Self { input: Arc::new(Mutex::new(input)), len, limits }
    }

    fn bytes(&self, start: u64, length: u64) -> Result<Vec<u8>> {
        // Before there is made room for what is not there.
        if start.checked_add(length).is_none_or(|end| end > self.len) {
            let detail = format!("bytes {start} and {length} more are beyond its end");
            return Err(ParquetError::EOF(detail));
        }
        let mut bytes = vec![0; length as usize];
        let mut input = self.input.lock().map_err(|error| ParquetError::EOF(error.to_string()))?;
        input.seek(SeekFrom::Start(start))?;
        input.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for Chunks {
    type T = Cursor<Vec<u8>>;

    /// Where a page begins.
    fn get_read(&self, start: u64) -> Result<Self::T> {
        let length = self.len.saturating_sub(start).min(AHEAD);
        let bytes = self.bytes(start, length)?;
        if let Some(size) = page_size(&bytes) {
            // The library makes room for what the page claims.
            self.limits.check(self.len, size).map_err(external)?;
        }
        Ok(Cursor::new(bytes))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        Ok(self.bytes(start, length as u64)?.into())
    }
}

fn external(reason: Reason) -> ParquetError {
    ParquetError::External(Box::new(std::io::Error::from(reason)))
}

/// The bytes that a page says it has when it is decompressed: the second field of its header, an
/// integer of 32 bits, as its first and type.
fn page_size(header: &[u8]) -> Option<u64> {
    const NEXT_I32: u8 = 0x15;
    let rest = header.strip_prefix(&[NEXT_I32])?;
    let (_, rest) = varint(rest)?;
    let (size, _) = varint(rest.strip_prefix(&[NEXT_I32])?)?;
    // Zigzag: the sign is the last bit.
    Some(size >> 1)
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (i, &byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * i).min(63);
        if byte < 0x80 {
            return Some((value, &bytes[i + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_say_how_large_they_become() {
        // A page of data of 8 bytes, which are 300 when they are decompressed.
        assert_eq!(page_size(&[0x15, 0, 0x15, 0xd8, 0x04, 0x15, 16]), Some(300));
        assert_eq!(page_size(&[0x15, 0, 0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f]), Some(0x7fff_ffff));
        for header in [&[][..], &[0x15], &[0x15, 0], &[0x15, 0, 0x15, 0xff], &[0x28, 0, 0x15, 1]] {
            assert_eq!(page_size(header), None, "{header:?}");
        }
    }

    #[test]
    fn no_page_is_larger_than_the_limits() {
        let claims = |size: &[u8]| {
            let page = [&[0x15, 0, 0x15][..], size, &[0x15, 16]].concat();
            Chunks::new(Input::memory(page), Limits::default()).get_read(0).map(|_| ())
        };
        assert!(claims(&[0xd8, 0x04]).is_ok());
        let error = claims(&[0xfe, 0xff, 0xff, 0xff, 0x0f]).unwrap_err();
        assert!(error.to_string().contains("trap"), "{error}");
        let chunks = Chunks::new(Input::memory(vec![0; 8]), Limits::default());
        assert!(chunks.get_bytes(4, 4).is_ok());
        for (start, length) in [(4, 5), (u64::MAX, 1)] {
            let error = chunks.get_bytes(start, length).unwrap_err().to_string();
            assert!(error.contains("beyond its end"), "{error}");
        }
    }
}
