use std::error::Error;
use std::fmt;

use crate::{Check, Mistake, Report};

/// A mistake that was found: where, both values, and what it looks like, in the smallest
/// case that shows it.
///
/// `{:?}` prints the same as `{}`, so that `gradcheck::layer(..).unwrap()` in a test says
/// it all.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// The layer, activation, loss or optimiser.
    pub subject: String,
    /// The check that failed.
    pub check: Check,
    /// What is wrong: `"input"`, `"output"`, or the name of a parameter.
    pub target: String,
    /// Row and column of the entry that is furthest off.
    pub entry: Option<(usize, usize)>,
    /// The value there.
    pub actual: f64,
    /// What it should be.
    pub expected: f64,
    /// The error over all entries, relative as the check says.
    pub error: f64,
    /// The largest error that is allowed.
    pub tolerance: f64,
    /// The sizes of the case, after shrinking.
    pub shapes: Vec<Shape>,
    /// What the mistake looks like, where the evidence shows it.
    pub guess: Option<Mistake>,
    /// The seed of the configuration.
    pub seed: u64,
    /// All that was checked before.
    pub report: Report,
}

/// The shape of something in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shape {
    /// What it is the shape of.
    pub name: String,
    /// Its number of rows.
    pub rows: usize,
    /// Its number of columns.
    pub columns: usize,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, check, target, actual, expected, error, tolerance, .. } = self;
        writeln!(f, "{subject}: {} ({check})", check.complaint())?;
        match self.entry {
            Some((i, j)) => writeln!(f, "  where     {target}, row {i}, column {j}")?,
            None => writeln!(f, "  where     {target}")?,
        }
        writeln!(f, "  got       {actual:?}")?;
        writeln!(f, "  expected  {expected:?}")?;
        writeln!(f, "  error     {error:.1e}, where {tolerance:.0e} is allowed")?;
        if !self.shapes.is_empty() {
            write!(f, "  shapes   ")?;
            for (index, Shape { name, rows, columns }) in self.shapes.iter().enumerate() {
                let comma = if index > 0 { "," } else { "" };
                write!(f, "{comma} {name} {rows} x {columns}")?;
            }
            writeln!(f)?;
        }
        if let Some(guess) = &self.guess {
            writeln!(f, "  guess     {guess}")?;
        }
        writeln!(f, "  seed      {}", self.seed)?;
        write!(f, "{}", self.report)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl Error for Failure {}
