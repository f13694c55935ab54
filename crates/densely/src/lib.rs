//! Fully-connected neural networks on the CPU you already have.
//!
//! This crate is the others under one name, and a [`prelude`]; each can be used alone.
//!
//! | crate | what is in it |
//! |---|---|
//! | [`parts`] | what a part of a network is, as plain data: kinds and options |
//! | [`tensor`] | scalars, matrix products, threads, random streams |
//! | [`layers`] | the `Layer` trait, `Linear`, activations, dropout, `Sequential` |
//! | [`loss`] | softmax, logistic, support vector machines, squared, absolute and Huber errors |
//! | [`optim`] | SGD with momentum, Adam, AdamW, RMSProp, Adagrad; penalties, clipping, schedules |
//! | [`preprocess`] | centering, standardising, PCA, whitening |
//! | [`data`] | checked examples, the embedded digits, splits |
//! | [`table`] | tables with gaps, text and times, from delimited text; their schema and encoding |
//! | [`models`] | multi-layer perceptrons, linear classifiers, training, evaluation, search |
//! | [`formats`] | model files |
//!
//! ```
//! use densely::prelude::*;
//!
//! let (train, test) = digits().split(0.2, 7)?;
//! let preparation = Preparation::fit(["center"], &train)?;
//! let prepared = preparation.dataset(&train)?;
//! let mut predictor = Predictor::<f32>::new(preparation, Mlp::classifier(64, 10).hidden([32]))?;
//! Trainer::default().fit(predictor.model_mut(), &prepared)?;
//! assert!(predictor.evaluate(&test, &Threads::single())?.score() > 0.9);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub use densely_data as data;
pub use densely_formats as formats;
pub use densely_layers as layers;
pub use densely_loss as loss;
pub use densely_models as models;
pub use densely_optim as optim;
pub use densely_parts as parts;
pub use densely_preprocess as preprocess;
pub use densely_table as table;
pub use densely_tensor as tensor;

pub mod prelude;

/// The example of the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
