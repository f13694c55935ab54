use std::mem::take;

use densely_models::{ModelError, Preparation};
use densely_preprocess::{
    Center, ChannelLayout, MeanImage, MinMax, Pca, PerChannelMean, Pipeline, PreprocessError,
    Preprocessor, Standardize, Transform, Whiten, Zca,
};

use crate::error::Reason;
use crate::manifest::{Kind, Manifest, Preprocess, Task};
use crate::tensor::{Stored, Tensors};

/// The indices of features that were constant in training, and their values. Files in which
/// there are none, do not have these tensors.
const CONSTANT_FEATURES: &str = "constant.features";
const CONSTANT_VALUES: &str = "constant.values";

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
    let (features, values): (Vec<_>, Vec<_>) =
        preparation.constants().iter().map(|&(feature, value)| (feature as f64, value)).unzip();
    if !features.is_empty() {
        tensors.insert_vector(CONSTANT_FEATURES, &features);
        tensors.insert_vector(CONSTANT_VALUES, &values);
    }
    match preparation.preprocessor() {
        Preprocessor::Pipeline(pipeline) => {
            let steps = pipeline.steps().iter().enumerate();
            let kinds = steps.map(|(i, step)| store_one(&step_prefix(i), step, tensors));
            kinds.collect::<Result<_, _>>().map(Preprocess::Pipeline)
        }
        one => store_one("preprocess", one, tensors).map(Preprocess::One),
    }
}

fn step_prefix(i: usize) -> String {
    format!("preprocess.{i}")
}

fn store_one(
    prefix: &str,
    preprocessor: &Preprocessor,
    tensors: &mut Tensors,
) -> Result<Kind, Reason> {
    Ok(match preprocessor {
        Preprocessor::None { .. } => Kind::None,
        Preprocessor::Center(center) => {
            tensors.insert_vector(format!("{prefix}.mean"), center.mean());
            Kind::Center
        }
        Preprocessor::Standardize(standardize) => {
            store_standardize(prefix, standardize, tensors);
            Kind::Standardize
        }
        Preprocessor::MinMax(min_max) => {
            let (lower, upper) = min_max.range();
            tensors.insert_vector(format!("{prefix}.minimum"), min_max.minimum());
            tensors.insert_vector(format!("{prefix}.maximum"), min_max.maximum());
            tensors.insert_vector(format!("{prefix}.range"), &[lower, upper]);
            Kind::MinMax
        }
        Preprocessor::Pca(pca) => {
            store_pca(prefix, pca, tensors);
            Kind::Pca
        }
        Preprocessor::Whiten(whiten) => {
            store_pca(prefix, whiten.pca(), tensors);
            tensors.insert_vector(format!("{prefix}.epsilon"), &[whiten.epsilon()]);
            Kind::Whiten
        }
        Preprocessor::Zca(zca) => {
            store_pca(prefix, zca.pca(), tensors);
            tensors.insert_vector(format!("{prefix}.epsilon"), &[zca.epsilon()]);
            Kind::Zca
        }
        Preprocessor::MeanImage(mean_image) => {
            tensors.insert_vector(format!("{prefix}.mean"), mean_image.image());
            Kind::MeanImage
        }
        Preprocessor::PerChannelMean(per_channel) => {
            tensors.insert_vector(format!("{prefix}.mean"), per_channel.mean());
            match per_channel.layout() {
                ChannelLayout::Planes => Kind::ChannelMean,
                ChannelLayout::Interleaved => Kind::ChannelMeanInterleaved,
            }
        }
        other => return Err(Reason::Unsupported(format!("{other:?}"))),
    })
}

fn store_standardize(prefix: &str, standardize: &Standardize, tensors: &mut Tensors) {
    tensors.insert_vector(format!("{prefix}.mean"), standardize.mean());
    tensors.insert_vector(format!("{prefix}.scale"), standardize.scale());
}

fn store_pca(prefix: &str, pca: &Pca, tensors: &mut Tensors) {
    tensors.insert_vector(format!("{prefix}.mean"), pca.center().mean());
    // One component per row.
    tensors.insert_matrix(format!("{prefix}.components"), pca.components().transpose());
    tensors.insert_vector(format!("{prefix}.variances"), pca.variances());
    tensors.insert_vector(format!("{prefix}.total_variance"), &[pca.total_variance()]);
}

