use densely_tensor::Scalar;

use super::raw::{Raw, Shape};
use crate::{Dataset, Place};

/// Numbers of a sample, about, and examples, at most.
const NUMBERS: usize = 1 << 20;
const EXAMPLES: usize = 8192;

/// Examples at equal distances, of which it is not known how many will come.
#[derive(Debug)]
pub(super) struct Sample<T> {
    pub(super) raw: Raw<T>,
    pub(super) places: Vec<Place>,
    most: usize,
    step: usize,
    seen: usize,
}

impl<T: Scalar> Sample<T> {
    pub(super) fn new(shape: Shape) -> Self {
        let most = (NUMBERS / shape.features.max(1)).clamp(64, EXAMPLES);
        Self { raw: Raw::default(), places: Vec::new(), most, step: 1, seen: 0 }
    }

    pub(super) fn push(&mut self, shape: Shape, data: &Dataset<T>, example: usize) {
        if self.seen.is_multiple_of(self.step) {
            if self.raw.len() == self.most {
                self.raw.halve(shape);
                self.places = self.places.iter().copied().step_by(2).collect();
                self.step *= 2;
            }
            if self.seen.is_multiple_of(self.step) {
                self.raw.push(data, example);
                self.places.push(match data.place(example) {
                    Place::Example(_) => Place::Example(self.seen),
                    place => place,
                });
            }
        }
        self.seen += 1;
    }
}
