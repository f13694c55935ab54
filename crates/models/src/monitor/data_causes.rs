use densely_data::Dataset;
use densely_tensor::{MatRef, Scalar, column};

use super::survey::{Spread, Survey};
use super::{Finding, Trouble};

/// Examples from which on one of them can be said to be far from the others.
const EXAMPLES: usize = 30;

/// How large things may be. Standardised, they are about 1.
struct Limits {
    /// Of a feature or a target.
    size: f64,
    /// Of a feature that is alone in it, over the typical one.
    times: f64,
    /// Of an example's distance from the mean, in standard deviations.
    deviations: f64,
}

impl Limits {
    /// Much is fine as long as a network learns from it.
    fn of(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Rising => Self { size: 8.0, times: 100.0, deviations: 12.0 },
            Trouble::Nothing => Self { size: 8.0, times: 100.0, deviations: f64::INFINITY },
            Trouble::Little => Self { size: 30.0, times: 100.0, deviations: f64::INFINITY },
            Trouble::None => Self { size: f64::INFINITY, times: 1000.0, deviations: f64::INFINITY },
        }
    }
}

/// How many times as long as a typical one an example is that makes steps too long.
const FAR: f64 = 4.0;

/// Features or targets smaller than this are too small to learn from.
const SMALL: f64 = 0.05;

/// What is in the data that keeps a network from learning, or makes it diverge.
pub(crate) fn data_causes<T: Scalar>(
    survey: &Survey,
    data: &Dataset<T>,
    trouble: Trouble,
) -> Vec<Finding> {
    if survey.features.iter().all(Spread::is_constant) {
        return vec![Finding::ConstantFeatures];
    }
    let mut findings = Vec::new();
    let outlier = outlying_feature(survey, data, trouble);
    let (largest, typical) = survey.largest_and_typical();
    let limits = Limits::of(trouble);
    findings.extend(outlier.map(|index| feature(data, index, &survey.features[index], false)));
    let (size, typical) = (survey.features[largest].size(), survey.features[typical].size());
    if outlier != Some(largest) && (size > limits.size || size > limits.times * typical) {
        let feature = data.feature_names()[largest].clone();
        findings.push(Finding::LargeFeature { feature, size, typical });
    }
    if trouble >= Trouble::Nothing && size < SMALL {
        findings.push(Finding::SmallFeatures { size });
    }
    for (index, target) in survey.targets.iter().enumerate() {
        let (alone, size) = (is_alone(target, survey.examples), target.size());
        let small = trouble >= Trouble::Nothing && size < SMALL;
        if trouble > Trouble::None && (alone || target.deviations() > limits.deviations) {
            findings.push(output(data, index, target, false));
        } else if size > limits.size || small {
            let target = data.output_names()[index].clone();
            findings.push(Finding::UnscaledTarget { target, size });
        }
    }
    findings
}

/// What is in the validation data that was not in the training data.
pub(crate) fn validation_causes<T: Scalar>(
    survey: &Survey,
    validation: &Dataset<T>,
) -> Vec<Finding> {
    let new = Survey::of(validation);
    let seen = |new: &[Spread], old: &[Spread]| -> Vec<Spread> {
        new.iter().zip(old).map(|(new, old)| new.seen_from(old)).collect()
    };
    let features = seen(&new.features, &survey.features);
    let mut findings = Vec::new();
    let changed = features.iter().position(|new| new.deviation == 0.0 && new.distance > 0.0);
    findings.extend(changed.map(|index| Finding::ChangedFeature {
        feature: validation.feature_names()[index].clone(),
    }));
    let far = |new: &Spread, old: &Spread| {
        let limit = 3.0 * old.deviations();
        new.deviations() > limit.max(Limits::of(Trouble::Rising).deviations)
    };
    if let Some(index) =
        farthest(&features).filter(|&index| far(&features[index], &survey.features[index]))
    {
        findings.push(feature(validation, index, &features[index], true));
    }
    let targets = seen(&new.targets, &survey.targets);
    if let Some(index) =
        farthest(&targets).filter(|&index| far(&targets[index], &survey.targets[index]))
    {
        findings.push(output(validation, index, &targets[index], true));
    }
    findings
}

fn farthest(spreads: &[Spread]) -> Option<usize> {
    let of = |index: usize| spreads[index].deviations();
    (0..spreads.len()).max_by(|&a, &b| of(a).total_cmp(&of(b)))
}

/// Whether one example makes more than half of the variance.
fn is_alone(spread: &Spread, examples: usize) -> bool {
    let deviations = spread.deviations();
    examples >= EXAMPLES && deviations * deviations > 0.5 * examples as f64
}

/// The feature with an example that is farthest out, if that is too far.
fn outlying_feature<T: Scalar>(
    survey: &Survey,
    data: &Dataset<T>,
    trouble: Trouble,
) -> Option<usize> {
    let index = farthest(&survey.features)?;
    let spread = &survey.features[index];
    let alone = is_alone(spread, survey.examples);
    let too_far = match trouble {
        // It makes a step too long if it makes its example much longer than others.
        Trouble::Rising => {
            let far = alone || spread.deviations() > Limits::of(trouble).deviations;
            let square = |x: f64| x * x;
            let values = column(data.x(), spread.farthest);
            let length: f64 = values.iter().map(|x| square(x.to_f64())).sum();
            let mean: f64 = survey.features.iter().map(|feature| square(feature.size())).sum();
            far && length > square(FAR) * mean
        }
        // It presses all others together, unless most of them are the same anyway: a rare
        // category does no harm of this kind.
        Trouble::Little | Trouble::Nothing => alone && !is_sparse(data.x(), index),
        Trouble::None => false,
    };
    too_far.then_some(index)
}

/// Whether at least half of a feature's values are the same.
fn is_sparse<T: Scalar>(x: MatRef<'_, T>, feature: usize) -> bool {
    let mut values: Vec<f64> = (0..x.ncols()).map(|j| x[(feature, j)].to_f64()).collect();
    values.sort_by(f64::total_cmp);
    let median = values[values.len() / 2];
    2 * values.iter().filter(|&&value| value == median).count() >= values.len()
}

fn feature<T: Scalar>(
    data: &Dataset<T>,
    index: usize,
    spread: &Spread,
    validation: bool,
) -> Finding {
    let (example, deviations) = (spread.farthest, spread.deviations());
    let feature = data.feature_names()[index].clone();
    Finding::OutlyingFeature { feature, example, validation, deviations }
}

fn output<T: Scalar>(
    data: &Dataset<T>,
    index: usize,
    spread: &Spread,
    validation: bool,
) -> Finding {
    let (example, deviations) = (spread.farthest, spread.deviations());
    let target = data.output_names()[index].clone();
    Finding::OutlyingTarget { target, example, validation, deviations }
}
