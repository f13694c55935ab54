//! What Keras writes: a file of weights, a model of the format HDF5, and a `.keras` archive of weights and a description.

mod config;
mod hdf5;

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use zip::ZipArchive;

use self::hdf5::Array;
use super::Contents;
use crate::ImportError;
use crate::options::About;
use crate::tensor::Tensor;
use config::{Described, Place};

/// What a `.keras` archive has its weights in.
const WEIGHTS: &str = "model.weights.h5";
const CONFIG: &str = "config.json";

/// How many times as large as an archive a part of it may be. Keras compresses none.
const RATIO: u64 = 16;

/// Whether an archive is one of Keras.
pub(super) fn is_archive(path: &Path) -> bool {
    let archive = File::open(path).ok().and_then(|file| ZipArchive::new(file).ok());
    archive.is_some_and(|archive| archive.index_for_name(WEIGHTS).is_some())
}

/// A `.keras` archive, which says what is between its layers.
pub(super) fn of_archive(path: &Path) -> Result<Contents, ImportError> {
    let most = RATIO.saturating_mul(fs::metadata(path)?.len());
    let damaged = |error: zip::result::ZipError| ImportError::Damaged(error.to_string());
    let mut archive = ZipArchive::new(File::open(path)?).map_err(damaged)?;
    let mut part = |name: &str| {
        let mut bytes = Vec::new();
        archive.by_name(name).map_err(damaged)?.take(most).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == most {
            return Err(ImportError::Damaged(format!("`{name}` is much larger than the archive")));
        }
        Ok(bytes)
    };
    let (config, weights) = (part(CONFIG)?, part(WEIGHTS)?);
    let file = hdf5::read(weights)?;
    described(&config::described(&config)?, &file.arrays, Place::container)
}

/// An HDF5 file: of a whole model, which says what is between its layers, or of weights alone.
pub(super) fn of_hdf5(path: &Path) -> Result<Contents, ImportError> {
    let file = hdf5::read(fs::read(path)?)?;
    match &file.config {
        Some(config) => {
            described(&config::described(config.as_bytes())?, &file.arrays, Place::name)
        }
        None => Ok(Contents { tensors: by_names(file.arrays), about: About::default() }),
    }
}

/// The tensors of the layers that a description has, called by their places in it, as those of an `nn.Sequential` are.
fn described(
    of: &Described,
    arrays: &[Array],
    group: impl Fn(&Place) -> &str,
) -> Result<Contents, ImportError> {
    let mut tensors = Vec::new();
    for place in &of.places {
        let own: Vec<&Array> = arrays.iter().filter(|array| array.is_of(group(place))).collect();
        if own.is_empty() {
            return Err(ImportError::Damaged(format!("`{}` has no weights", group(place))));
        }
        for array in own {
            let name = format!("{}.{}", place.number, array.role);
            tensors.push(array.clone().into_tensor(name));
        }
    }
    Ok(Contents { tensors, about: of.about.clone() })
}

/// All tensors, called by the last group that they are in if this tells them apart.
fn by_names(arrays: Vec<Array>) -> Vec<Tensor> {
    let short = |array: &Array| format!("{}.{}", array.group(), array.role);
    let mut names: Vec<String> = arrays.iter().map(short).collect();
    names.sort_unstable();
    let are_distinct = names.windows(2).all(|pair| pair[0] != pair[1]);
    let name = |array: &Array| match are_distinct {
        true => short(array),
        false => format!("{}.{}", array.groups.join("."), array.role),
    };
    let tensor = |array: Array| {
        // Without a description nobody knows behind which layer slopes are: they are no `weight`, which a PReLU has.
        let is_vector = array.role == "weight" && array.shape.len() != 2;
        let name = if is_vector { format!("{}.vector", array.group()) } else { name(&array) };
        array.into_tensor(name)
    };
    arrays.into_iter().map(tensor).collect()
}
