use std::cmp::Ordering;

use crate::table::number;

/// The exact value of a finite number as it is written. An `f64` has 53 bits, and takes
/// `9007199254740993` for the number before it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Decimal {
    negative: bool,
    /// Without zeros at the ends: none of 0.
    digits: String,
    /// Ten to this power times `0.digits` is the magnitude; 0 of 0.
    exponent: i64,
}

impl Decimal {
    /// `None` for a text that is no finite number.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        number(text)?;
        let (negative, magnitude) = match text.strip_prefix('-') {
            Some(magnitude) => (true, magnitude),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match magnitude.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (magnitude, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0');
        let leading = (all.len() - digits.len()) as i64;
        let exponent = exponent.checked_add(whole.len() as i64 - leading)?;
        match digits.trim_end_matches('0') {
            // The two zeros are one value.
            "" => Some(Self { negative: false, digits: String::new(), exponent: 0 }),
            digits => Some(Self { negative, digits: digits.to_owned(), exponent }),
        }
    }

    /// Whether it is a whole number.
    pub(crate) fn is_integer(&self) -> bool {
        self.exponent >= self.digits.len() as i64
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        // Of digits without zeros at their end, one that goes on is larger.
        let magnitudes =
            self.exponent.cmp(&other.exponent).then_with(|| self.digits.cmp(&other.digits));
        let same_sign = if self.negative { magnitudes.reverse() } else { magnitudes };
        self.sign().cmp(&other.sign()).then(same_sign)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn a_value_may_be_spelt_in_many_ways() {
        for spellings in [
            ["0", "-0", "+0.000", "0e9"],
            ["1", "1.0", "+01", "10e-1"],
            ["-120", "-1.2e2", "-120.", "-.12E+3"],
            [
                "9007199254740993",
                "9007199254740993.0",
                "90071992547409930e-1",
                "9.007199254740993e15",
            ],
        ] {
            for spelling in spellings {
                assert_eq!(decimal(spelling), decimal(spellings[0]), "{spelling}");
                assert!(decimal(spelling).is_integer(), "{spelling}");
            }
        }
        for text in ["", "-", ".", "e1", "1e", "1e999", "nan", "inf", "a", "1 2", "--1"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
        for text in ["0.5", "-1e-1", "9007199254740993.5", "1e-400"] {
            assert!(!decimal(text).is_integer(), "{text}");
        }
    }

    proptest! {
        /// Integers of up to 128 bits, with any number of zeros and any place of the point.
        #[test]
        fn values_are_compared_exactly(
            a in any::<i128>(), b in any::<i128>(), shift in 0_u32..128, point in 0_usize..60,
        ) {
            let spelt = |value: i128| {
                let digits = format!("{:0>70}", value.unsigned_abs());
                let (whole, fraction) = digits.split_at(70 - point);
                format!("{}{whole}.{fraction}e{point}", if value < 0 { "-" } else { "" })
            };
            let (a, b) = (a >> shift, b >> shift);
            let (near, plain) = (a.saturating_add(1), |value: i128| decimal(&value.to_string()));
            for (a, b) in [(a, b), (a, near), (a, a)] {
                prop_assert_eq!(decimal(&spelt(a)).cmp(&plain(b)), a.cmp(&b), "{} {}", a, b);
            }
        }
    }
}
