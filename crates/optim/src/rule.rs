/// One number among the parameters, as a [`Rule`] sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The parameter; the rule changes it.
    pub value: f64,
    /// Its gradient.
    pub gradient: f64,
    /// Whether weight decay applies to it.
    pub decay: bool,
    /// The step, from 1.
    pub step: i32,
    /// What the rule remembers: zeros before the first step.
    pub state: [f64; 4],
}

impl Entry {
    /// Before the first step.
    #[must_use]
    pub fn new(value: f64, decay: bool) -> Self {
        Self { value, gradient: 0.0, decay, step: 0, state: [0.0; 4] }
    }
}

/// The step of an optimiser, written once more, for one number at a time: its equation and nothing
/// else, which its proof compares it with.
pub trait Rule {
    /// Changes the value of the entry by its gradient, and keeps what it likes in its state.
    fn entry(&self, entry: &mut Entry);
}
