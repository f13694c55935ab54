use std::fmt;

use crate::section::Section;
use crate::{Lab, NotesError, Outcome};

/// A claim of the notes, and how it is tried.
#[derive(Clone, Copy)]
pub struct Experiment {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) section: Section,
    pub(crate) claim: &'static str,
    pub(crate) method: &'static str,
    pub(crate) run: fn(&Lab) -> Result<Outcome, NotesError>,
}

impl Experiment {
    /// Its name: lower case, words joined by hyphens.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// A title for people.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// The section of the notes that makes the claim.
    #[must_use]
    pub fn source(&self) -> String {
        self.section.source()
    }

    /// The address of that section.
    #[must_use]
    pub fn link(&self) -> String {
        self.section.link()
    }

    /// The claim, in our words; formulas are in Unicode.
    #[must_use]
    pub fn claim(&self) -> &'static str {
        self.claim
    }

    /// What is done to try it.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// Runs it. The outcome depends on the number of seeds alone.
    ///
    /// # Errors
    /// If the lab has no seeds. Training that diverges is a result and no error, where
    /// the experiment is about that.
    pub fn run(&self, lab: &Lab) -> Result<Outcome, NotesError> {
        match lab.seeds {
            0 => Err(NotesError::NoSeeds),
            _ => (self.run)(lab),
        }
    }
}

impl fmt::Debug for Experiment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Experiment").field(&self.name).finish()
    }
}
