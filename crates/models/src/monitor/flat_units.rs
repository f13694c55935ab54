use densely_layers::{Passed, Saturation, Stage};
use densely_tensor::kernels::{map_in_place, vectorize};
use densely_tensor::{Mat, Scalar, column};

use crate::plain::{Numbers, Plain};

/// Examples after which it is decided which units are saturated.
const SAMPLE: usize = 128;

/// Examples that are looked at together. After each block, units that were active are no
/// longer candidates for dead ones; as a rule, none is left soon.
const BLOCK: usize = 32;

/// The share of examples for which a saturated unit lets no gradient through.
const MOST: f64 = 0.95;

/// Which units of a layer let no gradient through, in the course of an epoch.
///
/// - Of a function that is flat on one side, all units are candidates for dead ones at
///   first, and each is dropped at its first activity. Those that are left at the end of
///   the epoch have been active for no example of it.
/// - Of a function that is flat on both sides, it is counted for how many of the epoch's
///   first examples each unit is flat.
///
/// The slope of a unit is the gradient that comes back when 1 is sent through it.
#[derive(Debug)]
pub(crate) struct FlatUnits<T> {
    stage: usize,
    saturation: Saturation,
    ones: Mat<T>,
    slopes: Mat<T>,
    counts: Vec<T>,
    /// What `counts` were before the step.
    counted: Vec<T>,
    candidates: Vec<usize>,
    seen: usize,
}

impl<T: Scalar> FlatUnits<T> {
    /// For the layer at position `index`; `None` if its units are not watched.
    pub(crate) fn new(index: usize, stage: &Stage<T>) -> Option<Self> {
        let (saturation, units) = (stage.layer().unit_saturation(), stage.out_features());
        let by_unit = stage.in_features() == units && stage.layer().tape_rows(units) == 0;
        (by_unit && saturation != Saturation::Never).then(|| Self {
            stage: index,
            saturation,
            ones: Mat::from_fn(units, BLOCK, |_, _| T::ONE),
            slopes: Mat::zeros(units, BLOCK),
            counts: vec![T::ZERO; units],
            counted: vec![T::ZERO; units],
            candidates: Vec::with_capacity(units),
            seen: 0,
        })
    }

    /// The position of the layer.
    pub(crate) fn stage(&self) -> usize {
        self.stage
    }

    /// Starts anew, at the beginning of an epoch.
    pub(crate) fn start(&mut self) {
        self.seen = 0;
        self.counts.fill(T::ZERO);
        self.candidates.clear();
        self.candidates.extend(0..self.counts.len());
    }

    /// Whether what is still to come can change the result.
    pub(crate) fn is_open(&self) -> bool {
        match self.saturation {
            Saturation::OneSided => !self.candidates.is_empty(),
            _ => self.seen < SAMPLE,
        }
    }

    /// Puts down how far it has come in the epoch.
    pub(crate) fn write(&self, numbers: &mut Vec<f64>) {
        // Of candidates, only those that are left matter: when the others were dropped depends on the ranks.
        let counted = self.saturation != Saturation::OneSided;
        let count = |count: &T| if counted { count.to_f64() } else { 0.0 };
        let counts: Vec<f64> = self.counts.iter().map(count).collect();
        counts.write(numbers);
        self.candidates.write(numbers);
        (if counted { self.seen } else { 0 }).write(numbers);
    }

    /// Goes on from there.
    pub(crate) fn read(&mut self, numbers: &mut Numbers<'_>) -> Option<()> {
        let (units, counts) = (self.counts.len(), Vec::<f64>::read(numbers)?);
        let candidates = Vec::<usize>::read(numbers)?;
        let fit = counts.len() == units && candidates.len() <= units;
        if !fit || candidates.iter().any(|&unit| unit >= units) {
            return None;
        }
        self.counts.iter_mut().zip(counts).for_each(|(to, from)| *to = T::from_f64(from));
        self.candidates.clear();
        self.candidates.extend(candidates);
        self.seen = usize::read(numbers)?;
        Some(())
    }

