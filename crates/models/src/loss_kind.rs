use std::fmt;
use std::str::FromStr;

use densely_loss::{
    BinaryHinge, CrammerSingerSvm, Huber, Logistic, Loss, MeanAbsoluteError, MeanSquaredError,
    MulticlassSvm, SoftmaxCrossEntropy, TargetKind,
};
use densely_tensor::{Scalar, in_precision};

use crate::{ModelError, named};

/// A loss chosen by name, at run time.
///
/// Some names take a value in parentheses, `softmax(0.1)` or `huber(2)`; those that do
/// have a default without it.
///
/// ```
/// use densely_models::LossKind;
///
/// let kind: LossKind = "huber(2)".parse()?;
/// assert_eq!(kind, LossKind::Huber { delta: 2.0 });
/// assert_eq!(kind.to_string(), "huber(2)");
/// # Ok::<(), densely_models::ModelError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum LossKind {
    /// [`SoftmaxCrossEntropy`]: `softmax`.
    Softmax,
    /// [`SoftmaxCrossEntropy`] with label smoothing: `softmax(0.1)`.
    SmoothedSoftmax {
        /// The share of the target that all classes get in equal parts, from 0 to less
        /// than 1.
        label_smoothing: f64,
    },
    /// [`MulticlassSvm`] with margin 1: `svm`.
    Svm,
    /// [`MulticlassSvm`] with margin 1 and squared hinges: `squared-svm`.
    SquaredSvm,
    /// [`CrammerSingerSvm`] with margin 1: `crammer-singer`.
    CrammerSinger,
    /// [`Logistic`], of one output: `logistic`.
    Logistic,
    /// [`BinaryHinge`] with margin 1, of one output: `hinge`.
    Hinge,
    /// [`BinaryHinge`] with margin 1 and squared, of one output: `squared-hinge`.
    SquaredHinge,
    /// [`MeanSquaredError`]: `mse`.
    MeanSquaredError,
    /// [`MeanAbsoluteError`]: `mae`.
    MeanAbsoluteError,
    /// [`Huber`]: `huber`, which is `huber(1)`.
    Huber {
        /// The size of an error from which on it counts by its absolute value; positive.
        delta: f64,
    },
}

impl LossKind {
    /// Every kind that has a name of its own, with the default of its value.
    pub const ALL: [Self; 10] = [
        Self::Softmax,
        Self::Svm,
        Self::SquaredSvm,
        Self::CrammerSinger,
        Self::Logistic,
        Self::Hinge,
        Self::SquaredHinge,
        Self::MeanSquaredError,
        Self::MeanAbsoluteError,
        Self::Huber { delta: 1.0 },
    ];

    /// Its name, without a value.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Softmax | Self::SmoothedSoftmax { .. } => "softmax",
            Self::Svm => "svm",
            Self::SquaredSvm => "squared-svm",
            Self::CrammerSinger => "crammer-singer",
            Self::Logistic => "logistic",
            Self::Hinge => "hinge",
            Self::SquaredHinge => "squared-hinge",
            Self::MeanSquaredError => "mse",
            Self::MeanAbsoluteError => "mae",
            Self::Huber { .. } => "huber",
        }
    }

    /// Whether it is computed from labels or from values.
    #[must_use]
    pub fn target_kind(self) -> TargetKind {
        self.loss::<f64>().target_kind()
    }

    /// The number of outputs that tell `classes` classes apart: as many, but one for a
    /// loss of one score for two classes.
    #[must_use]
    pub fn outputs(self, classes: usize) -> usize {
        match self {
            Self::Logistic | Self::Hinge | Self::SquaredHinge => 1,
            _ => classes,
        }
    }

    /// The number of classes that `outputs` outputs tell apart.
    #[must_use]
    pub fn classes(self, outputs: usize) -> usize {
        self.loss::<f64>().classes(outputs)
    }

    /// The loss.
    #[must_use]
    pub fn loss<T: Scalar>(self) -> Box<dyn Loss<T>> {
        in_precision(|| self.single(), || self.double())
    }

    // Functions that are not generic are compiled here.

    fn single(self) -> Box<dyn Loss<f32>> {
        self.made()
    }

    fn double(self) -> Box<dyn Loss<f64>> {
        self.made()
    }

    fn made<T: Scalar>(self) -> Box<dyn Loss<T>> {
        match self {
            Self::Softmax => Box::new(SoftmaxCrossEntropy::new()),
            Self::SmoothedSoftmax { label_smoothing } => {
                Box::new(SoftmaxCrossEntropy::new().label_smoothing(label_smoothing))
            }
            Self::Svm => Box::new(MulticlassSvm::new()),
            Self::SquaredSvm => Box::new(MulticlassSvm::new().squared(true)),
            Self::CrammerSinger => Box::new(CrammerSingerSvm::new()),
            Self::Logistic => Box::new(Logistic),
            Self::Hinge => Box::new(BinaryHinge::new()),
            Self::SquaredHinge => Box::new(BinaryHinge::new().squared(true)),
            Self::MeanSquaredError => Box::new(MeanSquaredError),
            Self::MeanAbsoluteError => Box::new(MeanAbsoluteError),
            Self::Huber { delta } => Box::new(Huber::new(delta)),
        }
    }
}

impl fmt::Display for LossKind {
    /// The name, with the value if it is not the default: [`FromStr`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::SmoothedSoftmax { label_smoothing } => {
                f.pad(&format!("{}({label_smoothing})", self.name()))
            }
            Self::Huber { delta } if delta != 1.0 => f.pad(&format!("{}({delta})", self.name())),
            _ => f.pad(self.name()),
        }
    }
}

impl FromStr for LossKind {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        let (name, value) = named::split(text);
        match (Self::ALL.into_iter().find(|kind| kind.name() == name), value) {
            (Some(kind), None) => Ok(kind),
            (Some(Self::Softmax), Some(value)) => {
                let (option, expected) = ("the label smoothing", "a number from 0 to less than 1");
                let valid = |share| (0.0..1.0).contains(&share);
                let label_smoothing = named::number(option, expected, value, valid)?;
                Ok(Self::SmoothedSoftmax { label_smoothing })
            }
            (Some(Self::Huber { .. }), Some(value)) => {
                let valid = |delta: f64| delta > 0.0 && delta.is_finite();
                let delta =
                    named::number("delta of the huber loss", "a number above 0", value, valid)?;
                Ok(Self::Huber { delta })
            }
            _ => Err(named::unknown("loss", text, &Self::ALL.map(Self::name))),
        }
    }
}
