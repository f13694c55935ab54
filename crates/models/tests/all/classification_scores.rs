//! What is said of a classifier comes from its scores, not from rounded probabilities.

use densely_data::Dataset;
use densely_layers::Role;
use densely_loss::{
    BinaryHinge, CrammerSingerSvm, Logistic, Loss, MeanSquaredError, MulticlassSvm,
    SoftmaxCrossEntropy,
};
use densely_models::metrics::{
    Calibration, ClassificationScores, brier_score, log_loss, roc_auc_one_vs_rest,
};
use densely_models::{Evaluation, Mlp, Predictor, Preparation};
use densely_tensor::{Mat, Scalar, Threads, mat};
use proptest::prelude::*;

fn of<T: Scalar>(loss: &dyn Loss<T>, labels: &[usize], scores: &Mat<T>) -> ClassificationScores {
    ClassificationScores::new(loss, labels, scores.as_ref()).unwrap()
}

/// The first two are of class 1, and nearly as certain for the wrong one as for the right one.
#[test]
fn certain_scores_are_ranked_and_counted() {
    let labels = [0, 1, 0, 1, 1];
    let scores = mat![[-90.0_f32, -45.0, -120.0, 90.0, 60.0]];
    let logistic = of(&Logistic, &labels, &scores);
    assert_eq!((logistic.roc_auc(0), logistic.roc_auc(1)), (Some(1.0), Some(1.0)));
    assert_eq!(logistic.log_loss(), Some(45.0 / 5.0));
    assert_eq!(logistic.accuracy(), 0.8);
    // The same model with two scores, a thousand away.
    let two = Mat::from_fn(2, 5, |i, j| 1000.0 + scores[(0, j)] * [-0.5, 0.5][i]);
    let softmax = of(&SoftmaxCrossEntropy::new(), &labels, &two);
    assert_eq!((softmax.roc_auc(0), softmax.roc_auc(1)), (Some(1.0), Some(1.0)));
    assert_eq!(softmax.log_loss(), Some(45.0 / 5.0));
    let hinge = of(&BinaryHinge::new(), &labels, &scores);
    assert_eq!((hinge.roc_auc(0), hinge.roc_auc(1)), (Some(1.0), Some(1.0)));
    assert_eq!((hinge.log_loss(), hinge.brier_score()), (None, None));
    assert_eq!(hinge.calibration(10).unwrap(), None);

    // Of three classes: the probability of 0 is 1 but for e^−50 or e^−49.
    let three = mat![[60.0_f32, 59.0, 0.0], [10.0, 10.0, 90.0], [0.0, -80.0, 90.0]];
    let softmax = of(&SoftmaxCrossEntropy::new(), &[0, 1, 2], &three);
    assert_eq!(softmax.roc_auc(0), Some(1.0));
    // In order of the share of class 1, e^−50, e^−49 and ½; of class 2, e^−60, e^−139 and ½.
    assert_eq!((softmax.roc_auc(1), softmax.roc_auc(2)), (Some(0.5), Some(1.0)));
    assert!((softmax.log_loss().unwrap() - (49.0 + 2_f64.ln()) / 3.0).abs() < 1e-14);
}

