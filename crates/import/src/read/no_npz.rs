//! Without the feature.

use std::path::Path;

use super::Contents;
use crate::ImportError;

/// By its name: what is in it is not read.
pub(super) fn is_npz(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "npz")
}

pub(super) fn contents(_: &Path) -> Result<Contents, ImportError> {
    Err(ImportError::Feature { format: "NPZ", feature: "npz" })
}
