use std::fmt;

pub(crate) use densely_picture::number;
use serde::Serialize;

use crate::Spread;

/// An entry of a table of figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figure {
    /// What a row is about.
    Text(String),
    /// A number.
    Number(f64),
    /// A number for each seed.
    Spread(Spread),
    /// A share between 0 and 1, which people read as a percentage.
    Share(f64),
    /// A share for each seed.
    Shares(Spread),
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.pad(text),
            Self::Number(value) => f.pad(&number(*value)),
            Self::Spread(spread) => f.pad(&spread.to_string()),
            Self::Share(value) => f.pad(&percent(*value)),
            Self::Shares(spread) => {
                let [low, median, high] = [spread.low, spread.median, spread.high].map(percent);
                match low == high {
                    true => f.pad(&median),
                    false => f.pad(&format!("{median} ({low} to {high})")),
                }
            }
        }
    }
}

impl From<&str> for Figure {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Figure {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Figure {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<usize> for Figure {
    fn from(count: usize) -> Self {
        Self::Number(count as f64)
    }
}

impl From<Spread> for Figure {
    fn from(spread: Spread) -> Self {
        Self::Spread(spread)
    }
}

/// A table of figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// What the columns are.
    pub header: Vec<&'static str>,
    /// The rows, each as long as the header.
    pub rows: Vec<Vec<Figure>>,
}

impl Figures {
    pub(crate) fn new<const N: usize>(header: [&'static str; N]) -> Self {
        Self { header: header.to_vec(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn row<const N: usize>(&mut self, row: [Figure; N]) {
        assert_eq!(N, self.header.len(), "a figure for each column");
        self.rows.push(row.into());
    }
}

/// `0.123` as `12.3 %`.
pub(crate) fn percent(share: f64) -> String {
    let text = format!("{:.1}", 100.0 * share);
    let text = text.strip_suffix(".0").unwrap_or(&text);
    format!("{} %", if text == "-0" { "0" } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_digits_that_people_read() {
        let cases = [
            (0.0, "0"),
            (41.0, "41"),
            (2.5, "2.5"),
            (0.012_345, "0.0123"),
            (1234.5, "1234"),
            (-0.5, "-0.5"),
            (3.21e-16, "3.2e-16"),
            (f64::INFINITY, "inf"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.1234), "12.3 %");
        assert_eq!([-0.0004, -0.0006].map(percent), ["0 %", "-0.1 %"]);
        let shares = Figure::Shares(Spread::of([0.5, 0.25]));
        assert_eq!(shares.to_string(), "37.5 % (25 % to 50 %)");
    }
}
