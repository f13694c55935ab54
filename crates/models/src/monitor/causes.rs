use densely_tensor::Scalar;

use super::course::Course;
use super::data_causes::data_causes;
use super::diagnosis::{TINY_RATE, large_weights};
use super::losses::Losses;
use super::survey::{Survey, looks_unscaled};
use super::{Case, Finding, Trouble};
use crate::Stop;

/// Outputs that are a smaller part of the inputs than this are too small.
const SMALL_GAIN: f64 = 0.1;

/// Weights that have shrunk to less than this are held down.
const SHRUNK: f64 = 0.2;

/// How far all updates together have to be able to move some weights, over their norm, or the
/// loss, over that of one prediction for all.
const TRAVEL: f64 = 0.1;

/// An update, over the norm of the weights, of which a hundred times as many would do nothing.
const TINY_UPDATE: f64 = 1e-5;

/// Steps that are few.
const FEW_STEPS: usize = 100;

/// A loss still falls if it has lost this part of that of one prediction for all.
const FALL: f64 = 0.01;

/// Noise on the inputs that is larger than they are.
const NOISE: f64 = 1.0;

/// A feature that is as many times the typical one is worth a look also where a network learns.
const UNSCALED: f64 = 1000.0;

/// Why a run went as it did, the likeliest first.
pub(crate) fn causes<T: Scalar>(
    case: &Case<'_, T>,
    trouble: Trouble,
    losses: &Losses<T>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let high = losses.started_high().is_some() && trouble > Trouble::None;
    let in_data = if high { trouble.max(Trouble::Nothing) } else { trouble };
    let survey = (in_data > Trouble::None || looks_unscaled(case.train.x(), UNSCALED))
        .then(|| Survey::of(case.train));
    if let Some(survey) = &survey {
        findings.extend(data_causes(survey, case.train, in_data));
    }
    if findings.contains(&Finding::ConstantFeatures) {
        return findings;
    }
    if trouble == Trouble::None {
        return findings;
    }
    findings.extend(large_weights(&case.monitor.initial_weights));
    findings.extend(small_weights(case));
    findings.extend(shrunk_weights(case));
    let course = Course::new(&case.monitor.rows);
    findings.extend(course.findings(&findings));
    findings.extend(survey.as_ref().and_then(|survey| noise(case, survey)));
    if trouble < Trouble::Rising {
        findings.extend(steps(case, &course, losses, &findings));
        return findings;
    }
    let lowered = |finding: &Finding| matches!(finding, Finding::LargeUpdates { .. });
    let learning_rate = largest_rate(case);
    if learning_rate > TINY_RATE && !findings.iter().any(lowered) {
        findings.push(Finding::LargeLearningRate { learning_rate });
    }
    findings
}

/// The first hidden layer that makes what it passes on too small.
fn small_weights<T: Scalar>(case: &Case<'_, T>) -> Option<Finding> {
    // Without hidden layers, small weights are as good as others.
    let hidden = case.monitor.initial_weights.split_last()?.1;
    let small = hidden.iter().find(|scale| scale.gain < SMALL_GAIN)?;
    Some(Finding::SmallWeights { layer: small.layer, gain: small.gain })
}

/// The layer whose weights have shrunk most.
fn shrunk_weights<T: Scalar>(case: &Case<'_, T>) -> Option<Finding> {
    let monitor = case.monitor;
    let pairs = monitor.initial_weights.iter().zip(&monitor.last_weights);
    let shares = pairs.map(|(first, last)| (first.layer, last.size / first.size));
    let (layer, share) = shares.min_by(|a, b| a.1.total_cmp(&b.1))?;
    (share < SHRUNK).then_some(Finding::ShrunkWeights { layer, share })
}

/// By how much a first layer of noise spreads the inputs.
fn noise<T: Scalar>(case: &Case<'_, T>, survey: &Survey) -> Option<Finding> {
    let first = case.monitor.rows.iter().rev().find(|row| row.stage == 0)?;
    let of = &first.activations;
    let squares = survey.features.iter().map(|feature| feature.size().powi(2));
    let size = squares.sum::<f64>() / survey.features.len() as f64;
    let seen = of.standard_deviation.powi(2) + of.mean.powi(2);
    let ratio = ((seen - size) / size).max(0.0).sqrt();
    (&*first.kind == "input-noise" && ratio > NOISE).then_some(Finding::StrongNoise { ratio })
}

/// Whether the steps were too small or too few.
fn steps<T: Scalar>(
    case: &Case<'_, T>,
    course: &Course<'_>,
    losses: &Losses<T>,
    found: &[Finding],
) -> Option<Finding> {
    let (examples, batch_size) = (case.train.len(), case.batch_size);
    let an_epoch = examples.div_ceil(batch_size);
    let steps = an_epoch * case.epochs.len();
    let stops_gradients = |finding: &Finding| {
        use Finding::{
            DeadUnits, LargeWeights, SaturatedUnits, SmallFeatures, SmallWeights,
            VanishingGradients,
        };
        matches!(
            finding,
            DeadUnits { .. }
                | LargeWeights { .. }
                | SaturatedUnits { .. }
                | SmallFeatures { .. }
                | SmallWeights { .. }
                | VanishingGradients { .. }
        )
    };
    let ratio = course.largest_update().unwrap_or(f64::NAN);
    let few = an_epoch <= 2 && steps < FEW_STEPS && examples >= FEW_STEPS;
    if few && ratio > TINY_UPDATE {
        return Some(Finding::FewSteps { batch_size, examples, steps });
    }
    let stands = ratio * (steps as f64) < TRAVEL && losses.fall() < TRAVEL;
    if stands && !found.iter().any(stops_gradients) {
        return Some(Finding::SmallLearningRate {
            learning_rate: largest_rate(case),
            ratio,
            steps,
        });
    }
    let (before, last) = (losses.before_last?, losses.last);
    let falling = before - last > FALL * losses.constant.loss && before > last;
    let to_the_end = case.stop != Stop::Patience && case.kept_epoch == case.epochs.len();
    (falling && to_the_end && found.is_empty()).then_some(Finding::StillFalling { before, last })
}

fn largest_rate<T: Scalar>(case: &Case<'_, T>) -> f64 {
    case.epochs.iter().map(|epoch| epoch.learning_rate).fold(0.0, f64::max)
}
