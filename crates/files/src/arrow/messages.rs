use std::io::{Seek, SeekFrom};

use arrow_buffer::Buffer;
use arrow_ipc::{Message as About, RecordBatch, root_as_message};
use arrow_schema::Schema;

use super::FORMAT;
use super::footer::{Footer, own_schema};
use crate::input::{Input, read_exact};
use crate::{Limits, Reason};

/// The messages of a file or a stream, one after the other: no more of them than there is, and none that claims
/// more than may be.
pub(super) struct Messages {
    input: Input,
    limits: Limits,
    /// Of a file.
    listed: Option<Footer>,
    /// Bytes of messages so far.
    taken: u64,
    rows: u64,
    decompressed: u64,
}

/// What a message says, and the bytes that it says it of.
pub(super) struct Message {
    about: Vec<u8>,
    pub(super) body: Buffer,
}

impl Message {
    pub(super) fn about(&self) -> Result<About<'_>, Reason> {
        root_as_message(&self.about).map_err(|error| Reason::damaged(FORMAT, error.to_string()))
    }
}

/// Before the messages of a file, with what brings it to 8 bytes.
const MAGIC: &[u8; 6] = b"ARROW1";
const CONTINUED: [u8; 4] = [0xff; 4];

impl Messages {
    pub(super) fn new(mut input: Input, limits: Limits) -> Result<Self, Reason> {
        let mut head = [0; 8];
        read_exact(&mut input, &mut head, FORMAT)?;
        let listed = match head.starts_with(MAGIC) {
            true => Some(Footer::read(&mut input)?),
            false => {
                input.seek(SeekFrom::Start(0))?;
                None
            }
        };
        Ok(Self { input, limits, listed, taken: 0, rows: 0, decompressed: 0 })
    }

    /// What the columns are: in a file its end says so, as its beginning need not; in a stream the first message.
    pub(super) fn schema(&mut self) -> Result<Schema, Reason> {
        if let Some(footer) = &self.listed {
            return footer.schema();
        }
        let first = self.next()?.ok_or_else(|| Reason::damaged(FORMAT, "it has no schema"))?;
        let schema = first.about()?.header_as_schema();
        own_schema(
            schema.ok_or_else(|| Reason::damaged(FORMAT, "it does not begin with a schema"))?,
        )
    }

    /// The next one, or that there is none.
    pub(super) fn next(&mut self) -> Result<Option<Message>, Reason> {
        if let Some(footer) = &mut self.listed {
            let Some(at) = footer.places.next() else { return Ok(None) };
            self.input.seek(SeekFrom::Start(at))?;
        }
        let mut size = self.word()?;
        // Files from before 2019 have the size alone.
        if size == CONTINUED {
            size = self.word()?;
        }
        let size = u32::from_le_bytes(size);
        if size == 0 {
            return Ok(None);
        }
        let about = self.bytes(size.into())?;
        let mut message = Message { about, body: Buffer::default() };
        let body = u64::try_from(message.about()?.bodyLength()).map_err(|_| beyond())?;
        message.body = Buffer::from_vec(self.bytes(body)?);
        Ok(Some(message))
    }

    /// Whether a batch of this message stands for what it may.
    pub(super) fn check(
        &mut self,
        batch: RecordBatch<'_>,
        body: &[u8],
        columns: usize,
    ) -> Result<(), Reason> {
        let rows = u64::try_from(batch.length()).map_err(|_| beyond())?;
        self.rows = self.rows.saturating_add(rows);
        self.limits.check_table(self.input.len(), self.rows, columns as u64)?;
        let is_compressed = batch.compression().is_some();
        for buffer in batch.buffers().into_iter().flatten() {
            let (start, length) = (usize::try_from(buffer.offset()), buffer.length());
            let end = start.ok().zip(usize::try_from(length).ok());
            let end = end.and_then(|(start, length)| Some((start, start.checked_add(length)?)));
            let bytes = end.and_then(|(start, end)| body.get(start..end)).ok_or_else(beyond)?;
            if let Some(claimed) = bytes.first_chunk().filter(|_| is_compressed) {
                // Or less than 0, if it is as it was.
                let claimed = u64::try_from(i64::from_le_bytes(*claimed)).unwrap_or(0);
                self.decompressed = self.decompressed.saturating_add(claimed);
            }
        }
        self.limits.check(self.input.len(), self.decompressed)
    }

    fn word(&mut self) -> Result<[u8; 4], Reason> {
        let mut word = [0; 4];
        read_exact(&mut self.input, &mut word, FORMAT)?;
        Ok(word)
    }

    /// So many bytes, if they are there.
    fn bytes(&mut self, length: u64) -> Result<Vec<u8>, Reason> {
        let at = self.input.stream_position()?;
        // Those that a file lists could be the same again and again.
        self.taken = self.taken.saturating_add(length);
        if length > self.input.len().saturating_sub(at) || self.taken > self.input.len() {
            return Err(beyond());
        }
        let mut bytes = vec![0; length as usize];
        read_exact(&mut self.input, &mut bytes, FORMAT)?;
        Ok(bytes)
    }
}

fn beyond() -> Reason {
    Reason::damaged(FORMAT, "a message is longer than what is left of it")
}
