//! Loss functions: how wrong scores are, and which way is better.
//!
//! A [`Loss`] is a function of **one example**. [`Loss::panel`] and [`mean`] take the mean
//! over a mini-batch, and nothing else divides by `n`.
//!
//! | loss | targets | for |
//! |---|---|---|
//! | [`SoftmaxCrossEntropy`] | labels | classification with probabilities |
//! | [`MulticlassSvm`], [`CrammerSingerSvm`] | labels | classification by margins |
//! | [`Logistic`] | labels 0 and 1, one score | two classes, with probabilities |
//! | [`BinaryHinge`] | labels 0 and 1, one score | two classes, by a margin |
//! | [`MeanSquaredError`] | values | regression |
//! | [`MeanAbsoluteError`], [`Huber`] | values | regression in spite of wild targets |
//! | [`Quantile`] | values | what a share of the targets is below |
//! | [`Poisson`] | values that are not negative | counts |
//!
//! ```
//! use densely_loss::{Loss, SoftmaxCrossEntropy, Target};
//!
//! // Ten equal scores: the loss is ln 10, the expected loss of an untrained classifier.
//! let mut gradient = [0.0; 10];
//! let softmax = SoftmaxCrossEntropy::new();
//! let loss = softmax.example(&[0.0; 10], Target::Label(3), &mut gradient);
//! assert!((loss - 10_f64.ln()).abs() < 1e-15);
//! assert!((gradient[3] + 0.9).abs() < 1e-15);
//! ```

mod binary;
mod error;
mod hinge;
mod loss;
mod loss_kinds;
pub mod losses;
mod reference;
mod targets;
mod values;

pub use densely_parts::{
    Described, Kind, KindError, Opt, OptionError, Options, Range, Spec, Value,
};
pub use error::LossError;
pub use loss::{Loss, argmax, mean};
pub use loss_kinds::LossKinds;
pub use losses::*;
pub use reference::LossReference;
pub use targets::{Target, TargetKind, Targets};
