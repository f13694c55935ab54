//! Without the feature.

use std::path::Path;

use super::Contents;
use crate::ImportError;

/// By its name: what is in it is not read.
pub(super) fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "keras")
}

pub(super) fn of_archive(path: &Path) -> Result<Contents, ImportError> {
    of_hdf5(path)
}

pub(super) fn of_hdf5(_: &Path) -> Result<Contents, ImportError> {
    Err(ImportError::Feature { format: "HDF5", feature: "hdf5" })
}
