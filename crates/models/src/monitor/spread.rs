use std::ops::Range;

use densely_tensor::{MatRef, Scalar, Threads, column, vectorize};

use crate::evaluation::convert;

/// Examples that a thread looks at together.
const EXAMPLES: usize = 1 << 14;

/// What the values of a feature or a target are like.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Spread {
    pub(crate) mean: f64,
    pub(crate) deviation: f64,
    pub(crate) smallest: f64,
    pub(crate) largest: f64,
    /// The example that is farthest from the mean.
    pub(crate) farthest: usize,
    /// How far that is.
    pub(crate) distance: f64,
    /// How often the smallest and the largest were seen.
    pub(crate) times_smallest: usize,
    pub(crate) times_largest: usize,
    /// The smallest and the largest of the others; infinite where there are none.
    pub(crate) next_smallest: f64,
    pub(crate) next_largest: f64,
}

impl Spread {
    /// Whether all of `n` values are the smallest or the largest.
    pub(crate) fn is_one_of_two(&self, n: usize) -> bool {
        self.is_constant() || self.times_smallest + self.times_largest == n
    }

    /// The root of the mean of the squares: what a network sees.
    pub(crate) fn size(&self) -> f64 {
        self.mean.hypot(self.deviation)
    }

    pub(crate) fn is_constant(&self) -> bool {
        self.smallest == self.largest
    }

    /// The distance of the farthest in standard deviations.
    pub(crate) fn deviations(&self) -> f64 {
        if self.deviation > 0.0 { self.distance / self.deviation } else { 0.0 }
    }

    /// The same for other data: which of these is farthest from the mean of the first, and how
    /// far that is.
    pub(crate) fn seen_from(&self, first: &Self) -> Self {
        let (below, above) = (first.mean - self.smallest, self.largest - first.mean);
        Self { distance: below.max(above), mean: first.mean, deviation: first.deviation, ..*self }
    }
}

/// The spread of each row: what a first look tells, and then a second.
pub(crate) fn spreads<T: Scalar>(x: MatRef<'_, T>, threads: &Threads) -> Vec<Spread> {
    let (rows, n) = x.shape();
    let parts = n.div_ceil(EXAMPLES);
    let part = |part: usize| part * EXAMPLES..n.min((part + 1) * EXAMPLES);
    let looked = threads.map(parts, |i| {
        let mut ranges = Ranges::new(rows);
        each(x, part(i), |_, values| ranges.add(values, 1.0 / n as f64));
        ranges
    });
    let ranges = looked.iter().fold(Ranges::new(rows), Ranges::and);
    let (ranges, scales) = (&ranges, &Scales::of(&ranges));
    let looked = threads.map(parts, |i| {
        let mut deviations = Deviations::new(rows);
        each(x, part(i), |j, values| deviations.add(values, j as f64, ranges, scales));
        deviations
    });
    let deviations = looked.iter().fold(Deviations::new(rows), Deviations::and);
    (0..rows).map(|row| spread(row, n, ranges, scales, &deviations)).collect()
}

/// Calls `visit(j, values)` for each of these examples.
fn each<T: Scalar>(x: MatRef<'_, T>, part: Range<usize>, mut visit: impl FnMut(usize, &[f64])) {
    let mut values = vec![0.0; x.nrows()];
    for j in part {
        convert(column(x, j), &mut values);
        visit(j, &values);
    }
}

/// What a first look tells of some rows, side by side.
struct Ranges {
    mean: Vec<f64>,
    smallest: Vec<f64>,
    largest: Vec<f64>,
}

impl Ranges {
    fn new(rows: usize) -> Self {
        let of = |value| vec![value; rows];
        Self { mean: of(0.0), smallest: of(f64::INFINITY), largest: of(f64::NEG_INFINITY) }
    }

    /// An example, of which the mean has this share.
    fn add(&mut self, values: &[f64], share: f64) {
        let rows = self.mean.len();
        let (mean, smallest, largest) =
            (&mut self.mean[..rows], &mut self.smallest[..rows], &mut self.largest[..rows]);
        let values = &values[..rows];
        vectorize(
            #[inline(always)]
            || {
                for i in 0..rows {
                    // Not the sum of all, which may be too large where the mean is not.
                    mean[i] += values[i] * share;
                    smallest[i] = if values[i] < smallest[i] { values[i] } else { smallest[i] };
                    largest[i] = if values[i] > largest[i] { values[i] } else { largest[i] };
                }
            },
        );
    }

