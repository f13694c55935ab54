//! Examples to learn from, the embedded handwritten digits, and stratified splits.
//!
//! A [`Dataset`] is a set of examples that has been checked: the counts agree, every
//! label names a class, every number is finite. An example is a **column** of `x`.
//!
//! | you have | use |
//! |---|---|
//! | matrices and labels in memory | [`Dataset::classification`], [`Dataset::regression`] |
//! | many categories, of which each example has one | [`OneHot`] |
//! | a table, as of a CSV file | the crate `densely-table` |
//! | no data yet | [`digits`] |
//! | more examples than memory | [`StoredDatasetWriter`], [`StoredDataset`] |
//! | a dataset to cut in two | [`Dataset::split`], [`split_indices`] |
//!
//! ```
//! use densely_data::digits;
//!
//! let (train, validation) = digits().split(0.2, 42)?;
//! assert_eq!((train.len(), validation.len()), (1438, 359));
//! # Ok::<(), densely_data::DataError>(())
//! ```

mod checks;
mod class_weights;
mod dataset;
mod digits;
mod error;
mod features;
mod fold_groups;
mod fold_ordered;
mod folds;
mod place;
mod spill;
mod split;
mod split_groups;
mod split_labels;
mod split_ordered;
mod stored;
mod target;
mod task;
mod value_strata;

pub use class_weights::{balanced_weights, mean_weight};
pub use dataset::Dataset;
pub use digits::digits;
pub use error::DataError;
pub use features::{FeaturePlace, Features, Inputs, OneHot, OneHotGroup};
pub use fold_groups::fold_groups;
pub use fold_ordered::fold_ordered;
pub use folds::fold_indices;
pub use place::Place;
pub use spill::{Extent, Spill};
pub use split::split_indices;
pub use split_groups::split_groups;
pub use split_labels::split_labels;
pub use split_ordered::split_ordered;
pub use stored::{Batch, StoredBatches, StoredDataset, StoredDatasetWriter};
pub use target::Target;
pub use task::Task;
pub use value_strata::{MOST_STRATIFIED, value_strata};
