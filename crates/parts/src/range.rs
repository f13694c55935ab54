use std::fmt;

use crate::OptionError;
use crate::text;

/// The numbers that an option may have. NaN is in no range.
///
/// ```
/// use densely_parts::Range;
///
/// assert_eq!(Range::POSITIVE.to_string(), "a number above 0");
/// assert_eq!(Range::new(0.0, 1.0).below().to_string(), "a number from 0 to less than 1");
/// assert!(!Range::FINITE.contains(f64::INFINITY));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    low: f64,
    high: f64,
    /// Whether the ends are in it.
    ends: [bool; 2],
}

impl Range {
    /// All numbers but the infinite ones.
    pub const FINITE: Self = Self::new(f64::MIN, f64::MAX);
    /// `(0, ∞)`.
    pub const POSITIVE: Self = Self::new(0.0, f64::MAX).above();
    /// `[0, ∞)`.
    pub const NOT_NEGATIVE: Self = Self::new(0.0, f64::MAX);

    /// `[low, high]`.
    #[must_use]
    pub const fn new(low: f64, high: f64) -> Self {
        Self { low, high, ends: [true, true] }
    }

    /// Without the lower end.
    #[must_use]
    pub const fn above(self) -> Self {
        Self { ends: [false, self.ends[1]], ..self }
    }

    /// Without the upper end.
    #[must_use]
    pub const fn below(self) -> Self {
        Self { ends: [self.ends[0], false], ..self }
    }

    /// `Ok` if the number is in it.
    ///
    /// # Errors
    /// [`OptionError`] with the other two arguments.
    pub fn check(
        &self,
        kind: &'static str,
        option: &'static str,
        number: f64,
    ) -> Result<(), OptionError> {
        if self.contains(number) {
            return Ok(());
        }
        let (expected, value) = (self.to_string(), text::number(number));
        Err(OptionError { kind, option, expected, value })
    }

    /// Whether a number is in it.
    #[must_use]
    pub fn contains(&self, number: f64) -> bool {
        let above = number > self.low || (self.ends[0] && number == self.low);
        let below = number < self.high || (self.ends[1] && number == self.high);
        above && below
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { low, high, ends } = *self;
        let low = (low != f64::MIN).then_some(low);
        let high = (high != f64::MAX).then_some(high);
        let to = if ends[1] { "at most" } else { "less than" };
        match (low, high) {
            (None, None) => f.write_str("a finite number"),
            (None, Some(high)) => write!(f, "a number of {to} {high}"),
            (Some(low), None) if ends[0] => write!(f, "a finite number of at least {low}"),
            (Some(low), None) => write!(f, "a number above {low}"),
            (Some(low), Some(high)) => {
                let from = if ends[0] { "from" } else { "above" };
                let to = match (ends[0], ends[1]) {
                    (true, true) => "to",
                    (true, false) => "to less than",
                    (false, _) => to,
                };
                let and = if ends[0] { "" } else { "and " };
                write!(f, "a number {from} {low} {and}{to} {high}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_in_it_or_not() {
        let inside = |range: Range| [0.0, 0.5, 1.0, -1.0, 2.0, f64::NAN].map(|x| range.contains(x));
        let unit = Range::new(0.0, 1.0);
        assert_eq!(inside(unit), [true, true, true, false, false, false]);
        assert_eq!(inside(unit.above()), [false, true, true, false, false, false]);
        assert_eq!(inside(unit.below()), [true, true, false, false, false, false]);
        assert!(Range::POSITIVE.contains(5e-324) && !Range::POSITIVE.contains(0.0));
        assert!(Range::FINITE.contains(f64::MAX) && !Range::FINITE.contains(f64::NEG_INFINITY));
    }

    #[test]
    fn ranges_are_said_in_words() {
        let unit = Range::new(0.0, 1.0);
        for (range, words) in [
            (Range::FINITE, "a finite number"),
            (Range::POSITIVE, "a number above 0"),
            (Range::NOT_NEGATIVE, "a finite number of at least 0"),
            (unit, "a number from 0 to 1"),
            (unit.below(), "a number from 0 to less than 1"),
            (unit.above(), "a number above 0 and at most 1"),
            (unit.above().below(), "a number above 0 and less than 1"),
            (Range::new(f64::MIN, 3.0).below(), "a number of less than 3"),
        ] {
            assert_eq!(range.to_string(), words);
        }
    }
}
