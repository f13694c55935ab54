//! What `densely` computes, for the Python package around it: `python/densely` holds the estimators.

mod any;
mod arrays;
mod failure;
mod fit;
mod history;
mod lent;
mod network;
mod options;
mod recipe;
mod table;
mod transform;
mod weighted;
mod work;

use pyo3::prelude::*;

/// What `densely` computes, for the estimators of this package.
#[pymodule]
mod _densely {
    #[pymodule_export]
    use super::failure::DivergedError;
    #[pymodule_export]
    use super::network::Network;
    #[pymodule_export]
    use super::options::{known, resolved};
    #[pymodule_export]
    use super::table::Encoding;
    #[pymodule_export]
    use super::transform::Transform;
}
