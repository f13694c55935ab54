//! Networks of other programs as models: their fully-connected layers, and activations between them.
//!
//! [`import`] reads a state dict of PyTorch, as safetensors or as `torch.save` writes it, models and weights of Keras, and
//! an NPZ file of scikit-learn's `coefs_` and `intercepts_`.

mod chain;
mod error;
mod model;
mod names;
mod options;
mod read;
mod sklearn;
mod state_dict;
mod tensor;

pub use error::ImportError;
pub use options::{ImportOptions, Task};

use std::path::Path;

use densely_formats::AnyModel;

use crate::read::Contents;

/// Reads a network of another program.
///
/// What a file does not say has to be said: activations, and whether the outputs are classes or numbers. The
/// outputs of a classifier are taken for scores before `softmax`, or before the logistic function if there is
/// one. The network is in `f64` if one of its layers is.
///
/// - **safetensors, `.pt`**: `fc1.weight`, outputs x inputs, is a layer, with `fc1.bias` if there is one; a weight of one
///   dimension is a PReLU. Layers are in the order of the numbers in their names, as those of an `nn.Sequential` are, or
///   else in the only order in which they fit together.
/// - **NPZ**: `coefs_0`, inputs x outputs, and `intercepts_0`, and so on; or the arrays that `np.savez(file,
///   *coefs, *intercepts)` or `np.savez(file, *model.get_weights())` writes; or those of a state dict by its
///   names. `classes_`, `activation` and `out_activation_` say what they do in scikit-learn, `mean_` and
///   `scale_` what a `StandardScaler` has learnt.
/// - **Keras**: `.weights.h5`, whose layers are in the order of the numbers in their names; `.keras` and whole models as
///   `.h5`, chains of `Dense` layers, which say what is between them.
///
/// # Errors
/// [`ImportError`]: what was found, and what to do.
///
/// ```no_run
/// use densely_import::{ImportOptions, import};
///
/// let options = ImportOptions::new().activation(["relu".into()]).classes(["no", "yes"]);
/// let model = import("network.safetensors", &options)?;
/// # Ok::<(), densely_import::ImportError>(())
/// ```
pub fn import(path: impl AsRef<Path>, options: &ImportOptions) -> Result<AnyModel, ImportError> {
    let Contents { tensors, about } = read::contents(path.as_ref())?;
    let options = options.clone().completed(about)?;
    let network = chain::network(tensors, &options)?;
    model::model(&network, &options, path.as_ref())
}
