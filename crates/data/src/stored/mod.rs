//! Examples on the disk.

mod batches;
mod block_file;
mod raw;
mod read_ahead;
mod sample;
mod writer;

use std::fmt;
use std::sync::Arc;

pub use batches::{Batch, StoredBatches};
use block_file::BlockFile;
use raw::Raw;
pub use writer::StoredDatasetWriter;

use densely_tensor::{Mat, MatRef, Scalar};

use crate::{DataError, Dataset, Target};

/// Blocks that are in memory, and mixed, together.
const WINDOW: usize = 16;

/// A [`Dataset`] on the disk: examples that do not fit into memory, in blocks of a temporary file
/// without a name, which is gone when this is, also if the process is killed.
///
/// A [`StoredDatasetWriter`] writes it, and [`StoredBatches`] draws mini-batches of it.
///
/// ```
/// use densely_data::{StoredBatches, StoredDatasetWriter, digits};
///
/// let digits = digits().cast::<f32>()?;
/// let mut writer = StoredDatasetWriter::new(std::env::temp_dir())?;
/// writer.push(&digits)?;
/// writer.push(&digits)?; // as large as the disk has room
/// let stored = writer.finish()?;
/// assert_eq!((stored.len(), stored.features(), stored.outputs()), (3594, 64, 10));
///
/// let mut batches = StoredBatches::new(&stored, 32, 7)?;
/// assert_eq!(batches.get(1, 0)?.x.shape(), (64, 32));
/// # Ok::<(), densely_data::DataError>(())
/// ```
pub struct StoredDataset<T: Scalar> {
    file: Arc<BlockFile>,
    sample: Dataset<T>,
}

impl<T: Scalar> StoredDataset<T> {
    /// The number of examples, at least 1.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a dataset is never empty")]
    pub fn len(&self) -> usize {
        self.file.examples()
    }

    /// The number of features.
    #[must_use]
    pub fn features(&self) -> usize {
        self.sample.features()
    }

    /// The number of classes, or of real outputs.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.sample.outputs()
    }

    /// Examples at equal distances, at most 8,192, in memory: enough to look at.
    #[must_use]
    pub fn sample(&self) -> &Dataset<T> {
        &self.sample
    }

    /// The number of blocks.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.file.blocks()
    }

    /// The number of examples in a block; the last may have fewer.
    #[must_use]
    pub fn block_size(&self) -> usize {
        self.file.block_size()
    }

    /// The examples of a block, in the order in which they were written.
    ///
    /// # Errors
    /// [`DataError::IndexOutOfRange`]; [`DataError::Stored`] for a file that cannot be read,
    /// [`DataError::Damaged`] for one that is not as it was written.
    pub fn block(&self, block: usize) -> Result<Dataset<T>, DataError> {
        if block >= self.blocks() {
            return Err(DataError::IndexOutOfRange { index: block, examples: self.blocks() });
        }
        let (mut raw, mut bytes) = (Raw::default(), Vec::new());
        self.file.read(block, &mut bytes, &mut raw)?;
        dataset(&raw, &self.sample)
    }

    /// What tells it from others: how many examples there are, how large blocks are, and a BLAKE3 hash of
    /// all numbers.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let (examples, features) = (self.len(), self.features());
        let (block, hash) = (self.block_size(), self.file.hash());
        format!("{examples} examples of {features} features, {hash}, in blocks of {block}")
    }
}

/// Examples with the names that others have.
fn dataset<T: Scalar>(raw: &Raw<T>, like: &Dataset<T>) -> Result<Dataset<T>, DataError> {
    let matrix = |values: &[T], rows| -> Mat<T> {
        MatRef::from_column_major_slice(values, rows, raw.len()).to_owned()
    };
    let x = matrix(&raw.x, like.features());
    let data = match like.target() {
        Target::Classes { names, .. } => {
            Dataset::classification(x, raw.labels.clone(), names.len())?
        }
        Target::Values { names, .. } => Dataset::regression(x, matrix(&raw.values, names.len()))?,
    };
    let data = match like.weights() {
        None => data,
        Some(_) => data.with_weights(raw.weights.clone())?,
    };
    Ok(data
        .with_output_names(like.output_names())?
        .with_feature_names(like.feature_names())?
        .with_target_name(like.target_name()))
}

impl<T: Scalar> fmt::Debug for StoredDataset<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredDataset")
            .field("scalar", &T::NAME)
            .field("examples", &self.len())
            .field("features", &self.features())
            .field("blocks", &self.blocks())
            .finish_non_exhaustive()
    }
}