    /// Looks at what went through the layer in a step, for examples of which the first has this place among the `n` of
    /// the batch.
    pub(crate) fn observe(&mut self, passed: &Passed<'_, T>, place: usize, n: usize) {
        let one_sided = self.saturation == Saturation::OneSided;
        self.counted.copy_from_slice(&self.counts);
        // Whole blocks of the batch until there are enough.
        let sample = SAMPLE.saturating_sub(self.seen).next_multiple_of(BLOCK).min(n);
        let last = if one_sided { n } else { sample };
        let (mut first, end) = (0, last.saturating_sub(place).min(passed.x.ncols()));
        while first < end && !(one_sided && self.candidates.is_empty()) {
            let block = BLOCK.min(end - first);
            if one_sided {
                self.counts.fill(T::ZERO);
            }
            self.count(passed, first, block);
            if one_sided {
                let (counts, all) = (&self.counts, T::from_f64(block as f64));
                self.candidates.retain(|&unit| counts[unit] >= all);
            }
            first += block;
        }
        if !one_sided {
            self.seen += sample;
        }
    }

    /// What other ranks have to know of what this one has seen in a step: a number for each unit.
    pub(crate) fn tell(&self, bytes: &mut Vec<u8>) {
        if self.saturation == Saturation::OneSided {
            let mut flat = vec![0_u32; self.counts.len()];
            self.candidates.iter().for_each(|&unit| flat[unit] = 1);
            flat.iter().for_each(|flat| bytes.extend(flat.to_le_bytes()));
        } else {
            let counts = self.counts.iter().zip(&self.counted);
            let new = counts.map(|(now, before)| (now.to_f64() - before.to_f64()) as u32);
            new.for_each(|count| bytes.extend(count.to_le_bytes()));
        }
    }

    /// What all ranks have seen, from what they have told, of which the beginning is taken.
    pub(crate) fn join(&mut self, all: &mut [&[u8]]) {
        let mut sums = vec![0_u32; self.counts.len()];
        for bytes in &mut *all {
            let (numbers, rest) = bytes.split_at((4 * sums.len()).min(bytes.len()));
            for (sum, number) in sums.iter_mut().zip(numbers.as_chunks().0) {
                *sum = sum.saturating_add(u32::from_le_bytes(*number));
            }
            *bytes = rest;
        }
        if self.saturation == Saturation::OneSided {
            let ranks = all.len() as u32;
            self.candidates.retain(|&unit| sums[unit] == ranks);
        } else {
            for ((count, before), sum) in self.counts.iter_mut().zip(&self.counted).zip(sums) {
                *count = *before + T::from_f64(f64::from(sum));
            }
        }
    }

    /// Adds for how many examples of a block each unit is flat.
    fn count(&mut self, passed: &Passed<'_, T>, first: usize, block: usize) {
        let Self { ones, slopes, counts, .. } = self;
        let (x, y) = (passed.x.subcols(first, block), passed.y.subcols(first, block));
        let (dy, dx) = (ones.subcols(0, block), slopes.subcols_mut(0, block));
        passed.stage.layer().backward_input(x, y, dy, dx, Mat::new().as_mut());
        let flat = T::from_f64(Saturation::SLOPE);
        vectorize(
            #[inline(always)]
            || {
                for j in 0..block {
                    let slopes = column(slopes.as_ref(), j);
                    map_in_place([&mut **counts], [slopes], |[count], [slope]| {
                        [if slope.abs() < flat { count + T::ONE } else { count }]
                    });
                }
            },
        );
    }

    /// The number of units that were active for no example; `None` if the function is flat
    /// on both sides.
    pub(crate) fn dead(&self) -> Option<usize> {
        (self.saturation == Saturation::OneSided).then_some(self.candidates.len())
    }

    /// The number of units that were flat for most of the sample; `None` if the function is
    /// flat on one side only.
    pub(crate) fn saturated(&self) -> Option<usize> {
        let most = MOST * self.seen as f64;
        let flat = || self.counts.iter().filter(|count| count.to_f64() >= most).count();
        (self.saturation == Saturation::TwoSided).then(flat)
    }
}

