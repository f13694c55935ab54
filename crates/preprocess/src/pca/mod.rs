//! Principal components: how many, and where they come from.

mod accuracy;
mod centering;
mod components;
mod covariance_axes;
mod eigenpairs;
mod fit;
mod fit_transform;
mod leading_eigen;
mod principal_axes;
mod probed;
mod product_axes;
mod products;
mod refine;
mod rounding_noise;
mod scatter;
mod shares;
mod singular_axes;

pub(crate) use accuracy::{WHITE, expect_at_most, orthonormality};
pub(crate) use centering::Centering;
pub use components::Components;
pub(crate) use products::mirror;
pub(crate) use scatter::scatter;
