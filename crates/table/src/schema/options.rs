use super::ColumnKind;

/// What is known of the columns of a table; the rest is told from it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SchemaOptions {
    pub(crate) targets: Vec<String>,
    pub(crate) drop: Vec<String>,
    pub(crate) keep: Vec<String>,
    pub(crate) kinds: Vec<(String, ColumnKind)>,
    pub(crate) roles: Vec<(String, String)>,
    pub(crate) rare: Option<usize>,
}

/// Categories in fewer rows are rare, unless the table is small.
const RARE: usize = 10;

impl SchemaOptions {
    /// Nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// This column is to be predicted, or is one of those that are.
    #[must_use]
    pub fn target(mut self, name: impl Into<String>) -> Self {
        self.targets.push(name.into());
        self
    }

    /// This column is left out.
    #[must_use]
    pub fn drop(mut self, name: impl Into<String>) -> Self {
        self.drop.push(name.into());
        self
    }

    /// This column is a feature, though it may look like none; unless it has one value at most.
    #[must_use]
    pub fn keep(mut self, name: impl Into<String>) -> Self {
        self.keep.push(name.into());
        self
    }

    /// What this column is. It is a feature then, unless it has one value at most.
    #[must_use]
    pub fn kind(mut self, name: impl Into<String>, kind: ColumnKind) -> Self {
        self.kinds.push((name.into(), kind));
        self
    }

    /// This column is no feature, since it has another role: `"weight"`, for example; unless it is to be
    /// [kept](Self::keep).
    #[must_use]
    pub fn role(mut self, name: impl Into<String>, role: impl Into<String>) -> Self {
        self.roles.push((name.into(), role.into()));
        self
    }

    /// A category in fewer rows than this is rare, and taken to be one of others. By default 10 or
    /// a thousandth of all rows, if that is more; in a table of fewer than 1,000 rows a
    /// hundredth, and 2 at least: nothing can be learnt from one row. As many gaps are needed for a
    /// number that says which are.
    #[must_use]
    pub fn rare(self, rows: usize) -> Self {
        Self { rare: Some(rows), ..self }
    }

    pub(crate) fn kind_of(&self, name: &str) -> Option<ColumnKind> {
        self.kinds.iter().rev().find(|(column, _)| column == name).map(|&(_, kind)| kind)
    }

    pub(crate) fn role_of(&self, name: &str) -> Option<&str> {
        self.roles.iter().find(|(column, _)| column == name).map(|(_, role)| role.as_str())
    }

    pub(crate) fn is_kept(&self, name: &str) -> bool {
        self.keep.iter().any(|column| column == name)
    }

    /// All names that the table must have.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let kinds = self.kinds.iter().map(|(name, _)| name);
        let roles = self.roles.iter().map(|(name, _)| name);
        let names = self.targets.iter().chain(&self.drop).chain(&self.keep);
        names.chain(kinds).chain(roles).map(String::as_str)
    }
}

/// The rows that a category needs, of so many, if that was not said.
pub(crate) fn needed(rare: Option<usize>, rows: usize) -> usize {
    rare.unwrap_or_else(|| (rows / 1000).max(RARE.min(rows / 100)).max(2))
}
