use std::fmt;

use serde::Serialize;

use crate::Interval;
use crate::figures::{number, percent};

/// Something that a verdict rests on, and whether it held.
///
/// Either it was looked up in every run, or it is about a mean over seeds: it held then if
/// the 95 % [`Interval`] of that mean is wholly beyond a bound.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Statement {
    /// What is said, with the bound if it is not 0.
    pub text: String,
    /// What was measured, if it is a mean over seeds.
    pub interval: Option<Interval>,
    /// Whether it held.
    pub held: bool,
    #[serde(skip)]
    unit: Unit,
}

/// What a mean over seeds is of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Unit {
    /// A number.
    Number,
    /// A share, or a difference of two.
    Share,
    /// One number over another: averaged as a factor.
    Factor,
}

impl Unit {
    fn interval(self, values: impl IntoIterator<Item = f64>) -> Interval {
        match self {
            Self::Number | Self::Share => Interval::of(values),
            Self::Factor => Interval::of_factors(values),
        }
    }
}

impl Statement {
    /// Something that is true or not, in every run.
    pub(crate) fn exact(text: impl Into<String>, held: bool) -> Self {
        Self { text: text.into(), interval: None, held, unit: Unit::Number }
    }

    /// The mean of these values, one a seed, is above `bound`.
    pub(crate) fn above(
        text: impl Into<String>,
        unit: Unit,
        bound: f64,
        values: impl IntoIterator<Item = f64>,
    ) -> Self {
        let interval = unit.interval(values);
        let held = interval.low > bound;
        Self { text: text.into(), interval: Some(interval), held, unit }
    }

    /// The mean of these values, one a seed, is below `bound`.
    pub(crate) fn below(
        text: impl Into<String>,
        unit: Unit,
        bound: f64,
        values: impl IntoIterator<Item = f64>,
    ) -> Self {
        let interval = unit.interval(values);
        let held = interval.high < bound;
        Self { text: text.into(), interval: Some(interval), held, unit }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, interval, held, unit } = self;
        let mark = if *held { "✓" } else { "✗" };
        let Some(Interval { low, mean, high }) = *interval else {
            return f.pad(&format!("{mark} {text}"));
        };
        let show = |value: f64| match unit {
            Unit::Share => percent(value),
            Unit::Number | Unit::Factor => number(value),
        };
        let range = match (low == high, high.is_infinite()) {
            (true, _) => " for every seed".to_owned(),
            (_, true) => " for the only seed".to_owned(),
            _ => format!(" ({} to {})", show(low), show(high)),
        };
        f.pad(&format!("{mark} {text}: {}{range}", show(mean)))
    }
}

/// `of` the runs of one setting less that of another, seed by seed.
pub(crate) fn differences<'a, R: 'a>(
    of_one: impl IntoIterator<Item = &'a R>,
    of_other: impl IntoIterator<Item = &'a R>,
    of: impl Fn(&R) -> f64,
) -> Vec<f64> {
    of_one.into_iter().zip(of_other).map(|(one, other)| of(one) - of(other)).collect()
}

/// `of` the runs of one setting over that of another, seed by seed.
pub(crate) fn factors<'a, R: 'a>(
    of_one: impl IntoIterator<Item = &'a R>,
    of_other: impl IntoIterator<Item = &'a R>,
    of: impl Fn(&R) -> f64,
) -> Vec<f64> {
    of_one.into_iter().zip(of_other).map(|(one, other)| of(one) / of(other)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_holds_if_its_interval_is_beyond_the_bound() {
        let above = |bound, values: &[f64]| {
            Statement::above("", Unit::Share, bound, values.iter().copied()).held
        };
        // The mean is above 0 in all of these.
        assert!(above(0.0, &[0.02, 0.03, 0.01, 0.02]));
        assert!(!above(0.0, &[0.09, -0.05, 0.08, -0.04]), "seeds disagree");
        assert!(!above(0.0, &[0.02]), "a single seed");
        assert!(!above(0.0, &[0.0, 0.0, 0.0]), "no difference");
        assert!(!above(0.0, &[0.02, f64::NAN, 0.01]), "not a number");
        assert!(!above(0.015, &[0.02, 0.03, 0.01, 0.02]), "not by as much");
        let below =
            |values: &[f64]| Statement::below("", Unit::Factor, 0.5, values.iter().copied()).held;
        assert!(below(&[0.3, 0.4, 0.35]) && !below(&[0.3, 0.4, 0.9]) && !below(&[0.3]));
        // All draws are below, but so few say little: t is 12.7.
        assert!(!below(&[0.3, 0.4]));
    }

    #[test]
    fn statements_are_read_with_their_figures() {
        let shown = |unit, values: &[f64]| {
            Statement::above("more", unit, 0.0, values.iter().copied()).to_string()
        };
        assert_eq!(shown(Unit::Share, &[0.25, 0.25]), "✓ more: 25 % for every seed");
        assert_eq!(shown(Unit::Number, &[2.5]), "✗ more: 2.5 for the only seed");
        assert_eq!(shown(Unit::Share, &[0.1, 0.2, 0.3]), "✗ more: 20 % (-4.8 % to 44.8 %)");
        assert_eq!(shown(Unit::Factor, &[2.0, 4.0, 8.0]), "✓ more: 4 (0.715 to 22.4)");
        assert_eq!(Statement::exact("all", false).to_string(), "✗ all");
    }
}
