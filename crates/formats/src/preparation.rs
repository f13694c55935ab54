use densely_models::{ModelError, Preparation};
use densely_preprocess::{Center, Pca, PreprocessError, Preprocessor, Standardize, Whiten};
use densely_tensor::Mat;

use crate::error::Reason;
use crate::manifest::{Manifest, Preprocess, Task};
use crate::tensor::{Stored, Tensors};

/// Stores the numbers of the preprocessing, and says of which kind it is.
///
/// # Errors
/// If it is of a kind that has no place in the format.
pub(crate) fn store(
    preparation: &Preparation,
    tensors: &mut Tensors,
) -> Result<Preprocess, Reason> {
    if let Some(scale) = preparation.target_scale() {
        store_standardize("target", scale, tensors);
    }
    Ok(match preparation.preprocessor() {
        Preprocessor::None { .. } => Preprocess::None,
        Preprocessor::Center(center) => {
            tensors.insert_vector("preprocess.mean", center.mean());
            Preprocess::Center
        }
        Preprocessor::Standardize(standardize) => {
            store_standardize("preprocess", standardize, tensors);
            Preprocess::Standardize
        }
        Preprocessor::Pca(pca) => {
            store_pca(pca, tensors);
            Preprocess::Pca
        }
        Preprocessor::Whiten(whiten) => {
            store_pca(whiten.pca(), tensors);
            tensors.insert_vector("preprocess.epsilon", &[whiten.epsilon()]);
            Preprocess::Whiten
        }
        other => return Err(Reason::Unsupported(format!("{other:?}"))),
    })
}

fn store_standardize(prefix: &str, standardize: &Standardize, tensors: &mut Tensors) {
    tensors.insert_vector(format!("{prefix}.mean"), standardize.mean());
    tensors.insert_vector(format!("{prefix}.scale"), standardize.scale());
}

fn store_pca(pca: &Pca, tensors: &mut Tensors) {
    tensors.insert_vector("preprocess.mean", pca.center().mean());
    // A component a row.
    tensors.insert_matrix("preprocess.components", pca.components().transpose());
    tensors.insert_vector("preprocess.variances", pca.variances());
    tensors.insert_vector("preprocess.total_variance", &[pca.total_variance()]);
}

/// The preparation that a manifest and its tensors describe.
pub(crate) fn restore(manifest: &Manifest, tensors: &Stored<'_>) -> Result<Preparation, Reason> {
    let (features, outputs) = (manifest.features.len(), manifest.outputs.len());
    let preprocessor = match manifest.preprocess {
        Preprocess::None => Preprocessor::None { features },
        Preprocess::Center => center(features, tensors)?.into(),
        Preprocess::Standardize => standardize("preprocess", features, tensors)?.into(),
        Preprocess::Pca => pca(features, manifest.network.inputs, tensors)?.into(),
        Preprocess::Whiten => {
            let pca = pca(features, manifest.network.inputs, tensors)?;
            let epsilon = tensors.vector("preprocess.epsilon", 1)?[0];
            Whiten::from_pca(pca, epsilon).map_err(invalid)?.into()
        }
    };
    let target_scale = match manifest.task {
        Task::Classify => None,
        Task::Regress => Some(standardize("target", outputs, tensors)?),
    };
    Ok(Preparation::from_parts(
        manifest.features.clone(),
        manifest.target.clone(),
        manifest.outputs.clone(),
        preprocessor,
        target_scale,
    )?)
}

fn center(features: usize, tensors: &Stored<'_>) -> Result<Center, Reason> {
    Center::from_parts(tensors.vector("preprocess.mean", features)?).map_err(invalid)
}

fn standardize(prefix: &str, features: usize, tensors: &Stored<'_>) -> Result<Standardize, Reason> {
    let mean = tensors.vector(&format!("{prefix}.mean"), features)?;
    let scale = tensors.vector(&format!("{prefix}.scale"), features)?;
    Standardize::from_parts(mean, scale).map_err(invalid)
}

fn pca(features: usize, k: usize, tensors: &Stored<'_>) -> Result<Pca, Reason> {
    let components: Mat<f64> = tensors.matrix("preprocess.components", k, features)?;
    let variances = tensors.vector("preprocess.variances", k)?;
    let total = tensors.vector("preprocess.total_variance", 1)?[0];
    let components = components.transpose().to_owned();
    Pca::from_parts(center(features, tensors)?, components, variances, total).map_err(invalid)
}

fn invalid(error: PreprocessError) -> Reason {
    Reason::Model(ModelError::from(error))
}
