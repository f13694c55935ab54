//! How good kinds of networks are on data that they have not seen, and which is the best.

mod candidates;
mod cross_validation;
mod fold;
mod halving;
mod influence;
mod network_options;
mod space;
mod trial;

pub use candidates::{grid, log_uniform, random_candidates};
pub use cross_validation::CrossValidation;
pub use fold::{Fold, FoldScores};
pub use halving::{Halving, HalvingResult};
pub use influence::Influence;
pub use network_options::NetworkOptions;
pub use space::{SearchSpace, Values};
pub use trial::{Search, Trial};
