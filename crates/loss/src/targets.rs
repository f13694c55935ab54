use std::fmt;

use densely_parts::Range;
use densely_tensor::{MatRef, Scalar, ShapeError, Split, column};

use crate::LossError;

/// What the outputs for the examples of a batch should have been.
#[derive(Debug, Clone, Copy)]
pub enum Targets<'a, T> {
    /// A class index for each example.
    Labels(&'a [usize]),
    /// A column of real values for each example: `outputs x n`.
    Values(MatRef<'a, T>),
    /// Labels, with how much each example counts; see [`weighted`](Self::weighted).
    WeightedLabels(&'a [usize], &'a [T]),
    /// Real values, with how much each example counts; see [`weighted`](Self::weighted).
    WeightedValues(MatRef<'a, T>, &'a [T]),
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

impl<'a, T> Target<'a, T> {
    /// The class index: of a loss of labels, whose targets are [checked](crate::Loss::check).
    ///
    /// # Panics
    /// If there are values.
    #[inline(always)]
    #[must_use]
    pub fn label(self) -> usize {
        let Self::Label(label) = self else { panic!("expected a class index, got real values") };
        label
    }

    /// The values: of a loss of values, whose targets are [checked](crate::Loss::check).
    ///
    /// # Panics
    /// If there is a class index.
    #[inline(always)]
    #[must_use]
    pub fn values(self) -> &'a [T] {
        let Self::Values(values) = self else { panic!("expected real values, got a class index") };
        values
    }
}

impl<'a, T: Scalar> Targets<'a, T> {
    /// The same targets with a weight for each example: the mean loss over a batch becomes
    /// `(1/n) Σⱼ wⱼ Lⱼ`.
    ///
    /// The sum is divided by the number of examples, and not by the sum of their weights.
    /// An example of weight 2 adds to it what two copies would, one of weight 0 nothing.
    ///
    /// ```
    /// use densely_loss::{Loss, MeanSquaredError, Targets};
    /// use densely_tensor::{Mat, mat};
    ///
    /// let (scores, values) = (mat![[1.0, 3.0]], mat![[0.0, 0.0]]);
    /// let (mut losses, mut gradient) = ([0.0; 2], Mat::zeros(1, 2));
    /// let targets = Targets::Values(values.as_ref()).weighted(&[4.0, 0.0]);
    /// MeanSquaredError.panel(scores.as_ref(), targets, 2, &mut losses, gradient.as_mut());
    /// assert_eq!(losses, [4.0, 0.0]);
    /// assert_eq!(gradient, mat![[4.0, 0.0]]);
    /// ```
    #[must_use]
    pub fn weighted(self, weights: &'a [T]) -> Self {
        match self {
            Self::Labels(labels) | Self::WeightedLabels(labels, _) => {
                Self::WeightedLabels(labels, weights)
            }
            Self::Values(values) | Self::WeightedValues(values, _) => {
                Self::WeightedValues(values, weights)
            }
        }
    }

    /// The weights of the examples, if they have any.
    #[must_use]
    pub fn weights(self) -> Option<&'a [T]> {
        match self {
            Self::Labels(_) | Self::Values(_) => None,
            Self::WeightedLabels(_, weights) | Self::WeightedValues(_, weights) => Some(weights),
        }
    }

    /// The same targets without weights: [`Targets::Labels`] or [`Targets::Values`].
    #[inline(always)]
    #[must_use]
    pub fn unweighted(self) -> Self {
        match self {
            Self::Labels(labels) | Self::WeightedLabels(labels, _) => Self::Labels(labels),
            Self::Values(values) | Self::WeightedValues(values, _) => Self::Values(values),
        }
    }

    /// Labels or values.
    #[must_use]
    pub fn kind(self) -> TargetKind {
        match self {
            Self::Labels(_) | Self::WeightedLabels(..) => TargetKind::Labels,
            Self::Values(_) | Self::WeightedValues(..) => TargetKind::Values,
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
            Self::Labels(labels) | Self::WeightedLabels(labels, _) => Target::Label(labels[j]),
            Self::Values(values) | Self::WeightedValues(values, _) => {
                Target::Values(column(values, j))
            }
        }
    }

    /// Whether these are targets of the given kind for `examples` examples with
    /// `outputs` scores each.
    ///
    /// # Errors
    /// If the kind or a count differs, or a label is not below `outputs`; values need
    /// contiguous columns, and weights are finite and not negative. `loss` is named in the
    /// message.
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
        if let Some(weights) = self.weights() {
            ShapeError::expect(loss, "weights", examples, weights.len())?;
            for &weight in weights {
                Range::NOT_NEGATIVE.check(loss, "weight of an example", weight.to_f64())?;
            }
        }
        match self {
            Self::Labels(labels) | Self::WeightedLabels(labels, _) => {
                LossError::expect_labels(labels, outputs)
            }
            Self::Values(values) | Self::WeightedValues(values, _) => {
                ShapeError::expect(loss, "target values per example", outputs, values.nrows())?;
                Ok(ShapeError::expect_columns(loss, values)?)
            }
        }
    }
}

impl<T: Scalar> Split for Targets<'_, T> {
    fn columns(&self) -> usize {
        match self {
            Self::Labels(labels) | Self::WeightedLabels(labels, _) => labels.len(),
            Self::Values(values) | Self::WeightedValues(values, _) => values.ncols(),
        }
    }

    fn split_at(self, column: usize) -> (Self, Self) {
        let (left, right) = match self {
            Self::Labels(labels) | Self::WeightedLabels(labels, _) => {
                let (left, right) = labels.split_at(column);
                (Self::Labels(left), Self::Labels(right))
            }
            Self::Values(values) | Self::WeightedValues(values, _) => {
                let (left, right) = values.split_at_col(column);
                (Self::Values(left), Self::Values(right))
            }
        };
        match self.weights().map(|weights| weights.split_at(column)) {
            None => (left, right),
            Some((first, second)) => (left.weighted(first), right.weighted(second)),
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