#[cfg(test)]
mod tests {
    use densely_layers::{Activation, Identity, Layer, Relu, Sequential, Sigmoid, Tanh};
    use densely_tensor::{MatRef, mat};

    use super::*;

    /// A network of this activation alone, and what watches it, with four units.
    fn watched(activation: impl Activation + 'static) -> (Sequential<f64>, FlatUnits<f64>) {
        let network = Sequential::new(4).and_then(|network| network.with(activation)).unwrap();
        let mut flat = FlatUnits::new(0, &network.stages()[0]).unwrap();
        flat.start();
        (network, flat)
    }

    fn show(network: &Sequential<f64>, flat: &mut FlatUnits<f64>, x: MatRef<'_, f64>) {
        let (mut y, mut tape) = (Mat::zeros(4, x.ncols()), Mat::zeros(0, x.ncols()));
        network.forward(x, y.as_mut(), tape.as_mut());
        let (y, tape) = (y.as_ref(), tape.as_ref());
        network.inspect(x, y, y, tape, &mut |passed| flat.observe(&passed, 0, x.ncols()));
    }

    /// Unit 1 is never active, unit 2 for the last example of the last step alone.
    #[test]
    fn a_unit_is_dead_if_it_is_active_for_no_example_of_any_step() {
        let (network, mut flat) = watched(Relu);
        for step in 0..5 {
            let last = |j| step == 4 && j == 99;
            let x = Mat::from_fn(4, 100, |i, j| match i {
                1 => -1.0,
                2 if !last(j) => 0.0,
                _ => 1.0,
            });
            assert_eq!(flat.dead(), Some(if step == 0 { 4 } else { 2 }));
            show(&network, &mut flat, x.as_ref());
        }
        assert_eq!((flat.dead(), flat.saturated()), (Some(1), None));
        flat.start();
        assert_eq!(flat.dead(), Some(4));
        show(&network, &mut flat, Mat::from_fn(4, 1, |_, _| 1.0).as_ref());
        assert_eq!((flat.dead(), flat.is_open()), (Some(0), false));
    }

    /// Flat for 94, 95, 100 and 0 of 100 examples, which come in four steps.
    #[test]
    fn a_unit_is_saturated_if_it_is_flat_for_95_of_100_examples() {
        let (network, mut flat) = watched(Tanh);
        for step in 0..4 {
            let input = |i, j| if 25 * step + j < [94, 95, 100, 0][i] { -9.0 } else { 0.1 };
            show(&network, &mut flat, Mat::from_fn(4, 25, input).as_ref());
        }
        assert_eq!((flat.saturated(), flat.dead()), (Some(2), None));
    }

    /// Of σ' = y (1 − y), the slope 0.01 is at x = ±ln((1 + √0.96) / (1 − √0.96)) = ±4.585.
    #[test]
    fn flat_examples_are_counted_by_unit() {
        let (network, mut flat) = watched(Sigmoid);
        let x = mat![
            [-9.0, 0.0, 4.5, 4.6],
            [-4.6, -4.5, 0.0, 4.5],
            [4.59, 4.58, -4.58, -4.59],
            [0.0, 1.0, -1.0, 4.0]
        ];
        show(&network, &mut flat, x.as_ref());
        show(&network, &mut flat, x.as_ref());
        assert_eq!(flat.counts, [4.0, 2.0, 4.0, 0.0]);
    }

    #[test]
    fn the_sample_for_saturated_units_is_limited() {
        let (network, mut flat) = watched(Tanh);
        show(&network, &mut flat, Mat::from_fn(4, 300, |_, j| [9.0, 0.0][j / 128 % 2]).as_ref());
        assert_eq!((flat.seen, flat.saturated(), flat.is_open()), (128, Some(4), false));
    }

    #[test]
    fn units_that_cannot_be_flat_are_not_watched() {
        let network = Sequential::<f32>::new(4).and_then(|network| network.with(Identity)).unwrap();
        assert!(FlatUnits::new(0, &network.stages()[0]).is_none());
    }
}
