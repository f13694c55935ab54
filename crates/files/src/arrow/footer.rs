use std::io::{Seek, SeekFrom};
use std::vec::IntoIter;

use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::{Endianness, Schema as Described, root_as_footer};
use arrow_schema::Schema;

use super::{FORMAT, damaged};
use crate::Reason;
use crate::input::{Input, read_exact};

/// The end of a file, which says what its columns are and where its messages begin.
pub(super) struct Footer {
    bytes: Vec<u8>,
    pub(super) places: IntoIter<u64>,
}

/// After it come its length and these.
const END: &[u8; 6] = b"ARROW1";

impl Footer {
    pub(super) fn read(input: &mut Input) -> Result<Self, Reason> {
        let mut tail = [0; 10];
        let ends = || Reason::damaged(FORMAT, "it does not end as it should");
        let from = input.len().checked_sub(tail.len() as u64).ok_or_else(ends)?;
        input.seek(SeekFrom::Start(from))?;
        read_exact(input, &mut tail, FORMAT)?;
        let (length, end) = tail.split_at(4);
        let length = length.try_into().map_or(0, u32::from_le_bytes);
        let start = from.checked_sub(length.into()).filter(|_| end == END).ok_or_else(ends)?;
        let mut bytes = vec![0; length as usize];
        input.seek(SeekFrom::Start(start))?;
        read_exact(input, &mut bytes, FORMAT)?;
        let footer =
            root_as_footer(&bytes).map_err(|error| Reason::damaged(FORMAT, error.to_string()))?;
        let lists = [footer.dictionaries(), footer.recordBatches()];
        let blocks = lists.iter().flatten().flat_map(|blocks| blocks.iter());
        let places = blocks.map(|block| u64::try_from(block.offset()).map_err(|_| ends()));
        let places: Vec<u64> = places.collect::<Result<_, _>>()?;
        Ok(Self { bytes, places: places.into_iter() })
    }

    pub(super) fn schema(&self) -> Result<Schema, Reason> {
        let footer = root_as_footer(&self.bytes);
        let schema = footer.ok().and_then(|footer| footer.schema());
        own_schema(schema.ok_or_else(|| Reason::damaged(FORMAT, "it has no schema"))?)
    }
}

/// Of one whose numbers are as ours.
pub(super) fn own_schema(schema: Described<'_>) -> Result<Schema, Reason> {
    if schema.endianness() != Endianness::Little {
        let what = "an Arrow file whose numbers begin with their highest byte";
        return Err(Reason::Unsupported { what, advice: "write it as Parquet" });
    }
    try_fb_to_schema(schema).map_err(damaged)
}
