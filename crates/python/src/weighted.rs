//! Preparations that are not as fitted: of weighted examples, and of the first part of several.

use densely::models::Preparation;
use densely::preprocess::{Center, FittedTransform, Pipeline, Standardize};
use densely::tensor::{Mat, MatRef, Real};

use crate::failure::Failure;

/// The means of the rows of `x`, and their deviations.
fn statistics(x: MatRef<'_, f64>, weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let total: f64 = weights.iter().sum();
    let mean_of = |value: &dyn Fn(usize) -> f64| {
        weights.iter().enumerate().map(|(j, weight)| weight * value(j)).sum::<f64>() / total
    };
    let of_row = |i: usize| {
        let rough = mean_of(&|j| x[(i, j)]);
        // What rounding has taken from a mean far from 0.
        let mean = rough + mean_of(&|j| x[(i, j)] - rough);
        (mean, mean_of(&|j| (x[(i, j)] - mean).powi(2)).sqrt())
    };
    (0..x.nrows()).map(of_row).unzip()
}

/// The preparation with the statistics of weighted examples, where it begins with standardising or
/// centering alone, and of real targets. Which features are constant does not depend on weights.
pub(crate) fn weighted(
    preparation: Preparation,
    x: MatRef<'_, f64>,
    values: Option<MatRef<'_, f64>>,
    weights: &[f64],
) -> Result<Preparation, Failure> {
    let scaled = |fitted: &Standardize, x| {
        let (mut mean, mut scale) = statistics(x, weights);
        for (i, &own) in fitted.scale().iter().enumerate() {
            // Those of constants stay.
            if own == 0.0 || scale[i] == 0.0 {
                scale[i] = own;
            }
            if fitted.keeps(i) {
                (mean[i], scale[i]) = (0.0, 1.0);
            }
        }
        fitted.with_parts(mean, scale)
    };
    let pipeline = match preparation.pipeline().steps() {
        [step] => match (step.downcast_ref::<Standardize>(), step.downcast_ref::<Center>()) {
            (Some(fitted), _) => Some(FittedTransform::from(scaled(fitted, x)?)),
            (_, Some(_)) => Some(Center::from_parts(statistics(x, weights).0)?.into()),
            _ => None,
        },
        _ => None,
    };
    let pipeline = pipeline.map_or_else(|| preparation.pipeline().clone(), Pipeline::from);
    let target_scale = match (preparation.target_scale(), values) {
        (Some(fitted), Some(values)) if preparation.log_targets() => {
            let log = |k, j| Real::ln(values[(k, j)]);
            let logs = Mat::from_fn(values.nrows(), values.ncols(), log);
            Some(scaled(fitted, logs.as_ref())?)
        }
        (Some(fitted), Some(values)) => Some(scaled(fitted, values)?),
        _ => None,
    };
    let constants = preparation.constants().to_vec();
    Ok(with(preparation, pipeline, target_scale)?.with_constants(constants)?)
}

/// The preparation for more examples to come: no feature is held that was constant so far, and one that is
/// standardised keeps its unit.
pub(crate) fn for_more(preparation: Preparation) -> Result<Preparation, Failure> {
    let pipeline = match preparation.pipeline().steps() {
        [step] => step.downcast_ref::<Standardize>().map(|fitted| {
            let scale = fitted.scale().iter().map(|&scale| if scale == 0.0 { 1.0 } else { scale });
            fitted.with_parts(fitted.mean().to_vec(), scale.collect())
        }),
        _ => None,
    };
    let pipeline = match pipeline {
        Some(fitted) => FittedTransform::from(fitted?).into(),
        None => preparation.pipeline().clone(),
    };
    let target_scale = preparation.target_scale().cloned();
    with(preparation, pipeline, target_scale)
}

/// With another pipeline and scale, and no features that are held.
fn with(
    preparation: Preparation,
    pipeline: Pipeline,
    target_scale: Option<Standardize>,
) -> Result<Preparation, Failure> {
    let (features, outputs) = (preparation.feature_names(), preparation.output_names());
    let (features, outputs) = (features.to_vec(), outputs.to_vec());
    let target = preparation.target_name().to_owned();
    let scale = target_scale.clone();
    let made = Preparation::from_parts(features, target, outputs, pipeline, target_scale)?;
    Ok(match scale {
        Some(scale) if preparation.log_targets() => made.of_log_targets(scale)?,
        _ => made,
    })
}
