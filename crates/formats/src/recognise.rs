use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::Path;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::source::{Failure, Source};
use crate::{checkpoint_file, model_file};

/// Whether a file is one of ours, of any version, by its header alone: the rest may be damaged.
///
/// # Errors
/// If the file cannot be read.
pub fn is_model_file(path: impl AsRef<Path>) -> io::Result<bool> {
    /// What our entry says in every version.
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is enough that they are there")]
    struct Entry {
        version: u32,
        network: IgnoredAny,
        hash: String,
    }
    has_entry::<Entry>(path.as_ref(), model_file::KEY)
}

/// The same for a checkpoint.
///
/// # Errors
/// If the file cannot be read.
pub fn is_checkpoint_file(path: impl AsRef<Path>) -> io::Result<bool> {
    /// What our entry says in every version.
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "it is enough that they are there")]
    struct Entry {
        version: u32,
        options: IgnoredAny,
        hash: String,
    }
    has_entry::<Entry>(path.as_ref(), checkpoint_file::KEY)
}

/// Whether the header has an entry of this name, which can be read so.
fn has_entry<E: DeserializeOwned>(path: &Path, key: &str) -> io::Result<bool> {
    /// What the header of a safetensors file has besides its tensors.
    #[derive(Deserialize)]
    struct Header {
        #[serde(rename = "__metadata__")]
        metadata: HashMap<String, String>,
    }
    // To open a pipe would wait for somebody to write into it.
    if !std::fs::metadata(path)?.is_file() {
        return Ok(false);
    }
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    match Source::new(file, Some(size)).header_bytes() {
        Ok(header) => {
            let header = serde_json::from_slice::<Header>(&header);
            let entry = header.ok().and_then(|mut header| header.metadata.remove(key));
            Ok(entry.is_some_and(|entry| serde_json::from_str::<E>(&entry).is_ok()))
        }
        Err(Failure::File(error)) => Err(error),
        Err(Failure::Invalid(_)) => Ok(false),
    }
}
