//! Numbers as bytes of a temporary file.

use super::{Numbers, Store};

impl Numbers {
    /// Appends them: how they are kept, the exponent, and each.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        match &self.store {
            Store::Narrow(values, exponent) => {
                bytes.extend([0, *exponent]);
                values.iter().for_each(|value| bytes.extend(value.to_le_bytes()));
            }
            Store::Wide(values, exponent) => {
                bytes.extend([1, *exponent]);
                values.iter().for_each(|value| bytes.extend(value.to_le_bytes()));
            }
            Store::Floats(values) => {
                bytes.extend([2, 0]);
                values.iter().for_each(|value| bytes.extend(value.to_le_bytes()));
            }
        }
    }

    /// Those that were written.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let ([kind, exponent], values) = bytes.split_first_chunk()?;
        let store = match kind {
            0 => {
                let values = values.as_chunks().0.iter().map(|&value| i16::from_le_bytes(value));
                Store::Narrow(values.collect(), *exponent)
            }
            1 => {
                let values = values.as_chunks().0.iter().map(|&value| i32::from_le_bytes(value));
                Store::Wide(values.collect(), *exponent)
            }
            _ => {
                let values = values.as_chunks().0.iter().map(|&value| f64::from_le_bytes(value));
                Store::Floats(values.collect())
            }
        };
        let mut numbers = Self { store, gaps: 0, beyond: Vec::new() };
        let mut gaps = 0;
        numbers.each(0..numbers.len(), |number| gaps += usize::from(number.is_nan()));
        numbers.gaps = gaps;
        Some(numbers)
    }
}
