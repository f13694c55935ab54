use densely_tensor::{Scalar, column};

use crate::{Dataset, Target};

/// What each example consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) features: usize,
    /// The number of real targets; none for a class.
    pub(super) values: usize,
    pub(super) weighted: bool,
}

/// Examples one after the other, without names.
#[derive(Debug, Clone)]
pub(super) struct Raw<T> {
    pub(super) x: Vec<T>,
    pub(super) labels: Vec<usize>,
    pub(super) values: Vec<T>,
    pub(super) weights: Vec<T>,
    examples: usize,
}

/// A class on the disk.
type Label = u32;

impl Shape {
    pub(super) fn of<T: Scalar>(data: &Dataset<T>) -> Self {
        let values = data.values().map_or(0, |values| values.nrows());
        Self { features: data.features(), values, weighted: data.weights().is_some() }
    }

    /// The bytes of an example.
    pub(super) fn bytes<T>(self) -> usize {
        let label = if self.values == 0 { size_of::<Label>() } else { 0 };
        let numbers = self.features + self.values + usize::from(self.weighted);
        numbers * size_of::<T>() + label
    }
}

impl<T> Default for Raw<T> {
    fn default() -> Self {
        let (x, values, weights) = (Vec::new(), Vec::new(), Vec::new());
        Self { x, labels: Vec::new(), values, weights, examples: 0 }
    }
}

impl<T: Scalar> Raw<T> {
    pub(super) fn len(&self) -> usize {
        self.examples
    }

    /// Makes room for so many examples.
    pub(super) fn reserve(&mut self, shape: Shape, examples: usize) {
        self.x.reserve_exact(examples * shape.features);
        self.values.reserve_exact(examples * shape.values);
        self.labels.reserve_exact(if shape.values == 0 { examples } else { 0 });
        self.weights.reserve_exact(if shape.weighted { examples } else { 0 });
    }

    pub(super) fn clear(&mut self) {
        self.x.clear();
        self.labels.clear();
        self.values.clear();
        self.weights.clear();
        self.examples = 0;
    }

    pub(super) fn push(&mut self, data: &Dataset<T>, example: usize) {
        let first = self.x.len();
        self.x.resize(first + data.features(), T::ZERO);
        data.inputs().write(example, &mut self.x[first..]);
        match data.target() {
            Target::Classes { labels, .. } => self.labels.push(labels[example]),
            Target::Values { values, .. } => {
                self.values.extend_from_slice(column(values.as_ref(), example));
            }
        }
        self.weights.extend(data.weights().map(|weights| weights[example]));
        self.examples += 1;
    }

    /// Leaves out every second, from the second on.
    pub(super) fn halve(&mut self, shape: Shape) {
        fn kept<T: Copy>(all: &mut Vec<T>, width: usize) {
            if width > 0 {
                *all = all.chunks(width).step_by(2).flatten().copied().collect();
            }
        }
        kept(&mut self.x, shape.features);
        kept(&mut self.labels, 1);
        kept(&mut self.values, shape.values);
        kept(&mut self.weights, 1);
        self.examples = self.examples.div_ceil(2);
    }

    /// Appends all of it as bytes.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        let mut numbers = |numbers: &[T]| {
            numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes().as_ref()));
        };
        numbers(&self.x);
        numbers(&self.values);
        numbers(&self.weights);
        // Classes are counted in memory by their names, which are fewer.
        self.labels.iter().for_each(|&label| bytes.extend((label as Label).to_le_bytes()));
    }

    /// Appends so many examples that were written.
    pub(super) fn read(&mut self, shape: Shape, examples: usize, bytes: &[u8]) {
        let mut rest = bytes;
        let mut numbers = |to: &mut Vec<T>, count: usize| {
            let (own, others) = rest.split_at(count * size_of::<T>());
            rest = others;
            to.extend(own.chunks_exact(size_of::<T>()).filter_map(T::from_le_bytes));
        };
        numbers(&mut self.x, examples * shape.features);
        numbers(&mut self.values, examples * shape.values);
        numbers(&mut self.weights, if shape.weighted { examples } else { 0 });
        let (labels, _) = rest.as_chunks();
        self.labels.extend(labels.iter().map(|&label| Label::from_le_bytes(label) as usize));
        self.examples += examples;
    }
}
