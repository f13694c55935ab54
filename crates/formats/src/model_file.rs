use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::mem::take;
use std::path::Path;

use densely_models::{Predictor, Registry};
use densely_tensor::Scalar;

use crate::description::{self, LONGEST, hash, to_json};
use crate::error::Reason;
use crate::manifest::{Dtype, Length, Lengths, Manifest, Task, VERSION};
use crate::source::{self, Failure, Header, Source};
use crate::tensor::{Stored, Tensors};
use crate::{FormatError, Provenance, WholeFile, columns, network, preparation, same};

/// So many layers may be without parameters before any with them.
const FREE_LAYERS: usize = 16;

/// The key of our entry in the header of the file.
pub(crate) const KEY: &str = "densely";

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
    /// What was written can be [loaded](AnyModel::load), and is then the same model: it has
    /// been tried, before anything was written. Of transformations, options and results there may
    /// be 2,000.
    ///
    /// # Errors
    /// [`FormatError::File`] if it cannot be written; [`FormatError::Invalid`] if it could not
    /// be loaded, or not as the same model: with a weight that is not finite, a layer, a loss
    /// or a transformation that is not ours, or a part that the format has no place for.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), FormatError> {
        self.save_with(path, &Registry::new())
    }

    /// [`save`](Self::save), of a model with parts of your own: layers, a loss, transformations.
    ///
    /// # Errors
    /// As [`save`](Self::save), for what is not known here.
    pub fn save_with(
        &self,
        path: impl AsRef<Path>,
        known: &Registry<T>,
    ) -> Result<(), FormatError> {
        let path = path.as_ref();
        let bytes = self.checked(known).map_err(|reason| FormatError::invalid(path, reason))?;
        WholeFile::write(path, &bytes).map_err(|source| FormatError::file(path, source))
    }

    /// [`save`](Self::save) up to the last step, which puts the file in its place
    /// ([`WholeFile::finish`]) and needs no more room.
    ///
    /// # Errors
    /// As [`save`](Self::save).
    pub fn stage(&self, path: impl AsRef<Path>) -> Result<WholeFile, FormatError> {
        let path = path.as_ref();
        let known = Registry::new();
        let bytes = self.checked(&known).map_err(|reason| FormatError::invalid(path, reason))?;
        WholeFile::stage(path, &bytes).map_err(|source| FormatError::file(path, source))
    }

    /// Tries whether there is a place for the file, as often as it may be written: all of its
    /// bytes are, beside it, and removed. If there is no such file, that takes twice as many: a
    /// later one is written while an earlier one is there.
    ///
    /// # Errors
    /// [`FormatError::File`] if it cannot be written, [`FormatError::Invalid`] if the format has
    /// no place for a part of it.
    pub fn try_place(&self, path: impl AsRef<Path>) -> Result<(), FormatError> {
        let path = path.as_ref();
        let known = Registry::new();
        let bytes = self.checked(&known).map_err(|reason| FormatError::invalid(path, reason))?;
        let copies = if path.exists() { 1 } else { 2 };
        let copy = |_| {
            let mut file = WholeFile::create(path)?;
            file.write_all(&bytes).map(|()| file)
        };
        let tried: io::Result<Vec<_>> = (0..copies).map(copy).collect();
        tried.map(drop).map_err(|source| FormatError::file(path, source))
    }

    /// The bytes of the file, which have been tried as those of [`save`](Self::save) are.
    ///
    /// # Errors
    /// Why they could not be loaded as the same model.
    pub fn to_vec(&self) -> Result<Vec<u8>, Reason> {
        self.checked(&Registry::new())
    }

    fn checked(&self, known: &Registry<T>) -> Result<Vec<u8>, Reason> {
        let bytes = self.to_bytes()?;
        self.check(&bytes, known)?;
        Ok(bytes)
    }

    /// Whether these bytes are read as this model.
    fn check(&self, bytes: &[u8], known: &Registry<T>) -> Result<(), Reason> {
        let source = Source::new(bytes, Some(bytes.len() as u64));
        let (manifest, tensors) = contents(source).map_err(Failure::reason)?;
        same::check(&self.predictor, &Self::restore(manifest, &tensors, known)?.predictor)
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
            dtype: Dtype::of::<T>(),
            network: network::store(predictor.model(), &mut tensors)?,
            preprocess: preparation::store(preparation, &mut tensors),
            table: columns::store(preparation.encoding(), &mut tensors),
            features: preparation.feature_names().to_vec(),
            target: preparation.target_name().to_owned(),
            task,
            log_targets: preparation.log_targets(),
            outputs: preparation.output_names().to_vec(),
            provenance: self.provenance.clone(),
            hash: String::new(),
        };
        manifest.hash = hash(&manifest, |hasher| tensors.hash(hasher))?;
        // One entry only: the library writes several in no fixed order.
        let manifest = to_json(&manifest)?;
        // In it, each quote has a backslash before it.
        let quotes = manifest.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
        let bytes = (manifest.len() + quotes) as u64;
        if bytes > source::LONGEST {
            return Err(Reason::TooLong { bytes, most: source::LONGEST });
        }
        let metadata = HashMap::from([(KEY.to_owned(), manifest)]);
        safetensors::serialize(tensors.iter(), Some(metadata))
            .map_err(|error| Reason::NotSafetensors(error.to_string()))
    }

    /// Reads a file of a model with parts of your own: as [`AnyModel::load`], of one number type.
    ///
    /// # Errors
    /// As [`AnyModel::load`], and for a model of the other number type.
    pub fn load_with(path: impl AsRef<Path>, known: &Registry<T>) -> Result<Self, FormatError> {
        let path = path.as_ref();
        let loaded = open(path).and_then(|(manifest, tensors)| {
            let of_this_type = manifest.dtype == Dtype::of::<T>();
            let other = || Reason::Dtype { expected: T::NAME };
            of_this_type.then_some(()).ok_or_else(other)?;
            Ok(Self::restore(manifest, &tensors, known)?)
        });
        loaded.map_err(|failure| failure.at(path))
    }

    fn restore(
        mut manifest: Manifest,
        tensors: &Stored,
        known: &Registry<T>,
    ) -> Result<Self, Reason> {
        let outputs = manifest.outputs.len();
        let table = manifest.table.take();
        let preparation = preparation::restore(&mut manifest, tensors, known.transformations())?;
        let preparation = match table {
            None => preparation,
            Some(table) => preparation.with_encoding(columns::restore(table, tensors)?)?,
        };
        let model = network::restore(manifest.network, outputs, tensors, known)?;
        let predictor = Predictor::new(preparation, model)?;
        Ok(Self { predictor, provenance: manifest.provenance })
    }
}

