//! How good predictions are, by many measures.
//!
//! Labels and predicted classes are class indices, one per example; scores and
//! probabilities have a column for each example, as models give them.
//!
//! | of | look at |
//! |---|---|
//! | predicted classes | [`accuracy`], [`ConfusionMatrix`]: precision, recall, F1 |
//! | scores, by their order | [`top_k_accuracy`], [`roc_auc`], [`roc_auc_one_vs_rest`] |
//! | probabilities | [`log_loss`], [`brier_score`], [`Calibration`] |
//! | all of these, of the scores of a model | [`ClassificationScores`] |
//! | real values | [`RegressionScores`]: R², RMSE, MAE |
//! | nothing but the targets | [`Baseline`]: what needs no model |
//!
//! ```
//! use densely_data::digits;
//! use densely_models::metrics::{Average, Calibration, ConfusionMatrix};
//! use densely_models::{Mlp, Preparation, Trainer};
//! use densely_optim::Adam;
//! use densely_tensor::Threads;
//!
//! let (train, test) = digits().split(0.2, 7)?;
//! let preparation = Preparation::fit(["standardize"], &train)?;
//! let (train, test) = (preparation.dataset::<f32>(&train)?, preparation.dataset(&test)?);
//! let mut model = Mlp::classifier(64, 10).hidden([32]).build::<f32>()?;
//! Trainer::new(Adam::new(0.003)).epochs(5).fit(&mut model, &train)?;
//!
//! let (labels, threads) = (test.labels().unwrap(), Threads::single());
//! let confusion = ConfusionMatrix::new(labels, &model.classify(test.x(), &threads)?, 10)?;
//! assert!(confusion.average(Average::Macro).f1 > 0.85);
//! let probabilities = model.probabilities(test.x(), &threads)?.unwrap();
//! assert!(Calibration::new(labels, probabilities.as_ref(), 10)?.expected_error() < 0.1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod accuracy;
mod baseline;
mod calibration;
mod checks;
mod classification;
mod confusion_matrix;
mod probabilities;
mod regression;
mod roc_auc;
mod sums;

pub use accuracy::{accuracy, top_k_accuracy};
pub use baseline::Baseline;
pub use calibration::{Calibration, ReliabilityBin};
pub use classification::ClassificationScores;
pub use confusion_matrix::{Average, ConfusionMatrix, PrecisionRecall};
pub use probabilities::{brier_score, log_loss};
pub use regression::{OutputScores, RegressionScores};
pub use roc_auc::{roc_auc, roc_auc_against_rest, roc_auc_one_vs_rest};
pub(crate) use sums::{Sums, mean};
