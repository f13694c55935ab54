use std::fmt;

use densely_gradcheck::{Config, Failure, Report};

type Run = fn(Config) -> Result<Report, Box<Failure>>;

/// The proof of one thing: its name, and what goes through the cases.
#[derive(Clone, Copy)]
pub struct Proof {
    name: &'static str,
    run: Run,
}

impl Proof {
    pub(crate) const fn new(name: &'static str, run: Run) -> Self {
        Self { name, run }
    }

    /// What is proven, by the name that the program has for it, and its options.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Goes through the cases.
    ///
    /// # Errors
    /// The first mistake that is found, in its smallest case.
    pub fn run(&self, config: Config) -> Result<Report, Box<Failure>> {
        (self.run)(config)
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Proof").field(&self.name).finish()
    }
}
