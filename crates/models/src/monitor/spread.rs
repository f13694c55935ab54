use std::cmp::Ordering;

use densely_data::{FeaturePlace, Inputs, OneHot};
use densely_tensor::kernels::{SWEPT, sweep};
use densely_tensor::{MatRef, Scalar, Threads};

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
    /// Of two values, with how often each was seen, and where first.
    fn of_two(one: (f64, usize, usize), other: (f64, usize, usize)) -> Self {
        let (least, most) = if one.0 <= other.0 { (one, other) } else { (other, one) };
        let n = (least.1 + most.1) as f64;
        let constant = match (least.1, most.1) {
            (0, _) => Some(most.0),
            (_, 0) => Some(least.0),
            _ => (least.0 == most.0).then_some(least.0),
        };
        let none = Self {
            next_smallest: f64::INFINITY,
            next_largest: f64::NEG_INFINITY,
            ..Self::default()
        };
        if let Some(value) = constant {
            let times = least.1 + most.1;
            let (mean, smallest, largest) = (value, value, value);
            return Self {
                mean,
                smallest,
                largest,
                times_smallest: times,
                times_largest: times,
                ..none
            };
        }
        let (share, gap) = (most.1 as f64 / n, most.0 - least.0);
        // The rarer value is farther from the mean.
        let (farthest, distance) = match least.1.cmp(&most.1) {
            Ordering::Less => (least.2, gap * share),
            Ordering::Equal => (0, gap * share),
            Ordering::Greater => (most.2, gap * (1.0 - share)),
        };
        Self {
            mean: least.0 + gap * share,
            deviation: gap * (share * (1.0 - share)).sqrt(),
            smallest: least.0,
            largest: most.0,
            farthest,
            distance,
            times_smallest: least.1,
            times_largest: most.1,
            next_smallest: most.0,
            next_largest: least.0,
        }
    }

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

/// The spread of each feature, or each target.
pub(crate) fn spreads<'x, T: Scalar>(
    x: impl Into<Inputs<'x, T>>,
    threads: &Threads,
) -> Vec<Spread> {
    let x = match x.into() {
        Inputs::Dense(x) => return of_rows(x, threads),
        Inputs::OneHot(x) => x,
    };
    let others = of_rows(x.others(), threads);
    let groups = threads.map(x.groups().len(), |group| of_group(x, group));
    let of = |place: &FeaturePlace| match *place {
        FeaturePlace::Other(row) => others[row],
        FeaturePlace::Group { group, category } => groups[group][category],
    };
    x.places().iter().map(of).collect()
}

/// That of each category, by how many examples are of it.
fn of_group<T: Scalar>(x: &OneHot<T>, group: usize) -> Vec<Spread> {
    let (n, of) = (x.examples(), &x.groups()[group]);
    // How many there are, and the first of them.
    let mut seen = vec![(0, 0); of.off.len()];
    for (example, category) in x.categories(group).enumerate() {
        if let Some((count, first)) = seen.get_mut(category) {
            *first = if *count == 0 { example } else { *first };
            *count += 1;
        }
    }
    let first = x.categories(group).next();
    let first_but = |category: usize| match first == Some(category) {
        true => x.categories(group).position(|other| other != category).unwrap_or(0),
        false => 0,
    };
    let one = |(category, &(count, first_on)): (usize, &(usize, usize))| {
        let (off, on) = (of.off[category].to_f64(), of.on[category].to_f64());
        Spread::of_two((off, n - count, first_but(category)), (on, count, first_on))
    };
    seen.iter().enumerate().map(one).collect()
}

