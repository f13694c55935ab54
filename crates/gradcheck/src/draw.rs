use densely_tensor::Stream;

use crate::values::stream;

/// What a case draws for the construction of a layer or an activation: sizes to have, and
/// random numbers for its options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Draw {
    /// A number of inputs. A layer that takes another number gets the next larger that it
    /// takes.
    pub inputs: usize,
    /// A number of outputs, pieces, or whatever else has a size.
    pub outputs: usize,
    seed: u64,
}

impl Draw {
    pub(crate) fn new(inputs: usize, outputs: usize, seed: u64) -> Self {
        Self { inputs, outputs, seed }
    }

    /// Random numbers of this case, the same in every call.
    #[must_use]
    pub fn stream(&self) -> Stream {
        stream(self.seed, u32::MAX, 0)
    }

    /// A random number from `low` to `high`, the same in every call.
    #[must_use]
    pub fn uniform(&self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.stream().uniform::<f64>()
    }
}
