use std::fmt;

use densely_tensor::{MatRef, Scalar, ShapeError, Split, column};

use crate::LossError;

/// What the outputs for the examples of a batch should have been.
#[derive(Debug, Clone, Copy)]
pub enum Targets<'a, T> {
    /// A class index for each example.
    Labels(&'a [usize]),
    /// A column of real values for each example: `outputs x n`.
    Values(MatRef<'a, T>),
}

/// What the output for one example should have been.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target<'a, T> {
    /// A class index.
    Label(usize),
    /// A value for each output.
    Values(&'a [T]),
}

/// The two kinds of targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    /// Class indices.
    Labels,
    /// Real values.
    Values,
}

impl<'a, T: Scalar> Targets<'a, T> {
    /// Labels or values.
    #[must_use]
    pub fn kind(self) -> TargetKind {
        match self {
            Self::Labels(_) => TargetKind::Labels,
            Self::Values(_) => TargetKind::Values,
        }
    }

    /// The target of example `j`.
    ///
    /// # Panics
    /// If `j` is out of range.
    #[inline(always)]
    #[must_use]
    pub fn example(self, j: usize) -> Target<'a, T> {
        match self {
            Self::Labels(labels) => Target::Label(labels[j]),
            Self::Values(values) => Target::Values(column(values, j)),
        }
    }

    /// Whether these are targets of the given kind for `examples` examples with
    /// `outputs` scores each.
    ///
    /// # Errors
    /// If the kind or a count differs, or a label is not below `outputs`; values need
    /// contiguous columns. `loss` is named in the message.
    pub fn check(
        self,
        loss: &'static str,
        expected: TargetKind,
        outputs: usize,
        examples: usize,
    ) -> Result<(), LossError> {
        if self.kind() != expected {
            return Err(LossError::Kind { loss, expected, actual: self.kind() });
        }
        ShapeError::expect(loss, "targets", examples, self.columns())?;
        match self {
            Self::Labels(labels) => match labels.iter().position(|&label| label >= outputs) {
                None => Ok(()),
                Some(example) => Err(LossError::LabelOutOfRange {
                    example,
                    label: labels[example],
                    classes: outputs,
                }),
            },
            Self::Values(values) => {
                ShapeError::expect(loss, "target values per example", outputs, values.nrows())?;
                match values.row_stride() {
                    1 => Ok(()),
                    _ => Err(ShapeError::NotColumnMajor { operation: loss }.into()),
                }
            }
        }
    }
}

impl<T: Scalar> Split for Targets<'_, T> {
    fn columns(&self) -> usize {
        match self {
            Self::Labels(labels) => labels.len(),
            Self::Values(values) => values.ncols(),
        }
    }

    fn split_at(self, column: usize) -> (Self, Self) {
        match self {
            Self::Labels(labels) => {
                let (left, right) = labels.split_at(column);
                (Self::Labels(left), Self::Labels(right))
            }
            Self::Values(values) => {
                let (left, right) = values.split_at_col(column);
                (Self::Values(left), Self::Values(right))
            }
        }
    }
}

impl<'a, T> From<&'a [usize]> for Targets<'a, T> {
    fn from(labels: &'a [usize]) -> Self {
        Self::Labels(labels)
    }
}

impl<'a, T> From<&'a Vec<usize>> for Targets<'a, T> {
    fn from(labels: &'a Vec<usize>) -> Self {
        Self::Labels(labels)
    }
}

impl<'a, T> From<MatRef<'a, T>> for Targets<'a, T> {
    fn from(values: MatRef<'a, T>) -> Self {
        Self::Values(values)
    }
}

impl fmt::Display for TargetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Labels => "class labels",
            Self::Values => "real values",
        })
    }
}