    fn and(mut self, other: &Self) -> Self {
        for i in 0..self.mean.len() {
            self.mean[i] += other.mean[i];
            self.smallest[i] = self.smallest[i].min(other.smallest[i]);
            self.largest[i] = self.largest[i].max(other.largest[i]);
        }
        self
    }
}

/// In what numbers are seen the second time: a difference or a square may be too large where the value is not.
struct Scales {
    /// The largest magnitude; 1 if it is 0.
    scale: Vec<f64>,
    /// What divides by it.
    inverse: Vec<f64>,
    /// The mean over the scale.
    centre: Vec<f64>,
}

impl Scales {
    fn of(ranges: &Ranges) -> Self {
        let of = |(smallest, largest): (&f64, &f64)| match smallest.abs().max(largest.abs()) {
            0.0 => 1.0,
            // What divides by the smallest numbers would be infinite.
            largest => largest.max(f64::MIN_POSITIVE),
        };
        let scale: Vec<f64> = ranges.smallest.iter().zip(&ranges.largest).map(of).collect();
        let inverse: Vec<f64> = scale.iter().map(|scale| 1.0 / scale).collect();
        let centre = ranges.mean.iter().zip(&inverse).map(|(mean, inverse)| mean * inverse);
        Self { centre: centre.collect(), scale, inverse }
    }
}

/// What a second look tells, over the scales.
struct Deviations {
    /// The sum of the squares of deviations; the largest of these, and of which example.
    squares: Vec<f64>,
    distance: Vec<f64>,
    farthest: Vec<f64>,
    /// How often the smallest and the largest were seen.
    times_smallest: Vec<f64>,
    times_largest: Vec<f64>,
    /// The smallest and the largest of the others.
    next_smallest: Vec<f64>,
    next_largest: Vec<f64>,
}

impl Deviations {
    fn new(rows: usize) -> Self {
        let of = |value| vec![value; rows];
        Self {
            squares: of(0.0),
            distance: of(0.0),
            farthest: of(0.0),
            times_smallest: of(0.0),
            times_largest: of(0.0),
            next_smallest: of(f64::INFINITY),
            next_largest: of(f64::NEG_INFINITY),
        }
    }

    /// The example `j`.
    fn add(&mut self, values: &[f64], j: f64, ranges: &Ranges, scales: &Scales) {
        let rows = values.len();
        let (smallest, largest) = (&ranges.smallest[..rows], &ranges.largest[..rows]);
        let (inverse, centre) = (&scales.inverse[..rows], &scales.centre[..rows]);
        let (distance, farthest) = (&mut self.distance[..rows], &mut self.farthest[..rows]);
        let (times_smallest, times_largest) =
            (&mut self.times_smallest[..rows], &mut self.times_largest[..rows]);
        let (next_smallest, next_largest) =
            (&mut self.next_smallest[..rows], &mut self.next_largest[..rows]);
        let squares = &mut self.squares[..rows];
        vectorize(
            #[inline(always)]
            || {
                for i in 0..rows {
                    let share = (values[i] * inverse[i] - centre[i]).abs();
                    squares[i] += share * share;
                    farthest[i] = if share > distance[i] { j } else { farthest[i] };
                    distance[i] = if share > distance[i] { share } else { distance[i] };
                    let (is_smallest, is_largest) =
                        (values[i] == smallest[i], values[i] == largest[i]);
                    times_smallest[i] += if is_smallest { 1.0 } else { 0.0 };
                    times_largest[i] += if is_largest { 1.0 } else { 0.0 };
                    let above = if is_smallest { f64::INFINITY } else { values[i] };
                    next_smallest[i] =
                        if above < next_smallest[i] { above } else { next_smallest[i] };
                    let below = if is_largest { f64::NEG_INFINITY } else { values[i] };
                    next_largest[i] = if below > next_largest[i] { below } else { next_largest[i] };
                }
            },
        );
    }

    /// With later examples.
    fn and(mut self, other: &Self) -> Self {
        for i in 0..self.squares.len() {
            self.squares[i] += other.squares[i];
            if other.distance[i] > self.distance[i] {
                (self.distance[i], self.farthest[i]) = (other.distance[i], other.farthest[i]);
            }
            self.times_smallest[i] += other.times_smallest[i];
            self.times_largest[i] += other.times_largest[i];
            self.next_smallest[i] = self.next_smallest[i].min(other.next_smallest[i]);
            self.next_largest[i] = self.next_largest[i].max(other.next_largest[i]);
        }
        self
    }
}

