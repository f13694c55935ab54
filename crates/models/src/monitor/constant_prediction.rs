use densely_data::{Dataset, Target};
use densely_loss::{Loss, Targets};
use densely_tensor::{Mat, MatRef, Real, Scalar, column, column_mut};

/// Columns of scores that a loss is given at once.
const BLOCK: usize = 256;

/// Classes beyond which some examples stand for all, and how many.
const CLASSES: usize = 512;

/// The best scores that are the same for all examples: what a network that learns nothing
/// from its inputs comes down to.
///
/// They are the best of what the usual losses ask for, so that there may be better ones for a
/// loss of another kind: zero; of classes, the logarithms of their shares, and 1 for the most
/// frequent; of values, the mean and the median, or
/// the quantile that is asked for, or their logarithms.
#[derive(Debug, Clone)]
pub(crate) struct ConstantPrediction<T> {
    pub(crate) scores: Vec<T>,
    /// Their mean loss on the data they were found for.
    pub(crate) loss: f64,
}

impl<T: Scalar> ConstantPrediction<T> {
    /// For these data.
    pub(crate) fn of(loss: &dyn Loss<T>, outputs: usize, data: &Dataset<T>) -> Self {
        let best = candidates(loss, outputs, data)
            .into_iter()
            .map(|scores| Self { loss: constant_loss(loss, &scores, data), scores })
            .filter(|prediction| prediction.loss.is_finite())
            .min_by(|a, b| a.loss.total_cmp(&b.loss));
        best.unwrap_or_else(|| Self { scores: vec![T::ZERO; outputs], loss: f64::NAN })
    }

    /// The mean loss of the same scores on other data.
    pub(crate) fn loss_on(&self, loss: &dyn Loss<T>, data: &Dataset<T>) -> f64 {
        constant_loss(loss, &self.scores, data)
    }
}

fn candidates<T: Scalar>(loss: &dyn Loss<T>, outputs: usize, data: &Dataset<T>) -> Vec<Vec<T>> {
    let mut candidates = vec![vec![T::ZERO; outputs]];
    match data.target() {
        Target::Classes { labels, names } => {
            let weights = class_weights(labels, data.weights(), names.len());
            let total: f64 = weights.iter().sum();
            // A class without examples gets a small probability, and no infinite score.
            let log = |weight: f64| Real::ln((weight / total).max(1e-9));
            let most = (0..weights.len())
                .fold(0, |most, class| if weights[class] > weights[most] { class } else { most });
            if outputs == weights.len() {
                candidates.push(weights.iter().map(|&weight| T::from_f64(log(weight))).collect());
                let one = |class| if class == most { T::ONE } else { T::ZERO };
                candidates.push((0..outputs).map(one).collect());
            } else if let (1, &[no, yes]) = (outputs, &weights[..]) {
                candidates.push(vec![T::from_f64(log(yes) - log(no))]);
                candidates.push(vec![T::from_f64(if most == 1 { 1.0 } else { -1.0 })]);
            }
        }
        Target::Values { values, .. } => {
            let (values, weights) = (values.as_ref(), data.weights());
            for best in [means(values, weights), quantiles(values, weights, level(loss))] {
                let score = |value| if loss.log_link() { Real::ln(value) } else { value };
                candidates.push(best.into_iter().map(score).collect());
            }
        }
    }
    candidates
}

/// How many examples each class has.
pub(crate) fn class_counts(labels: &[usize], classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    labels.iter().for_each(|&label| counts[label] += 1);
    counts
}

/// The sum of the weights of each class.
pub(crate) fn class_weights<T: Scalar>(
    labels: &[usize],
    weights: Option<&[T]>,
    classes: usize,
) -> Vec<f64> {
    let mut sums = vec![0.0; classes];
    match weights {
        None => labels.iter().for_each(|&label| sums[label] += 1.0),
        Some(weights) => {
            let pairs = labels.iter().zip(weights);
            pairs.for_each(|(&label, weight)| sums[label] += weight.to_f64());
        }
    }
    sums
}

pub(crate) fn means<T: Scalar>(values: MatRef<'_, T>, weights: Option<&[T]>) -> Vec<T> {
    let weight = |j: usize| weights.map_or(1.0, |weights| weights[j].to_f64());
    let total: f64 = (0..values.ncols()).map(weight).sum();
    let mut means = vec![0.0; values.nrows()];
    for j in 0..values.ncols() {
        let share = weight(j) / total;
        let pairs = means.iter_mut().zip(column(values, j));
        pairs.for_each(|(mean, value)| *mean += share * value.to_f64());
    }
    means.into_iter().map(T::from_f64).collect()
}

