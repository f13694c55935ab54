//! Metrics by hand, by their properties, and beside scikit-learn.

use densely_models::ModelError;
use densely_models::metrics::{
    Average, Calibration, ConfusionMatrix, RegressionScores, accuracy, brier_score, log_loss,
    roc_auc, roc_auc_against_rest, roc_auc_one_vs_rest, top_k_accuracy,
};
use densely_tensor::{Mat, mat};
use proptest::prelude::*;

/// Labels, predicted classes, and probabilities, of 3 classes and any number of examples.
fn classified() -> impl Strategy<Value = (Vec<usize>, Vec<usize>, Mat<f64>)> {
    prop::collection::vec((0_usize..3, 0_usize..3, [0_u8..5, 0..5, 1..5]), 1..60).prop_map(|rows| {
        let probabilities = Mat::from_fn(3, rows.len(), |i, j| {
            let weights = rows[j].2.map(f64::from);
            weights[i] / weights.iter().sum::<f64>()
        });
        let (labels, predicted) = rows.iter().map(|row| (row.0, row.1)).unzip();
        (labels, predicted, probabilities)
    })
}

fn close(actual: f64, expected: f64) {
    assert!((actual - expected).abs() < 1e-14 * expected.abs().max(1.0), "{actual} {expected}");
}

