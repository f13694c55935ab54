use std::io::Read;

use super::element::{Element, STRUCTURED};
use crate::Reason;
use crate::error::quoted;
use crate::input::read_exact;

/// What an array is, as its file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) element: Element,
    /// Whether the first index varies fastest.
    pub(super) fortran: bool,
    pub(super) shape: Vec<u64>,
    /// The bytes of the header itself.
    pub(super) len: u64,
}

const FORMAT: &str = "NPY file";
pub(super) const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// NumPy's own limit is a sixth of it.
const LONGEST: usize = 1 << 16;

impl Header {
    /// Reads it from the beginning of a file. `name` is the array's in a file of several.
    pub(super) fn read(reader: &mut dyn Read, name: Option<&str>) -> Result<Self, Reason> {
        let mut start = [0; 8];
        read_exact(reader, &mut start, FORMAT)?;
        if &start[..6] != MAGIC {
            return Err(Reason::damaged(FORMAT, "it does not begin as one"));
        }
        let mut length = [0; 4];
        let width = match start[6] {
            1 => 2,
            2 | 3 => 4,
            version => {
                let detail = format!("its version is {version}, and 1 to 3 are known");
                return Err(Reason::damaged(FORMAT, detail));
            }
        };
        read_exact(reader, &mut length[..width], FORMAT)?;
        let length = u32::from_le_bytes(length) as usize;
        if length > LONGEST {
            let detail = format!("its header has {length} bytes, and at most {LONGEST} make sense");
            return Err(Reason::damaged(FORMAT, detail));
        }
        let mut text = vec![0; length];
        read_exact(reader, &mut text, FORMAT)?;
        let text = String::from_utf8_lossy(&text);
        let parsed = Parser { rest: text.trim() }.header();
        let Some((description, fortran, shape)) = parsed else {
            let detail = format!("its header is {}", quoted(text.trim()));
            return Err(Reason::damaged(FORMAT, detail));
        };
        let element = match &description {
            Some(description) => Element::parse(description),
            None => Err(STRUCTURED),
        };
        let element = element.map_err(|why| Reason::Element {
            array: name.map(str::to_owned),
            element: description.as_deref().map_or_else(|| "records".to_owned(), quoted),
            why,
        })?;
        Ok(Self { element, fortran, shape, len: (8 + width + length) as u64 })
    }
}

/// Reads a dictionary of Python as NumPy writes it.
struct Parser<'a> {
    rest: &'a str,
}

/// A description that is not a text is of a structured array.
type Parsed = (Option<String>, bool, Vec<u64>);

impl<'a> Parser<'a> {
    fn header(&mut self) -> Option<Parsed> {
        let (mut description, mut fortran, mut shape) = (None, None, None);
        self.token('{')?;
        while self.token('}').is_none() {
            let key = self.string()?;
            self.token(':')?;
            match key {
                "descr" => {
                    description = Some(match self.rest.starts_with('[') {
                        true => {
                            self.skip_list()?;
                            None
                        }
                        false => Some(self.string()?.to_owned()),
                    });
                }
                "fortran_order" => fortran = Some(self.boolean()?),
                "shape" => shape = Some(self.shape()?),
                _ => return None,
            }
            if self.token(',').is_none() {
                self.token('}')?;
                break;
            }
        }
        self.rest.is_empty().then_some((description?, fortran?, shape?))
    }

    /// This character and the spaces behind it.
    fn token(&mut self, token: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(token)?.trim_start();
        Some(())
    }

    fn string(&mut self) -> Option<&'a str> {
        let quote = self.rest.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
        let (string, rest) = self.rest[1..].split_once(quote)?;
        self.rest = rest.trim_start();
        Some(string)
    }

    fn boolean(&mut self) -> Option<bool> {
        for (word, value) in [("True", true), ("False", false)] {
            if let Some(rest) = self.rest.strip_prefix(word) {
                self.rest = rest.trim_start();
                return Some(value);
            }
        }
        None
    }

    fn shape(&mut self) -> Option<Vec<u64>> {
        let mut shape = Vec::new();
        self.token('(')?;
        while self.token(')').is_none() {
            let end = self.rest.find(|c: char| !c.is_ascii_digit())?;
            shape.push(self.rest[..end].parse().ok()?);
            // An old Python writes an L behind long ones.
            self.rest = self.rest[end..].trim_start_matches('L').trim_start();
            if self.token(',').is_none() {
                self.token(')')?;
                break;
            }
        }
        Some(shape)
    }

    /// A list with all that is in it.
    fn skip_list(&mut self) -> Option<()> {
        let (mut depth, mut quote) = (0, None);
        for (at, c) in self.rest.char_indices() {
            match (quote, c) {
                (Some(open), c) if open == c => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(c),
                (None, '[' | '(') => depth += 1,
                (None, ']' | ')') => {
                    depth -= 1;
                    if depth == 0 {
                        self.rest = self.rest[at + 1..].trim_start();
                        return Some(());
                    }
                }
                _ => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Parsed> {
        Parser { rest: text.trim() }.header()
    }

    #[test]
    fn headers_as_pythons_write_them() {
        let shape = |shape: &[u64]| Some((Some("<f8".to_owned()), false, shape.to_vec()));
        for (text, expected) in [
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }   \n", shape(&[3, 4])),
            ("{'shape':(3,),'descr':\"<f8\",'fortran_order':False}", shape(&[3])),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (3L, 4L)}", shape(&[3, 4])),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': ()}", shape(&[])),
            (
                "{'descr': [('a', '<f8'), ('b)', '<i4', (2,))], 'fortran_order': True, 'shape': (2,)}",
                Some((None, true, vec![2])),
            ),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
        for text in [
            "",
            "{",
            "{}",
            "{'descr': '<f8'}",
            "{'descr': '<f8', 'fortran_order': 0, 'shape': (3,)}",
            "{'descr': '<f8', 'fortran_order': True, 'shape': (-3,)}",
            "{'descr': '<f8', 'fortran_order': True, 'shape': (3 4)}",
            "{'descr': '<f8', 'fortran_order': True, 'shape': (99999999999999999999,)}",
            "{'descr': '<f8', 'fortran_order': True, 'shape': (3,)} more",
            "{'descr': [('a', 'fortran_order': True, 'shape': (3,)}",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
