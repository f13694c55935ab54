use std::fmt;
use std::str::FromStr;

use densely_loss::{Loss, MeanSquaredError, MulticlassSvm, SoftmaxCrossEntropy, TargetKind};
use densely_tensor::Scalar;

use crate::ModelError;

/// A loss chosen by name, at run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LossKind {
    /// [`SoftmaxCrossEntropy`].
    Softmax,
    /// [`MulticlassSvm`] with margin 1.
    Svm,
    /// [`MeanSquaredError`].
    MeanSquaredError,
}

impl LossKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Softmax, Self::Svm, Self::MeanSquaredError];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Softmax => "softmax",
            Self::Svm => "svm",
            Self::MeanSquaredError => "mse",
        }
    }

    /// Whether it is computed from labels or from values.
    #[must_use]
    pub fn target_kind(self) -> TargetKind {
        self.loss::<f64>().target_kind()
    }

    /// The loss.
    #[must_use]
    pub fn loss<T: Scalar>(self) -> Box<dyn Loss<T>> {
        match self {
            Self::Softmax => Box::new(SoftmaxCrossEntropy),
            Self::Svm => Box::new(MulticlassSvm::new()),
            Self::MeanSquaredError => Box::new(MeanSquaredError),
        }
    }
}

impl fmt::Display for LossKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for LossKind {
    type Err = ModelError;

    fn from_str(name: &str) -> Result<Self, ModelError> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| ModelError::Unknown {
            what: "loss",
            name: name.to_owned(),
            choices: Self::ALL.map(Self::name).join(", "),
        })
    }
}
