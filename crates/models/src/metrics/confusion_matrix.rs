use std::cmp::Reverse;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    classes: usize,
    /// A row for each true class, a column for each predicted one, row by row.
    counts: Vec<usize>,
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
        let mut counts = vec![0; classes * classes];
        for (label, class) in labels.iter().zip(predicted) {
            counts[label * classes + class] += 1;
        }
        Ok(Self { classes, counts })
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
        assert!(label < self.classes && predicted < self.classes, "ConfusionMatrix: no such class");
        self.counts[label * self.classes + predicted]
    }

    /// The number of examples of a class.
    ///
    /// # Panics
    /// If there is no such class.
    #[must_use]
    pub fn support(&self, class: usize) -> usize {
        (0..self.classes).map(|predicted| self.count(class, predicted)).sum()
    }

    /// The number of examples that were taken for a class.
    ///
    /// # Panics
    /// If there is no such class.
    #[must_use]
    pub fn predicted(&self, class: usize) -> usize {
        (0..self.classes).map(|label| self.count(label, class)).sum()
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
        let cells = self.counts.iter().enumerate();
        let mut mistakes: Vec<_> = cells
            .map(|(cell, &count)| (cell / self.classes, cell % self.classes, count))
            .filter(|&(label, predicted, count)| label != predicted && count > 0)
            .collect();
        mistakes.sort_by_key(|&(_, _, count)| Reverse(count));
        mistakes
    }

    /// The share of examples whose class was recognised.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        quotient(self.recognised(), self.counts.iter().sum())
    }

    /// Precision, recall and F1 of a class.
    ///
    /// # Panics
    /// If there is no such class.
    #[must_use]
    pub fn class(&self, class: usize) -> PrecisionRecall {
        precision_recall(self.count(class, class), self.predicted(class), self.support(class))
    }

    /// Precision, recall and F1 over all classes.
    #[must_use]
    pub fn average(&self, average: Average) -> PrecisionRecall {
        let weight = |class: usize| match average {
            Average::Weighted => self.support(class),
            _ => usize::from(self.support(class) + self.predicted(class) > 0),
        };
        if average == Average::Micro {
            let total = self.counts.iter().sum();
            return precision_recall(self.recognised(), total, total);
        }
        let total: usize = (0..self.classes).map(weight).sum();
        let mean = |value: fn(PrecisionRecall) -> f64| {
            let weighted =
                (0..self.classes).map(|class| weight(class) as f64 * value(self.class(class)));
            weighted.sum::<f64>() / total as f64
        };
        PrecisionRecall {
            precision: mean(|class| class.precision),
            recall: mean(|class| class.recall),
            f1: mean(|class| class.f1),
        }
    }

    fn recognised(&self) -> usize {
        (0..self.classes).map(|class| self.count(class, class)).sum()
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
