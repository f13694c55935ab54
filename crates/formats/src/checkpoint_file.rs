use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read;
use std::mem::take;
use std::path::Path;

use densely_models::{Checkpoint, ModelError};
use densely_tensor::{Mat, Scalar, try_zeros};
use safetensors::tensor::TensorInfo;
use serde::{Deserialize, Serialize};

use crate::description::{self, LONGEST, hash, to_json};
use crate::error::Reason;
use crate::manifest::{Dtype, Length};
use crate::source::{Failure, Source};
use crate::tensor::{Stored, Tensors};
use crate::{FormatError, Provenance, WholeFile};

/// The key of our entry in the header of the file.
pub(crate) const KEY: &str = "densely-checkpoint";

/// The version of the format that is written, and the newest that can be read.
const VERSION: u32 = 1;

/// A training between two of its steps, and how it came to be: what a checkpoint file holds.
///
/// ```
/// use densely_data::digits;
/// use densely_formats::{AnyCheckpoint, CheckpointFile, Provenance};
/// use densely_models::{Mlp, Trainer};
/// use densely_optim::Sgd;
///
/// let data = digits().cast::<f32>()?;
/// let trainer = || Trainer::new(Sgd::new(0.001)).epochs(2);
/// let mut model = Mlp::classifier(64, 10).build::<f32>()?;
/// let mut training = trainer().start(&mut model, &data)?;
/// training.step()?;
/// let path = std::env::temp_dir().join("densely-checkpoint-example.safetensors");
/// let file = CheckpointFile { checkpoint: training.checkpoint()?, provenance: Provenance::default() };
/// file.save(&path)?;
/// drop(training); // on another day, in another process:
///
/// let AnyCheckpoint::F32(file) = AnyCheckpoint::load(&path)? else { panic!("it was saved as f32") };
/// let history = trainer().resume(&mut model, &data, file.checkpoint)?.finish()?;
/// assert_eq!(history.epochs.len(), 2);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # The file
///
/// A [safetensors](https://github.com/huggingface/safetensors) file. The parameters have the names
/// that they have in a model file; what is `optimizer.velocity.0.weight`, `best.0.weight` and so on,
/// says [`Checkpoint`]. Matrices are in the number type of the model, numbers are vectors of `f64`.
/// The options are in the header, as JSON under the key `densely-checkpoint`, with a BLAKE3 hash of
/// all. The same checkpoint gives the same bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckpointFile<T: Scalar> {
    /// The training.
    pub checkpoint: Checkpoint<T>,
    /// How it came to be.
    pub provenance: Provenance,
}

/// A checkpoint file of either number type.
#[derive(Debug, Clone, PartialEq)]
pub enum AnyCheckpoint {
    /// Of a model in `f32`.
    F32(CheckpointFile<f32>),
    /// Of a model in `f64`.
    F64(CheckpointFile<f64>),
}

/// Everything in a checkpoint file but its tensors.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    version: u32,
    dtype: Dtype,
    options: BTreeMap<String, String>,
    provenance: Provenance,
    /// Of the tensors and of this manifest without it.
    hash: String,
}

impl<T: Scalar> CheckpointFile<T> {
    /// Writes the file, whole or not at all: a file that was there before stays until the new one
    /// is safely on the disk.
    ///
    /// # Errors
    /// [`FormatError::File`] if it cannot be written; [`FormatError::Invalid`] if it could not be
    /// read again: with more than 2,000 options, or names of 100 MB.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), FormatError> {
        let path = path.as_ref();
        let bytes = self.to_bytes().map_err(|reason| FormatError::invalid(path, reason))?;
        WholeFile::write(path, &bytes).map_err(|source| FormatError::file(path, source))
    }

    fn to_bytes(&self) -> Result<Vec<u8>, Reason> {
        let Self { checkpoint, provenance } = self;
        let mut tensors = Tensors::default();
        for (name, values) in checkpoint.matrices() {
            if checkpoint.numbers().contains_key(name) {
                return Err(Reason::Unsupported(format!("numbers and a matrix called `{name}`")));
            }
            if values.nrows() == 0 || values.ncols() == 0 {
                return Err(empty(name));
            }
            tensors.insert_matrix(name.as_str(), values.as_ref());
        }
        for (name, values) in checkpoint.numbers() {
            tensors.insert_vector(name.as_str(), values);
        }
        let mut manifest = Manifest {
            version: VERSION,
            dtype: Dtype::of::<T>(),
            options: checkpoint.options().clone(),
            provenance: provenance.clone(),
            hash: String::new(),
        };
        manifest.hash = hash(&manifest, |hasher| tensors.hash(hasher))?;
        let json = to_json(&manifest)?;
        let metadata = HashMap::from([(KEY.to_owned(), json)]);
        let bytes = safetensors::serialize(tensors.iter(), Some(metadata))
            .map_err(|error| Reason::NotSafetensors(error.to_string()))?;
        // As it will be read: the header is what may be refused.
        header(&mut Source::new(&*bytes, Some(bytes.len() as u64))).map_err(Failure::reason)?;
        Ok(bytes)
    }

    fn restore(manifest: Manifest, tensors: &Stored) -> Result<Self, Reason> {
        let (mut matrices, mut numbers) = (BTreeMap::new(), BTreeMap::new());
        for (name, shape) in tensors.shapes() {
            match shape[..] {
                [rows, columns] => {
                    let values = matrix(tensors, &name, rows, columns)?;
                    matrices.insert(name, values);
                }
                _ => {
                    let values = tensors.numbers(&name)?;
                    numbers.insert(name, values);
                }
            }
        }
        let checkpoint = Checkpoint::from_parts(matrices, numbers, manifest.options);
        Ok(Self { checkpoint, provenance: manifest.provenance })
    }
}

