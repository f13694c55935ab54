//! Loss functions: how wrong scores are, and which way is better.
//!
//! A [`Loss`] is a function of **one example**. The mean over a mini-batch is taken in
//! one place, [`Loss::panel`] and [`mean`], the only place that divides by `n`.
//!
//! | loss | targets | for |
//! |---|---|---|
//! | [`SoftmaxCrossEntropy`] | labels | classification with probabilities |
//! | [`MulticlassSvm`] | labels | classification by margins |
//! | [`MeanSquaredError`] | values | regression |
//!
//! ```
//! use densely_loss::{Loss, SoftmaxCrossEntropy, Target};
//!
//! // Ten equal scores: the loss is ln 10, the expected loss of an untrained classifier.
//! let mut gradient = [0.0; 10];
//! let loss = SoftmaxCrossEntropy.example(&[0.0; 10], Target::Label(3), &mut gradient);
//! assert!((loss - 10_f64.ln()).abs() < 1e-15);
//! assert!((gradient[3] + 0.9).abs() < 1e-15);
//! ```

mod error;
mod loss;
mod mean_squared_error;
mod multiclass_svm;
mod softmax_cross_entropy;
mod targets;

pub use error::LossError;
pub use loss::{Loss, mean};
pub use mean_squared_error::MeanSquaredError;
pub use multiclass_svm::MulticlassSvm;
pub use softmax_cross_entropy::SoftmaxCrossEntropy;
pub use targets::{Target, TargetKind, Targets};
