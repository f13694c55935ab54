use densely_parts::OptionError;
use densely_tensor::ShapeError;
use thiserror::Error;

use crate::TargetKind;

/// Targets that a loss cannot be computed for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LossError {
    /// Labels where values are expected, or the other way round.
    #[error("{loss} needs {expected} as targets, got {actual}")]
    Kind {
        /// The loss.
        loss: &'static str,
        /// What it needs.
        expected: TargetKind,
        /// What it was given.
        actual: TargetKind,
    },
    /// A label that is not below the number of classes.
    #[error("example {example} has label {label}, but there are {classes} classes (0 to {})", classes.saturating_sub(1))]
    LabelOutOfRange {
        /// Index of the example.
        example: usize,
        /// Its label.
        label: usize,
        /// The number of classes.
        classes: usize,
    },
    /// An option outside its range.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// Counts that do not agree.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}

impl LossError {
    /// Every label is below the number of classes.
    ///
    /// # Errors
    /// [`LossError::LabelOutOfRange`] with the first that is not.
    pub fn expect_labels(labels: &[usize], classes: usize) -> Result<(), Self> {
        match labels.iter().position(|&label| label >= classes) {
            None => Ok(()),
            Some(example) => {
                Err(Self::LabelOutOfRange { example, label: labels[example], classes })
            }
        }
    }
}
