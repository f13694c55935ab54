use densely_tensor::{MatRef, Scalar};

use super::survey::Spread;

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
/// A rare category is none: its others are all the same. Nor are heavy tails, which have no gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Squeeze {
    /// How many they are.
    pub(crate) outliers: usize,
    /// The spread of the others about the median, in standard deviations of all.
    pub(crate) rest: f64,
}

impl Squeeze {
    /// Of a row of values with this spread.
    pub(crate) fn of<T: Scalar>(x: MatRef<'_, T>, row: usize, spread: &Spread) -> Option<Self> {
        let n = x.ncols();
        let looks_pressed = || {
            let sample = sorted((0..n).step_by(n.div_ceil(SAMPLE)).map(|j| x[(row, j)].to_f64()));
            let half = sample[3 * sample.len() / 4] - sample[sample.len() / 4];
            half < 4.0 * PRESSED * spread.deviation
        };
        // Of two values, those that are not far out are all the same, as with a rare category.
        if n < EXAMPLES || spread.deviation == 0.0 || !spread.has_others || !looks_pressed() {
            return None;
        }
        let mut values: Vec<f64> = (0..n).map(|j| x[(row, j)].to_f64()).collect();
        let median = *values.select_nth_unstable_by(n / 2, f64::total_cmp).1;
        let mut distances = values;
        distances.iter_mut().for_each(|value| *value = (*value - median).abs());
        let few = (FEW * n as f64) as usize;
        // Only the largest need be in order.
        distances.select_nth_unstable_by(n - few - 1, f64::total_cmp);
        distances[n - few..].sort_unstable_by(f64::total_cmp);
        let is_gap = |&k: &usize| distances[k - 1] > 0.0 && distances[k] > GAP * distances[k - 1];
        let near = (n - few..n).find(is_gap)?;
        let squares = distances[..near].iter().map(|d| (d / spread.deviation).powi(2));
        let rest = (squares.sum::<f64>() / near as f64).sqrt();
        (rest < PRESSED).then_some(Self { outliers: n - near, rest })
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Key, Mat, Purpose, Stream};

    use super::super::survey::spreads;
    use super::*;

    fn squeeze(n: usize, value: impl Fn(usize, f64) -> f64) -> Option<Squeeze> {
        let mut stream = Stream::new(3, Purpose::Other, Key::default());
        let x = Mat::from_fn(1, n, |_, j| value(j, stream.normal()));
        Squeeze::of(x.as_ref(), 0, &spreads(x.as_ref())[0])
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
