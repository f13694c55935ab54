use std::io;
use std::path::PathBuf;

use densely_tensor::Scalar;

use super::raw::{Raw, Shape};
use crate::{DataError, Extent, Spill};

/// Bytes of a block, about: enough that a disk is read as fast as it can be.
const BYTES: usize = 1 << 20;

/// Examples of a block, at most.
const EXAMPLES: usize = 4096;

/// The hexadecimal digits of a hash that are kept: 128 bits.
const DIGITS: usize = 32;

/// Examples in blocks of as many each but for the last.
#[derive(Debug)]
pub(super) struct BlockFile {
    spill: Spill,
    shape: Shape,
    block: usize,
    examples: usize,
    blocks: Vec<Extent>,
    hasher: blake3::Hasher,
}

/// The number of examples that blocks have of themselves: it depends on the width of an example alone.
pub(super) fn block_size<T>(shape: Shape) -> usize {
    (BYTES / shape.bytes::<T>()).clamp(1, EXAMPLES)
}

impl BlockFile {
    pub(super) fn create(folder: PathBuf) -> Result<Self, DataError> {
        let spill = Spill::new(folder)?;
        let shape = Shape { features: 0, values: 0, weighted: false };
        let hasher = blake3::Hasher::new();
        Ok(Self { spill, shape, block: 1, examples: 0, blocks: Vec::new(), hasher })
    }

    /// Of examples of this shape, in blocks of so many: before the first.
    pub(super) fn begin(&mut self, shape: Shape, block: usize) {
        (self.shape, self.block) = (shape, block);
    }

    pub(super) fn shape(&self) -> Shape {
        self.shape
    }

    pub(super) fn examples(&self) -> usize {
        self.examples
    }

    pub(super) fn blocks(&self) -> usize {
        self.blocks.len()
    }

    pub(super) fn block_size(&self) -> usize {
        self.block
    }

    /// The number of examples in a block.
    pub(super) fn len_of(&self, block: usize) -> usize {
        self.block.min(self.examples - block * self.block)
    }

    /// Of all that is in it.
    pub(super) fn hash(&self) -> String {
        self.hasher.finalize().to_hex()[..DIGITS].to_owned()
    }

    /// Adds a block, which is a whole one unless it is the last.
    pub(super) fn push<T: Scalar>(&mut self, raw: &Raw<T>) -> Result<(), DataError> {
        let mut bytes = Vec::with_capacity(raw.len() * self.shape.bytes::<T>());
        raw.write(&mut bytes);
        self.blocks.push(self.spill.push(&bytes)?);
        self.hasher.update(&bytes);
        self.examples += raw.len();
        Ok(())
    }

    /// Appends the examples of a block; `bytes` is memory for them.
    pub(super) fn read<T: Scalar>(
        &self,
        block: usize,
        bytes: &mut Vec<u8>,
        to: &mut Raw<T>,
    ) -> Result<(), DataError> {
        self.spill.read(self.blocks[block], bytes)?;
        to.read(self.shape, self.len_of(block), bytes);
        Ok(())
    }

    /// It cannot be read.
    pub(super) fn unread(&self, source: io::Error) -> DataError {
        self.spill.failed("read", source)
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::Mat;

    use super::*;
    use crate::Dataset;

    fn written(block: usize) -> BlockFile {
        let x = Mat::from_fn(3, 10, |i, j| (10 * i + j) as f32);
        let data = Dataset::classification(x, (0..10).map(|j| j % 3).collect(), 3).unwrap();
        let mut file = BlockFile::create(std::env::temp_dir()).unwrap();
        file.begin(Shape::of(&data), block);
        for first in (0..10).step_by(block) {
            let mut raw = Raw::default();
            (first..(first + block).min(10)).for_each(|example| raw.push(&data, example));
            file.push(&raw).unwrap();
        }
        file
    }

    #[test]
    fn blocks_are_read_as_they_were_written() {
        let file = written(4);
        assert_eq!((file.blocks(), file.examples(), file.len_of(2)), (3, 10, 2));
        let mut last = Raw::<f32>::default();
        file.read(2, &mut Vec::new(), &mut last).unwrap();
        assert_eq!((&last.x[..3], &last.labels[..]), (&[8.0, 18.0, 28.0][..], &[2, 0][..]));
        assert_ne!(file.hash(), written(5).hash());
        assert_eq!(file.hash(), written(4).hash());
    }
}
