use densely_data::Inputs;
use densely_tensor::{Scalar, Threads};

use super::spread::Spread;

/// Values from which on few of them can be said to be far from the others.
const EXAMPLES: usize = 30;

/// The share of values that can press the others together, at most.
const FEW: f64 = 0.3;

/// How many times as far from the median as the last of the others the nearest of them is.
const GAP: f64 = 20.0;

/// The others are pressed together if they are spread by less than this, in standard deviations
/// of all.
const PRESSED: f64 = 0.05;

/// Values that tell at first whether a closer look is worth it.
const SAMPLE: usize = 256;

/// A few values so far out that a scale that fits them leaves almost nothing between all others.
///
/// A rare category is none: its others are all the same, or all but fewer than are far out, as of a pixel that hardly ever has
/// ink. Nor are heavy tails, which have no gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Squeeze {
    /// How many they are.
    pub(crate) outliers: usize,
    /// The spread of the others about the median, in standard deviations of all.
    pub(crate) rest: f64,
}

/// Rows that are read together: those of a cache line.
const TOGETHER: usize = 16;

impl Squeeze {
    /// Those of the rows of `x` that have one, by their numbers.
    pub(crate) fn of_rows<T: Scalar>(
        x: Inputs<'_, T>,
        spreads: &[Spread],
        threads: &Threads,
    ) -> Vec<(usize, Self)> {
        let found = threads.map(x.features().div_ceil(TOGETHER), |i| {
            let rows = TOGETHER * i..x.features().min(TOGETHER * (i + 1));
            let pressed = rows.filter_map(|row| Some((row, looks_pressed(x, row, &spreads[row])?)));
            let pressed: Vec<(usize, f64)> = pressed.collect();
            let mut values: Vec<_> =
                pressed.iter().map(|_| Vec::with_capacity(x.examples())).collect();
            for j in (0..x.examples()).filter(|_| !pressed.is_empty()) {
                let own = values.iter_mut().zip(&pressed);
                own.for_each(|(values, &(row, _))| values.push(x.value(row, j).to_f64()));
            }
            let values = values.into_iter().zip(pressed);
            let squeeze =
                |(values, (row, middle))| Some((row, Self::of(values, middle, &spreads[row])?));
            values.filter_map(squeeze).collect::<Vec<_>>()
        });
        found.into_iter().flatten().collect()
    }

    /// Of values with this spread, and the median of some of them.
    fn of(mut values: Vec<f64>, middle: f64, spread: &Spread) -> Option<Self> {
        let n = values.len();
        let median = match 2 * values.iter().filter(|&&value| value == middle).count() > n {
            // It is the median of all.
            true => middle,
            false => *values.select_nth_unstable_by(n / 2, f64::total_cmp).1,
        };
        let mut distances = values;
        distances.iter_mut().for_each(|value| *value = (*value - median).abs());
        if !may_have_gap(&distances) {
            return None;
        }
        let few = (FEW * n as f64) as usize;
        // Only the largest need be in order.
        distances.select_nth_unstable_by(n - few - 1, f64::total_cmp);
        distances[n - few..].sort_unstable_by(f64::total_cmp);
        let is_gap = |&k: &usize| distances[k - 1] > 0.0 && distances[k] > GAP * distances[k - 1];
        let near = (n - few..n).find(is_gap)?;
        let pressed = distances[..near].iter().filter(|&&distance| distance > 0.0).count();
        if pressed < n - near {
            return None;
        }
        let squares = distances[..near].iter().map(|d| (d / spread.deviation).powi(2));
        let rest = (squares.sum::<f64>() / near as f64).sqrt();
        (rest < PRESSED).then_some(Self { outliers: n - near, rest })
    }
}

/// The median of some of the values of a row, if most of these are so close to each other that a closer look is worth it.
fn looks_pressed<T: Scalar>(x: Inputs<'_, T>, row: usize, spread: &Spread) -> Option<f64> {
    let n = x.examples();
    // Of two values, those that are not far out are all the same, as with a rare category.
    if n < EXAMPLES || spread.deviation == 0.0 || spread.is_one_of_two(n) {
        return None;
    }
    let sample = sorted((0..n).step_by(n.div_ceil(SAMPLE)).map(|j| x.value(row, j).to_f64()));
    let half = sample[3 * sample.len() / 4] - sample[sample.len() / 4];
    (half < 4.0 * PRESSED * spread.deviation).then(|| sample[sample.len() / 2])
}

