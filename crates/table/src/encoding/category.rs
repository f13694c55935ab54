/// How categories are encoded: a number for each, of which one is 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryEncoder {
    /// Those that have a number of their own, in order.
    pub values: Vec<String>,
    /// Whether there is one for all others together.
    pub other: bool,
    /// Whether there is one for gaps.
    pub missing: bool,
}

impl CategoryEncoder {
    /// How many numbers there are.
    #[must_use]
    pub fn width(&self) -> usize {
        self.values.len() + usize::from(self.other) + usize::from(self.missing)
    }

    /// The index of the number that is 1 for a category that has none of its own.
    #[must_use]
    pub fn of_others(&self) -> Option<usize> {
        self.other.then_some(self.values.len())
    }

    /// The index of the number that is 1 for a gap.
    #[must_use]
    pub fn of_gap(&self) -> Option<usize> {
        match self.missing {
            true => Some(self.values.len() + usize::from(self.other)),
            false => self.of_others(),
        }
    }
}
