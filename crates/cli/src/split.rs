//! Which rows of a file were learnt from, and which held out: a file in the folder of a run.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Rows are counted from 0, as they are in the file; those that are nowhere were left out.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Split {
    /// The file.
    pub(crate) data: PathBuf,
    /// Its hash, by BLAKE3.
    pub(crate) data_hash: String,
    pub(crate) train: Vec<usize>,
    pub(crate) validation: Vec<usize>,
    pub(crate) test: Vec<usize>,
}

impl Split {
    /// # Errors
    /// If it is no text of a split.
    pub(crate) fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    pub(crate) fn text(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string(self)? + "\n")
    }

    /// The rows that were held out: those to test on, or else those to validate on; and what they
    /// are called.
    pub(crate) fn held_out(&self) -> Option<(&'static str, &[usize])> {
        match (&self.test[..], &self.validation[..]) {
            ([], []) => None,
            ([], validation) => Some(("validation", validation)),
            (test, _) => Some(("test", test)),
        }
    }
}

/// The hash of a file.
pub(crate) fn hash(path: &Path) -> io::Result<String> {
    let (mut file, mut hasher) = (File::open(path)?, blake3::Hasher::new());
    let mut bytes = vec![0; 1 << 18];
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(hasher.finalize().to_hex().to_string()),
            read => hasher.update(&bytes[..read]),
        };
    }
}
