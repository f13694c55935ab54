use std::cmp::Ordering;

use densely_data::{Dataset, Inputs, Target};
use densely_tensor::{MatRef, Scalar};

use super::Finding;

/// Examples from which on a feature can be said to tell the target.
const EXAMPLES: usize = 30;

/// Different targets from which on it says something that they rise with a feature.
const DISTINCT: usize = 10;

/// How likely it may be, at most, that one of the features tells all by chance.
const CHANCE: f64 = 1e-6;

/// What may be left of a target's variance by a line of a feature that tells it.
const LEFT: f64 = 1e-6;

/// Examples that tell at first whether a closer look is worth it.
const SAMPLE: usize = 256;

/// A feature from which alone the target follows in all training examples: as a rule one that is known only once the
/// target is.
///
/// Of classes, each is where the feature has a range of its own; or each but one has a feature that
/// is the same wherever it is, and nowhere else, as categories do. A real target rises or falls with the
/// feature, or lies on a line of it. Where every one of several targets follows from a feature, the data are
/// that simple.
pub(crate) fn telling_alone<T: Scalar>(data: &Dataset<T>) -> Option<Finding> {
    let (n, features) = (data.len(), data.features());
    if n < EXAMPLES || features < 2 {
        return None;
    }
    let x = data.inputs();
    let found = |told: &[usize], target: &str| {
        let feature = data.feature_names()[*told.first()?].clone();
        Some(Finding::TellsAlone { feature, target: target.to_owned(), more: told.len() - 1 })
    };
    match data.target() {
        Target::Classes { labels, .. } => {
            let counts = counts(labels);
            let telling: Vec<usize> = match by_chance(&counts) + (features as f64).ln()
                < CHANCE.ln()
            {
                true => (0..features).filter(|&i| has_ranges(x, i, labels, counts.len())).collect(),
                false => Vec::new(),
            };
            match &telling[..] {
                [] => found(&indicators(x, labels, &counts)?, data.target_name()),
                told => found(told, data.target_name()),
            }
        }
        Target::Values { values, names } => {
            let varies = |k: &usize| (1..n).any(|j| values[(*k, j)] != values[(*k, 0)]);
            let targets: Vec<usize> = (0..names.len()).filter(varies).collect();
            let telling = |k: usize| -> Vec<usize> {
                let y = values.as_ref();
                (0..features).filter(|&i| rises(x, i, y, k) || is_line(x, i, y, k)).collect()
            };
            let all: Vec<_> = targets.iter().map(|&k| (k, telling(k))).collect();
            if all.len() > 1 && all.iter().all(|(_, told)| !told.is_empty()) {
                return None;
            }
            all.iter().find_map(|(k, told)| found(told, &names[*k]))
        }
    }
}

/// How many examples each class has that has any.
fn counts(labels: &[usize]) -> Vec<usize> {
    let mut sorted = labels.to_vec();
    sorted.sort_unstable();
    sorted.chunk_by(|a, b| a == b).map(<[usize]>::len).collect()
}

/// The logarithm of how likely it is that classes lie in ranges of a feature that has nothing to do with them:
/// `k! Π nₖ! / n!`.
fn by_chance(counts: &[usize]) -> f64 {
    let factorial = |n: usize| (2..=n).map(|i| (i as f64).ln()).sum::<f64>();
    let of_each: f64 = counts.iter().map(|&count| factorial(count)).sum();
    factorial(counts.len()) + of_each - factorial(counts.iter().sum())
}

/// The examples in the order of a feature, if `holds` of a sample of them in that order, and of all.
fn ordered<T: Scalar>(
    x: Inputs<'_, T>,
    row: usize,
    holds: impl Fn(&[(f64, usize)]) -> bool,
) -> bool {
    let in_order = |step: usize| {
        let some = (0..x.examples()).step_by(step).map(|j| (x.value(row, j).to_f64(), j));
        let mut some: Vec<(f64, usize)> = some.collect();
        some.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        some
    };
    let step = x.examples().div_ceil(SAMPLE);
    (step == 1 || holds(&in_order(step))) && holds(&in_order(1))
}