proptest! {
    #[test]
    fn a_confusion_matrix_is_what_its_definitions_say((labels, predicted, _) in classified()) {
        let confusion = ConfusionMatrix::new(&labels, &predicted, 3).unwrap();
        let pairs = || labels.iter().copied().zip(predicted.iter().copied());
        let number = |of: &dyn Fn(usize, usize) -> bool| pairs().filter(|&(l, p)| of(l, p)).count();
        let quotient = |a: usize, b: usize| if b == 0 { 0.0 } else { a as f64 / b as f64 };
        prop_assert_eq!(confusion.accuracy(), accuracy(&labels, &predicted).unwrap());
        for class in 0..3 {
            let right = number(&|l, p| l == class && p == class);
            let (taken, own) = (number(&|_, p| p == class), number(&|l, _| l == class));
            let of = confusion.class(class);
            prop_assert_eq!(of.precision, quotient(right, taken));
            prop_assert_eq!(of.recall, quotient(right, own));
            let sum = of.precision + of.recall;
            let harmonic = if sum == 0.0 { 0.0 } else { 2.0 * of.precision * of.recall / sum };
            prop_assert!((of.f1 - harmonic).abs() < 1e-15);
            prop_assert_eq!((confusion.support(class), confusion.predicted(class)), (own, taken));
            for other in 0..3 {
                let count = number(&|l, p| l == class && p == other);
                prop_assert_eq!(confusion.count(class, other), count);
            }
        }
        let micro = confusion.average(Average::Micro);
        prop_assert_eq!((micro.precision, micro.recall, micro.f1), {
            let accuracy = confusion.accuracy();
            (accuracy, accuracy, accuracy)
        });
        // Recall weighted by the examples of a class is the share that is right.
        let weighted = confusion.average(Average::Weighted).recall;
        prop_assert!((weighted - confusion.accuracy()).abs() < 1e-15);
        // A class that does not come up changes no average.
        let wider = ConfusionMatrix::new(&labels, &predicted, 9).unwrap();
        for average in [Average::Macro, Average::Micro, Average::Weighted] {
            prop_assert_eq!(wider.average(average), confusion.average(average));
        }
    }

    #[test]
    fn top_k_grows_with_k_from_the_accuracy_to_1((labels, _, scores) in classified()) {
        let top = |k| top_k_accuracy(&labels, scores.as_ref(), k).unwrap();
        let first_largest = |j: usize| {
            (0..3).rev().max_by(|&a, &b| scores[(a, j)].total_cmp(&scores[(b, j)])).unwrap()
        };
        let classes: Vec<usize> = (0..labels.len()).map(first_largest).collect();
        prop_assert_eq!(top(1), accuracy(&labels, &classes).unwrap());
        prop_assert!(top(1) <= top(2) && top(2) <= top(3));
        prop_assert_eq!((top(3), top(100)), (1.0, 1.0));
    }

    /// Few different scores, so that there are many ties.
    #[test]
    fn the_roc_area_counts_pairs(examples in prop::collection::vec((any::<bool>(), 0_u8..6), 2..60)) {
        let (positive, scores): (Vec<bool>, Vec<f64>) =
            examples.into_iter().map(|(positive, score)| (positive, f64::from(score))).unzip();
        let (mut twice, mut pairs) = (0.0, 0.0);
        for (&p, s) in positive.iter().zip(&scores) {
            for (_, r) in positive.iter().zip(&scores).filter(|&(&q, _)| p && !q) {
                twice += if s > r { 2.0 } else if s == r { 1.0 } else { 0.0 };
                pairs += 1.0;
            }
        }
        match roc_auc(&positive, &scores) {
            Ok(area) => {
                prop_assert_eq!(area, twice / (2.0 * pairs));
                // Order is all that matters, and its reverse is the complement.
                let cubes: Vec<f64> = scores.iter().map(|score| score.powi(3) - 7.0).collect();
                prop_assert_eq!(roc_auc(&positive, &cubes).unwrap(), area);
                let negated: Vec<f64> = scores.iter().map(|score| -score).collect();
                prop_assert!((roc_auc(&positive, &negated).unwrap() - (1.0 - area)).abs() < 1e-15);
            }
            Err(_) => prop_assert_eq!(pairs, 0.0),
        }
    }

    #[test]
    fn losses_of_probabilities_are_their_sums((labels, _, probabilities) in classified()) {
        let n = labels.len() as f64;
        let p = |k: usize, j: usize| probabilities[(k, j)];
        let logs: f64 = labels.iter().enumerate().map(|(j, &label)| -p(label, j).ln()).sum();
        let loss = log_loss(&labels, probabilities.as_ref()).unwrap();
        prop_assert!(loss == logs / n || (loss - logs / n).abs() < 1e-13);
        let squares: f64 = labels
            .iter()
            .enumerate()
            .map(|(j, &label)| {
                (1.0 - p(label, j)).powi(2)
                    + (0..3).filter(|&k| k != label).map(|k| p(k, j).powi(2)).sum::<f64>()
            })
            .sum();
        let brier = brier_score(&labels, probabilities.as_ref()).unwrap();
        prop_assert!((brier - squares / n).abs() < 1e-14);
    }

    #[test]
    fn bins_hold_every_prediction_and_its_confidence(
        (labels, _, probabilities) in classified(), bins in 1_usize..20,
    ) {
        let calibration = Calibration::new(&labels, probabilities.as_ref(), bins).unwrap();
        let n = labels.len();
        prop_assert_eq!(calibration.bins().len(), bins);
        prop_assert_eq!(calibration.bins().iter().map(|bin| bin.count).sum::<usize>(), n);
        let width = 1.0 / bins as f64;
        let mut right = 0.0;
        for (b, bin) in calibration.bins().iter().enumerate().filter(|(_, bin)| bin.count > 0) {
            let (low, high) = (b as f64 * width, (b + 1) as f64 * width);
            prop_assert!(low - 1e-9 < bin.confidence && bin.confidence < high + 1e-9);
            right += bin.accuracy * bin.count as f64;
        }
        let top = top_k_accuracy(&labels, probabilities.as_ref(), 1).unwrap();
        prop_assert!((right / n as f64 - top).abs() < 1e-12);
        prop_assert!(calibration.expected_error() <= calibration.maximum_error() + 1e-15);
    }
}

