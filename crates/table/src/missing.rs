use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::parsed::{Parsed, parse_text};

/// Which cells of a text are gaps: those that are empty, and those that hold one of a few words.
///
/// By default `NA`, `N/A`, `#N/A`, `NaN`, `null`, `None`, `?` and `-`, and some other spellings of these.
///
/// ```
/// use densely_table::Missing;
///
/// assert!(Missing::default().is_gap("N/A") && Missing::default().is_gap(""));
/// let missing = Missing::new(["unknown"]);
/// assert!(missing.is_gap("unknown") && missing.is_gap("") && !missing.is_gap("?"));
///
/// // A number stands for a gap however it is spelt.
/// let options = densely_table::TextOptions::new().missing(Missing::new(["-999"]));
/// let table = options.from_reader("a,b\n-999.0,1\nNA,2\n2,3\n".as_bytes())?;
/// assert_eq!(table.column("a")?.gaps(), 2);
///
/// // What is a gap in one column may be a value in another.
/// let missing = Missing::new::<&str>([]).with_column("a", ["0"]);
/// let options = densely_table::TextOptions::new().missing(missing);
/// let table = options.from_reader("a,b\n0,0\nNA,1\n2,0\n".as_bytes())?;
/// assert_eq!((table.column("a")?.gaps(), table.column("b")?.gaps()), (2, 0));
/// # Ok::<(), densely_table::TableError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    tokens: Vec<String>,
    /// Those of them that are numbers: `-999` is so as `-999.0`, too.
    numbers: Vec<u64>,
    /// Those of one column alone, which come besides.
    columns: BTreeMap<String, Self>,
}

const TOKENS: [&str; 26] = [
    "NA", "N/A", "n/a", "#N/A", "<NA>", "n.a.", "N.A.", "NaN", "nan", "NAN", "-nan", "-NaN", "NaT",
    "null", "NULL", "(null)", "\\N", "None", "?", "-", "--", "..", "#DIV/0!", "#VALUE!", "#NUM!",
    "-1.#IND",
];

impl Missing {
    /// With these words instead. An empty cell is a gap always.
    pub fn new<S: Into<String>>(tokens: impl IntoIterator<Item = S>) -> Self {
        let tokens: Vec<String> = tokens.into_iter().map(Into::into).collect();
        let numbers = tokens.iter().filter_map(|token| number(token)).map(bits).collect();
        Self { tokens, numbers, columns: BTreeMap::new() }
    }

    /// And with these, which are gaps in the column of this name alone.
    #[must_use]
    pub fn with_column<S: Into<String>>(
        mut self,
        column: impl Into<String>,
        tokens: impl IntoIterator<Item = S>,
    ) -> Self {
        let own = self.columns.entry(column.into()).or_insert_with(|| Self::new::<String>([]));
        *own = Self::new(own.tokens.drain(..).chain(tokens.into_iter().map(Into::into)));
        self
    }

    /// What is a gap in the column of this name.
    #[must_use]
    pub fn of_column(&self, column: &str) -> Cow<'_, Self> {
        match (self.columns.get(column), self.columns.is_empty()) {
            (None, true) => Cow::Borrowed(self),
            (None, false) => Cow::Owned(Self::new(&self.tokens)),
            (Some(own), _) => Cow::Owned(Self::new(self.tokens.iter().chain(&own.tokens))),
        }
    }

    /// The columns that have words of their own, and these.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.columns.iter().map(|(name, own)| (name.as_str(), own.tokens()))
    }

    /// Whether a cell is a gap, in any column.
    #[must_use]
    pub fn is_gap(&self, cell: &str) -> bool {
        cell.is_empty() || self.tokens.iter().any(|token| token == cell)
    }

    /// Whether a text that is not empty is a gap, as a word or as a number.
    #[must_use]
    pub fn is_gap_text(&self, text: &str) -> bool {
        !text.trim().is_empty() && parse_text(text, b'.', self) == Parsed::Gap
    }

    /// The same in the column of this name.
    #[must_use]
    pub fn is_gap_text_in(&self, column: &str, text: &str) -> bool {
        self.is_gap_text(text) || self.columns.get(column).is_some_and(|own| own.is_gap_text(text))
    }

    /// Whether a number is one that stands for a gap.
    #[inline]
    pub(crate) fn is_gap_number(&self, number: impl FnOnce() -> f64) -> bool {
        !self.numbers.is_empty() && self.numbers.contains(&bits(number()))
    }

    /// The same for the cells of text: words of one column and numbers alone are gaps besides the usual words, and not
    /// instead of them.
    #[must_use]
    pub fn in_text(self) -> Self {
        let names_none = self.tokens.is_empty() && self.columns.is_empty();
        match names_none || self.tokens.len() > self.numbers.len() {
            true => self,
            false => {
                let tokens = TOKENS.map(str::to_owned).into_iter().chain(self.tokens);
                Self { columns: self.columns, ..Self::new(tokens) }
            }
        }
    }

    /// The words, but for those of one column.
    #[must_use]
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }

    /// Those of them that are numbers.
    ///
    /// ```
    /// let missing = densely_table::Missing::new(["NA", "NaN", "-999"]);
    /// assert!(missing.numbers().eq(["-999"]));
    /// ```
    pub fn numbers(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().map(String::as_str).filter(|token| number(token).is_some())
    }
}

fn number(token: &str) -> Option<f64> {
    token.parse().ok().filter(|number: &f64| !number.is_nan())
}

/// The same of both zeros.
fn bits(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

impl Default for Missing {
    fn default() -> Self {
        Self::new(TOKENS)
    }
}
