mod bytes;

use std::fmt;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// The texts of a column, with gaps: each distinct one is kept once.
#[derive(Clone, Default)]
pub struct Texts {
    codes: Vec<u32>,
    /// All distinct texts, one after the other, and where each ends.
    text: String,
    ends: Vec<usize>,
    gaps: usize,
}

const GAP: u32 = u32::MAX;

impl Texts {
    /// The number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The number of gaps.
    #[must_use]
    pub fn gaps(&self) -> usize {
        self.gaps
    }

    /// The number of distinct texts.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.ends.len()
    }

    /// A distinct text, by its code. Codes are in the order in which texts first came.
    ///
    /// # Panics
    /// If there are not so many.
    #[must_use]
    pub fn value(&self, code: usize) -> &str {
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        &self.text[start..self.ends[code]]
    }

    /// The distinct texts.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        (0..self.distinct()).map(|code| self.value(code))
    }

    /// The code of the text in a row, counted from 0; `None` for a gap.
    ///
    /// # Panics
    /// If there are not so many rows.
    #[must_use]
    #[inline]
    pub fn code(&self, row: usize) -> Option<usize> {
        match self.codes[row] {
            GAP => None,
            code => Some(code as usize),
        }
    }

    /// Those of these rows, in this order: none is compared with others again.
    pub(crate) fn gather(&self, rows: impl Iterator<Item = usize>) -> Self {
        let mut gathered = Self::default();
        // What each is there, once it has come.
        let mut codes = vec![GAP; self.distinct()];
        for row in rows {
            let code = self.code(row).map_or(GAP, |code| {
                if codes[code] == GAP {
                    codes[code] = gathered.add(self.value(code));
                }
                codes[code]
            });
            gathered.gaps += usize::from(code == GAP);
            gathered.codes.push(code);
        }
        gathered
    }

    /// The code of one more distinct text.
    fn add(&mut self, text: &str) -> u32 {
        let code = u32::try_from(self.ends.len()).expect("fewer distinct texts than 2³²");
        self.text.push_str(text);
        self.ends.push(self.text.len());
        code
    }

    /// The text in a row, counted from 0; `None` for a gap.
    ///
    /// # Panics
    /// If there are not so many rows.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&str> {
        self.code(row).map(|code| self.value(code))
    }
}

/// Texts that more can be added to.
#[derive(Default)]
pub(crate) struct TextsBuilder {
    texts: Texts,
    codes: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl TextsBuilder {
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Makes room for so many cells more.
    pub(crate) fn reserve(&mut self, cells: usize) {
        self.texts.codes.reserve_exact(cells);
    }

    pub(crate) fn push_gap(&mut self) {
        self.texts.codes.push(GAP);
        self.texts.gaps += 1;
    }

    pub(crate) fn push(&mut self, text: &str) {
        let code = self.code(text);
        self.texts.codes.push(code);
    }

    /// Adds the text that these bytes are, if it came before.
    pub(crate) fn push_known(&mut self, bytes: &[u8]) -> bool {
        let code = self.find(self.hasher.hash_one(bytes), bytes);
        self.texts.codes.extend(code);
        code.is_some()
    }

    /// Those of another column after these.
    pub(crate) fn append(&mut self, other: &Texts) {
        let codes: Vec<u32> = other.values().map(|value| self.code(value)).collect();
        let code = |&code: &u32| if code == GAP { GAP } else { codes[code as usize] };
        self.texts.codes.extend(other.codes.iter().map(code));
        self.texts.gaps += other.gaps;
    }

    /// What the distinct texts take, about.
    pub(crate) fn bytes(&self) -> usize {
        self.texts.text.len() + self.texts.ends.len() * (size_of::<usize>() + 2 * size_of::<u32>())
    }

    pub(crate) fn finish(self) -> Texts {
        self.texts
    }

    fn code(&mut self, text: &str) -> u32 {
        let hash = self.hasher.hash_one(text.as_bytes());
        if let Some(code) = self.find(hash, text.as_bytes()) {
            return code;
        }
        let Self { texts, codes, hasher } = self;
        let code = texts.add(text);
        let hash_of = |&code: &u32| hasher.hash_one(texts.value(code as usize).as_bytes());
        codes.insert_unique(hash, code, hash_of);
        code
    }

    fn find(&self, hash: u64, bytes: &[u8]) -> Option<u32> {
        let is_it = |&code: &u32| self.texts.value(code as usize).as_bytes() == bytes;
        self.codes.find(hash, is_it).copied()
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts")
            .field("len", &self.len())
            .field("distinct", &self.distinct())
            .field("gaps", &self.gaps)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As if they had been pushed one by one: with codes in the order in which texts first come, and none of those that do not.
    #[test]
    fn gathered_texts_are_those_of_the_rows() {
        let of = |texts: &[Option<&str>]| {
            let mut builder = TextsBuilder::default();
            texts.iter().for_each(|text| match text {
                None => builder.push_gap(),
                Some(text) => builder.push(text),
            });
            builder.finish()
        };
        let texts = [Some("a"), None, Some("bc"), Some("a"), Some("d")];
        for rows in [&[][..], &[4, 2, 2, 1, 4], &[1, 1], &[0, 3, 4, 2, 1, 0]] {
            let gathered = of(&texts).gather(rows.iter().copied());
            let pushed = of(&rows.iter().map(|&row| texts[row]).collect::<Vec<_>>());
            assert_eq!(gathered.codes, pushed.codes, "{rows:?}");
            assert_eq!((&gathered.text, &gathered.ends), (&pushed.text, &pushed.ends), "{rows:?}");
            assert_eq!(gathered.gaps(), pushed.gaps(), "{rows:?}");
        }
    }
}