/// The quantile that a loss is lowest at, if at one: of most that are not lowest at the mean, the median.
fn level<T: Scalar>(loss: &dyn Loss<T>) -> f64 {
    let kind = loss.kind();
    kind.first_number(&|_| true).filter(|_| kind.name() == "quantile").unwrap_or(0.5)
}

/// Whether a loss of real targets is lowest at their mean.
pub(crate) fn aims_at_mean<T: Scalar>(loss: &dyn Loss<T>) -> bool {
    loss.log_link() || loss.kind().name() == "mse"
}

/// This quantile of up to [`CLASSES`] values of each output, evenly spaced.
fn quantiles<T: Scalar>(values: MatRef<'_, T>, weights: Option<&[T]>, level: f64) -> Vec<T> {
    let step = values.ncols().div_ceil(CLASSES);
    let weight = |j: usize| weights.map_or(1.0, |weights| weights[j].to_f64());
    let quantile = |i: usize| {
        let some = (0..values.ncols()).step_by(step);
        let mut some: Vec<(f64, f64)> =
            some.map(|j| (values[(i, j)].to_f64(), weight(j))).collect();
        some.sort_by(|a, b| a.0.total_cmp(&b.0));
        let total: f64 = some.iter().map(|(_, weight)| weight).sum();
        let mut below = 0.0;
        let reached = some.iter().find(|(_, weight)| {
            below += weight;
            below > level * total
        });
        T::from_f64(reached.unwrap_or(&some[some.len() - 1]).0)
    };
    (0..values.nrows()).map(quantile).collect()
}

/// The mean loss of the same scores for every example.
fn constant_loss<T: Scalar>(loss: &dyn Loss<T>, scores: &[T], data: &Dataset<T>) -> f64 {
    let n = data.len() as f64;
    let mut work = Work::new(scores);
    match data.target() {
        Target::Classes { labels, names } if names.len() <= CLASSES => {
            // The loss of each class counts as often as the class.
            let weights = class_weights(labels, data.weights(), names.len());
            let classes: Vec<usize> = (0..names.len()).filter(|&k| weights[k] > 0.0).collect();
            let mut sum = 0.0;
            for some in classes.chunks(BLOCK) {
                let losses = work.losses(loss, Targets::Labels(some));
                let pairs = some.iter().zip(losses);
                sum += pairs.map(|(&class, loss)| weights[class] * loss.to_f64()).sum::<f64>();
            }
            sum / n
        }
        Target::Classes { labels, .. } => {
            let chosen = (0..labels.len()).step_by(labels.len().div_ceil(CLASSES));
            let chosen: Vec<usize> = chosen.collect();
            let mut sum = 0.0;
            for some in chosen.chunks(BLOCK) {
                let labels: Vec<usize> = some.iter().map(|&example| labels[example]).collect();
                let losses = work.losses(loss, Targets::Labels(&labels));
                sum += weighted_sum(losses, some.iter().copied(), data.weights());
            }
            sum / chosen.len() as f64
        }
        Target::Values { values, .. } => {
            let mut sum = 0.0;
            for first in (0..data.len()).step_by(BLOCK) {
                let count = BLOCK.min(data.len() - first);
                let some = values.as_ref().subcols(first, count);
                let losses = work.losses(loss, Targets::Values(some));
                sum += weighted_sum(losses, first.., data.weights());
            }
            sum / n
        }
    }
}

/// The mean of the [least losses](Loss::least) of these data.
pub(crate) fn least_loss<T: Scalar>(loss: &dyn Loss<T>, outputs: usize, data: &Dataset<T>) -> f64 {
    let n = data.len() as f64;
    match data.target() {
        Target::Classes { labels, names } => {
            let weights = class_weights(labels, data.weights(), names.len());
            let least = |class| loss.least(outputs, densely_loss::Target::Label(class));
            let sums = weights.iter().enumerate().filter(|&(_, &weight)| weight > 0.0);
            sums.map(|(class, weight)| weight * least(class)).sum::<f64>() / n
        }
        Target::Values { values, .. } => {
            let weight = |j: usize| data.weights().map_or(1.0, |weights| weights[j].to_f64());
            let least =
                |j| loss.least(outputs, densely_loss::Target::Values(column(values.as_ref(), j)));
            (0..data.len()).map(|j| weight(j) * least(j)).sum::<f64>() / n
        }
    }
}

fn weighted_sum<T: Scalar>(
    losses: &[T],
    examples: impl Iterator<Item = usize>,
    weights: Option<&[T]>,
) -> f64 {
    let weight = |example: usize| weights.map_or(1.0, |weights| weights[example].to_f64());
    losses.iter().zip(examples).map(|(loss, example)| weight(example) * loss.to_f64()).sum()
}

