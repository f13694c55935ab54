use std::fmt;

use crate::Kind;
use crate::text::number;

/// The value of an option.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// A real number.
    Number(f64),
    /// A whole number that is not negative.
    Count(usize),
    /// True or false.
    Flag(bool),
    /// Real numbers: `list(1, 2)`, also read as `[1, 2]`.
    Numbers(Vec<f64>),
    /// What another part is.
    Kind(Kind),
    /// A share, which is written with a point, `0.95` or `1.0`, to differ from a count.
    Share(f64),
    /// All there are.
    All,
}

/// The name of a kind that is a list of numbers, `list(1, 2)` or `[1, 2]`.
pub(crate) const LIST: &str = "list";
/// The text of [`Value::All`].
pub(crate) const ALL: &str = "all";

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Vec<f64>> for Value {
    fn from(numbers: Vec<f64>) -> Self {
        Self::Numbers(numbers)
    }
}

impl From<Kind> for Value {
    fn from(kind: Kind) -> Self {
        Self::Kind(kind)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => f.write_str(&number(*value)),
            Self::Count(count) => count.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
            Self::Numbers(numbers) => {
                let numbers: Vec<_> = numbers.iter().copied().map(number).collect();
                write!(f, "{LIST}({})", numbers.join(", "))
            }
            Self::Kind(kind) => kind.fmt(f),
            Self::Share(share) => write!(f, "{share:?}"),
            Self::All => f.write_str(ALL),
        }
    }
}