impl AnyModel {
    /// Reads a file, and believes no size that it claims before there are as many bytes.
    ///
    /// At no time is more memory taken than four times the size of the file and 1 MiB, but for
    /// what the model itself takes: a matrix of fewer than 16 rows (of 8 in `f64`) has a cache
    /// line for each column, a layer some 500 bytes, a name of a feature or of a class 24, and
    /// gradients take as much as weights.
    ///
    /// # Errors
    /// [`FormatError::File`] if it cannot be read, [`FormatError::Invalid`] if it holds
    /// something else, is truncated or damaged.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, FormatError> {
        let path = path.as_ref();
        let loaded = open(path).and_then(|(manifest, tensors)| Ok(Self::of(manifest, &tensors)?));
        loaded.map_err(|failure| failure.at(path))
    }

    /// Of the bytes of such a file.
    ///
    /// # Errors
    /// If they are something else, truncated or damaged.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Reason> {
        let (manifest, tensors) =
            contents(Source::new(bytes, Some(bytes.len() as u64))).map_err(Failure::reason)?;
        Self::of(manifest, &tensors)
    }

    fn of(manifest: Manifest, tensors: &Stored) -> Result<Self, Reason> {
        Ok(match manifest.dtype {
            Dtype::F32 => Self::F32(ModelFile::restore(manifest, tensors, &Registry::new())?),
            Dtype::F64 => Self::F64(ModelFile::restore(manifest, tensors, &Registry::new())?),
        })
    }
}

fn open(path: &Path) -> Result<(Manifest, Stored), Failure> {
    let file = File::open(path)?;
    let about = file.metadata()?;
    let size = about.is_file().then_some(about.len());
    contents(Source::new(file, size))
}

/// The manifest, and the tensors, which have the hash that was stored with them.
fn contents(mut source: Source<impl Read>) -> Result<(Manifest, Stored), Failure> {
    let mut header = source.header()?;
    let description = header.description.take().ok_or(Reason::NotDensely)?;
    let mut manifest = parse(&description, &header)?;
    drop(description);
    let tensors = Stored::from(source.tensors(header.tensors)?);
    let stored = take(&mut manifest.hash);
    if hash(&manifest, |hasher| tensors.hash(hasher))? != stored {
        return Err(Reason::Hash.into());
    }
    Ok((manifest, tensors))
}

/// The manifest, unless it lists more than there are tensors for.
fn parse(json: &str, header: &Header) -> Result<Manifest, Reason> {
    description::parse(json, VERSION, |lengths: Lengths| {
        // A layer has a weight and a bias, and a feature or an output at least one number.
        let (count, numbers) = (header.tensors.len(), header.data_len() / size_of::<f32>());
        for (what, Length(length), most) in [
            ("hidden layers", lengths.network.hidden, count / 2),
            // A weight and a bias, an activation and dropout.
            ("layers", lengths.network.layers, 2 * count + FREE_LAYERS),
            ("features", lengths.features, numbers),
            ("categories", Length(lengths.table.values.0), numbers),
            ("outputs", lengths.outputs, numbers),
        ] {
            if length > most {
                return Err(format!("it lists {length} {what}, and there are tensors for {most}"));
            }
        }
        for (what, Length(length)) in [
            ("transformations", lengths.preprocess),
            ("words for gaps", lengths.table.missing),
            ("columns with words for gaps", lengths.table.missing_in),
            ("options", lengths.provenance.options),
            ("results", lengths.provenance.results),
        ] {
            if length > LONGEST {
                return Err(format!("it lists {length} {what}, and may list {LONGEST}"));
            }
        }
        Ok(())
    })
}
