//! What the header of a file says of it, as JSON, with a hash of it and of the tensors.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::Reason;

/// How many there may be at most of what needs no tensors.
pub(crate) const LONGEST: usize = 2000;

/// The description, unless it is of a version that is not known yet, which may have other fields, or
/// its lengths, which are read first, are not believed: then `check` says why.
pub(crate) fn parse<M: DeserializeOwned, L: DeserializeOwned>(
    json: &str,
    newest: u32,
    check: impl FnOnce(L) -> Result<(), String>,
) -> Result<M, Reason> {
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    let unreadable = |error: serde_json::Error| Reason::Manifest(error.to_string());
    let Version { version } = serde_json::from_str(json).map_err(unreadable)?;
    if !(1..=newest).contains(&version) {
        return Err(Reason::Version { found: version, known: newest });
    }
    let lengths = serde_json::from_str(json).map_err(unreadable)?;
    check(lengths).map_err(Reason::Manifest)?;
    serde_json::from_str(json).map_err(unreadable)
}

pub(crate) fn to_json(manifest: &impl Serialize) -> Result<String, Reason> {
    serde_json::to_string(manifest).map_err(|error| Reason::Manifest(error.to_string()))
}

/// Of the tensors, and of the description, which has no hash yet.
pub(crate) fn hash(
    manifest: &impl Serialize,
    add_tensors: impl Fn(&mut blake3::Hasher),
) -> Result<String, Reason> {
    let mut hasher = blake3::Hasher::new();
    add_tensors(&mut hasher);
    serde_json::to_writer(&mut hasher, manifest)
        .map_err(|error| Reason::Manifest(error.to_string()))?;
    Ok(hasher.finalize().to_hex().to_string())
}
