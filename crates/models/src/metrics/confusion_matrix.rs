use std::cmp::Reverse;
use std::collections::BTreeMap;

use densely_tensor::ShapeError;

use super::checks::check_labels;
use crate::ModelError;

/// How often examples of each class were taken for each class, and what follows from it.
///
/// With the true positives `TP` of a class (its examples that were recognised), false
/// positives `FP` (others taken for it) and false negatives `FN` (its own taken for
/// others):
///
/// | | |
/// |---|---|
/// | precision | `TP / (TP + FP)` |
/// | recall | `TP / (TP + FN)` |
/// | F1, their harmonic mean | `2 TP / (2 TP + FP + FN)` |
///
/// A quotient `0 / 0` counts as 0, as in scikit-learn: nothing was found where there was
/// nothing to find.
///
/// ```
/// use densely_models::metrics::{Average, ConfusionMatrix};
///
/// let (labels, predicted) = ([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, 2]);
/// let confusion = ConfusionMatrix::new(&labels, &predicted, 3)?;
/// assert_eq!(confusion.count(0, 1), 1); // one example of class 0 was taken for 1
/// assert_eq!(confusion.class(1).recall, 0.5);
/// assert!((confusion.average(Average::Macro).f1 - (2.0 / 3.0 + 0.5 + 1.0) / 3.0).abs() < 1e-15);
/// # Ok::<(), densely_models::ModelError>(())
/// ```
///
/// Only what occurs takes memory: as many counts as there are examples, at most, for any number
/// of classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    classes: usize,
    /// By true class and predicted one, without those that are 0.
    counts: BTreeMap<(usize, usize), usize>,
    /// Of each class that occurs.
    totals: BTreeMap<usize, Totals>,
}

/// The examples of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Totals {
    /// That are of it.
    support: usize,
    /// That were taken for it.
    predicted: usize,
    /// Both.
    right: usize,
}

/// Precision, recall and F1, of a class or averaged over classes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrecisionRecall {
    /// The share of what was taken for the class that is of it.
    pub precision: f64,
    /// The share of what is of the class that was recognised.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
}

/// How classes are averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Average {
    /// The mean over the classes, each alike. A class without examples that nothing was
    /// taken for is left out.
    Macro,
    /// Of the sums of `TP`, `FP` and `FN` over all classes: with one label per example,
    /// all three are the accuracy.
    Micro,
    /// The mean over the classes, weighted by their numbers of examples.
    Weighted,
}

impl ConfusionMatrix {
    /// Counts the examples by label and predicted class.
    ///
    /// # Errors
    /// If there are no examples, another number of predictions than of labels, or an
    /// index is not below `classes`.
    pub fn new(labels: &[usize], predicted: &[usize], classes: usize) -> Result<Self, ModelError> {
        ShapeError::expect_some("ConfusionMatrix", "classes", classes)?;
        check_labels("ConfusionMatrix", labels, classes, predicted.len())?;
        check_labels("ConfusionMatrix", predicted, classes, labels.len())?;
        let mut counts = BTreeMap::new();
        let mut totals = BTreeMap::<_, Totals>::new();
        for (&label, &class) in labels.iter().zip(predicted) {
            *counts.entry((label, class)).or_default() += 1;
            totals.entry(label).or_default().support += 1;
            totals.entry(class).or_default().predicted += 1;
            totals.entry(class).or_default().right += usize::from(label == class);
        }
        Ok(Self { classes, counts, totals })
    }

    /// The number of classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The number of examples of class `label` that were taken for `predicted`.
    ///
    /// # Panics
    /// If there is no such class.
    #[must_use]
    pub fn count(&self, label: usize, predicted: usize) -> usize {
        self.check(label);
        self.check(predicted);
        self.counts.get(&(label, predicted)).copied().unwrap_or(0)
    }

    /// The number of examples of a class.
    ///
    /// # Panics
    /// If there is no such class.
    #[must_use]
    pub fn support(&self, class: usize) -> usize {
        self.totals(class).support
    }

    /// The number of examples that were taken for a class.
    ///
    /// # Panics
    /// If there is no such class.
    #[must_use]
    pub fn predicted(&self, class: usize) -> usize {
        self.totals(class).predicted
    }

    /// The mistakes, as `(class, what it was taken for, how often)`, the most frequent first.
    ///
    /// ```
    /// use densely_models::metrics::ConfusionMatrix;
    ///
    /// let confusion = ConfusionMatrix::new(&[0, 0, 1, 1, 1], &[0, 1, 0, 0, 1], 2)?;
    /// assert_eq!(confusion.mistakes(), [(1, 0, 2), (0, 1, 1)]);
    /// # Ok::<(), densely_models::ModelError>(())
    /// ```
    #[must_use]
    pub fn mistakes(&self) -> Vec<(usize, usize, usize)> {
        let cells = self.counts.iter().filter(|((label, predicted), _)| label != predicted);
        let mut mistakes: Vec<_> =
            cells.map(|(&(label, predicted), &count)| (label, predicted, count)).collect();
        mistakes.sort_by_key(|&(_, _, count)| Reverse(count));
        mistakes
    }

    /// The share of examples whose class was recognised.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        quotient(self.recognised(), self.counts.values().sum())
    }

    /// Precision, recall and F1 of a class.
    ///
    /// # Panics
    /// If there is no such class.
    #[must_use]
    pub fn class(&self, class: usize) -> PrecisionRecall {
        self.totals(class).precision_recall()
    }

    /// Precision, recall and F1 over all classes.
    #[must_use]
    pub fn average(&self, average: Average) -> PrecisionRecall {
        if average == Average::Micro {
            let total = self.counts.values().sum();
            return precision_recall(self.recognised(), total, total);
        }
        // A class that does not occur weighs nothing.
        let weight = |class: &Totals| match average {
            Average::Weighted => class.support,
            _ => 1,
        };
        let total: usize = self.totals.values().map(weight).sum();
        let mean = |value: fn(PrecisionRecall) -> f64| {
            let classes = self.totals.values();
            let weighted =
                classes.map(|class| weight(class) as f64 * value(class.precision_recall()));
            weighted.sum::<f64>() / total as f64
        };
        PrecisionRecall {
            precision: mean(|class| class.precision),
            recall: mean(|class| class.recall),
            f1: mean(|class| class.f1),
        }
    }

    fn recognised(&self) -> usize {
        self.totals.values().map(|class| class.right).sum()
    }

    fn totals(&self, class: usize) -> Totals {
        self.check(class);
        self.totals.get(&class).copied().unwrap_or_default()
    }

    fn check(&self, class: usize) {
        assert!(class < self.classes, "ConfusionMatrix: no such class");
    }
}

impl Totals {
    fn precision_recall(&self) -> PrecisionRecall {
        precision_recall(self.right, self.predicted, self.support)
    }
}

/// From the true positives, all that were taken for the class, and all that are of it.
fn precision_recall(right: usize, predicted: usize, support: usize) -> PrecisionRecall {
    PrecisionRecall {
        precision: quotient(right, predicted),
        recall: quotient(right, support),
        f1: quotient(2 * right, predicted + support),
    }
}

fn quotient(numerator: usize, denominator: usize) -> f64 {
    if denominator == 0 { 0.0 } else { numerator as f64 / denominator as f64 }
}