/// Of the same data, by scikit-learn 1.9.1, once:
///
/// ```python
/// labels = [0, 0, 1, 1, 2, 2, 2, 1, 0, 2]
/// predicted = [0, 1, 1, 1, 2, 0, 2, 2, 1, 2]
/// for average in ["macro", "micro", "weighted"]:
///     print(precision_recall_fscore_support(labels, predicted, average=average))
/// w = [[2, 3, 1, 2, 1, 4, 1, 2, 6, 1], [3, 5, 7, 6, 2, 2, 2, 3, 3, 1], [5, 2, 2, 2, 7, 4, 7, 5, 1, 8]]
/// p = (np.array(w) / 10).T
/// print(log_loss(labels, p), roc_auc_score(labels, p, multi_class="ovr"))
/// print(top_k_accuracy_score(labels, p, k=2))
/// t, s = [[3, -0.5, 2, 7], [0.5, 1, -1, 4]], [[2.5, 0.0, 2, 8], [0, 2, -1, 5]]
/// t, s = np.array(t).T, np.array(s).T
/// print(r2_score(t, s, multioutput="raw_values"), r2_score(t, s))
/// print(root_mean_squared_error(t, s, multioutput="raw_values"), mean_absolute_error(t, s))
/// ```
#[test]
fn scikit_learn_agrees() {
    let (labels, predicted) = ([0, 0, 1, 1, 2, 2, 2, 1, 0, 2], [0, 1, 1, 1, 2, 0, 2, 2, 1, 2]);
    let confusion = ConfusionMatrix::new(&labels, &predicted, 3).unwrap();
    for (average, precision, recall, f1) in [
        (Average::Macro, 0.5833333333333334, 0.5833333333333334, 0.5738095238095239),
        (Average::Micro, 0.6, 0.6, 0.6),
        (Average::Weighted, 0.6, 0.6, 0.5914285714285714),
    ] {
        let of = confusion.average(average);
        close(of.precision, precision);
        close(of.recall, recall);
        close(of.f1, f1);
    }
    let tenths = [
        [2, 3, 1, 2, 1, 4, 1, 2, 6, 1],
        [3, 5, 7, 6, 2, 2, 2, 3, 3, 1],
        [5, 2, 2, 2, 7, 4, 7, 5, 1, 8],
    ];
    let probabilities = Mat::from_fn(3, 10, |i, j| f64::from(tenths[i][j]) / 10.0);
    close(log_loss(&labels, probabilities.as_ref()).unwrap(), 0.7248493883622515);
    let areas = roc_auc_one_vs_rest(&labels, probabilities.as_ref()).unwrap();
    close(areas.iter().sum::<f64>() / 3.0, 0.8928571428571428);
    close(top_k_accuracy(&labels, probabilities.as_ref(), 2).unwrap(), 0.9);

    let targets = mat![[3.0, -0.5, 2.0, 7.0], [0.5, 1.0, -1.0, 4.0]];
    let scores = mat![[2.5, 0.0, 2.0, 8.0], [0.0, 2.0, -1.0, 5.0]];
    let of = RegressionScores::new(targets.as_ref(), scores.as_ref()).unwrap();
    for (output, (r2, rmse)) in of
        .outputs()
        .zip([0.9486081370449679, 0.8293838862559242].into_iter().zip([0.6123724356957945, 0.75]))
    {
        close(output.r2, r2);
        close(output.rmse, rmse);
    }
    close(of.r2(), 0.8889960116504461);
    close(of.mae(), 0.5625);
}

/// One example always right at 0.95, four at 0.75 of which two are right: in 10 bins.
#[test]
fn a_reliability_diagram_by_hand() {
    let p = mat![[0.95, 0.75, 0.75, 0.25, 0.25], [0.05, 0.25, 0.25, 0.75, 0.75]];
    let calibration = Calibration::new(&[0, 0, 1, 1, 0], p.as_ref(), 10).unwrap();
    let bins = calibration.bins();
    assert_eq!((bins[9].count, bins[9].accuracy, bins[9].confidence), (1, 1.0, 0.95));
    assert_eq!((bins[7].count, bins[7].accuracy, bins[7].confidence), (4, 0.5, 0.75));
    assert_eq!((bins[0].count, bins[0].gap()), (0, 0.0));
    close(calibration.expected_error(), (0.05 + 4.0 * 0.25) / 5.0);
    assert_eq!(calibration.maximum_error(), 0.25);
    // The upper end of a bin belongs to it.
    let edge = Calibration::new(&[0, 0], mat![[0.5, 1.0], [0.5, 0.0]].as_ref(), 2).unwrap();
    assert_eq!([edge.bins()[0].count, edge.bins()[1].count], [1, 1]);
}