#[test]
fn infinite_scores_are_certain() {
    let inf = f64::INFINITY;
    let scores = mat![[inf, 0.0, -inf], [0.0, -inf, -inf]];
    let certain = of(&SoftmaxCrossEntropy::new(), &[0, 0, 1], &scores);
    assert!((certain.log_loss().unwrap() - 2_f64.ln() / 3.0).abs() < 1e-16);
    assert_eq!(certain.brier_score(), Some(0.5 / 3.0));
    assert_eq!(of(&SoftmaxCrossEntropy::new(), &[1, 0, 1], &scores).log_loss(), Some(inf));
    // Means of losses that are large, each.
    let large = mat![[1e308, 1e308, 1e308], [0.0, 0.0, 0.0]];
    assert_eq!(of(&SoftmaxCrossEntropy::new(), &[1, 1, 1], &large).log_loss(), Some(1e308));
    let message = |scores: Mat<f64>, labels: &[usize]| {
        let of = ClassificationScores::new(&SoftmaxCrossEntropy::new(), labels, scores.as_ref());
        of.unwrap_err().to_string()
    };
    assert_eq!(message(mat![[0.0], [f64::NAN]], &[0]), "a score must be a number, got NaN");
    assert_eq!(message(mat![[0.0], [1.0]], &[0, 1]), "softmax: expected 1 targets, got 2");
    assert!(message(mat![[0.0], [1.0]], &[2]).contains("label 2"));
    assert!(message(Mat::zeros(2, 0), &[]).contains("the number of examples must not be zero"));
    let of = ClassificationScores::new(&MeanSquaredError, &[0], mat![[0.0]].as_ref());
    assert!(of.unwrap_err().to_string().contains("needs real values"));
    let of = ClassificationScores::new(&Logistic, &[0], mat![[0.0], [1.0]].as_ref());
    assert!(of.unwrap_err().to_string().contains("expected 1 outputs, got 2"));
    let tall = mat![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]];
    let of = ClassificationScores::new(&SoftmaxCrossEntropy::new(), &[0, 1, 1], tall.transpose());
    assert!(of.unwrap_err().to_string().contains("each column must be contiguous"));
    let calibration = of_two().calibration(0).unwrap_err().to_string();
    assert_eq!(calibration, "the number of bins must be at least 1, got 0");
    assert_eq!(of_two().roc_auc(2), None);
}

fn of_two() -> ClassificationScores {
    of(&Logistic, &[0, 1], &mat![[0.5, 1.0]])
}

/// Labels and scores of `K` classes, none so large that probabilities lose what they say.
fn classified() -> impl Strategy<Value = (Vec<usize>, Mat<f64>)> {
    (2_usize..6, 1_usize..40).prop_flat_map(|(classes, n)| {
        let scores = prop::collection::vec(-4_i32..5, classes * n);
        (prop::collection::vec(0..classes, n), scores).prop_map(move |(labels, scores)| {
            (labels, Mat::from_fn(classes, n, |i, j| f64::from(scores[i + classes * j]) / 2.0))
        })
    })
}

