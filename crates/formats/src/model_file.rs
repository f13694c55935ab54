use std::collections::HashMap;
use std::path::Path;

use densely_models::Predictor;
use densely_tensor::Scalar;
use safetensors::tensor::SafeTensors;

use crate::error::Reason;
use crate::manifest::{Dtype, Manifest, Task, VERSION};
use crate::tensor::{Stored, Tensors};
use crate::{FormatError, Provenance, atomic, network, preparation};

/// The key of our entry in the header of the file.
const KEY: &str = "densely";

/// A model and how it came to be: what a model file holds.
#[derive(Debug)]
pub struct ModelFile<T: Scalar> {
    /// The model, its preprocessing and its names.
    pub predictor: Predictor<T>,
    /// How it came to be.
    pub provenance: Provenance,
}

/// A model file of either number type.
#[derive(Debug)]
pub enum AnyModel {
    /// With weights in `f32`.
    F32(ModelFile<f32>),
    /// With weights in `f64`.
    F64(ModelFile<f64>),
}

impl<T: Scalar> ModelFile<T> {
    /// Writes the file, whole or not at all: a file that was there before stays until the
    /// new one is safely on the disk.
    ///
    /// # Errors
    /// [`FormatError::File`] if it cannot be written; [`FormatError::Invalid`] if the model
    /// has a part that the format has no place for.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), FormatError> {
        let path = path.as_ref();
        let bytes = self
            .to_bytes()
            .map_err(|reason| FormatError::Invalid { path: path.to_owned(), reason })?;
        atomic::write(path, &bytes)
            .map_err(|source| FormatError::File { path: path.to_owned(), source })
    }

    fn to_bytes(&self) -> Result<Vec<u8>, Reason> {
        let (predictor, preparation) = (&self.predictor, self.predictor.preparation());
        let mut tensors = Tensors::default();
        let task = match preparation.target_scale() {
            None => Task::Classify,
            Some(_) => Task::Regress,
        };
        let mut manifest = Manifest {
            version: VERSION,
            dtype: if size_of::<T>() == 4 { Dtype::F32 } else { Dtype::F64 },
            network: network::store(predictor.spec(), predictor.model(), &mut tensors),
            preprocess: preparation::store(preparation, &mut tensors)?,
            features: preparation.feature_names().to_vec(),
            target: preparation.target_name().to_owned(),
            task,
            outputs: preparation.output_names().to_vec(),
            provenance: self.provenance.clone(),
            hash: String::new(),
        };
        manifest.hash = hash(&manifest, |hasher| tensors.hash(hasher))?;
        // One entry only: the library writes several in no fixed order.
        let metadata = HashMap::from([(KEY.to_owned(), to_json(&manifest)?)]);
        safetensors::serialize(tensors.iter(), Some(metadata))
            .map_err(|error| Reason::NotSafetensors(error.to_string()))
    }

    fn restore(manifest: Manifest, tensors: &Stored<'_>) -> Result<Self, Reason> {
        let preparation = preparation::restore(&manifest, tensors)?;
        let spec = network::spec(&manifest.network)?;
        let model = network::restore(&spec, tensors)?;
        let predictor = Predictor::from_parts(preparation, spec, model)?;
        Ok(Self { predictor, provenance: manifest.provenance })
    }
}

impl AnyModel {
    /// Reads a file. No more memory is taken than a few times the size of the file,
    /// whatever it claims to hold.
    ///
    /// # Errors
    /// [`FormatError::File`] if it cannot be read, [`FormatError::Invalid`] if it holds
    /// something else, is truncated or damaged.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, FormatError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path)
            .map_err(|source| FormatError::File { path: path.to_owned(), source })?;
        Self::from_bytes(&bytes)
            .map_err(|reason| FormatError::Invalid { path: path.to_owned(), reason })
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Reason> {
        let not_safetensors =
            |error: safetensors::SafeTensorError| Reason::NotSafetensors(error.to_string());
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(not_safetensors)?;
        let entry = metadata.metadata().as_ref().and_then(|entries| entries.get(KEY));
        let manifest = parse(entry.ok_or(Reason::NotDensely)?)?;
        let tensors = Stored(SafeTensors::deserialize(bytes).map_err(not_safetensors)?);
        if hash(&manifest, |hasher| tensors.hash(hasher))? != manifest.hash {
            return Err(Reason::Hash);
        }
        match manifest.dtype {
            Dtype::F32 => ModelFile::restore(manifest, &tensors).map(Self::F32),
            Dtype::F64 => ModelFile::restore(manifest, &tensors).map(Self::F64),
        }
    }
}

/// The manifest, unless it is of a version that is not known yet: that may have other
/// fields.
fn parse(json: &str) -> Result<Manifest, Reason> {
    #[derive(serde::Deserialize)]
    struct Version {
        version: u32,
    }
    let unreadable = |error: serde_json::Error| Reason::Manifest(error.to_string());
    let Version { version } = serde_json::from_str(json).map_err(unreadable)?;
    if !(1..=VERSION).contains(&version) {
        return Err(Reason::Version { found: version, known: VERSION });
    }
    serde_json::from_str(json).map_err(unreadable)
}

fn to_json(manifest: &Manifest) -> Result<String, Reason> {
    serde_json::to_string(manifest).map_err(|error| Reason::Manifest(error.to_string()))
}

/// Of the tensors, and of the manifest but for the hash itself.
fn hash(manifest: &Manifest, add_tensors: impl Fn(&mut blake3::Hasher)) -> Result<String, Reason> {
    let mut hasher = blake3::Hasher::new();
    add_tensors(&mut hasher);
    let manifest = Manifest { hash: String::new(), ..manifest.clone() };
    hasher.update(to_json(&manifest)?.as_bytes());
    Ok(hasher.finalize().to_hex().to_string())
}