#[test]
fn certain_and_wrong() {
    let p = mat![[1.0_f32, 0.0], [0.0, 1.0]];
    assert_eq!(log_loss(&[0, 1], p.as_ref()).unwrap(), 0.0);
    assert_eq!(log_loss(&[0, 0], p.as_ref()).unwrap(), f64::INFINITY);
    assert_eq!(brier_score(&[0, 1], p.as_ref()).unwrap(), 0.0);
    assert_eq!(brier_score(&[1, 0], p.as_ref()).unwrap(), 2.0);
}

#[test]
fn nothing_found_where_there_was_nothing_is_zero() {
    let confusion = ConfusionMatrix::new(&[0, 0], &[1, 1], 3).unwrap();
    for class in 0..3 {
        let of = confusion.class(class);
        assert_eq!((of.precision, of.recall, of.f1), (0.0, 0.0, 0.0));
    }
    assert_eq!(confusion.average(Average::Macro).f1, 0.0);
}

#[test]
fn what_cannot_be_measured_is_refused() {
    let p = mat![[0.5, 0.5], [0.5, 0.5]];
    assert_eq!(message(accuracy(&[], &[])), "accuracy: the number of examples must not be zero");
    assert_eq!(message(accuracy(&[0], &[0, 1])), "accuracy: expected 2 labels, got 1");
    assert_eq!(message(log_loss(&[0], p.as_ref())), "log_loss: expected 2 labels, got 1");
    assert!(message(log_loss(&[0, 2], p.as_ref())).contains("2"));
    assert_eq!(
        message(brier_score(&[0, 1], mat![[1.5, 0.0], [0.0, 0.0]].as_ref())),
        "a probability must be from 0 to 1, got 1.5"
    );
    assert_eq!(
        message(log_loss(&[0, 1], mat![[0.0, f64::NAN], [0.0, 0.0]].as_ref())),
        "a probability must be from 0 to 1, got NaN"
    );
    assert_eq!(message(top_k_accuracy(&[0, 1], p.as_ref(), 0)), "k must be at least 1, got 0");
    assert_eq!(
        message(roc_auc(&[true, false], &[0.5, f64::NAN])),
        "a score must be a number, got NaN"
    );
    assert_eq!(
        message(roc_auc(&[true, true], &[0.5, 0.1])),
        "the examples of an ROC curve must be some that are positive and some that are not, got \
         one kind"
    );
    let label = "example 0 has label 3, but there are 3 classes (0 to 2)";
    assert_eq!(message(ConfusionMatrix::new(&[0], &[3], 3)), label);
    assert_eq!(message(ConfusionMatrix::new(&[3], &[0], 3)), label);
    let none = message(ConfusionMatrix::new(&[], &[], 0));
    assert!(none.contains("the number of classes must not be zero"), "{none}");
    let bins = message(Calibration::new(&[0, 1], p.as_ref(), 0));
    assert_eq!(bins, "the number of bins must be at least 1, got 0");
    let one = message(roc_auc_one_vs_rest(&[0, 0], p.as_ref()));
    assert!(one.contains("some that are positive and some that are not"), "{one}");
    assert_eq!(
        message(roc_auc_against_rest(&[0, 1], p.as_ref(), 2)),
        "the class must be below the number of classes, got 2"
    );
    let (two, three) = (Mat::<f64>::zeros(1, 2), Mat::<f64>::zeros(1, 3));
    let scores = |predictions: &Mat<f64>, targets: &Mat<f64>| {
        message(RegressionScores::new(predictions.as_ref(), targets.as_ref()))
    };
    let (taller, none) = (Mat::zeros(2, 2), Mat::new());
    assert!(scores(&two, &three).contains("expected"), "{}", scores(&two, &three));
    assert!(scores(&two, &taller).contains("expected"), "{}", scores(&two, &taller));
    assert!(scores(&none, &none).contains("must not be zero"), "{}", scores(&none, &none));
}

fn message<R: std::fmt::Debug>(result: Result<R, ModelError>) -> String {
    result.unwrap_err().to_string()
}
