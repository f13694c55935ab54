use std::fmt;

use serde::Serialize;

use densely_picture::Picture;

use crate::{Figures, NotesError, Statement};

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
    /// Held if all statements did, in part if some did.
    fn of(statements: &[Statement]) -> Self {
        match statements.iter().filter(|statement| statement.held).count() {
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
    /// Whether the claim held: what the statements say together.
    pub verdict: Verdict,
    /// What was found, in a few sentences.
    pub finding: String,
    /// What the verdict rests on.
    pub statements: Vec<Statement>,
    /// The figures.
    pub figures: Figures,
    /// An SVG.
    #[serde(skip)]
    pub picture: String,
}

impl Outcome {
    pub(crate) fn new(
        statements: impl Into<Vec<Statement>>,
        finding: impl Into<String>,
        figures: Figures,
        picture: &Picture,
    ) -> Result<Self, NotesError> {
        let (statements, finding) = (statements.into(), finding.into());
        let verdict = Verdict::of(&statements);
        Ok(Self { verdict, finding, statements, figures, picture: picture.svg()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_what_the_statements_say_together() {
        for (held, verdict) in [
            (vec![true, true], Verdict::Held),
            (vec![true, false], Verdict::InPart),
            (vec![false, false], Verdict::NotHeld),
            (vec![], Verdict::NotHeld),
        ] {
            let statements: Vec<_> = held.iter().map(|&held| Statement::exact("", held)).collect();
            assert_eq!(Verdict::of(&statements), verdict, "{held:?}");
        }
    }
}