/// The spread of each row: what a first look tells, and then a second.
fn of_rows<T: Scalar>(x: MatRef<'_, T>, threads: &Threads) -> Vec<Spread> {
    let (rows, n) = x.shape();
    let (parts, chunks) = (n.div_ceil(EXAMPLES), rows.div_ceil(SWEPT));
    let part = |part: usize| {
        let first = part * EXAMPLES;
        (first, x.subcols(first, EXAMPLES.min(n - first)))
    };
    let share = 1.0 / n as f64;
    let looked = threads.map(parts, |i| {
        let mut ranges = vec![Ranges::default(); chunks];
        sweep(part(i).1, &mut ranges, |ranges, i, _, value| ranges.add(i, value, share));
        ranges
    });
    let ranges = all(looked, Ranges::and);
    let scales: Vec<Scales> = ranges.iter().map(Scales::of).collect();
    let looked = threads.map(parts, |i| {
        let (first, x) = part(i);
        let of = |(ranges, scales): (&Ranges, &Scales)| (Deviations::default(), *ranges, *scales);
        let mut deviations: Vec<_> = ranges.iter().zip(&scales).map(of).collect();
        sweep(x, &mut deviations, |(deviations, ranges, scales), i, j, value| {
            deviations.add(i, (first + j) as f64, value, ranges, scales);
        });
        deviations.into_iter().map(|(deviations, ..)| deviations).collect()
    });
    let deviations = all(looked, Deviations::and);
    let of = |row: usize| {
        let (chunk, i) = (row / SWEPT, row % SWEPT);
        spread(i, n, &ranges[chunk], &scales[chunk], &deviations[chunk])
    };
    (0..rows).map(of).collect()
}

/// What parts tell together, the earlier examples first.
fn all<S>(parts: Vec<Vec<S>>, and: impl Fn(S, &S) -> S) -> Vec<S> {
    let together = |before: Vec<S>, part: Vec<S>| {
        before.into_iter().zip(&part).map(|(before, part)| and(before, part)).collect()
    };
    parts.into_iter().reduce(together).unwrap_or_default()
}

/// What a first look tells of some rows, side by side.
#[derive(Debug, Clone, Copy)]
struct Ranges {
    mean: [f64; SWEPT],
    smallest: [f64; SWEPT],
    largest: [f64; SWEPT],
}

impl Default for Ranges {
    fn default() -> Self {
        let (smallest, largest) = ([f64::INFINITY; SWEPT], [f64::NEG_INFINITY; SWEPT]);
        Self { mean: [0.0; SWEPT], smallest, largest }
    }
}

impl Ranges {
    /// An example, of which the mean has this share.
    #[inline(always)]
    fn add(&mut self, i: usize, value: f64, share: f64) {
        // Not the sum of all, which may be too large where the mean is not.
        self.mean[i] += value * share;
        self.smallest[i] = if value < self.smallest[i] { value } else { self.smallest[i] };
        self.largest[i] = if value > self.largest[i] { value } else { self.largest[i] };
    }

    fn and(mut self, other: &Self) -> Self {
        for i in 0..SWEPT {
            self.mean[i] += other.mean[i];
            self.smallest[i] = self.smallest[i].min(other.smallest[i]);
            self.largest[i] = self.largest[i].max(other.largest[i]);
        }
        self
    }
}

/// In what numbers are seen the second time: a difference or a square may be too large where the value is not.
#[derive(Debug, Clone, Copy)]
struct Scales {
    /// The largest magnitude; 1 if it is 0.
    scale: [f64; SWEPT],
    /// What divides by it.
    inverse: [f64; SWEPT],
    /// The mean over the scale.
    centre: [f64; SWEPT],
}

impl Scales {
    fn of(ranges: &Ranges) -> Self {
        let scale = std::array::from_fn(|i| {
            match ranges.smallest[i].abs().max(ranges.largest[i].abs()) {
                0.0 => 1.0,
                // What divides by the smallest numbers would be infinite.
                largest => largest.max(f64::MIN_POSITIVE),
            }
        });
        let inverse: [f64; SWEPT] = std::array::from_fn(|i| 1.0 / scale[i]);
        Self { centre: std::array::from_fn(|i| ranges.mean[i] * inverse[i]), scale, inverse }
    }
}

