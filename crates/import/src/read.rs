//! The tensors of a file, whatever wrote it.

#[cfg(feature = "hdf5")]
mod keras;
#[cfg(not(feature = "hdf5"))]
#[path = "read/no_keras.rs"]
mod keras;
#[cfg(feature = "npz")]
mod npz;
#[cfg(not(feature = "npz"))]
#[path = "read/no_npz.rs"]
mod npz;
mod pt;
mod safetensors;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::ImportError;
use crate::options::About;
use crate::tensor::Tensor;

/// What is in a file, in no order.
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) tensors: Vec<Tensor>,
    pub(crate) about: About,
}

/// How much of a file tells what it is.
const HEAD: u64 = 9;

pub(crate) fn contents(path: &Path) -> Result<Contents, ImportError> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        let remedy = "give a file";
        return Err(ImportError::Format { found: "a folder, or a pipe", remedy });
    }
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head)?;
    let only = |tensors| Contents { tensors, about: About::default() };
    match &*head {
        // A safetensors file begins with the length of a description in braces.
        [.., b'{'] if head.len() as u64 == HEAD => safetensors::tensors(path).map(only),
        [b'P', b'K', ..] if npz::is_npz(path) => npz::contents(path),
        [b'P', b'K', ..] if keras::is_archive(path) => keras::of_archive(path),
        [b'P', b'K', ..] | [0x80, 2..=5, ..] => pt::tensors(path).map(only),
        [0x89, b'H', b'D', b'F', ..] => keras::of_hdf5(path),
        [] => Err(ImportError::Damaged("it is empty".to_owned())),
        _ => Err(ImportError::Format {
            found: "a file of another format",
            remedy: "in PyTorch write `safetensors.torch.save_file(model.state_dict(), file)`",
        }),
    }
}

/// Numbers of `N` bytes each, as doubles.
fn all<const N: usize>(bytes: &[u8], of: fn([u8; N]) -> f64) -> Vec<f64> {
    bytes.as_chunks().0.iter().map(|&one| of(one)).collect()
}
