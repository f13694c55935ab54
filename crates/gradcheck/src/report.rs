use std::fmt;

use crate::Check;

/// What was checked of a layer, an activation, a loss or an optimiser, and how well it did:
/// a table, which `{}` prints.
///
/// ```
/// use densely_layers::Tanh;
///
/// let report = densely_gradcheck::activation(&Tanh)?;
/// assert!(report.rows().iter().all(|row| row.passed()));
/// println!("{report}");
/// # Ok::<(), Box<densely_gradcheck::Failure>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    subject: String,
    cases: u32,
    rows: Vec<Row>,
}

/// A line of a [`Report`]: one check of one thing, over all cases.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Row {
    /// What was checked: `"input"`, `"output"`, or the name of a parameter.
    pub target: String,
    /// How.
    pub check: Check,
    /// The largest error of all cases, relative as the check says; 0 where only exactly
    /// the same bits will do.
    pub error: f64,
    /// The largest error that is allowed.
    pub tolerance: f64,
}

impl Row {
    /// Whether the error is within the tolerance.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.error <= self.tolerance
    }
}

impl Report {
    pub(crate) fn new(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), cases: 0, rows: Vec::new() }
    }

    /// What was checked.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The number of random cases.
    #[must_use]
    pub fn cases(&self) -> u32 {
        self.cases
    }

    /// The lines, in the order of the checks.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The lines of both.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.cases += other.cases;
        for Row { target, check, error, tolerance } in other.rows {
            self.record(check, &target, error, tolerance);
        }
        self
    }

    pub(crate) fn count_case(&mut self) {
        self.cases += 1;
    }

    pub(crate) fn record(&mut self, check: Check, target: &str, error: f64, tolerance: f64) {
        let same = |row: &&mut Row| row.check == check && row.target == target;
        match self.rows.iter_mut().find(same) {
            // A NaN is the worst of all.
            Some(row) if row.error >= error => {}
            Some(row) => row.error = error,
            None => {
                let target = target.to_owned();
                self.rows.push(Row { target, check, error, tolerance });
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, {} cases", self.subject, self.cases)?;
        let longest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
        let target = longest(&mut self.rows.iter().map(|row| row.target.chars().count()));
        let check = longest(&mut self.rows.iter().map(|row| row.check.name().len()));
        for Row { target: name, check: kind, error, tolerance } in &self.rows {
            let verdict = if error <= tolerance { "ok" } else { "WRONG" };
            write!(f, "  {name:target$}  {kind:check$}  ")?;
            match tolerance {
                0.0 => writeln!(f, "{:>9}  {:9}  {verdict}", "", "exact")?,
                _ => writeln!(f, "{error:9.1e}  ≤ {tolerance:7.0e}  {verdict}")?,
            }
        }
        Ok(())
    }
}
