use super::Impute;

/// How gaps and categories become numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodingOptions {
    pub(crate) impute: Impute,
    pub(crate) rare: Option<usize>,
    pub(super) categories: usize,
}

impl EncodingOptions {
    /// How many categories of a column have a number of their own, at most, if nothing is said.
    pub const CATEGORIES: usize = 100;

    /// Gaps have the median; categories that are [rare](crate::SchemaOptions::rare) are others;
    /// a column has at most [`CATEGORIES`](Self::CATEGORIES) of its own, the most frequent.
    #[must_use]
    pub fn new() -> Self {
        Self { impute: Impute::Median, rare: None, categories: Self::CATEGORIES }
    }

    /// What numbers have for a gap.
    #[must_use]
    pub fn impute(self, impute: Impute) -> Self {
        Self { impute, ..self }
    }

    /// Categories in fewer rows than this are one of others.
    #[must_use]
    pub fn rare(self, rows: usize) -> Self {
        Self { rare: Some(rows), ..self }
    }

    /// How many categories of a column have a number of their own, at most.
    #[must_use]
    pub fn categories(self, categories: usize) -> Self {
        Self { categories, ..self }
    }
}

impl Default for EncodingOptions {
    fn default() -> Self {
        Self::new()
    }
}
