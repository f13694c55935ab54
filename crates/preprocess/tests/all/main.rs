//! One program for all tests, which takes a fraction of the time to compile that one for each
//! file would.

mod common;
mod fit_transform;
mod hard_cases;
mod jacobi;
mod kinds;
mod large_data;
mod principal_components;
mod running_covariance;
mod running_statistics;
mod scaling;
mod transformations;
