use densely_data::{Dataset, StoredDataset};
use densely_tensor::Scalar;

use crate::fingerprint::fingerprint;

/// Examples to train or to evaluate on: in memory, or on the disk.
#[derive(Debug, Clone, Copy)]
pub enum Examples<'a, T: Scalar> {
    /// All in memory.
    Memory(&'a Dataset<T>),
    /// More than there may be memory for.
    Stored(&'a StoredDataset<T>),
}

impl<'a, T: Scalar> Examples<'a, T> {
    /// Those that are in memory: all of them, or enough to look at.
    #[must_use]
    pub fn in_memory(self) -> &'a Dataset<T> {
        match self {
            Self::Memory(data) => data,
            Self::Stored(data) => data.sample(),
        }
    }

    pub(crate) fn fingerprint(self) -> String {
        match self {
            Self::Memory(data) => fingerprint(data),
            Self::Stored(data) => data.fingerprint(),
        }
    }
}

impl<'a, T: Scalar> From<&'a Dataset<T>> for Examples<'a, T> {
    fn from(data: &'a Dataset<T>) -> Self {
        Self::Memory(data)
    }
}

impl<'a, T: Scalar> From<&'a StoredDataset<T>> for Examples<'a, T> {
    fn from(data: &'a StoredDataset<T>) -> Self {
        Self::Stored(data)
    }
}
