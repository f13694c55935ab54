//! Texts as bytes of a temporary file.

use super::{GAP, Texts};

impl Texts {
    /// Appends them: the number of codes and of distinct texts, these, where each ends, and the codes.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        let mut number = |number: usize| bytes.extend((number as u64).to_le_bytes());
        number(self.codes.len());
        number(self.ends.len());
        self.ends.iter().for_each(|&end| number(end));
        self.codes.iter().for_each(|code| bytes.extend(code.to_le_bytes()));
        bytes.extend(self.text.as_bytes());
    }

    /// Those that were written.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let mut number = || {
            let (number, others) = rest.split_first_chunk()?;
            rest = others;
            usize::try_from(u64::from_le_bytes(*number)).ok()
        };
        let (codes, distinct) = (number()?, number()?);
        let ends = (0..distinct).map(|_| number()).collect::<Option<Vec<_>>>()?;
        let (codes, text) = rest.split_at_checked(codes.checked_mul(size_of::<u32>())?)?;
        let codes: Vec<u32> =
            codes.as_chunks().0.iter().map(|&code| u32::from_le_bytes(code)).collect();
        let gaps = codes.iter().filter(|&&code| code == GAP).count();
        Some(Self { codes, text: str::from_utf8(text).ok()?.to_owned(), ends, gaps })
    }
}
