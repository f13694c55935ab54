use densely_data::{Dataset, Inputs};
use densely_tensor::{MatRef, Scalar, Threads};

use super::sentinel::Sentinel;
use super::spread::Spread;
use super::squeeze::Squeeze;
use super::survey::Survey;
use super::{Finding, Part, Trouble};

/// Examples from which on one of them can be said to be far from the others.
pub(crate) const EXAMPLES: usize = 30;

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
            Trouble::None | Trouble::Some => {
                Self { size: f64::INFINITY, times: 1000.0, deviations: f64::INFINITY }
            }
        }
    }
}

/// How many times as long as a typical one an example is that makes steps too long.
const FAR: f64 = 4.0;

/// From which size on a feature that is as far from 0 costs some of what there is to learn.
const FAR_SIZE: f64 = 30.0;

/// How many times as far from 0 as it varies a feature is that should have been centred.
const FAR_FROM_0: f64 = 10.0;

/// A feature is hidden by the others if it is smaller than this part of a typical one.
const HIDDEN: f64 = 1e-3;

/// New data are elsewhere if their mean is as many standard deviations from that of the training data.
const SHIFT: f64 = 2.0;

/// Features or targets smaller than this are too small to learn from.
const SMALL: f64 = 0.05;

/// What is in the data that keeps a network from learning, or makes it diverge: where the gradient
/// is clipped, not by single examples.
pub(crate) fn data_causes<T: Scalar>(
    survey: &Survey,
    data: &Dataset<T>,
    trouble: Trouble,
    clipped: bool,
) -> Vec<Finding> {
    if survey.features.iter().all(Spread::is_constant) {
        return vec![Finding::ConstantFeatures];
    }
    let rising = trouble == Trouble::Rising && !clipped;
    let mut findings = Vec::new();
    let outlier = outlying_feature(survey, data).filter(|_| rising);
    let (largest, typical) = survey.largest_and_typical();
    let limits = Limits::of(trouble);
    let outlying = |index| feature(data, index, &survey.features[index], Part::Training);
    findings.extend(outlier.map(outlying));
    let (of_largest, features) = (&survey.features[largest], survey.features.len());
    let (size, typical) = (of_largest.size(), survey.features[typical].size());
    if outlier != Some(largest) && (size > limits.size || size > limits.times * typical) {
        let feature = data.feature_names()[largest].clone();
        let (mean, deviation) = (of_largest.mean, of_largest.deviation);
        let centred = mean.abs() < FAR_FROM_0 * deviation || size > limits.times * typical;
        findings.push(match centred {
            true => Finding::LargeFeature { feature, size, typical, features },
            false => Finding::NotCentered { feature, mean, deviation },
        });
    }
    let (mean, deviation) = (of_largest.mean, of_largest.deviation);
    let is_far = size > FAR_SIZE && mean.abs() > FAR_FROM_0 * deviation;
    if trouble == Trouble::Some && findings.is_empty() && is_far {
        let feature = data.feature_names()[largest].clone();
        findings.push(Finding::NotCentered { feature, mean, deviation });
    }
    if trouble >= Trouble::Nothing && size < SMALL {
        findings.push(Finding::SmallFeatures { size });
    }
    for (index, target) in survey.targets.iter().enumerate() {
        let size = target.size();
        let small = trouble >= Trouble::Nothing && size < SMALL;
        if rising && target.deviations() > limits.deviations {
            findings.push(output(data, index, target, Part::Training));
        } else if size > limits.size || small {
            let target = data.output_names()[index].clone();
            findings.push(Finding::UnscaledTarget { target, size });
        }
    }
    findings
}

