//! Preprocessing: fitted on training data, applied to any, inverted.
//!
//! | you want | look at | equation |
//! |---|---|---|
//! | zero mean | [`Center`] | `y = x − μ` |
//! | zero mean, unit variance | [`Standardize`] | `y = (x − μ) / σ` |
//! | each feature in the same range | [`MinMax`] | `y = a + (b − a) (x − min) / (max − min)` |
//! | features from −1 to 1, with 0 as it is | [`MaxAbs`] | `y = x / max abs(x)` |
//! | a scale that outliers do not move | [`RobustScale`] | `y = (x − q₂) / (q₃ − q₁)` |
//! | decorrelated features, or fewer | [`Pca`] | `y = Vᵀ (x − μ)` |
//! | the identity as covariance | [`Whiten`] | `y = diag(λ + ε)^−½ Vᵀ (x − μ)` |
//! | that, with as little change as possible | [`Zca`] | `y = V diag(λ + ε)^−½ Vᵀ (x − μ)` |
//! | images without their mean | [`MeanImage`], [`PerChannelMean`] | `y = x − x̄`, `y = x − μ_c` |
//! | several of these, in order | [`Pipeline`] | `y = tₘ(… t₁(x))` |
//! | one of these that is made of means, ranges or the covariance, of data larger than memory | [`RunningStatistics`], [`RunningCovariance`] | chunk by chunk |
//! | to know which features are constant | [`constant_features`], [`is_constant`] | |
//! | one of these by its name | [`Pipeline::fit`], [`TransformKinds`], [`FittedTransform`] | |
//! | a fit and its transformed examples, in less time | [`Pipeline::fit_transform`] and those of [`Pca`] and [`Whiten`] | |
//! | one of your own | [`Transform`], and with a name [`TransformKind`] | |
//!
//! Statistics are of the population (divided by N, as in the notes), and computed in
//! `f64` whatever the type of the data, as is every transformation: results are as exact
//! for data around 1e8 as for data around 0. Fit on the training part only: validation or
//! test data whose statistics leak into training no longer test anything.
//!
//! Data larger than memory are fitted and transformed one chunk at a time: standardising and
//! whitening a file of 10 GiB, ten million examples of 256 features, takes 66 MiB of memory
//! (`cargo run --release -p densely --example larger_than_memory -- 10GiB`).
//!
//! Methods that end in `_on` split their work over [`Threads`](densely_tensor::Threads);
//! the bits of the result do not depend on how many there are.
//!
//! ```
//! use densely_preprocess::{Standardize, Transform};
//! use densely_tensor::mat;
//!
//! // Two features, one example per column.
//! let train = mat![[1.0, 3.0], [10.0, 30.0]];
//! let standardize = Standardize::fit(train.as_ref())?;
//! let test = mat![[2.0, 5.0], [40.0, 20.0]];
//! assert_eq!(standardize.transform(test.as_ref())?, mat![[0.0, 3.0], [2.0, 0.0]]);
//! # Ok::<(), densely_preprocess::PreprocessError>(())
//! ```
//!
//! CS231n, Neural Networks 2, "Data Preprocessing".

mod error;
mod featurewise;
mod fitted_transform;
mod learned;
mod pca;
mod pipeline;
mod statistics;
mod transform;
mod transform_kind;
mod transform_kinds;
pub mod transformations;

pub use densely_parts::{Kind, KindError, Opt, OptionError, Options, Range, Spec, Value};
pub use error::PreprocessError;
pub use fitted_transform::FittedTransform;
pub use learned::Learned;
pub use pca::Components;
pub use pipeline::Pipeline;
pub use statistics::{RunningCovariance, RunningStatistics, constant_features, is_constant};
pub use transform::Transform;
pub use transform_kind::TransformKind;
pub use transform_kinds::{KnownTransform, TransformKinds};
pub use transformations::*;
