//! Preprocessing: fitted on training data, applied to any, inverted.
//!
//! | you want | look at | equation |
//! |---|---|---|
//! | zero mean | [`Center`] | `y = x − μ` |
//! | zero mean, unit variance | [`Standardize`] | `y = (x − μ) / σ` |
//! | each feature in the same range | [`MinMax`] | `y = a + (b − a) (x − min) / (max − min)` |
//! | decorrelated features, or fewer | [`Pca`] | `y = Vᵀ (x − μ)` |
//! | the identity as covariance | [`Whiten`] | `y = diag(λ + ε)^−½ Vᵀ (x − μ)` |
//! | that, with as little change as possible | [`Zca`] | `y = V diag(λ + ε)^−½ Vᵀ (x − μ)` |
//! | images without their mean | [`MeanImage`], [`PerChannelMean`] | `y = x − x̄`, `y = x − μ_c` |
//! | several of these, in order | [`Pipeline`] | `y = tₘ(… t₁(x))` |
//! | any of these but the last, of data larger than memory | [`RunningStatistics`], [`RunningCovariance`] | chunk by chunk |
//! | to know which features are constant | [`constant_features`], [`is_constant`] | |
//! | one of these by its name | [`Method`], [`Preprocessor`] | |
//! | a fit and its transformed examples, in less time | [`Method::fit_transform`] and those of [`Pca`] and [`Whiten`] | |
//! | one of your own | [`Transform`] | |
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

mod accuracy;
mod center;
mod centering;
mod components;
mod covariance_axes;
mod eigenpairs;
mod error;
mod feature_mean;
mod fit_transform;
mod leading_eigen;
mod mean_image;
mod method;
mod min_max;
mod pca;
mod pca_fit;
mod per_channel_mean;
mod pipeline;
mod preprocessor;
mod principal_axes;
mod probed;
mod product_axes;
mod products;
mod refine;
mod rounding_noise;
mod running_covariance;
mod running_mean;
mod running_statistics;
mod scatter;
mod shares;
mod side_by_side;
mod singular_axes;
mod squared_deviation;
mod standardize;
mod statistics;
mod sum;
mod transform;
mod whiten;
mod zca;

pub use center::Center;
pub use components::Components;
pub use error::PreprocessError;
pub use feature_mean::{constant_features, is_constant};
pub use mean_image::MeanImage;
pub use method::Method;
pub use min_max::MinMax;
pub use pca::Pca;
pub use per_channel_mean::{ChannelLayout, PerChannelMean};
pub use pipeline::Pipeline;
pub use preprocessor::Preprocessor;
pub use running_covariance::RunningCovariance;
pub use running_statistics::RunningStatistics;
pub use standardize::Standardize;
pub use transform::Transform;
pub use whiten::Whiten;
pub use zca::Zca;
