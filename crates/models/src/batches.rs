use densely_data::{Dataset, Target};
use densely_loss::Targets;
use densely_tensor::{Buffer, Key, MatRef, Purpose, Scalar, Stream, column, column_mut};

/// The mini-batches of an epoch: the examples in a random order, copied together.
#[derive(Debug)]
pub(crate) struct Batches<'a, T: Scalar> {
    data: &'a Dataset<T>,
    size: usize,
    seed: u64,
    order: Vec<usize>,
    x: Buffer<T>,
    labels: Vec<usize>,
    values: Buffer<T>,
    weights: Vec<T>,
}

impl<'a, T: Scalar> Batches<'a, T> {
    /// Batches of `size` examples; the last of an epoch has what is left.
    pub(crate) fn new(data: &'a Dataset<T>, size: usize, seed: u64) -> Self {
        Self { seed, ..Self::in_order(data, size, (0..data.len()).collect()) }
    }

    /// One batch of about `size` examples, evenly spaced over the data.
    pub(crate) fn sample(data: &'a Dataset<T>, size: usize) -> Self {
        let step = data.len().div_ceil(size);
        Self::in_order(data, size, (0..data.len()).step_by(step).collect())
    }

    fn in_order(data: &'a Dataset<T>, size: usize, order: Vec<usize>) -> Self {
        Self {
            data,
            size: size.min(data.len()),
            seed: 0,
            order,
            x: Buffer::new(),
            labels: Vec::with_capacity(size.min(data.len())),
            values: Buffer::new(),
            weights: Vec::with_capacity(size.min(data.len())),
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

    /// Batch `step` of the epoch.
    pub(crate) fn get(&mut self, step: usize) -> (MatRef<'_, T>, Targets<'_, T>) {
        let first = step * self.size;
        let chosen = &self.order[first..(first + self.size).min(self.order.len())];
        let (rows, n) = (self.data.features(), chosen.len());
        let mut x = self.x.view_mut(rows, n);
        for (j, &example) in chosen.iter().enumerate() {
            column_mut(x.as_mut(), j).copy_from_slice(column(self.data.x(), example));
        }
        let targets = match self.data.target() {
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
        let targets = match self.data.weights() {
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