proptest! {
    #[test]
    fn moderate_scores_say_what_their_probabilities_say((labels, scores) in classified()) {
        let loss = SoftmaxCrossEntropy::new();
        let of = of(&loss, &labels, &scores);
        let sum = |j: usize| (0..scores.nrows()).map(|k| scores[(k, j)].exp()).sum::<f64>();
        let p = Mat::from_fn(scores.nrows(), scores.ncols(), |k, j| scores[(k, j)].exp() / sum(j));
        let close = |a: Option<f64>, b: f64| (a.unwrap() - b).abs() < 1e-13;
        prop_assert!(close(of.log_loss(), log_loss(&labels, p.as_ref()).unwrap()));
        prop_assert!(close(of.brier_score(), brier_score(&labels, p.as_ref()).unwrap()));
        let (found, by_p) = (of.calibration(7).unwrap().unwrap(), Calibration::new(&labels, p.as_ref(), 7));
        prop_assert!((found.expected_error() - by_p.unwrap().expected_error()).abs() < 1e-13);
        for class in 0..scores.nrows() {
            // An order of probabilities, where ties may be broken by rounding: count pairs.
            let of_class = |j: usize| (labels[j] == class, p[(class, j)]);
            let (mut area, mut pairs) = (0.0, 0.0);
            for (positive, a) in (0..labels.len()).map(of_class) {
                for (other, b) in (0..labels.len()).map(of_class) {
                    if positive && !other {
                        let tie = (a - b).abs() < 1e-14;
                        area += if tie { 0.5 } else { f64::from(u8::from(a > b)) };
                        pairs += 1.0;
                    }
                }
            }
            match of.roc_auc(class) {
                None => prop_assert_eq!(pairs, 0.0),
                Some(found) => prop_assert!((found - area / pairs).abs() < 0.5 * ties(&p, class) / pairs + 1e-12),
            }
        }
    }

    /// Also of scores far apart, equal ones among them, and whatever the loss.
    #[test]
    fn the_areas_of_two_classes_are_one(
        examples in prop::collection::vec((0_usize..2, -300_i32..300, -300_i32..300), 2..40),
    ) {
        let labels: Vec<usize> = examples.iter().map(|example| example.0).collect();
        let two = Mat::from_fn(2, labels.len(), |i, j| f64::from([examples[j].1, examples[j].2][i]));
        let one = Mat::from_fn(1, labels.len(), |_, j| two[(1, j)] - two[(0, j)]);
        let svm = MulticlassSvm::new();
        let of_two: [&dyn Loss<f64>; 3] = [&SoftmaxCrossEntropy::new(), &svm, &CrammerSingerSvm::new()];
        let areas = of_two.map(|loss| of(loss, &labels, &two));
        let of_one: [&dyn Loss<f64>; 2] = [&Logistic, &BinaryHinge::new()];
        let areas = areas.into_iter().chain(of_one.map(|loss| of(loss, &labels, &one)));
        let areas: Vec<_> = areas.flat_map(|of| [of.roc_auc(0), of.roc_auc(1)]).collect();
        prop_assert!(areas.iter().all(|area| *area == areas[0]), "{:?}", areas);
        // That of the differences.
        let both = Mat::from_fn(2, labels.len(), |i, j| [-1.0, 1.0][i] * one[(0, j)]);
        prop_assert_eq!(areas[0], roc_auc_one_vs_rest(&labels, both.as_ref()).ok().map(|areas| areas[0]));
    }
}

/// Pairs of examples whose probabilities of a class are equal but for rounding.
fn ties(p: &Mat<f64>, class: usize) -> f64 {
    let n = p.ncols();
    let pairs = (0..n).flat_map(|a| (0..n).map(move |b| (a, b))).filter(|(a, b)| a != b);
    pairs.filter(|&(a, b)| (p[(class, a)] - p[(class, b)]).abs() < 1e-14).count() as f64
}

/// A model that is certain has the log loss that its loss says, and ranks.
#[test]
fn a_predictor_is_judged_by_its_scores() {
    let x = mat![[-30.0, -20.0, -40.0, 30.0]];
    let test = Dataset::classification(x, vec![0, 1, 0, 1], 2).unwrap();
    let preparation = Preparation::fit(["none"], &test).unwrap();
    for (loss, outputs) in [("softmax", 2), ("logistic", 1)] {
        let spec = Mlp::classifier(1, outputs).loss(loss);
        let model = spec
            .assemble(|slot| {
                let slopes: &[f32] = if outputs == 1 { &[9.0] } else { &[-4.0, 5.0] };
                Ok::<_, densely_models::ModelError>(Mat::from_fn(
                    slot.rows,
                    slot.columns,
                    |i, _| {
                        if slot.role == Role::Weight { slopes[i] } else { 0.0 }
                    },
                ))
            })
            .unwrap();
        let predictor = Predictor::new(preparation.clone(), model).unwrap();
        let threads = Threads::single();
        let scores = predictor.classification_scores(&test, &threads).unwrap();
        let Evaluation::Classification { loss, accuracy, .. } =
            predictor.evaluate(&test, &threads).unwrap()
        else {
            panic!("these are classes")
        };
        assert_eq!((scores.log_loss(), scores.accuracy()), (Some(loss), accuracy));
        assert_eq!((loss, accuracy), (45.0, 0.75));
        assert_eq!((scores.roc_auc(0), scores.roc_auc(1)), (Some(1.0), Some(1.0)));
        assert_eq!(scores.predicted(), [0, 0, 0, 1]);
    }
}
