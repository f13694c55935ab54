use std::io;
use std::path::PathBuf;

use densely_tensor::{Figure, ShapeError};
use thiserror::Error;

use crate::Place;

/// What is wrong with the data, and where.
///
/// Examples, features and labels of a [`Dataset`](crate::Dataset) are counted from 0,
/// as they are indexed. Rows and lines of a table are counted from 1, as an editor shows them.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DataError {
    /// Two counts that should agree and do not, or a count of zero.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A label that names no class.
    #[error("example {example}: label {label} is out of range for {classes} classes")]
    LabelOutOfRange {
        /// The example.
        example: usize,
        /// Its label.
        label: usize,
        /// The number of classes.
        classes: usize,
    },
    /// A NaN or an infinity.
    #[error("example {example}, `{column}`: {value} is not a finite number")]
    NotFinite {
        /// The example.
        example: usize,
        /// The name of the feature or the output.
        column: String,
        /// The value.
        value: f64,
    },
    /// A finite number that the narrower type turns into an infinity.
    #[error("{place}, `{column}`: {value:e} is too large for {to}")]
    Overflow {
        /// The example.
        place: Place,
        /// The name of the feature or the output.
        column: String,
        /// The value.
        value: f64,
        /// The narrower type.
        to: &'static str,
    },
    /// A weight that is negative, infinite or NaN.
    #[error("example {example}: a weight must be at least 0 and finite, got {}", Figure(*weight))]
    Weight {
        /// The example.
        example: usize,
        /// Its weight.
        weight: f64,
    },
    /// A name that is used twice.
    #[error("{what}: `{name}` is used more than once")]
    DuplicateName {
        /// Which names: `"column names"`, `"feature names"` or `"output names"`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// An index beyond the last example.
    #[error("index {index} is out of range for {examples} examples")]
    IndexOutOfRange {
        /// The index.
        index: usize,
        /// The number of examples.
        examples: usize,
    },
    /// A fraction to hold out that is not in [0, 1).
    #[error("the fraction to hold out must be at least 0 and less than 1, got {}", Figure(*.0))]
    Fraction(f64),
    /// A split with nothing in one of its parts.
    #[error(
        "holding out a fraction of {} of {examples} examples puts {held_out} into one \
         part and {} into the other; neither may be empty", Figure(*fraction), examples - held_out
    )]
    EmptyPart {
        /// The fraction to hold out.
        fraction: f64,
        /// The number of examples.
        examples: usize,
        /// The number that would be held out.
        held_out: usize,
    },
    /// A split that would leave a class of several examples without any.
    #[error(
        "holding out {held_out} of {examples} examples leaves too few for {classes} classes of \
         several examples to keep one each; hold out a smaller fraction"
    )]
    TooFewToStratify {
        /// The number of examples.
        examples: usize,
        /// The number to hold out.
        held_out: usize,
        /// The number of classes of several examples.
        classes: usize,
    },
    /// Groups that are to be kept apart, of which there is one.
    #[error("all {examples} examples are of one group, of which no part can be held out")]
    OneGroup {
        /// The number of examples.
        examples: usize,
    },
    /// An order in which all examples are equal.
    #[error("all {examples} examples are equal in their order, of which no part comes last")]
    NoOrder {
        /// The number of examples.
        examples: usize,
    },
    /// A number of folds that the groups cannot be cut into.
    #[error("{groups} groups cannot be cut into {folds} folds: choose from 2 to {groups}")]
    FewGroups {
        /// The number of folds.
        folds: usize,
        /// The number of groups.
        groups: usize,
    },
    /// A number of folds that the examples cannot be cut into.
    #[error("{examples} examples cannot be cut into {folds} folds: choose from 2 to {examples}")]
    Folds {
        /// The number of folds.
        folds: usize,
        /// The number of examples.
        examples: usize,
    },
    /// A temporary file that cannot be made, written or read.
    #[error(
        "the temporary file in {} cannot be {done}: {source}; choose a folder on a disk that has room for it",
        folder.display()
    )]
    Stored {
        /// Where it is.
        folder: PathBuf,
        /// What could not be done: `"made"`, `"written"` or `"read"`.
        done: &'static str,
        /// Why.
        source: io::Error,
    },
    /// A temporary file that is not as it was written.
    #[error(
        "the temporary file in {} is not as it was written, from byte {at} on: the disk may be damaged",
        folder.display()
    )]
    Damaged {
        /// Where it is.
        folder: PathBuf,
        /// The byte, from 0.
        at: u64,
    },
}