/// Of the features that few values press together, the most pressed; and targets that are hidden so.
pub(crate) fn squeezed<T: Scalar>(
    survey: &Survey,
    data: &Dataset<T>,
    threads: &Threads,
) -> Vec<Finding> {
    let features = Squeeze::of_rows(data.inputs(), &survey.features, threads);
    let is_one_value = |index: usize, outliers: usize| {
        let sentinel = Sentinel::of(data.inputs(), index, &survey.features[index]);
        sentinel.is_some_and(|sentinel| sentinel.examples == outliers)
    };
    let most = features.iter().min_by(|a, b| a.1.rest.total_cmp(&b.1.rest));
    let feature = most.map(|&(index, Squeeze { outliers, rest })| Finding::SqueezedFeature {
        feature: data.feature_names()[index].clone(),
        place: data.place(survey.features[index].farthest),
        deviations: survey.features[index].deviations(),
        outliers,
        rest,
        one_value: is_one_value(index, outliers),
        more: features.len() - 1,
    });
    let pressed = |values: MatRef<'_, T>| Squeeze::of_rows(values.into(), &survey.targets, threads);
    let pressed = data.values().map(pressed);
    let outliers = |index: usize, target: &Spread| {
        let pressed = pressed.iter().flatten().find(|&&(pressed, _)| pressed == index);
        let alone = is_alone(target, survey.examples).then_some(1);
        pressed.map(|(_, squeeze)| squeeze.outliers).or(alone)
    };
    let targets = survey.targets.iter().enumerate().filter_map(|(index, target)| {
        Some(Finding::SqueezedTarget {
            target: data.output_names()[index].clone(),
            place: data.place(target.farthest),
            deviations: target.deviations(),
            outliers: outliers(index, target)?,
            logarithms: true,
        })
    });
    feature.into_iter().chain(targets).collect()
}

/// The first feature with a value that may stand for what is missing.
pub(crate) fn sentinel<T: Scalar>(survey: &Survey, data: &Dataset<T>) -> Option<Finding> {
    let of = |(index, spread)| Some((index, Sentinel::of(data.inputs(), index, spread)?));
    let found: Vec<_> = survey.features.iter().enumerate().filter_map(of).collect();
    let &(index, Sentinel { example, examples }) = found.first()?;
    Some(Finding::Sentinel {
        feature: data.feature_names()[index].clone(),
        place: data.place(example),
        examples,
        of: data.len(),
        more: found.len() - 1,
    })
}

/// A feature that the others hide, since it is so small.
pub(crate) fn hidden<T: Scalar>(survey: &Survey, data: &Dataset<T>) -> Option<Finding> {
    let (_, typical) = survey.largest_and_typical();
    let typical = survey.features[typical].size();
    let size = |spread: &Spread| spread.smallest.abs().max(spread.largest.abs());
    let is_small = |spread: &Spread| !spread.is_constant() && size(spread) < HIDDEN * typical;
    let index = survey.features.iter().position(is_small)?;
    let (feature, size) = (data.feature_names()[index].clone(), size(&survey.features[index]));
    Some(Finding::HiddenFeature { feature, size, typical })
}

/// What is in new data that was not in the training data.
pub(crate) fn new_causes<T: Scalar>(
    survey: &Survey,
    validation: &Dataset<T>,
    part: Part,
    threads: &Threads,
) -> Vec<Finding> {
    let new = Survey::of(validation, threads);
    let seen = |new: &[Spread], old: &[Spread]| -> Vec<Spread> {
        new.iter().zip(old).map(|(new, old)| new.seen_from(old)).collect()
    };
    let features = seen(&new.features, &survey.features);
    let mut findings = Vec::new();
    let changed = features.iter().position(|new| new.deviation == 0.0 && new.distance > 0.0);
    findings.extend(changed.map(|index| Finding::ChangedFeature {
        feature: validation.feature_names()[index].clone(),
        part,
    }));
    let far = |new: &Spread, old: &Spread| {
        let limit = 3.0 * old.deviations();
        new.deviations() > limit.max(Limits::of(Trouble::Rising).deviations)
    };
    let of = validation.len();
    if let Some(shift) = Shift::of(validation.inputs(), &new.features, &survey.features) {
        let Shift { index, outside, deviations, more } = shift;
        let feature = validation.feature_names()[index].clone();
        findings.push(Finding::OutsideFeature { feature, part, outside, of, deviations, more });
    } else if let Some(index) =
        farthest(&features).filter(|&index| far(&features[index], &survey.features[index]))
    {
        findings.push(feature(validation, index, &features[index], part));
    }
    let targets = seen(&new.targets, &survey.targets);
    let shift = validation.values();
    if let Some(shift) =
        shift.and_then(|values| Shift::of(values.into(), &new.targets, &survey.targets))
    {
        let Shift { index, outside, deviations, .. } = shift;
        let target = validation.output_names()[index].clone();
        findings.push(Finding::OutsideTarget { target, part, outside, of, deviations });
    } else if let Some(index) =
        farthest(&targets).filter(|&index| far(&targets[index], &survey.targets[index]))
    {
        findings.push(output(validation, index, &targets[index], part));
    }
    findings
}

