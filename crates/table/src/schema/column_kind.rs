use std::fmt;
use std::str::FromStr;

use crate::TableError;

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Quantities.
    Number,
    /// One of several values that have no order.
    Category,
    /// Truth values.
    Boolean,
    /// Dates, or dates with a time of the day.
    Time,
    /// Sentences, which a network cannot use.
    Text,
}

impl ColumnKind {
    /// All there are.
    pub const ALL: [Self; 5] =
        [Self::Number, Self::Category, Self::Boolean, Self::Time, Self::Text];

    /// Its name, as in `train --type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Category => "category",
            Self::Boolean => "boolean",
            Self::Time => "time",
            Self::Text => "text",
        }
    }
}

impl FromStr for ColumnKind {
    type Err = TableError;

    fn from_str(text: &str) -> Result<Self, TableError> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| TableError::UnknownKind(text.to_owned()))
    }
}

impl fmt::Display for ColumnKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
