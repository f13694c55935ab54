//! Changes of bytes.

/// The same numbers on each run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new() -> Self {
        Self(1)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }

    fn of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// A few bytes of a file changed, moved, left out or put in, from others too.
    pub(crate) fn change(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        const NUMBERS: [&str; 7] =
            ["1048576", "-1", "99999999999999999999", "0", "1e400", "NaN", "4294967296"];
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            let length = self.below(9).min(bytes.len() - at);
            match self.below(9) {
                0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << self.below(8)),
                1 => bytes[at..at + length].fill(*self.of(&[0, 0xff, 0x7f, 0x80])),
                2 => drop(bytes.drain(at..at + length)),
                3 => {
                    let copied = bytes[at..at + length].to_vec();
                    let to = self.below(bytes.len());
                    bytes.splice(to..to, copied);
                }
                4 => bytes.truncate(at),
                5 => {
                    let from = self.below(other.len());
                    let piece = &other[from..][..self.below(64).min(other.len() - from)];
                    bytes.splice(at..at + length, piece.iter().copied());
                }
                // Numbers in text.
                6 => {
                    let number = *self.of(&NUMBERS);
                    if let Some(digit) = bytes[at..].iter().position(u8::is_ascii_digit) {
                        bytes.splice(at + digit..=at + digit, number.bytes());
                    }
                }
                // Numbers of four and eight bytes: large, and off by one.
                7 => {
                    let number = *self.of(&[1_u64, 1 << 20, 1 << 31, u32::MAX.into(), 1 << 40]);
                    let written = number.to_le_bytes();
                    let width = (*self.of(&[4, 8])).min(bytes.len() - at);
                    bytes[at..at + width].copy_from_slice(&written[..width]);
                }
                _ => {
                    let change = *self.of(&[1, 0xff]);
                    let changed = bytes.get_mut(at);
                    changed.into_iter().for_each(|byte| *byte = byte.wrapping_add(change));
                }
            }
        }
    }
}
