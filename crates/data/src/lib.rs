//! Examples to learn from: delimited text files, the embedded handwritten digits,
//! and stratified splits.
//!
//! A [`Dataset`] is a set of examples that has been checked: the counts agree, every
//! label names a class, every number is finite. An example is a **column** of `x`.
//!
//! | you have | use |
//! |---|---|
//! | matrices and labels in memory | [`Dataset::classification`], [`Dataset::regression`] |
//! | a CSV or TSV file | [`Table::read`], then [`Table::dataset`] |
//! | a file to predict from, or to evaluate on | [`Table::features`], [`Table::dataset_for`] |
//! | no data yet | [`digits`] |
//! | a dataset to cut in two | [`Dataset::split`], [`split_indices`] |
//!
//! ```
//! use densely_data::{DatasetOptions, Table, digits};
//!
//! let table = Table::from_reader("height,width,kind\n1.5,2,a\n0.5,3,b\n".as_bytes(), b',')?;
//! let dataset = table.dataset(&DatasetOptions::default())?;
//! assert_eq!((dataset.features(), dataset.len()), (2, 2));
//! assert_eq!(dataset.labels(), Some(&[0, 1][..]));
//!
//! let (train, validation) = digits().split(0.2, 42)?;
//! assert_eq!((train.len(), validation.len()), (1438, 359));
//! # Ok::<(), densely_data::DataError>(())
//! ```

mod cell;
mod checks;
mod classes;
mod dataset;
mod decimal;
mod delimited;
mod digits;
mod error;
mod examples;
mod folds;
mod place;
mod split;
mod table;
mod target;
mod task;
mod text;

pub use cell::Cell;
pub use dataset::Dataset;
pub use digits::digits;
pub use error::DataError;
pub use examples::DatasetOptions;
pub use folds::fold_indices;
pub use place::Place;
pub use split::split_indices;
pub use table::Table;
pub use target::Target;
pub use task::Task;
