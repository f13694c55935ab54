use std::fmt;
use std::str::FromStr;

use crate::TableError;

/// What stands for a gap in a column of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Impute {
    /// The middle of the values in the training part; the mean of both, if two are in the middle.
    #[default]
    Median,
    /// Their mean.
    Mean,
    /// The most frequent one; the smallest of several.
    MostFrequent,
    /// This number.
    Constant(f64),
}

impl Impute {
    /// That of these values, of which there is at least one, and each is finite.
    pub(super) fn of(self, values: &mut [f64]) -> f64 {
        match self {
            Self::Constant(value) => value,
            Self::Median => {
                let (is_odd, middle) = (values.len() % 2 == 1, values.len() / 2);
                let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
                if is_odd {
                    return upper;
                }
                let lower = below.iter().copied().max_by(f64::total_cmp).unwrap_or(upper);
                // Half of each: their sum may be infinite.
                lower / 2.0 + upper / 2.0
            }
            Self::Mean => {
                let largest =
                    values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
                let scale = if largest > f64::MAX / values.len() as f64 { largest } else { 1.0 };
                let sum: f64 = values.iter().map(|value| value / scale).sum();
                sum / values.len() as f64 * scale
            }
            Self::MostFrequent => {
                values.sort_unstable_by(f64::total_cmp);
                let runs = values.chunk_by(|a, b| a == b);
                // The first of the longest.
                let longest = runs.rev().max_by_key(|run| run.len());
                longest.map_or(0.0, |run| run[0])
            }
        }
    }
}

impl FromStr for Impute {
    type Err = TableError;

    fn from_str(text: &str) -> Result<Self, TableError> {
        match text {
            "median" => Ok(Self::Median),
            "mean" => Ok(Self::Mean),
            "most-frequent" => Ok(Self::MostFrequent),
            number => match number.parse() {
                Ok(number) if f64::is_finite(number) => Ok(Self::Constant(number)),
                _ => Err(TableError::UnknownImpute(text.to_owned())),
            },
        }
    }
}

impl fmt::Display for Impute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Median => f.write_str("median"),
            Self::Mean => f.write_str("mean"),
            Self::MostFrequent => f.write_str("most-frequent"),
            Self::Constant(value) => write!(f, "{value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_have_a_number_that_stands_for_all() {
        let of = |impute: &str, values: &[f64]| {
            impute.parse::<Impute>().unwrap().of(&mut values.to_vec())
        };
        assert_eq!(of("median", &[5.0, 1.0, 2.0]), 2.0);
        assert_eq!(of("median", &[5.0, 1.0, 2.0, 4.0]), 3.0);
        assert_eq!(of("median", &[f64::MAX, f64::MAX]), f64::MAX);
        assert_eq!(of("mean", &[5.0, 1.0, 3.0]), 3.0);
        assert_eq!(of("mean", &[f64::MAX, f64::MAX]), f64::MAX);
        assert_eq!(of("most-frequent", &[5.0, 2.0, 7.0, 5.0, 2.0]), 2.0);
        assert_eq!(of("-1.5", &[5.0]), -1.5);
        assert!(matches!("modus".parse::<Impute>(), Err(TableError::UnknownImpute(_))));
        for impute in ["median", "mean", "most-frequent", "0.5"] {
            assert_eq!(impute.parse::<Impute>().unwrap().to_string(), impute);
        }
    }
}
