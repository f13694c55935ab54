use std::io::{Cursor, Read};

use crate::TableError;

/// The text as UTF-8, if its mark says that it is UTF-16; as it is otherwise. The mark is left
/// out.
pub(super) fn decoded<'a>(mut reader: impl Read + 'a) -> Result<Box<dyn Read + 'a>, TableError> {
    let mut head = Vec::new();
    reader.by_ref().take(3).read_to_end(&mut head)?;
    let unit = match head[..] {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        [0xef, 0xbb, 0xbf] => return Ok(Box::new(reader)),
        _ => return Ok(Box::new(Cursor::new(head).chain(reader))),
    };
    let mut bytes = head.split_off(2);
    reader.read_to_end(&mut bytes)?;
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    drop(bytes);
    let text = String::from_utf16(&units).map_err(|_| TableError::NotUtf16)?;
    Ok(Box::new(Cursor::new(text.into_bytes())))
}
