use std::ops::Range;

use densely_data::{Dataset, Target};
use densely_loss::Targets;
use densely_tensor::{Buffer, Key, MatRef, Purpose, Scalar, Stream, Threads, column, column_mut};

/// Bytes that are worth a thread: they lie anywhere, so that each example is waited for.
const PART_BYTES: usize = 1 << 16;

/// Parts that a batch is copied in, at most.
const PARTS: usize = 8;

/// The mini-batches of an epoch: the examples in a random order, copied together.
#[derive(Debug)]
pub(crate) struct Batches<T: Scalar> {
    size: usize,
    seed: u64,
    order: Vec<usize>,
    x: Buffer<T>,
    labels: Vec<usize>,
    values: Buffer<T>,
    weights: Vec<T>,
}

impl<T: Scalar> Batches<T> {
    /// Batches of `size` of so many examples; the last of an epoch has what is left.
    pub(crate) fn new(examples: usize, size: usize, seed: u64) -> Self {
        Self { seed, ..Self::in_order(examples, size, (0..examples).collect()) }
    }

    /// One batch of about `size` of so many examples, evenly spaced over them.
    pub(crate) fn sample(examples: usize, size: usize) -> Self {
        let step = examples.div_ceil(size);
        Self::in_order(examples, size, (0..examples).step_by(step).collect())
    }

    fn in_order(examples: usize, size: usize, order: Vec<usize>) -> Self {
        let size = size.min(examples);
        Self {
            size,
            seed: 0,
            order,
            x: Buffer::new(),
            labels: Vec::with_capacity(size),
            values: Buffer::new(),
            weights: Vec::with_capacity(size),
        }
    }

    /// The number of batches in an epoch.
    pub(crate) fn count(&self) -> usize {
        self.order.len().div_ceil(self.size)
    }

    /// Puts the examples into the order of this epoch, which depends on the seed and the
    /// epoch alone.
    pub(crate) fn shuffle(&mut self, epoch: u32) {
        for (i, index) in self.order.iter_mut().enumerate() {
            *index = i;
        }
        let key = Key { epoch, ..Key::default() };
        Stream::new(self.seed, Purpose::Shuffle, key).shuffle(&mut self.order);
    }

    /// Batch `step` of the epoch, of these examples.
    pub(crate) fn get(
        &mut self,
        data: &Dataset<T>,
        step: usize,
    ) -> (MatRef<'_, T>, Targets<'_, T>) {
        self.get_part(data, step, 0..self.len(step), &Threads::single())
    }

    /// The number of examples in batch `step`.
    pub(crate) fn len(&self, step: usize) -> usize {
        self.size.min(self.order.len() - step * self.size)
    }

    /// These examples of batch `step`.
    pub(crate) fn get_part(
        &mut self,
        data: &Dataset<T>,
        step: usize,
        part: Range<usize>,
        threads: &Threads,
    ) -> (MatRef<'_, T>, Targets<'_, T>) {
        let chosen = &self.order[step * self.size..][part];
        let (rows, n) = (data.features(), chosen.len());
        let parts = (rows * n * size_of::<T>() / PART_BYTES).clamp(1, PARTS);
        threads.panels(self.x.view_mut(rows, n), n.div_ceil(parts).max(1), |first, x| {
            data.inputs().gather(&chosen[first..first + x.ncols()], x);
        });
        let targets = match data.target() {
            Target::Classes { labels, .. } => {
                self.labels.clear();
                self.labels.extend(chosen.iter().map(|&example| labels[example]));
                Targets::Labels(&self.labels)
            }
            Target::Values { values, .. } => {
                let mut batch = self.values.view_mut(values.nrows(), n);
                for (j, &example) in chosen.iter().enumerate() {
                    let value = column(values.as_ref(), example);
                    column_mut(batch.as_mut(), j).copy_from_slice(value);
                }
                Targets::Values(self.values.view(values.nrows(), n))
            }
        };
        let targets = match data.weights() {
            None => targets,
            Some(weights) => {
                self.weights.clear();
                self.weights.extend(chosen.iter().map(|&example| weights[example]));
                targets.weighted(&self.weights)
            }
        };
        (self.x.view(rows, n), targets)
    }
}
