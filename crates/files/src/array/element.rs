use densely_table::ColumnBuilder;
use half::f16;

use crate::Reason;
use crate::error::quoted;
use crate::whole::{push_signed, push_unsigned};

/// What an array is of, and how its bytes are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) kind: Kind,
    pub(super) big_endian: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    /// Of 1, 2, 4 or 8 bytes.
    Signed(usize),
    Unsigned(usize),
    /// Of 2, 4 or 8 bytes.
    Float(usize),
    /// So many bytes of text, padded with zeros.
    Bytes(usize),
    /// So many characters of four bytes each.
    Unicode(usize),
}

impl Element {
    /// Of NumPy's description, such as `<f8`. What is refused comes with a reason.
    pub(super) fn parse(description: &str) -> Result<Self, &'static str> {
        let (order, rest) = match description.as_bytes() {
            [order @ (b'<' | b'>' | b'|' | b'='), rest @ ..] => (*order, rest),
            rest => (b'|', rest),
        };
        let [letter, size @ ..] = rest else { return Err(UNKNOWN) };
        let size = std::str::from_utf8(size).ok().and_then(|size| {
            // The unit of times stands behind their size.
            let end = size.find(|c: char| !c.is_ascii_digit()).unwrap_or(size.len());
            size[..end].parse::<usize>().ok()
        });
        let kind = match (letter, size) {
            (b'b', Some(1)) | (b'?', None) => Kind::Bool,
            (b'i', Some(size @ (1 | 2 | 4 | 8))) => Kind::Signed(size),
            (b'u', Some(size @ (1 | 2 | 4 | 8))) => Kind::Unsigned(size),
            (b'f', Some(size @ (2 | 4 | 8))) => Kind::Float(size),
            (b'S' | b'a', Some(size)) if size > 0 => Kind::Bytes(size),
            (b'U', Some(size)) if size > 0 => Kind::Unicode(size),
            (b'S' | b'a' | b'U', Some(0)) => return Err("which has no characters"),
            (b'f', _) => {
                return Err("which only machines of one kind have; convert it, `.astype('f8')`");
            }
            (b'c', _) => {
                return Err("and a cell is one number; save `.real` and `.imag`, or `abs`");
            }
            (b'O', _) => {
                return Err("which is pickled, and reading a pickle runs whatever is in it; \
                            convert it to numbers or text, `.astype(float)` or `.astype(str)`");
            }
            (b'M' | b'm', _) => {
                return Err("which are times; save `.astype('datetime64[s]')\
                                            .astype(str)`, or numbers");
            }
            (b'V', _) => return Err(STRUCTURED),
            _ => return Err(UNKNOWN),
        };
        Ok(Self { kind, big_endian: order == b'>' })
    }

    /// Bytes.
    pub(super) fn size(self) -> usize {
        match self.kind {
            Kind::Bool => 1,
            Kind::Signed(size) | Kind::Unsigned(size) | Kind::Float(size) | Kind::Bytes(size) => {
                size
            }
            Kind::Unicode(size) => size.saturating_mul(4),
        }
    }

    /// Adds what these bytes are, which are as many as its size.
    #[inline]
    pub(super) fn push(self, bytes: &[u8], to: &mut ColumnBuilder) -> Result<(), Reason> {
        match self.kind {
            Kind::Bool => to.push_bool(bytes[0] != 0),
            Kind::Unsigned(1) => to.push_number(bytes[0].into()),
            Kind::Float(8) => to.push_number(f64::from_bits(self.bits(bytes))),
            Kind::Float(4) => to.push_number(f32::from_bits(self.bits(bytes) as u32).into()),
            Kind::Float(_) => to.push_number(f16::from_bits(self.bits(bytes) as u16).into()),
            Kind::Unsigned(_) => push_unsigned(self.bits(bytes), to),
            Kind::Signed(size) => {
                let unused = 64 - 8 * size as u32;
                push_signed((self.bits(bytes) << unused).cast_signed() >> unused, to);
            }
            Kind::Bytes(_) => {
                let text = std::str::from_utf8(bytes)
                    .map_err(|_| text_error("text in UTF-8", &String::from_utf8_lossy(bytes)))?;
                to.push_text(text.trim_end_matches('\0'));
            }
            Kind::Unicode(_) => {
                let text: Option<String> = bytes
                    .chunks_exact(4)
                    .map(|character| char::from_u32(self.bits(character) as u32))
                    .collect();
                let text = text.ok_or_else(|| text_error("text in Unicode", "other numbers"))?;
                to.push_text(text.trim_end_matches('\0'));
            }
        }
        Ok(())
    }

    /// Up to eight bytes as a number.
    #[inline]
    fn bits(self, bytes: &[u8]) -> u64 {
        let mut wide = [0; 8];
        if self.big_endian {
            wide[8 - bytes.len()..].copy_from_slice(bytes);
            u64::from_be_bytes(wide)
        } else {
            wide[..bytes.len()].copy_from_slice(bytes);
            u64::from_le_bytes(wide)
        }
    }
}

const UNKNOWN: &str = "which is no type of number or text that is known";
pub(super) const STRUCTURED: &str = "which is structured, several values in one; save each of its fields as an array of an NPZ file";

fn text_error(expected: &str, found: &str) -> Reason {
    let expected = expected.to_owned();
    Reason::Cell { place: "an element".to_owned(), column: None, expected, found: quoted(found) }
}