/// Whether each class has a range of a feature in which no other is.
fn has_ranges<T: Scalar>(x: Inputs<'_, T>, row: usize, labels: &[usize], classes: usize) -> bool {
    ordered(x, row, |order| {
        let (mut seen, mut last) = (Vec::new(), None::<(f64, usize)>);
        order.iter().all(|&(value, j)| {
            let label = labels[j];
            let before = last.replace((value, label));
            match before {
                Some((_, other)) if other == label => true,
                Some((same, _)) if same == value => false,
                _ => {
                    let is_new = seen.len() < classes && !seen.contains(&label);
                    seen.push(label);
                    is_new
                }
            }
        })
    })
}

/// For each class but one a feature that has one value in all of its examples and another in all others; of many
/// classes none is looked for.
fn indicators<T: Scalar>(
    x: Inputs<'_, T>,
    labels: &[usize],
    counts: &[usize],
) -> Option<Vec<usize>> {
    const CLASSES: usize = 100;
    let classes = counts.len();
    if !(3..=CLASSES).contains(&classes) || counts.iter().any(|&count| count < 2) {
        return None;
    }
    let first = |row| x.value(row, 0);
    // The class of which a feature is the indicator.
    let class_of = |row: usize| -> Option<usize> {
        let is_other = |j: usize| x.value(row, j) != first(row);
        let other = (0..x.examples()).find(|&j| is_other(j))?;
        [labels[0], labels[other]].into_iter().find(|&class| {
            let of_class = if class == labels[0] { first(row) } else { x.value(row, other) };
            let rest = if class == labels[0] { x.value(row, other) } else { first(row) };
            let expected = |j: usize| if labels[j] == class { of_class } else { rest };
            (0..x.examples()).all(|j| x.value(row, j) == expected(j))
        })
    };
    let mut told: Vec<(usize, usize)> =
        (0..x.features()).filter_map(|row| Some((class_of(row)?, row))).collect();
    told.sort_unstable();
    told.dedup_by_key(|(class, _)| *class);
    let mut rows: Vec<usize> = told.into_iter().map(|(_, row)| row).collect();
    rows.sort_unstable();
    (rows.len() + 1 >= classes).then_some(rows)
}

/// Whether a target only rises, or only falls, with a feature; where that is the same, so is the target.
fn rises<T: Scalar>(x: Inputs<'_, T>, row: usize, y: MatRef<'_, T>, target: usize) -> bool {
    let only = |unwanted: Ordering| {
        move |order: &[(f64, usize)]| {
            let target = |&(_, j): &(f64, usize)| y[(target, j)].to_f64();
            let mut distinct = 1;
            let holds = order.windows(2).all(|pair| {
                let step = target(&pair[1]).total_cmp(&target(&pair[0]));
                distinct += usize::from(step != Ordering::Equal);
                step != unwanted && (pair[0].0 != pair[1].0 || step == Ordering::Equal)
            });
            holds && distinct >= DISTINCT
        }
    };
    ordered(x, row, only(Ordering::Less)) || ordered(x, row, only(Ordering::Greater))
}

/// Whether a target lies on a line of a feature.
fn is_line<T: Scalar>(x: Inputs<'_, T>, row: usize, y: MatRef<'_, T>, target: usize) -> bool {
    let left = |step: usize| {
        let examples = || (0..x.examples()).step_by(step);
        let n = examples().count() as f64;
        let pair = |j: usize| (x.value(row, j).to_f64(), y[(target, j)].to_f64());
        let (a, b) = examples().map(pair).fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for (x, y) in examples().map(pair) {
            (xx, xy, yy) = (xx + (x - a) * (x - a), xy + (x - a) * (y - b), yy + (y - b) * (y - b));
        }
        1.0 - xy / xx * (xy / yy)
    };
    let step = x.examples().div_ceil(SAMPLE);
    left(step) < 10.0 * LEFT && left(1) < LEFT
}

#[cfg(test)]
mod tests {
    use densely_tensor::{Key, Mat, Purpose, Stream};

    use super::*;

    /// Three features of noise, of which the last is replaced.
    fn features(n: usize, told: impl Fn(usize) -> f64) -> Mat<f64> {
        let mut stream = Stream::new(4, Purpose::Other, Key::default());
        let noise = Mat::from_fn(3, n, |_, _| stream.normal());
        Mat::from_fn(3, n, |i, j| if i == 2 { told(j) } else { noise[(i, j)] })
    }

