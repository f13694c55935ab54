use densely_data::Dataset;
use densely_tensor::{Mat, Scalar, Threads};

use super::Finding;
use super::constant_prediction::class_counts;
use crate::{Model, ModelError};

/// Examples of a class that are looked at, at most.
const EXAMPLES: usize = 16;

/// Classes that are looked at, at most.
const CLASSES: usize = 64;

/// A class is rare with less than this part of what it would have if all were equal; and so rare that a network that
/// always says another has learnt what there is to learn by that, with less than the other.
pub(crate) const RARE: f64 = 0.8;
pub(crate) const VERY_RARE: f64 = 0.3;

/// As many examples of a class that are not recognised are worth a sentence, whatever else was learnt.
pub(crate) const ENOUGH: usize = EXAMPLES;

/// Which classes are rare: those with less than this part of what they would have if all were equal, but as many examples.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rare {
    pub(crate) part: f64,
    pub(crate) least: usize,
}

/// The rare classes of which none of the examples that are looked at is recognised.
///
/// The accuracy does not tell of them: where 3 % are of one class, to say always the other is
/// right for 97 %.
pub(crate) fn missed_classes<T: Scalar>(
    model: &Model<T>,
    data: &Dataset<T>,
    rare: Rare,
    at_its_best: bool,
    threads: &Threads,
) -> Result<Option<Finding>, ModelError> {
    let (Some(labels), Some(names)) = (data.labels(), data.class_names()) else { return Ok(None) };
    let counts = class_counts(labels, names.len());
    let present = counts.iter().filter(|&&count| count > 0).count();
    let most = rare.part * labels.len() as f64 / present as f64;
    let is_rare = |class: &usize| counts[*class] >= rare.least && (counts[*class] as f64) < most;
    let classes: Vec<usize> = (0..names.len()).filter(is_rare).take(CLASSES).collect();

    // Of each class evenly spaced examples.
    let mut seen = vec![0; names.len()];
    let mut chosen = Vec::new();
    for (example, &label) in labels.iter().enumerate() {
        if classes.binary_search(&label).is_ok() {
            if seen[label] % counts[label].div_ceil(EXAMPLES) == 0 {
                chosen.push(example);
            }
            seen[label] += 1;
        }
    }
    let mut x = Mat::zeros(data.features(), chosen.len());
    data.inputs().gather(&chosen, x.as_mut());
    let mut recognised = vec![false; names.len()];
    for (class, &example) in model.classify(x.as_ref(), threads)?.iter().zip(&chosen) {
        if labels[example] == *class {
            recognised[*class] = true;
        }
    }
    let missed = || classes.iter().copied().filter(|&class| !recognised[class]);
    let largest = missed().reduce(|a, b| if counts[b] > counts[a] { b } else { a });
    Ok(largest.map(|class| Finding::MissedClasses {
        class: names[class].clone(),
        examples: counts[class],
        looked_at: chosen.iter().filter(|&&example| labels[example] == class).count(),
        more: missed().count() - 1,
        weighed: is_weighed(model, data, class),
        at_its_best,
        numbers: names.len() > 2 && names.iter().all(|name| name.parse::<f64>().is_ok()),
    }))
}

/// Whether weights let the examples of this class count as much as others, or more.
fn is_weighed<T: Scalar>(model: &Model<T>, data: &Dataset<T>, class: usize) -> bool {
    // No other option of a loss is a list.
    if model.loss().kind().to_string().contains("list(") {
        return true;
    }
    let (Some(weights), Some(labels)) = (data.weights(), data.labels()) else { return false };
    let mean = |is: &dyn Fn(usize) -> bool| {
        let own = weights.iter().zip(labels).filter(|&(_, &label)| is(label));
        let (sum, count) =
            own.fold((0.0, 0.0), |(sum, count), (weight, _)| (sum + weight.to_f64(), count + 1.0));
        sum / count
    };
    mean(&|label| label == class) >= mean(&|label| label != class)
}
