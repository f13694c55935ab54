use std::collections::BTreeSet;

use densely_data::Inputs;
use densely_tensor::Scalar;

use super::spread::Spread;

/// Values from which on one of them can be said to stand apart.
const EXAMPLES: usize = 30;

/// The part of the values that it is, at least, and how many.
const OFTEN: f64 = 0.01;
const TIMES: usize = 5;

/// Different values that the others have, at least: codes are often far apart.
const DISTINCT: usize = 10;

/// How many times as far from the nearest of the others it is as these are spread.
const GAP: f64 = 5.0;

/// The smallest or largest value of a feature, if it is frequent and far from all others: as -999 and 9999 are, where they
/// stand for what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sentinel {
    /// The first example that has it.
    pub(crate) example: usize,
    /// How many examples do.
    pub(crate) examples: usize,
}

impl Sentinel {
    /// Of a row of values with this spread.
    pub(crate) fn of<T: Scalar>(x: Inputs<'_, T>, row: usize, spread: &Spread) -> Option<Self> {
        let n = x.examples();
        if n < EXAMPLES || spread.is_one_of_two(n) {
            return None;
        }
        let low = (spread.smallest, spread.times_smallest, spread.next_smallest - spread.smallest);
        let high = (spread.largest, spread.times_largest, spread.largest - spread.next_largest);
        let others = [spread.largest - spread.next_smallest, spread.next_largest - spread.smallest];
        [low, high].into_iter().zip(others).find_map(|((value, examples, gap), others)| {
            let is_rare = examples < TIMES || (examples as f64) < OFTEN * n as f64;
            if is_rare || gap.is_nan() || gap <= GAP * others {
                return None;
            }
            let values = || (0..n).map(|j| x.value(row, j).to_f64());
            let mut distinct = BTreeSet::new();
            let _ = values().filter(|other| *other != value).all(|other| {
                distinct.insert(other.to_bits());
                distinct.len() < DISTINCT
            });
            let example = values().position(|other| other == value)?;
            (distinct.len() == DISTINCT).then_some(Self { example, examples })
        })
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Key, Mat, Purpose, Stream, Threads};

    use super::super::spread::spreads;
    use super::*;

    fn sentinel(value: impl Fn(usize, f64) -> f64) -> Option<Sentinel> {
        let mut stream = Stream::new(3, Purpose::Other, Key::default());
        let x = Mat::from_fn(1, 400, |_, j| value(j, stream.normal()));
        Sentinel::of(x.as_ref().into(), 0, &spreads(x.as_ref(), &Threads::single())[0])
    }

    #[test]
    fn a_frequent_value_far_from_all_others_is_one() {
        let half = sentinel(|j, x| if j % 2 == 1 { -999.0 } else { x });
        assert_eq!(half, Some(Sentinel { example: 1, examples: 200 }));
        let some = sentinel(|j, x| if j % 40 == 7 { 9999.0 } else { 50.0 + 10.0 * x });
        assert_eq!(some, Some(Sentinel { example: 7, examples: 10 }));
        let nearly_all = sentinel(|j, x| if j % 8 == 0 { 100.0 + x } else { 0.0 });
        assert_eq!(nearly_all.map(|of| of.examples), Some(350));
    }

    #[test]
    fn zeros_codes_tails_and_lone_values_are_none() {
        assert_eq!(sentinel(|j, x| if j % 3 == 0 { 0.0 } else { x.exp() }), None);
        assert_eq!(sentinel(|j, _| if j % 9 == 0 { 1.0 } else { 0.0 }), None);
        assert_eq!(sentinel(|j, _| if j % 9 == 0 { 99.0 } else { (j % 4) as f64 }), None);
        assert_eq!(sentinel(|_, x| (3.0 * x).exp()), None);
        assert_eq!(sentinel(|j, x| if j == 17 { 1e6 } else { x }), None);
        assert_eq!(sentinel(|_, _| 3.0), None);
    }
}
