//! Linear classifiers and multi-layer perceptrons: built, trained, evaluated, used.
//!
//! ```
//! use densely_data::digits;
//! use densely_models::{Mlp, Preparation, Trainer};
//!
//! let (train, test) = digits().split(0.2, 7)?;
//! let preparation = Preparation::fit(["standardize"], &train)?;
//! let (train, test) = (preparation.dataset::<f32>(&train)?, preparation.dataset(&test)?);
//! let mut model = Mlp::classifier(64, 10).hidden([32]).build::<f32>()?;
//! let history = Trainer::default().fit(&mut model, &train)?;
//! assert!(history.last().train_loss < 0.1);
//! assert!(model.evaluate(&test)?.score() > 0.95);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | you want | look at |
//! |---|---|
//! | a network from a few numbers | [`Mlp`], [`LinearClassifier`] |
//! | a network from layers of your own | [`Model::new`] |
//! | to train | [`Trainer`] |
//! | to stop, and go on another day | [`Training`], [`Checkpoint`] |
//! | to know why it does not learn | [`History::diagnosis`] |
//! | more examples than memory | [`Examples`] |
//! | preprocessing and names to go with the model | [`Predictor`], [`Preparation`] |
//! | predictions without allocating, from many threads | [`Model::predict_with`] |
//! | scores with their spread | [`CrossValidation`] |
//! | options by search | [`SearchSpace`], [`Halving`], [`CrossValidation::search`] |
//! | precision, recall, ROC, calibration, R² | [`metrics`] |
//! | which columns a model relies on | [`PermutationImportance`] |
//! | a training loop of your own | [`TrainingStep`] |
//! | one training on several machines | [`Trainer::exchange`], [`Exchange`] |

mod answers;
mod batches;
mod checkpoint;
mod difference;
mod drawn;
mod early_stopping;
mod error;
mod evaluation;
mod examples;
mod exchange;
mod fingerprint;
mod fit_predictor;
mod history;
mod importance;
mod into_model;
mod linear_classifier;
mod local_exchange;
pub mod metrics;
mod mlp;
mod model;
mod monitor;
mod network;
mod number_type;
mod panel_width;
mod parameter_slot;
mod plain;
mod predictor;
mod preparation;
mod ranks;
mod registry;
mod search;
mod spare;
mod tally;
mod target_units;
mod trainer;
mod training;
mod training_step;
mod workspace;

pub use answers::Answers;
pub use checkpoint::Checkpoint;
pub use difference::Difference;
pub use error::{ModelError, Overflow};
pub use evaluation::Evaluation;
pub use examples::Examples;
pub use exchange::{Exchange, ExchangeError};
pub use history::{Epoch, History, Stop};
pub use importance::{Importance, PermutationImportance};
pub use into_model::IntoModel;
pub use linear_classifier::LinearClassifier;
pub use local_exchange::LocalExchange;
pub use mlp::Mlp;
pub use model::Model;
pub use monitor::{Diagnosis, Finding, InitialLoss, LayerReport, Part, Statistics};
pub use parameter_slot::ParameterSlot;
pub use predictor::{Prediction, Predictor};
pub use preparation::Preparation;
pub use ranks::give_up;
pub use registry::Registry;
pub use search::{
    CrossValidation, Fold, FoldScores, Halving, HalvingResult, Influence, NetworkOptions, Search,
    SearchSpace, Trial, Values, grid, log_uniform, random_candidates,
};
pub use target_units::TargetUnits;
pub use trainer::Trainer;
pub use training::Training;
pub use training_step::TrainingStep;
pub use workspace::Workspace;
