use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use crate::input::failed;
use crate::{Limits, Reason};

/// What compressed a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    Gzip,
    Zstd,
}

impl Compression {
    /// What the first bytes say.
    pub(crate) fn recognise(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip file",
            Self::Zstd => "zstd file",
        }
    }

    /// What there is to say where this was built without it.
    #[allow(dead_code, reason = "of builds without one of them")]
    pub(crate) fn left_out(self) -> Reason {
        let name = match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        };
        Reason::Feature { format: name, feature: name }
    }

    /// What was compressed, a piece at a time, and not more than the limits allow.
    pub(crate) fn reader<'a>(
        self,
        reader: impl Read + 'a,
        limits: Limits,
    ) -> Result<Box<dyn Read + 'a>, Reason> {
        let consumed = Rc::new(Cell::new(0));
        let counted = Counted { reader, count: Rc::clone(&consumed) };
        let decoder = match self {
            Self::Gzip => gzip(counted)?,
            Self::Zstd => zstd(counted)?,
        };
        Ok(Box::new(Guard { decoder, compression: self, consumed, produced: 0, limits }))
    }
}

#[cfg(feature = "gzip")]
fn gzip<'a>(reader: impl Read + 'a) -> Result<Box<dyn Read + 'a>, Reason> {
    // Of all members, since tools that work in parallel write many.
    Ok(Box::new(flate2::read::MultiGzDecoder::new(reader)))
}

#[cfg(not(feature = "gzip"))]
fn gzip<'a>(_: impl Read + 'a) -> Result<Box<dyn Read + 'a>, Reason> {
    Err(Compression::Gzip.left_out())
}

#[cfg(feature = "zstd")]
fn zstd<'a>(reader: impl Read + 'a) -> Result<Box<dyn Read + 'a>, Reason> {
    Ok(Box::new(zstd::stream::read::Decoder::new(reader)?))
}

#[cfg(not(feature = "zstd"))]
fn zstd<'a>(_: impl Read + 'a) -> Result<Box<dyn Read + 'a>, Reason> {
    Err(Compression::Zstd.left_out())
}

/// Counts what is read.
struct Counted<R> {
    reader: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

/// Ends what becomes too much.
struct Guard<'a> {
    decoder: Box<dyn Read + 'a>,
    compression: Compression,
    consumed: Rc<Cell<u64>>,
    produced: u64,
    limits: Limits,
}

impl Read for Guard<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(buffer);
        let read = read.map_err(|error| failed(error, self.compression.name()))?;
        self.produced += read as u64;
        self.limits.check(self.consumed.get(), self.produced)?;
        Ok(read)
    }
}
