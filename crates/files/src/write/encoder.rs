use std::io::{self, Write};

use crate::Reason;
use crate::compression::Compression;

/// Compresses what is written, if that is asked for.
pub(super) enum Encoder<W: Write> {
    Plain(W),
    #[cfg(feature = "gzip")]
    Gzip(flate2::write::GzEncoder<W>),
    #[cfg(feature = "zstd")]
    Zstd(zstd::stream::write::Encoder<'static, W>),
}

impl<W: Write> Encoder<W> {
    pub(super) fn new(to: W, compression: Option<Compression>) -> Result<Self, Reason> {
        match compression {
            None => Ok(Self::Plain(to)),
            #[cfg(feature = "gzip")]
            Some(Compression::Gzip) => {
                Ok(Self::Gzip(flate2::write::GzEncoder::new(to, flate2::Compression::default())))
            }
            #[cfg(feature = "zstd")]
            Some(Compression::Zstd) => Ok(Self::Zstd(zstd::stream::write::Encoder::new(to, 0)?)),
            #[allow(unreachable_patterns, reason = "of builds without one of them")]
            Some(compression) => Err(compression.left_out()),
        }
    }

    /// Writes what is left.
    pub(super) fn finish(self) -> Result<(), Reason> {
        let mut to = match self {
            Self::Plain(to) => to,
            #[cfg(feature = "gzip")]
            Self::Gzip(encoder) => encoder.finish()?,
            #[cfg(feature = "zstd")]
            Self::Zstd(encoder) => encoder.finish()?,
        };
        Ok(to.flush()?)
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(to) => to.write(bytes),
            #[cfg(feature = "gzip")]
            Self::Gzip(encoder) => encoder.write(bytes),
            #[cfg(feature = "zstd")]
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    /// Nothing: to flush what compresses ends a block each time.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
