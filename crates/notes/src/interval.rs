use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

use serde::Serialize;

/// A mean over seeds, and its 95 % confidence interval by Student's t: `x̄ ± t s / √n`.
///
/// Two settings are compared by their differences for each seed: what the two have in
/// common, data and initial weights, drops out. One value says nothing about others, so
/// its interval is everything; where a value is no finite number, there is no interval, but
/// NaN, which is above nothing and below nothing.
///
/// ```
/// use densely_notes::Interval;
///
/// let interval = Interval::of([1.0, 2.0, 3.0]);
/// // t = 4.303 for 2 degrees of freedom, s = 1.
/// assert_eq!(interval.mean, 2.0);
/// assert!((interval.high - (2.0 + 4.3027 / 3_f64.sqrt())).abs() < 1e-4);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The mean.
    pub mean: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// How sure an interval is to contain what it is about.
    const CONFIDENCE: f64 = 0.95;

    /// Of the mean of what these values, one a seed, are draws of.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.into_iter().collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let half = match values.len() {
            1 if mean.is_finite() => f64::INFINITY,
            0 | 1 => f64::NAN,
            _ => {
                let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
                student_t(values.len() - 1) * (squares / (n - 1.0) / n).sqrt()
            }
        };
        Self { low: mean - half, mean, high: mean + half }
    }

    /// Of the geometric mean of these factors, all above 0.
    #[must_use]
    pub fn of_factors(factors: impl IntoIterator<Item = f64>) -> Self {
        let Self { low, mean, high } = Self::of(factors.into_iter().map(f64::ln));
        Self { low: low.exp(), mean: mean.exp(), high: high.exp() }
    }
}

/// The distance from 0 that Student's t of `freedom` degrees of freedom, at least 1, stays
/// within with a probability of 95 %.
fn student_t(freedom: usize) -> f64 {
    // t = √ν tan θ; 60 halvings leave nothing to halve.
    let (mut low, mut high) = (0.0, FRAC_PI_2);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        match probability_within(middle, freedom) < Interval::CONFIDENCE {
            true => low = middle,
            false => high = middle,
        }
    }
    (freedom as f64).sqrt() * low.tan()
}

/// `P(|T| ≤ √ν tan θ)` for Student's t of `ν` degrees of freedom, whose distribution is a
/// finite sum of powers of `cos θ` (Abramowitz and Stegun, 26.7.3 and 26.7.4).
fn probability_within(theta: f64, freedom: usize) -> f64 {
    let (sin, cos) = theta.sin_cos();
    let odd = freedom % 2;
    let (mut term, mut sum) = (if odd == 1 { cos } else { 1.0 }, 0.0);
    for power in (odd..freedom - 1).step_by(2) {
        sum += term;
        term *= cos * cos * (power + 1) as f64 / (power + 2) as f64;
    }
    if odd == 1 { FRAC_2_PI * (theta + sin * sum) } else { sin * sum }
}

#[cfg(test)]
mod tests {
    use super::*;
    use densely::prelude::{Key, Purpose, Stream};

    /// Tables of Student's distribution.
    #[test]
    fn quantiles_are_those_of_tables() {
        for (freedom, t) in [
            (1, 12.706),
            (2, 4.303),
            (3, 3.182),
            (4, 2.776),
            (9, 2.262),
            (10, 2.228),
            (30, 2.042),
            (1000, 1.962),
        ] {
            assert!((student_t(freedom) - t).abs() < 6e-4, "{freedom}: {}", student_t(freedom));
        }
    }

    /// Of intervals of five draws each from a distribution of mean 0, 95 % contain 0.
    #[test]
    fn intervals_are_as_sure_as_they_say() {
        let mut stream = Stream::new(1, Purpose::Other, Key::default());
        let mut outside = [0; 2];
        for _ in 0..20_000 {
            let interval = Interval::of((0..5).map(|_| stream.normal::<f64>()));
            outside[0] += usize::from(interval.low > 0.0);
            outside[1] += usize::from(interval.high < 0.0);
        }
        // 500 expected on each side, of a standard deviation of 22.
        assert!(outside.iter().all(|count| (400..600).contains(count)), "{outside:?}");
    }

    /// A difference that is the same for every seed is found among seeds that differ more.
    #[test]
    fn pairs_are_told_apart_where_ranges_overlap() {
        let (a, b) = ([0.70, 0.80, 0.90, 0.95], [0.72, 0.83, 0.92, 0.98]);
        let paired = Interval::of(a.iter().zip(b).map(|(a, b)| b - a));
        assert!(paired.low > 0.0, "{paired:?}");
        // The same numbers in another order: ranges and means are equal, pairs are not.
        let shuffled = Interval::of(a.iter().rev().zip(b).map(|(a, b)| b - a));
        assert!((shuffled.mean - paired.mean).abs() < 1e-15);
        assert!(shuffled.low < 0.0 && shuffled.high > 0.0, "{shuffled:?}");
    }

    #[test]
    fn one_value_says_nothing_and_what_is_not_finite_less() {
        let one = Interval::of([3.0]);
        assert_eq!((one.low, one.mean, one.high), (f64::NEG_INFINITY, 3.0, f64::INFINITY));
        let one = Interval::of_factors([3.0]);
        assert_eq!((one.low, one.high), (0.0, f64::INFINITY));
        for values in [vec![], vec![f64::INFINITY], vec![1.0, f64::NAN], vec![1.0, f64::INFINITY]] {
            let Interval { low, high, .. } = Interval::of(values.iter().copied());
            assert!(low.is_nan() && high.is_nan(), "{values:?}");
        }
    }

    #[test]
    fn factors_are_averaged_as_factors() {
        let interval = Interval::of_factors([2.0, 8.0]);
        assert!((interval.mean - 4.0).abs() < 1e-12);
        // Upside down, the interval is, too.
        let inverse = Interval::of_factors([0.5, 0.125]);
        assert!((inverse.low * interval.high - 1.0).abs() < 1e-9);
    }
}
