use std::sync::Arc;

use densely_tensor::{Buffer, MatRef, Scalar, ShapeError, column_mut};

use super::StoredDataset;
use super::block_file::BlockFile;
use super::read_ahead::{ReadAhead, Window};
use crate::DataError;

/// The mini-batches of the epochs of a [`StoredDataset`], which a thread reads ahead.
///
/// In each epoch every example comes once. Its order is a function of the seed, the epoch and the
/// size of the blocks: blocks are shuffled, and 16 at a time are in memory as a window, whose examples are shuffled.
/// That is less than a full shuffle where blocks differ, as those of a sorted table do: a mini-batch has
/// examples of 16 blocks, so that the share of a class in it deviates as if it were drawn from as few places.
/// A dataset of up to 16 blocks is shuffled fully.
///
/// Memory for two windows is taken, 32 MiB unless blocks are of another size; and none after the first round.
#[derive(Debug)]
pub struct StoredBatches<T: Scalar> {
    file: Arc<BlockFile>,
    size: usize,
    ahead: ReadAhead<T>,
    window: Option<Window<T>>,
    /// The next example in its order.
    at: usize,
    /// What comes next.
    next: Option<(u32, usize)>,
    x: Buffer<T>,
    labels: Vec<usize>,
    values: Buffer<T>,
    weights: Vec<T>,
}

/// Some examples of a dataset, together.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a, T: Scalar> {
    /// The features, one example per column.
    pub x: MatRef<'a, T>,
    /// The class of each; empty for real targets.
    pub labels: &'a [usize],
    /// The real targets, outputs x n; none for classes.
    pub values: Option<MatRef<'a, T>>,
    /// How much each counts, if they differ.
    pub weights: Option<&'a [T]>,
}

impl<T: Scalar> StoredBatches<T> {
    /// Mini-batches of so many examples; the last of an epoch has what is left.
    ///
    /// # Errors
    /// [`DataError::Shape`] for a size of 0; [`DataError::Stored`] if there cannot be a thread.
    pub fn new(data: &StoredDataset<T>, size: usize, seed: u64) -> Result<Self, DataError> {
        ShapeError::expect_some("StoredBatches", "examples of a batch", size)?;
        let (file, size) = (Arc::clone(&data.file), size.min(data.len()));
        Ok(Self {
            ahead: ReadAhead::new(Arc::clone(&file), seed)?,
            file,
            size,
            window: None,
            at: 0,
            next: None,
            x: Buffer::new(),
            labels: Vec::with_capacity(size),
            values: Buffer::new(),
            weights: Vec::with_capacity(size),
        })
    }

    /// The number of mini-batches in an epoch.
    #[must_use]
    pub fn count(&self) -> usize {
        self.file.examples().div_ceil(self.size)
    }

    /// A mini-batch of an epoch, from 0: any, but fastest in order.
    ///
    /// # Errors
    /// [`DataError::IndexOutOfRange`] for one that is not there; [`DataError::Stored`] if the file cannot be read,
    /// [`DataError::Damaged`] if it is not as it was written.
    pub fn get(&mut self, epoch: u32, step: usize) -> Result<Batch<'_, T>, DataError> {
        if step >= self.count() {
            return Err(DataError::IndexOutOfRange { index: step, examples: self.count() });
        }
        let first = step * self.size;
        if self.next != Some((epoch, step)) {
            self.next = None;
            self.at = self.ahead.seek(epoch, first, self.window.take())?;
            self.window = Some(self.ahead.next(None)?);
        }
        let n = self.size.min(self.file.examples() - first);
        self.gather(n)?;
        let last = step + 1 == self.count();
        self.next = Some(if last { (epoch.wrapping_add(1), 0) } else { (epoch, step + 1) });
        let shape = self.file.shape();
        Ok(Batch {
            x: self.x.view(shape.features, n),
            labels: &self.labels,
            values: (shape.values > 0).then(|| self.values.view(shape.values, n)),
            weights: shape.weighted.then_some(&self.weights),
        })
    }

    /// Copies the next `n` examples together.
    fn gather(&mut self, n: usize) -> Result<(), DataError> {
        let shape = self.file.shape();
        let mut x = self.x.view_mut(shape.features, n);
        let mut values = self.values.view_mut(shape.values, n);
        self.labels.clear();
        self.weights.clear();
        for j in 0..n {
            let is_used = |window: &Window<T>| self.at == window.order.len();
            if self.window.as_ref().is_none_or(is_used) {
                self.next = None;
                self.window = Some(self.ahead.next(self.window.take())?);
                self.at = 0;
            }
            let Some(Window { raw, order }) = &self.window else { unreachable!("it was read") };
            let example = order[self.at];
            let part = |all: &[T], width: usize, to: &mut [T]| {
                to.copy_from_slice(&all[example * width..(example + 1) * width]);
            };
            part(&raw.x, shape.features, column_mut(x.as_mut(), j));
            if shape.values > 0 {
                part(&raw.values, shape.values, column_mut(values.as_mut(), j));
            }
            self.labels.extend(raw.labels.get(example));
            self.weights.extend(raw.weights.get(example));
            self.at += 1;
        }
        Ok(())
    }
}
