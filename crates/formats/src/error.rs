use std::io;
use std::path::{Path, PathBuf};

use densely_layers::KindError;
use densely_models::ModelError;
use densely_preprocess::PreprocessError;
use thiserror::Error;

/// Why a model file, or a checkpoint file, could not be written or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The file could not be opened, read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not such a file, or damaged.
    #[error("{}: {reason}", .path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: Box<Reason>,
    },
}

impl FormatError {
    pub(crate) fn file(path: &Path, source: io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }

    pub(crate) fn invalid(path: &Path, reason: Reason) -> Self {
        Self::Invalid { path: path.to_owned(), reason: Box::new(reason) }
    }
}

/// What is wrong with the contents of a file.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Reason {
    /// Not the bytes of a safetensors file: another file, or a truncated one.
    #[error("this is no safetensors file, or it is truncated ({0})")]
    NotSafetensors(String),
    /// A model with more to say of itself than a safetensors file has room for.
    #[error(
        "the names of its columns and classes and what else describes it take {bytes} bytes, and a safetensors file has \
         room for {most}: have fewer columns, or shorter names"
    )]
    TooLong {
        /// What it takes.
        bytes: u64,
        /// The most there may be.
        most: u64,
    },
    /// A safetensors file of another program.
    #[error("this safetensors file holds no densely model (its header has no `densely` entry)")]
    NotDensely,
    /// A safetensors file that holds something else than a training.
    #[error(
        "this safetensors file holds no checkpoint of densely (its header has no \
         `densely-checkpoint` entry)"
    )]
    NotCheckpoint,
    /// A header of ours that cannot be read.
    #[error("its description cannot be read ({0})")]
    Manifest(String),
    /// A file of a later version of this crate.
    #[error("the file has format {found}, and this version reads formats up to {known}")]
    Version {
        /// The version in the file.
        found: u32,
        /// The newest that can be read.
        known: u32,
    },
    /// A model in another number type than the one asked for.
    #[error("the model is not in {expected}")]
    Dtype {
        /// The number type asked for.
        expected: &'static str,
    },
    /// A tensor that should be there and is not.
    #[error("tensor `{0}` is missing")]
    MissingTensor(String),
    /// A tensor of another type or shape than the description says.
    #[error("tensor `{name}` should be {expected}, and is {actual}")]
    Tensor {
        /// The tensor.
        name: String,
        /// Type and shape that it should have.
        expected: String,
        /// Type and shape that it has.
        actual: String,
    },
    /// A tensor with a value that is NaN or infinite.
    #[error("tensor `{0}` has a value that is not finite")]
    NotFinite(String),
    /// A layer, a loss or a transformation that is not known by its name.
    #[error(
        "the {family} `{name}` is not known here: register it, as `Registry::new().{family}::<...>()`, \
         and use `save_with` and `load_with`"
    )]
    Unknown {
        /// `"layer"`, `"loss"` or `"transformation"`.
        family: &'static str,
        /// Its name.
        name: String,
    },
    /// Contents that have changed since the file was written.
    #[error("the file is damaged: its tensors do not have the hash that was stored with them")]
    Hash,
    /// A part that cannot be stored.
    #[error("this cannot be stored in a file: {0}")]
    Unsupported(String),
    /// Parts that do not fit together.
    #[error(transparent)]
    Model(ModelError),
}

impl From<ModelError> for Reason {
    fn from(error: ModelError) -> Self {
        match error {
            ModelError::Kind(KindError::Unknown { family, name, .. })
            | ModelError::Preprocess(PreprocessError::Kind(KindError::Unknown {
                family,
                name,
                ..
            })) => Self::Unknown { family, name },
            error => Self::Model(error),
        }
    }
}