    fn of_classes(labels: Vec<usize>, told: impl Fn(usize) -> f64) -> Option<String> {
        let classes = labels.iter().max().unwrap() + 1;
        let data = Dataset::classification(features(labels.len(), told), labels, classes).unwrap();
        telling_alone(&data).map(|finding| finding.to_string())
    }

    fn of_values(n: usize, y: impl Fn(usize) -> f64, told: impl Fn(usize) -> f64) -> bool {
        let y = Mat::from_fn(1, n, |_, j| y(j));
        telling_alone(&Dataset::regression(features(n, told), y).unwrap()).is_some()
    }

    #[test]
    fn a_class_follows_from_codes_and_from_thresholds() {
        let labels = |n: usize, k: usize| (0..n).map(|j| j * 7 % k).collect::<Vec<_>>();
        let two = labels(400, 2);
        let said = of_classes(two.clone(), |j| f64::from(u8::from(j * 7 % 2 == 0))).unwrap();
        assert!(said.contains("`x2` alone tells"), "{said}");
        // A score, and the same with one mistake.
        let score =
            |j: usize| (j % 50) as f64 + if (j * 7).is_multiple_of(2) { 100.0 } else { 0.0 };
        assert!(of_classes(two.clone(), score).is_some());
        assert!(of_classes(two, |j| if j == 201 { 149.5 } else { score(j) }).is_none());
        assert!(of_classes(labels(400, 5), |j| (j * 7 % 5) as f64).is_some());
        assert!(of_classes(labels(400, 5), |j| (j * 7 % 4) as f64).is_none());
        // Of one example in thirty, some feature tells by chance.
        let rare = (0..30).map(|j| usize::from(j == 3)).collect();
        assert!(of_classes(rare, |j| if j == 3 { 9.0 } else { 0.0 }).is_none());
    }

    #[test]
    fn a_class_follows_from_categories() {
        let n = 90;
        let labels: Vec<usize> = (0..n).map(|j| j % 3).collect();
        let of = |columns: usize| {
            let noise = features(n, |_| 0.5);
            let x = Mat::from_fn(2 + columns, n, |i, j| {
                if i < 2 { noise[(i, j)] } else { f64::from(u8::from(j % 3 == i - 2)) }
            });
            telling_alone(&Dataset::classification(x, labels.clone(), 3).unwrap())
        };
        assert!(of(3).is_some() && of(2).is_some());
        assert!(of(1).is_none(), "of two classes, nothing is told");
    }

    #[test]
    fn a_number_follows_from_what_rises_with_it() {
        let wave = |j: usize| ((j * 13) as f64).sin();
        assert!(of_values(300, wave, |j| 3.0 - 2.0 * wave(j)));
        assert!(of_values(300, wave, |j| wave(j).exp()));
        assert!(of_values(300, |j| (100.0 * wave(j)).round(), wave));
        assert!(of_values(300, wave, |j| wave(j) + 1e-5 * ((j * 7) as f64).cos()));
        assert!(!of_values(300, wave, |j| (100.0 * wave(j)).round()));
        assert!(!of_values(300, wave, |j| wave(j) + 0.1 * ((j * 7) as f64).cos()));
        assert!(!of_values(300, wave, |j| wave(j).powi(2)));
        // Of a target with few values, it is no wonder.
        assert!(!of_values(300, |j| f64::from(u8::from(j < 150)), |j| j as f64));
        assert!(!of_values(20, wave, wave), "20 examples are few");
    }

    #[test]
    fn of_several_targets_one_may_be_told() {
        let n = 200;
        let noise = features(n, |j| ((j * 13) as f64).sin());
        let data = |both: bool| {
            let y = Mat::from_fn(2, n, |i, j| match (i, both) {
                (0, _) => noise[(2, j)],
                (_, true) => noise[(1, j)],
                _ => noise[(0, j)] * noise[(1, j)],
            });
            Dataset::regression(noise.clone(), y).unwrap().with_output_names(["a", "b"]).unwrap()
        };
        let said = telling_alone(&data(false)).unwrap().to_string();
        assert!(said.contains("`x2` alone tells `a`"), "{said}");
        assert_eq!(telling_alone(&data(true)), None);
    }
}