/// A file of no bytes could claim any number of columns without values.
fn empty(name: &str) -> Reason {
    Reason::Unsupported(format!("a matrix without values, `{name}`"))
}

/// A matrix, for which there is memory: few rows take more than they do in a file.
fn matrix<T: Scalar>(
    tensors: &Stored,
    name: &str,
    rows: usize,
    columns: usize,
) -> Result<Mat<T>, Reason> {
    tensors.expect::<T>(name, &[rows, columns])?;
    if rows == 0 || columns == 0 {
        return Err(empty(name));
    }
    let mut matrix =
        try_zeros("Checkpoint", "its matrices", rows, columns).map_err(ModelError::from)?;
    let values = tensors.take::<T>(name, &[rows, columns])?;
    for j in 0..columns {
        for i in 0..rows {
            matrix[(i, j)] = values.get(i * columns + j);
        }
    }
    Ok(matrix)
}

impl AnyCheckpoint {
    /// Reads a file, and believes no size that it claims before there are as many bytes. What is in
    /// it is looked at when a training [resumes](densely_models::Trainer::resume) from it.
    ///
    /// # Errors
    /// [`FormatError::File`] if it cannot be read, [`FormatError::Invalid`] if it holds something
    /// else, is truncated or damaged.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, FormatError> {
        let path = path.as_ref();
        open(path).map_err(|failure| failure.at(path))
    }
}

fn open(path: &Path) -> Result<AnyCheckpoint, Failure> {
    let file = File::open(path)?;
    let about = file.metadata()?;
    let size = about.is_file().then_some(about.len());
    let mut source = Source::new(file, size);
    let (mut manifest, infos) = header(&mut source)?;
    let tensors = Stored::from(source.tensors(infos)?);
    let stored = take(&mut manifest.hash);
    if hash(&manifest, |hasher| tensors.hash(hasher))? != stored {
        return Err(Reason::Hash.into());
    }
    Ok(match manifest.dtype {
        Dtype::F32 => AnyCheckpoint::F32(CheckpointFile::restore(manifest, &tensors)?),
        Dtype::F64 => AnyCheckpoint::F64(CheckpointFile::restore(manifest, &tensors)?),
    })
}

/// The manifest, and the tensors that follow.
fn header(
    source: &mut Source<impl Read>,
) -> Result<(Manifest, Vec<(String, TensorInfo)>), Failure> {
    #[derive(Deserialize)]
    struct Lengths {
        options: Length,
        provenance: Provenances,
    }
    #[derive(Deserialize)]
    struct Provenances {
        options: Length,
        results: Length,
    }
    let header = source.header()?;
    let json = header.checkpoint.ok_or(Reason::NotCheckpoint)?;
    let manifest = description::parse(&json, VERSION, |Lengths { options, provenance }| {
        let Provenances { options: given, results } = provenance;
        let lengths = [options, given, results].map(|Length(length)| length);
        match lengths.into_iter().find(|&length| length > LONGEST) {
            None => Ok(()),
            Some(length) => Err(format!("it lists {length} options, and may list {LONGEST}")),
        }
    })?;
    Ok((manifest, header.tensors))
}