/// What a second look tells, over the scales.
#[derive(Debug, Clone, Copy)]
struct Deviations {
    /// The sum of the squares of deviations; the largest of these, and of which example.
    squares: [f64; SWEPT],
    distance: [f64; SWEPT],
    farthest: [f64; SWEPT],
    /// How often the smallest and the largest were seen.
    times_smallest: [f64; SWEPT],
    times_largest: [f64; SWEPT],
    /// The smallest and the largest of the others.
    next_smallest: [f64; SWEPT],
    next_largest: [f64; SWEPT],
}

impl Default for Deviations {
    fn default() -> Self {
        let none = [0.0; SWEPT];
        Self {
            squares: none,
            distance: none,
            farthest: none,
            times_smallest: none,
            times_largest: none,
            next_smallest: [f64::INFINITY; SWEPT],
            next_largest: [f64::NEG_INFINITY; SWEPT],
        }
    }
}

impl Deviations {
    /// The example `j`.
    #[inline(always)]
    fn add(&mut self, i: usize, j: f64, value: f64, ranges: &Ranges, scales: &Scales) {
        let share = (value * scales.inverse[i] - scales.centre[i]).abs();
        self.squares[i] += share * share;
        self.farthest[i] = if share > self.distance[i] { j } else { self.farthest[i] };
        self.distance[i] = if share > self.distance[i] { share } else { self.distance[i] };
        let (is_smallest, is_largest) = (value == ranges.smallest[i], value == ranges.largest[i]);
        self.times_smallest[i] += if is_smallest { 1.0 } else { 0.0 };
        self.times_largest[i] += if is_largest { 1.0 } else { 0.0 };
        let above = if is_smallest { f64::INFINITY } else { value };
        let next = self.next_smallest[i];
        self.next_smallest[i] = if above < next { above } else { next };
        let below = if is_largest { f64::NEG_INFINITY } else { value };
        let next = self.next_largest[i];
        self.next_largest[i] = if below > next { below } else { next };
    }

    /// With later examples.
    fn and(mut self, other: &Self) -> Self {
        for i in 0..SWEPT {
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
    use densely_data::OneHotGroup;
    use densely_tensor::{Mat, mat};

    use super::*;

    /// Of categories, what is told of the matrix that they stand for.
    #[test]
    fn spreads_of_categories() {
        let n = 40;
        let group = |first, off: &[f64], on: &[f64]| OneHotGroup {
            first,
            off: off.to_vec(),
            on: on.to_vec(),
        };
        // All, none, half of the examples, few from the second on, and a value below the other.
        let groups = vec![
            group(0, &[0.0, 0.5], &[1.0, 7.0]),
            group(3, &[-0.5, 0.25, 0.0, 3.0], &[1.5, 2.0, 1.0, -2.0]),
            group(7, &[4.0], &[4.0]),
        ];
        let second =
            |j: usize| if j.is_multiple_of(2) { 0 } else { [1, 2, 2, 3, 3, 3, 4][(j / 2) % 7] };
        let codes = (0..n).flat_map(|j| [0, second(j) as u16, (j % 2) as u16]).collect();
        let others = Mat::from_fn(1, n, |_, j| (j * j % 17) as f64);
        let x = OneHot::new(others, groups, codes).unwrap();
        let dense = x.to_dense().unwrap();
        for threads in [Threads::single(), Threads::new(2).unwrap()] {
            let told = spreads(Inputs::OneHot(&x), &threads);
            for (told, expected) in told.iter().zip(spreads(dense.as_ref(), &threads)) {
                let rounded = |a: f64, b: f64| (a - b).abs() <= 1e-14 * (1.0 + b.abs());
                assert!(rounded(told.mean, expected.mean), "{told:?} {expected:?}");
                assert!(rounded(told.deviation, expected.deviation), "{told:?} {expected:?}");
                assert!(rounded(told.distance, expected.distance), "{told:?} {expected:?}");
                let Spread { mean, deviation, distance, .. } = *told;
                // Two values that are as frequent are as far out.
                let is_tie = told.times_smallest == told.times_largest;
                let farthest = if is_tie { told.farthest } else { expected.farthest };
                assert_eq!(*told, Spread { mean, deviation, distance, farthest, ..expected });
            }
        }
    }

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
