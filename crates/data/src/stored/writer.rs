use std::path::PathBuf;
use std::sync::Arc;

use densely_tensor::{Scalar, ShapeError};

use super::block_file::{BlockFile, block_size};
use super::raw::{Raw, Shape};
use super::sample::Sample;
use super::{StoredDataset, dataset};
use crate::{DataError, Dataset};

/// Writes a [`StoredDataset`], some examples after the others.
#[derive(Debug)]
pub struct StoredDatasetWriter<T: Scalar> {
    file: BlockFile,
    block: Option<usize>,
    begun: Option<Begun<T>>,
}

#[derive(Debug)]
struct Begun<T: Scalar> {
    /// Whose names all have.
    first: Dataset<T>,
    rest: Raw<T>,
    sample: Sample<T>,
}

impl<T: Scalar> StoredDatasetWriter<T> {
    /// Into a temporary file without a name in this folder, on a disk with room for all examples.
    ///
    /// # Errors
    /// [`DataError::Stored`] if there cannot be one.
    pub fn new(folder: impl Into<PathBuf>) -> Result<Self, DataError> {
        Ok(Self { file: BlockFile::create(folder.into())?, block: None, begun: None })
    }

    /// In blocks of so many examples, at least 1. Unless told otherwise these have 1 MiB, and 4,096
    /// examples at most.
    #[must_use]
    pub fn block_size(self, examples: usize) -> Self {
        Self { block: Some(examples.max(1)), ..self }
    }

    /// Adds examples.
    ///
    /// # Errors
    /// [`DataError::Shape`] for others than those before: of other features or outputs, or only some with weights;
    /// [`DataError::Stored`] if the disk has no room for them.
    pub fn push(&mut self, data: &Dataset<T>) -> Result<(), DataError> {
        let shape = Shape::of(data);
        let begun = match &mut self.begun {
            Some(begun) => begun,
            none => {
                let block = self.block.unwrap_or_else(|| block_size::<T>(shape));
                let first = data.subset(&[0])?;
                self.file.begin(shape, block);
                none.insert(Begun { first, rest: Raw::default(), sample: Sample::new(shape) })
            }
        };
        let (first, expected) = (&begun.first, self.file.shape());
        let what = |what, expected, actual| {
            ShapeError::expect("StoredDatasetWriter", what, expected, actual)
        };
        what("features", expected.features, shape.features)?;
        what("outputs", first.outputs(), data.outputs())?;
        what("real targets", expected.values, shape.values)?;
        what("weights of each", usize::from(expected.weighted), usize::from(shape.weighted))?;
        for example in 0..data.len() {
            begun.sample.push(shape, data, example);
            begun.rest.push(data, example);
            if begun.rest.len() == self.file.block_size() {
                self.file.push(&begun.rest)?;
                begun.rest.clear();
            }
        }
        Ok(())
    }

    /// All examples that were added.
    ///
    /// # Errors
    /// [`DataError::Shape`] for none; [`DataError::Stored`] if the disk has no room for the last.
    pub fn finish(mut self) -> Result<StoredDataset<T>, DataError> {
        let Some(Begun { first, rest, sample }) = self.begun else {
            ShapeError::expect_some("StoredDatasetWriter", "examples", 0)?;
            unreachable!("none are an error");
        };
        if rest.len() > 0 {
            self.file.push(&rest)?;
        }
        let sample = dataset(&sample.raw, &first)?.with_places(sample.places)?;
        Ok(StoredDataset { file: Arc::new(self.file), sample })
    }
}
