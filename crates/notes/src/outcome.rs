use std::fmt;

use serde::Serialize;

use crate::Figures;

/// Whether a claim held here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It held.
    Held,
    /// A part of it held, or it held for some of what was tried.
    InPart,
    /// It did not hold.
    NotHeld,
}

impl Verdict {
    /// Held if all of several statements are true, in part if some are.
    pub(crate) fn all(statements: &[bool]) -> Self {
        match statements.iter().filter(|&&held| held).count() {
            0 => Self::NotHeld,
            held if held == statements.len() => Self::Held,
            _ => Self::InPart,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Held => "held",
            Self::InPart => "held in part",
            Self::NotHeld => "did not hold",
        })
    }
}

/// What came out of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// Whether the claim held.
    pub verdict: Verdict,
    /// What was found, in a few sentences.
    pub finding: String,
    /// The figures.
    pub figures: Figures,
    /// An SVG.
    #[serde(skip)]
    pub picture: String,
}
