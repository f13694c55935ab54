use std::fmt;

use densely_parts::shortened;

use super::{is_date, is_month};

/// Why a column is no feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftOut {
    /// It was asked for.
    Dropped,
    /// It has something else to say of the rows: their weight or group, for example.
    Role(String),
    /// It has no value at all.
    Empty,
    /// It has one value.
    Constant(String),
    /// Its numbers count the rows.
    RowNumbers,
    /// Each row has another.
    Identifier {
        /// How many there are.
        distinct: usize,
    },
    /// It is text, of which no value comes often enough to learn from.
    Rare {
        /// How many there are.
        distinct: usize,
        /// How often one has to come.
        needed: usize,
    },
    /// Its cells are numbers for people, such as this: with a unit, a currency or thousands set apart; or dates
    /// that are not of ISO 8601.
    Formatted(String),
    /// It is text for people.
    Text,
}

impl LeftOut {
    /// Whether it was told from the table, rather than asked for.
    #[must_use]
    pub fn is_told(&self) -> bool {
        !matches!(self, Self::Dropped | Self::Role(_))
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dropped => f.write_str("as asked for"),
            Self::Role(role) => write!(f, "it is the {role}"),
            Self::Empty => f.write_str("it has no value"),
            Self::Constant(value) => write!(f, "it is always `{}`", shortened(value)),
            Self::RowNumbers => f.write_str("it numbers the rows"),
            Self::Identifier { distinct } => {
                write!(f, "it identifies rows, with {distinct} different values")
            }
            Self::Rare { distinct, needed } => {
                write!(f, "none of its {distinct} values is in {needed} rows")
            }
            Self::Formatted(cell) if is_month(cell) => write!(
                f,
                "its cells are months such as `{}`: write them with a day, as {cell}-01",
                shortened(cell)
            ),
            Self::Formatted(cell) if is_date(cell) => write!(
                f,
                "its cells are dates such as `{}`: write them as ISO 8601 does, as 2024-12-31 or \
                 2024-12-31T23:59:59",
                shortened(cell)
            ),
            Self::Formatted(cell) if cell.bytes().all(|byte| byte.is_ascii_digit()) => write!(
                f,
                "`{}` is no number but a code, as whole numbers are that begin with 0 or have more than 15 \
                 digits: if it is a number, say that the column is of numbers",
                shortened(cell)
            ),
            Self::Formatted(cell) => write!(
                f,
                "its cells are numbers with something around them, such as `{}`: leave that out of \
                 them",
                shortened(cell)
            ),
            Self::Text => f.write_str("it is text"),
        }
    }
}