/// Of a row of `n` examples.
fn spread(row: usize, n: usize, ranges: &Ranges, scales: &Scales, of: &Deviations) -> Spread {
    let scale = scales.scale[row];
    let spread = Spread {
        mean: ranges.mean[row],
        deviation: (scale * (of.squares[row] / n as f64).sqrt()).min(f64::MAX),
        smallest: ranges.smallest[row],
        largest: ranges.largest[row],
        farthest: of.farthest[row] as usize,
        distance: (scale * of.distance[row]).min(f64::MAX),
        times_smallest: of.times_smallest[row] as usize,
        times_largest: of.times_largest[row] as usize,
        next_smallest: of.next_smallest[row],
        next_largest: of.next_largest[row],
    };
    match spread.is_constant() {
        // What rounding made of them.
        true => Spread { mean: spread.smallest, deviation: 0.0, distance: 0.0, ..spread },
        false => spread,
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Mat, mat};

    use super::*;

    #[test]
    fn formulas() {
        let x = mat![[1.0, 2.0, 6.0], [5.0, 5.0, 5.0]];
        let spreads = spreads(x.as_ref(), &Threads::single());
        let deviation = (14.0_f64 / 3.0).sqrt();
        assert!((spreads[0].mean - 3.0).abs() < 1e-15, "{spreads:?}");
        assert!((spreads[0].deviation - deviation).abs() < 1e-15, "{spreads:?}");
        assert_eq!((spreads[0].farthest, spreads[0].smallest, spreads[0].largest), (2, 1.0, 6.0));
        assert!((spreads[0].deviations() - 3.0 / deviation).abs() < 1e-15, "{spreads:?}");
        assert_eq!((spreads[0].times_smallest, spreads[0].times_largest), (1, 1));
        assert_eq!((spreads[1].times_smallest, spreads[1].times_largest), (3, 3));
        assert_eq!((spreads[0].next_smallest, spreads[0].next_largest), (2.0, 2.0));
        assert!(!spreads[0].is_one_of_two(3) && spreads[1].is_one_of_two(3));
        assert!((spreads[0].size() - (41.0_f64 / 3.0).sqrt()).abs() < 1e-14, "{spreads:?}");
        assert!(spreads[1].is_constant() && spreads[1].deviations() == 0.0);
    }

    #[test]
    fn numbers_near_the_largest_have_finite_figures() {
        let x = Mat::from_fn(2, 40, |i, j| match (i, j) {
            (0, 7) => -1.7e308,
            (0, _) => 1.5e308,
            _ => 0.1,
        });
        let spreads = spreads(x.as_ref(), &Threads::single());
        assert!(spreads[0].deviation.is_finite() && spreads[0].mean.is_finite(), "{spreads:?}");
        assert_eq!(spreads[0].farthest, 7);
        // Ten times 0.1 is not 1, and yet constant.
        assert_eq!((spreads[1].deviation, spreads[1].deviations()), (0.0, 0.0));
    }

    #[test]
    fn parts_make_the_whole_at_any_number_of_threads() {
        let n = 2 * EXAMPLES + 77;
        let far = EXAMPLES + 5;
        let value = |i: usize, j: usize| match (i, j) {
            (0, j) if j == far => 1e4,
            (0, j) => (j % 10) as f64,
            (_, j) => (j * 7 % 11) as f64 - 5.0,
        };
        let x = Mat::from_fn(2, n, value);
        let found = spreads(x.as_ref(), &Threads::single());
        assert_eq!(found, spreads(x.as_ref(), &Threads::new(2).unwrap()));
        assert_eq!((found[0].farthest, found[0].largest, found[0].next_largest), (far, 1e4, 9.0));
        let zeros = (0..n).filter(|&j| value(0, j) == 0.0).count();
        assert_eq!((found[0].times_largest, found[0].times_smallest), (1, zeros));
        for (i, found) in found.iter().enumerate() {
            let mean = (0..n).map(|j| value(i, j)).sum::<f64>() / n as f64;
            let square = (0..n).map(|j| (value(i, j) - mean).powi(2)).sum::<f64>() / n as f64;
            assert!((found.mean - mean).abs() < 1e-11, "{found:?}");
            assert!((found.deviation / square.sqrt() - 1.0).abs() < 1e-11, "{found:?}");
        }
    }
}