/// A row of values that are elsewhere in new data.
struct Shift {
    index: usize,
    /// How many are beyond all that was seen in training.
    outside: usize,
    /// From one mean to the other, in standard deviations of the training data.
    deviations: f64,
    /// How many more rows are like that.
    more: usize,
}

impl Shift {
    /// That from the mean which is farthest.
    fn of<T: Scalar>(x: Inputs<'_, T>, new: &[Spread], old: &[Spread]) -> Option<Self> {
        let far = |i: usize| match old[i].deviation > 0.0 {
            true => (new[i].mean - old[i].mean).abs() / old[i].deviation,
            false => 0.0,
        };
        let outside = |i: usize| {
            let is_beyond = |value: f64| value < old[i].smallest || value > old[i].largest;
            (0..x.examples()).filter(|&j| is_beyond(x.value(i, j).to_f64())).count()
        };
        let rows = (0..old.len()).filter(|&i| far(i) > SHIFT);
        let mut shifted: Vec<(usize, usize)> =
            rows.map(|i| (i, outside(i))).filter(|&(_, outside)| outside > 1).collect();
        shifted.sort_by(|a, b| far(b.0).total_cmp(&far(a.0)));
        let &(index, outside) = shifted.first()?;
        Some(Self { index, outside, deviations: far(index), more: shifted.len() - 1 })
    }
}

/// The only feature that is the same in all examples but one. Of a value that is very far out, all
/// others are rounded to the same; of several rare categories, none is worth a sentence.
pub(crate) fn lone_value<T: Scalar>(survey: &Survey, data: &Dataset<T>) -> Option<Finding> {
    let is_lone = |&index: &usize| {
        let spread = &survey.features[index];
        let value = |example| data.inputs().value(index, example);
        let other = value(usize::from(spread.farthest == 0));
        let mut others = (0..data.len()).filter(|&j| j != spread.farthest);
        is_alone(spread, survey.examples) && others.all(|j| value(j) == other)
    };
    let mut lone = (0..survey.features.len()).filter(is_lone);
    let index = lone.next().filter(|_| lone.next().is_none())?;
    let feature = data.feature_names()[index].clone();
    Some(Finding::LoneValue { feature, place: data.place(survey.features[index].farthest) })
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

/// The feature with an example that is farthest out, if that makes a step too long: if it makes its
/// example much longer than others.
fn outlying_feature<T: Scalar>(survey: &Survey, data: &Dataset<T>) -> Option<usize> {
    let index = farthest(&survey.features)?;
    let spread = &survey.features[index];
    let far = is_alone(spread, survey.examples)
        || spread.deviations() > Limits::of(Trouble::Rising).deviations;
    let square = |x: f64| x * x;
    let mut values = vec![T::ZERO; data.features()];
    data.inputs().write(spread.farthest, &mut values);
    let length: f64 = values.iter().map(|x| square(x.to_f64())).sum();
    let mean: f64 = survey.features.iter().map(|feature| square(feature.size())).sum();
    (far && length > square(FAR) * mean).then_some(index)
}

fn feature<T: Scalar>(data: &Dataset<T>, index: usize, spread: &Spread, part: Part) -> Finding {
    let (place, deviations) = (data.place(spread.farthest), spread.deviations());
    let feature = data.feature_names()[index].clone();
    Finding::OutlyingFeature { feature, place, part, deviations }
}

fn output<T: Scalar>(data: &Dataset<T>, index: usize, spread: &Spread, part: Part) -> Finding {
    let (place, deviations) = (data.place(spread.farthest), spread.deviations());
    let target = data.output_names()[index].clone();
    Finding::OutlyingTarget { target, place, part, deviations }
}
