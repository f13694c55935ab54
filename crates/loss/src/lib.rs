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
mod binary_hinge;
mod crammer_singer_svm;
mod error;
mod hinge;
mod huber;
mod logistic;
mod loss;
mod mean_absolute_error;
mod mean_squared_error;
mod multiclass_svm;
mod softmax_cross_entropy;
mod targets;
mod values;

pub use binary_hinge::BinaryHinge;
pub use crammer_singer_svm::CrammerSingerSvm;
pub use error::LossError;
pub use huber::Huber;
pub use logistic::Logistic;
pub use loss::{Loss, argmax, mean};
pub use mean_absolute_error::MeanAbsoluteError;
pub use mean_squared_error::MeanSquaredError;
pub use multiclass_svm::MulticlassSvm;
pub use softmax_cross_entropy::SoftmaxCrossEntropy;
pub use targets::{Target, TargetKind, Targets};
