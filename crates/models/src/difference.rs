use std::fmt;

/// In what a training that is resumed is another than the one that was stored.
///
/// ```
/// use densely_models::Difference;
///
/// let difference = Difference::new("batch size", "32", "64");
/// assert_eq!(difference.to_string(), "batch size was 32, and is 64");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// What differs.
    pub what: String,
    /// How it was.
    pub before: String,
    /// How it is now.
    pub now: String,
}

impl Difference {
    /// Of these values.
    #[must_use]
    pub fn new(what: impl Into<String>, before: impl Into<String>, now: impl Into<String>) -> Self {
        Self { what: what.into(), before: before.into(), now: now.into() }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, before, now } = self;
        write!(f, "{what} was {before}, and is {now}")
    }
}
