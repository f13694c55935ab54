use densely_tensor::{Mat, MatRef, Scalar};

use crate::DataError;
use crate::dataset::columns;

/// What there is to predict: a class or real values for each example.
#[derive(Debug, Clone, PartialEq)]
pub enum Target<T: Scalar> {
    /// Classification: example `j` is of class `labels[j]`.
    Classes {
        /// The index of each example's class.
        labels: Vec<usize>,
        /// The name of each class.
        names: Vec<String>,
    },
    /// Regression: example `j` has the values `values[:, j]`.
    Values {
        /// The values, outputs x n.
        values: Mat<T>,
        /// The name of each output.
        names: Vec<String>,
    },
}

impl<T: Scalar> Target<T> {
    /// The number of examples.
    #[must_use]
    pub fn examples(&self) -> usize {
        match self {
            Self::Classes { labels, .. } => labels.len(),
            Self::Values { values, .. } => values.ncols(),
        }
    }

    /// Those of the examples with these indices, in this order.
    ///
    /// # Errors
    /// [`DataError::IndexOutOfRange`]; [`DataError::Shape`] for more than there is memory for.
    pub fn subset(&self, indices: &[usize]) -> Result<Self, DataError> {
        let examples = self.examples();
        if let Some(&index) = indices.iter().find(|&&index| index >= examples) {
            return Err(DataError::IndexOutOfRange { index, examples });
        }
        Ok(match self {
            Self::Classes { labels, names } => Self::Classes {
                labels: indices.iter().map(|&index| labels[index]).collect(),
                names: names.clone(),
            },
            Self::Values { values, names } => {
                Self::Values { values: columns(values.as_ref(), indices)?, names: names.clone() }
            }
        })
    }

    /// The index of each example's class; `None` for real values.
    #[must_use]
    pub fn labels(&self) -> Option<&[usize]> {
        match self {
            Self::Classes { labels, .. } => Some(labels),
            Self::Values { .. } => None,
        }
    }

    /// The real targets, outputs x n; `None` for classes.
    #[must_use]
    pub fn values(&self) -> Option<MatRef<'_, T>> {
        match self {
            Self::Classes { .. } => None,
            Self::Values { values, .. } => Some(values.as_ref()),
        }
    }

    /// The names of the classes, or of the outputs.
    #[must_use]
    pub fn names(&self) -> &[String] {
        match self {
            Self::Classes { names, .. } | Self::Values { names, .. } => names,
        }
    }
}
