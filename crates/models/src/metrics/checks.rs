//! What all metrics need of their arguments.

use densely_loss::LossError;
use densely_tensor::{MatRef, Scalar, ShapeError};

use crate::ModelError;

/// At least one example, each with a label below the number of classes.
pub(crate) fn check_labels(
    metric: &'static str,
    labels: &[usize],
    classes: usize,
    examples: usize,
) -> Result<(), ModelError> {
    ShapeError::expect_some(metric, "examples", examples)?;
    ShapeError::expect(metric, "labels", examples, labels.len())?;
    Ok(LossError::expect_labels(labels, classes)?)
}

/// No score is NaN.
pub(crate) fn check_scores<T: Scalar>(scores: MatRef<'_, T>) -> Result<(), ModelError> {
    check_entries(scores, "a score", "a number", |score| !score.is_nan())
}

/// Labels and probabilities of the same examples, at least one; every probability is one.
pub(crate) fn check_probabilities<T: Scalar>(
    metric: &'static str,
    labels: &[usize],
    p: MatRef<'_, T>,
) -> Result<(), ModelError> {
    check_labels(metric, labels, p.nrows(), p.ncols())?;
    check_entries(p, "a probability", "from 0 to 1", |p| (0.0..=1.0).contains(&p))
}

fn check_entries<T: Scalar>(
    entries: MatRef<'_, T>,
    option: &'static str,
    expected: &'static str,
    fits: impl Fn(f64) -> bool,
) -> Result<(), ModelError> {
    for j in 0..entries.ncols() {
        for i in 0..entries.nrows() {
            if !fits(entries[(i, j)].to_f64()) {
                return Err(ModelError::option(option, expected, &entries[(i, j)]));
            }
        }
    }
    Ok(())
}
