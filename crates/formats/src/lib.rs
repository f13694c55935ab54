//! Model files: a trained network with its preprocessing, its names and its provenance,
//! in one [safetensors] file that is enough to predict. And checkpoints, of trainings that go on another
//! day: [`CheckpointFile`].
//!
//! ```
//! use densely_data::digits;
//! use densely_formats::{AnyModel, ModelFile, Provenance};
//! use densely_models::{Mlp, Predictor, Preparation};
//!
//! let preparation = Preparation::fit(["standardize"], &digits())?;
//! let predictor = Predictor::<f32>::new(preparation, Mlp::classifier(64, 10).hidden([32]))?;
//! let path = std::env::temp_dir().join("densely-formats-example.safetensors");
//! ModelFile { predictor, provenance: Provenance::default() }.save(&path)?;
//!
//! let AnyModel::F32(file) = AnyModel::load(&path)? else { panic!("it was saved as f32") };
//! assert_eq!(file.predictor.preparation().feature_names()[63], "pixel_7_7");
//! # std::fs::remove_file(path)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The file
//!
//! Weights are named and shaped as in a PyTorch `nn.Sequential`: `0.weight` of shape
//! `[out, in]`, `0.bias` of shape `[out]`, with activations and dropout counted as layers;
//! the slopes of a PReLU are `1.weight` of shape `[units]`. Beside them
//! are what the preprocessing has learnt (`preprocess.0.mean`, ...) and the scale of real targets
//! (`target.mean`, `target.scale`), in `f64`. Everything else is in the header, as JSON
//! under the key `densely`, with a BLAKE3 hash of all tensors. The same model gives the
//! same bytes.
//!
//! [safetensors]: https://github.com/huggingface/safetensors

mod checkpoint_file;
mod columns;
mod description;
mod error;
mod hash;
mod manifest;
mod model_file;
mod network;
mod preparation;
mod recognise;
mod same;
mod source;
mod temporary;
mod tensor;
mod whole_file;

pub use checkpoint_file::{AnyCheckpoint, CheckpointFile};
pub use error::{FormatError, Reason};
pub use hash::weights_hash;
pub use manifest::Provenance;
pub use model_file::{AnyModel, ModelFile};
pub use recognise::{is_checkpoint_file, is_model_file};
pub use temporary::AllAbandoned;
pub use whole_file::WholeFile;