/// Whether there can be a [`GAP`] between positive numbers: none lies between some powers of 2 where others lie below and above.
fn may_have_gap(numbers: &[f64]) -> bool {
    // Two numbers of this ratio have exponents that differ by 4 at least, so that three between them are of none.
    const EMPTY: usize = 3;
    const { assert!(GAP >= (1 << (EMPTY + 1)) as f64) };
    let exponent = |number: f64| (number.to_bits() >> (f64::MANTISSA_DIGITS - 1)) as usize;
    let mut is_some = [false; 1 << 11];
    numbers
        .iter()
        .filter(|number| **number > 0.0)
        .for_each(|number| is_some[exponent(*number)] = true);
    let exponents = is_some.iter().enumerate().filter(|(_, is)| **is).map(|(exponent, _)| exponent);
    exponents.clone().zip(exponents.skip(1)).any(|(below, above)| above - below > EMPTY)
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Key, Mat, Purpose, Stream};

    use super::super::spread::spreads;
    use super::*;

    fn squeeze(n: usize, value: impl Fn(usize, f64) -> f64) -> Option<Squeeze> {
        let mut stream = Stream::new(3, Purpose::Other, Key::default());
        let x = Mat::from_fn(1, n, |_, j| value(j, stream.normal()));
        let threads = Threads::single();
        let found = Squeeze::of_rows(x.as_ref().into(), &spreads(x.as_ref(), &threads), &threads);
        found.first().map(|&(row, squeeze)| {
            assert_eq!((row, found.len()), (0, 1));
            squeeze
        })
    }

    #[test]
    fn few_values_far_out_press_the_others() {
        let one = squeeze(400, |j, x| if j == 17 { 1e6 } else { x }).unwrap();
        assert_eq!(one.outliers, 1);
        // The standard deviation is a million over the root of 400.
        assert!((one.rest * 5e4 - 1.0).abs() < 0.1, "{one:?}");
        let marks = squeeze(400, |j, x| if j % 20 == 3 { -999.0 } else { x }).unwrap();
        assert_eq!(marks.outliers, 20);
        assert!((0.003..0.007).contains(&marks.rest), "{marks:?}");
        // Those that are pressed may be categories themselves.
        let codes = squeeze(400, |j, _| if j == 5 { 1e6 } else { f64::from(u8::from(j % 9 == 0)) });
        assert_eq!(codes.unwrap().outliers, 1);
        // A pixel at the edge: of seven that have ink, one has little.
        let ink = |j: usize| match j {
            3 => 0.01,
            _ if j % 60 == 5 => 0.5 + j as f64 / 1000.0,
            _ => 0.0,
        };
        assert_eq!(squeeze(400, |j, _| ink(j)), None);
    }

    /// What tells quickly that there is no gap never denies one.
    #[test]
    fn a_gap_is_never_overlooked() {
        let mut stream = Stream::new(4, Purpose::Other, Key::default());
        let mut gaps = 0;
        for _ in 0..20_000 {
            let mut draw = || (8.0 * stream.normal::<f64>()).exp2();
            let mut numbers: Vec<f64> = (0..6).map(|_| draw()).chain([0.0]).collect();
            numbers.sort_by(f64::total_cmp);
            let is_gap = numbers.windows(2).any(|pair| pair[0] > 0.0 && pair[1] > GAP * pair[0]);
            assert!(!is_gap || may_have_gap(&numbers), "{numbers:?}");
            gaps += usize::from(is_gap);
        }
        assert!((5_000..20_000).contains(&gaps), "{gaps}");
        assert!(may_have_gap(&[1.0, 20.1]) && !may_have_gap(&[0.0, 1.0, 7.9, 60.0]));
        assert!(!may_have_gap(&[0.0; 9]) && !may_have_gap(&[]));
    }

    #[test]
    fn a_rare_category_and_heavy_tails_do_not() {
        assert_eq!(squeeze(400, |j, _| f64::from(u8::from(j == 7))), None);
        assert_eq!(squeeze(400, |_, x| x), None);
        assert_eq!(squeeze(400, |_, x| (2.0 * x).exp()), None);
        assert_eq!(squeeze(400, |j, x| if j % 2 == 0 { 1e6 } else { x }), None);
        assert_eq!(squeeze(20, |j, x| if j == 7 { 1e6 } else { x }), None);
        assert_eq!(squeeze(400, |_, _| 3.0), None);
    }
}
