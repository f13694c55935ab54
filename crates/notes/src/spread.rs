use std::fmt;

use serde::Serialize;

use crate::figures::number;

/// A measurement repeated with several seeds: the median, and the range.
///
/// ```
/// use densely_notes::Spread;
///
/// let spread = Spread::of([3.0, 1.0, 2.0, 10.0]);
/// assert_eq!((spread.low, spread.median, spread.high), (1.0, 2.5, 10.0));
/// assert_eq!(spread.to_string(), "2.5 (1 to 10)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// The smallest value.
    pub low: f64,
    /// The value in the middle; between the two in the middle of an even number.
    pub median: f64,
    /// The largest value.
    pub high: f64,
}

impl Spread {
    /// Of these values; all NaN if there are none.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let at = |i: usize| sorted.get(i).copied().unwrap_or(f64::NAN);
        let n = sorted.len();
        let median = f64::midpoint(at(n.saturating_sub(1) / 2), at(n / 2));
        Self { low: at(0), median, high: at(n.saturating_sub(1)) }
    }
}

impl From<Spread> for [f64; 3] {
    fn from(spread: Spread) -> Self {
        [spread.low, spread.median, spread.high]
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, median, high] = [self.low, self.median, self.high].map(number);
        match low == high {
            true => f.pad(&median),
            false => f.pad(&format!("{median} ({low} to {high})")),
        }
    }
}
