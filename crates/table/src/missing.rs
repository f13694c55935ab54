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
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    tokens: Vec<String>,
}

const TOKENS: [&str; 13] =
    ["NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NAN", "null", "NULL", "None", "?", "-"];

impl Missing {
    /// With these words instead. An empty cell is a gap always.
    pub fn new<S: Into<String>>(tokens: impl IntoIterator<Item = S>) -> Self {
        Self { tokens: tokens.into_iter().map(Into::into).collect() }
    }

    /// Whether a cell is a gap.
    #[must_use]
    pub fn is_gap(&self, cell: &str) -> bool {
        cell.is_empty() || self.tokens.iter().any(|token| token == cell)
    }

    /// The words.
    #[must_use]
    pub fn tokens(&self) -> &[String] {
        &self.tokens
    }
}

impl Default for Missing {
    fn default() -> Self {
        Self::new(TOKENS)
    }
}