/// A block of equal columns of scores, and room for their losses.
struct Work<T: Scalar> {
    scores: Mat<T>,
    dscores: Mat<T>,
    losses: Vec<T>,
}

impl<T: Scalar> Work<T> {
    fn new(scores: &[T]) -> Self {
        let mut block = Mat::zeros(scores.len(), BLOCK);
        (0..BLOCK).for_each(|j| column_mut(block.as_mut(), j).copy_from_slice(scores));
        Self {
            scores: block,
            dscores: Mat::zeros(scores.len(), BLOCK),
            losses: vec![T::ZERO; BLOCK],
        }
    }

    /// The loss of the scores for each of these targets, at most a block.
    fn losses(&mut self, loss: &dyn Loss<T>, targets: Targets<'_, T>) -> &[T] {
        let n = match targets {
            Targets::Labels(labels) | Targets::WeightedLabels(labels, _) => labels.len(),
            Targets::Values(values) | Targets::WeightedValues(values, _) => values.ncols(),
        };
        let (scores, losses) = (self.scores.as_ref().subcols(0, n), &mut self.losses[..n]);
        loss.panel(scores, targets, n, losses, self.dscores.as_mut().subcols_mut(0, n));
        losses
    }
}

#[cfg(test)]
mod tests {
    use densely_loss::LossKinds;
    use densely_tensor::mat;

    use super::*;

    fn loss_of(kind: &str, outputs: usize, data: &Dataset<f64>) -> f64 {
        let loss = LossKinds::<f64>::new().get(kind).unwrap();
        ConstantPrediction::of(&*loss, outputs, data).loss
    }

    #[test]
    fn of_classes_it_is_the_entropy_of_their_shares() {
        let labels = [0, 0, 0, 0, 0, 2, 2, 0].to_vec();
        let data = Dataset::classification(Mat::zeros(1, 8), labels, 3).unwrap();
        let entropy = -(0.75 * 0.75_f64.ln() + 0.25 * 0.25_f64.ln());
        // The class without examples costs a little.
        assert!((loss_of("softmax", 3, &data) - entropy).abs() < 1e-8);
        // The logarithms are ln 3 apart, which is more than the margin.
        let svm = 0.25 * (1.0 + 3_f64.ln());
        assert!((loss_of("svm", 3, &data) - svm).abs() < 1e-15);
        let data = data.with_weights([1.0, 1.0, 1.0, 0.0, 0.0, 4.0, 1.0, 0.0]).unwrap();
        let (a, b) = (3.0_f64 / 8.0, 5.0_f64 / 8.0);
        let entropy = -(a * a.ln() + b * b.ln());
        assert!((loss_of("softmax", 3, &data) - entropy).abs() < 1e-8);
    }

    #[test]
    fn of_one_score_it_is_that_of_two_classes() {
        let labels = [0, 1, 1, 1].to_vec();
        let data = Dataset::classification(Mat::zeros(1, 4), labels, 2).unwrap();
        let entropy = -(0.75 * 0.75_f64.ln() + 0.25 * 0.25_f64.ln());
        assert!((loss_of("logistic", 1, &data) - entropy).abs() < 1e-15);
        assert!((loss_of("softmax", 2, &data) - entropy).abs() < 1e-15);
        assert_eq!(loss_of("hinge", 1, &data), 0.25 * 2.0);
    }

    #[test]
    fn of_values_it_is_that_of_the_mean_or_the_median() {
        let values = mat![[1.0, 2.0, 9.0, 0.0, 3.0], [7.0, 7.0, 7.0, 7.0, 7.0]];
        let data = Dataset::regression(Mat::zeros(1, 5), values).unwrap();
        let variance = (4.0 + 1.0 + 36.0 + 9.0 + 0.0) / 5.0;
        assert_eq!(loss_of("mse", 2, &data), variance / 2.0);
        let poisson = 3.0 - 3.0 * 3_f64.ln() + 7.0 - 7.0 * 7_f64.ln();
        assert!((loss_of("poisson", 2, &data) - poisson / 2.0).abs() < 1e-14);
        assert_eq!(loss_of("mae", 2, &data), (1.0 + 7.0 + 2.0 + 1.0) / 10.0);
    }

    #[test]
    fn of_many_classes_some_examples_stand_for_all() {
        let classes = 2000;
        let labels: Vec<usize> = (0..4000).map(|j| j % classes).collect();
        let data = Dataset::<f64>::classification(Mat::zeros(1, 4000), labels, classes).unwrap();
        assert!((loss_of("softmax", classes, &data) - (classes as f64).ln()).abs() < 0.01);
    }
}
