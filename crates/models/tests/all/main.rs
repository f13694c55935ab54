//! One program for all tests, which takes a fraction of the time to compile that one for each
//! file would.

mod classification_scores;
mod company;
mod copies;
mod counts;
mod cross_validation;
mod defaults;
mod diagnosis;
mod errors;
mod halving;
mod importance;
mod initial_biases;
mod metrics;
mod monitors;
mod not_finite;
mod one_hot;
mod out_of_range;
mod packed;
mod predictor;
mod regression_scores;
mod resuming;
mod schedules;
mod shards;
mod stored;
mod stored_rows;
mod target_units;
mod training;