/// The preparation that a manifest and its tensors describe. The names are taken from it.
pub(crate) fn restore(manifest: &mut Manifest, tensors: &Stored) -> Result<Preparation, Reason> {
    let (features, outputs) = (manifest.features.len(), manifest.outputs.len());
    let preprocessor = match &manifest.preprocess {
        Preprocess::One(kind) => restore_one("preprocess", *kind, features, tensors)?,
        Preprocess::Pipeline(kinds) => {
            let (mut steps, mut features) = (Vec::new(), features);
            for (i, kind) in kinds.iter().enumerate() {
                let step = restore_one(&step_prefix(i), *kind, features, tensors)?;
                features = step.out_features();
                steps.push(step);
            }
            Pipeline::new(steps).map_err(invalid)?.into()
        }
    };
    let target_scale = match manifest.task {
        Task::Classify => None,
        Task::Regress => Some(standardize("target", outputs, tensors)?),
    };
    let preparation = Preparation::from_parts(
        take(&mut manifest.features),
        take(&mut manifest.target),
        take(&mut manifest.outputs),
        preprocessor,
        target_scale,
    )?;
    Ok(preparation.with_constants(constants(tensors)?)?)
}

/// The features that are held, of which older files have none.
fn constants(tensors: &Stored) -> Result<Vec<(usize, f64)>, Reason> {
    let features: Vec<f64> = match tensors.any_vector(CONSTANT_FEATURES) {
        Err(Reason::MissingTensor(_)) => return Ok(Vec::new()),
        features => features?,
    };
    let values: Vec<f64> = tensors.vector(CONSTANT_VALUES, features.len())?;
    // What is no index becomes one that there is not.
    let index = |feature: f64| {
        let valid = feature >= 0.0 && feature.fract() == 0.0;
        if valid { feature as usize } else { usize::MAX - 1 }
    };
    Ok(features.into_iter().map(index).zip(values).collect())
}

fn restore_one(
    prefix: &str,
    kind: Kind,
    features: usize,
    tensors: &Stored,
) -> Result<Preprocessor, Reason> {
    let mean = || tensors.vector(&format!("{prefix}.mean"), features);
    let epsilon = || Ok::<_, Reason>(tensors.vector(&format!("{prefix}.epsilon"), 1)?[0]);
    Ok(match kind {
        Kind::None => Preprocessor::None { features },
        Kind::Center => Center::from_parts(mean()?).map_err(invalid)?.into(),
        Kind::Standardize => standardize(prefix, features, tensors)?.into(),
        Kind::MinMax => {
            let minimum = tensors.vector(&format!("{prefix}.minimum"), features)?;
            let maximum = tensors.vector(&format!("{prefix}.maximum"), features)?;
            let range: Vec<f64> = tensors.vector(&format!("{prefix}.range"), 2)?;
            MinMax::from_parts(minimum, maximum, range[0], range[1]).map_err(invalid)?.into()
        }
        Kind::Pca => pca(prefix, features, tensors)?.into(),
        Kind::Whiten => {
            let pca = pca(prefix, features, tensors)?;
            Whiten::from_pca(pca, epsilon()?).map_err(invalid)?.into()
        }
        Kind::Zca => {
            let pca = pca(prefix, features, tensors)?;
            Zca::from_pca(pca, epsilon()?).map_err(invalid)?.into()
        }
        Kind::MeanImage => MeanImage::from_parts(mean()?).map_err(invalid)?.into(),
        Kind::ChannelMean => channel_mean(prefix, features, ChannelLayout::Planes, tensors)?,
        Kind::ChannelMeanInterleaved => {
            channel_mean(prefix, features, ChannelLayout::Interleaved, tensors)?
        }
    })
}

fn standardize(prefix: &str, features: usize, tensors: &Stored) -> Result<Standardize, Reason> {
    let mean = tensors.vector(&format!("{prefix}.mean"), features)?;
    let scale = tensors.vector(&format!("{prefix}.scale"), features)?;
    Standardize::from_parts(mean, scale).map_err(invalid)
}

fn channel_mean(
    prefix: &str,
    features: usize,
    layout: ChannelLayout,
    tensors: &Stored,
) -> Result<Preprocessor, Reason> {
    let mean: Vec<f64> = tensors.any_vector(&format!("{prefix}.mean"))?;
    let channels = mean.len();
    if channels == 0 || !features.is_multiple_of(channels) {
        return Err(invalid(PreprocessError::Channels { features, channels }));
    }
    Ok(PerChannelMean::from_parts(mean, features / channels, layout).map_err(invalid)?.into())
}

fn pca(prefix: &str, features: usize, tensors: &Stored) -> Result<Pca, Reason> {
    let center = Center::from_parts(tensors.vector(&format!("{prefix}.mean"), features)?);
    let variances: Vec<f64> = tensors.any_vector(&format!("{prefix}.variances"))?;
    let name = format!("{prefix}.components");
    let components = tensors.transposed(&name, variances.len(), features)?;
    let total = tensors.vector(&format!("{prefix}.total_variance"), 1)?[0];
    center.and_then(|center| Pca::from_parts(center, components, variances, total)).map_err(invalid)
}

fn invalid(error: PreprocessError) -> Reason {
    Reason::Model(ModelError::from(error))
}
