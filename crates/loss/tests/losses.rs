//! Every loss against its formula, its gradient against central differences, and hard
//! cases against known values.

use densely_loss::{
    Loss, LossError, MeanSquaredError, MulticlassSvm, SoftmaxCrossEntropy, Target, Targets, mean,
};
use densely_tensor::{Mat, Scalar, ShapeError, mat};
use proptest::prelude::*;

fn loss_of<T: Scalar>(loss: &impl Loss<T>, scores: &[T], target: Target<'_, T>) -> T {
    loss.example(scores, target, &mut vec![T::ZERO; scores.len()])
}

/// Norm-wise distance of the gradient from central differences of the loss.
fn gradient_error(loss: &impl Loss<f64>, scores: &[f64], target: Target<'_, f64>) -> f64 {
    let mut gradient = vec![f64::NAN; scores.len()];
    loss.example(scores, target, &mut gradient);
    let h = 1e-5;
    let numeric = (0..scores.len()).map(|k| {
        let at = |h: f64| {
            let mut scores = scores.to_vec();
            scores[k] += h;
            loss_of(loss, &scores, target)
        };
        (at(h) - at(-h)) / (2.0 * h)
    });
    let (mut error, mut norm) = (0.0, 0.0);
    for (analytic, numeric) in gradient.iter().zip(numeric) {
        error += (analytic - numeric).powi(2);
        norm += analytic.powi(2) + numeric.powi(2);
    }
    (error / f64::max(norm, 1e-6)).sqrt()
}

fn scores_and_label() -> impl Strategy<Value = (Vec<f64>, usize)> {
    prop::collection::vec(-5.0..5.0, 1..40)
        .prop_flat_map(|scores| (0..scores.len()).prop_map(move |label| (scores.clone(), label)))
}

proptest! {
    #[test]
    fn softmax_is_its_formula((scores, label) in scores_and_label()) {
        let sum: f64 = scores.iter().map(|s| s.exp()).sum();
        let target = Target::Label(label);
        let loss = loss_of(&SoftmaxCrossEntropy, &scores, target);
        prop_assert!((loss - (sum.ln() - scores[label])).abs() < 1e-13);
        prop_assert!(gradient_error(&SoftmaxCrossEntropy, &scores, target) < 1e-8);
        let mut probabilities = scores.clone();
        prop_assert!(SoftmaxCrossEntropy.probabilities(&mut probabilities));
        prop_assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-14);
        prop_assert!((probabilities[label] - (-loss).exp()).abs() < 1e-14);
    }

    #[test]
    fn softmax_depends_on_differences_of_scores_alone(
        (scores, label) in scores_and_label(), shift in -1000..1000,
    ) {
        // Multiples of 1/64 add exactly.
        let grid: Vec<f64> = scores.iter().map(|s| (s * 64.0).round() / 64.0).collect();
        let shifted: Vec<f64> = grid.iter().map(|s| s + f64::from(shift)).collect();
        let target = Target::Label(label);
        prop_assert_eq!(
            loss_of(&SoftmaxCrossEntropy, &grid, target),
            loss_of(&SoftmaxCrossEntropy, &shifted, target)
        );
    }

    #[test]
    fn svm_is_its_formula((scores, label) in scores_and_label(), margin in 0.1..3.0) {
        let svm = MulticlassSvm::with_margin(margin);
        let excess = |k: usize| scores[k] - scores[label] + margin;
        let others = (0..scores.len()).filter(|&k| k != label);
        let expected: f64 = others.clone().map(|k| f64::max(0.0, excess(k))).sum();
        let loss = loss_of(&svm, &scores, Target::Label(label));
        prop_assert!((loss - expected).abs() < 1e-12);
        // Differences are taken away from the kinks.
        prop_assume!(others.clone().all(|k| excess(k).abs() > 1e-4));
        prop_assert!(gradient_error(&svm, &scores, Target::Label(label)) < 1e-8);
    }

    /// L is convex in the scores: L(s') ≥ L(s) + g·(s' − s), at exact ties too.
    #[test]
    fn svm_subgradients_at_the_margin(steps in prop::collection::vec(-3..4_i32, 4), label in 0_usize..4) {
        let at_margin = [0.0, 1.0, 1.0, 0.0];
        let target = Target::Label(label);
        let mut gradient = [0.0; 4];
        let svm = MulticlassSvm::new();
        let loss = svm.example(&at_margin, target, &mut gradient);
        let moved: Vec<f64> = at_margin.iter().zip(&steps).map(|(s, &d)| s + f64::from(d)).collect();
        let linear: f64 = gradient.iter().zip(&steps).map(|(g, &d)| g * f64::from(d)).sum();
        prop_assert!(loss_of(&svm, &moved, target) >= loss + linear);
    }

    #[test]
    fn squared_error_is_its_formula(
        pairs in prop::collection::vec((-5.0..5.0_f64, -5.0..5.0_f64), 1..20),
    ) {
        let (scores, values): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let expected =
            pairs.iter().map(|(s, t)| (s - t).powi(2)).sum::<f64>() / pairs.len() as f64;
        let target = Target::Values(&values);
        prop_assert!((loss_of(&MeanSquaredError, &scores, target) - expected).abs() < 1e-12);
        prop_assert!(gradient_error(&MeanSquaredError, &scores, target) < 1e-8);
    }

    /// A panel is its examples one by one; its gradient is that of the batch's mean.
    #[test]
    fn panels_divide_by_the_size_of_the_batch(
        labels in prop::collection::vec(0_usize..3, 0..20), more in 0_usize..10,
    ) {
        let (m, n) = (labels.len(), labels.len() + more);
        let scores = Mat::from_fn(3, m, |i, j| (i as f64 - 1.0) * (j as f64 * 0.7).sin());
        let (mut losses, mut dscores) = (vec![f64::NAN; m], Mat::zeros(3, m));
        let targets = Targets::Labels(&labels);
        SoftmaxCrossEntropy.panel(scores.as_ref(), targets, n, &mut losses, dscores.as_mut());
        for (j, &label) in labels.iter().enumerate() {
            let mut gradient = [0.0; 3];
            let column = [0, 1, 2].map(|i| scores[(i, j)]);
            let loss = SoftmaxCrossEntropy.example(&column, Target::Label(label), &mut gradient);
            prop_assert_eq!(losses[j], loss);
            for i in 0..3 {
                prop_assert_eq!(dscores[(i, j)], gradient[i] * (1.0 / n as f64));
            }
        }
    }
}

fn softmax<T: Scalar>(scores: &[f64], label: usize) -> (f64, Vec<f64>) {
    let scores: Vec<T> = scores.iter().map(|&s| T::from_f64(s)).collect();
    let mut gradient = vec![T::ZERO; scores.len()];
    let loss = SoftmaxCrossEntropy.example(&scores, Target::Label(label), &mut gradient);
    (loss.to_f64(), gradient.iter().map(|g| g.to_f64()).collect())
}

#[test]
fn softmax_of_extreme_scores() {
    const INF: f64 = f64::INFINITY;
    let ln2 = 2_f64.ln();
    type Case = (&'static [f64], usize, f64, &'static [f64]);
    let cases: &[Case] = &[
        (&[1e4, -1e4], 0, 0.0, &[0.0, 0.0]),
        (&[1e4, -1e4], 1, 2e4, &[1.0, -1.0]),
        (&[3e38, -3e38], 0, 0.0, &[0.0, 0.0]),
        (&[INF, 0.0], 0, 0.0, &[0.0, 0.0]),
        (&[INF, 0.0], 1, INF, &[1.0, -1.0]),
        (&[INF, INF], 1, ln2, &[0.5, -0.5]),
        (&[-INF, 0.0], 1, 0.0, &[0.0, 0.0]),
        (&[-INF, 0.0], 0, INF, &[-1.0, 1.0]),
        (&[-INF, -INF], 0, ln2, &[-0.5, 0.5]),
        (&[7.0], 0, 0.0, &[0.0]),
    ];
    for &(scores, label, loss, gradient) in cases {
        for (name, (got, got_gradient), eps) in [
            ("f64", softmax::<f64>(scores, label), f64::EPSILON),
            ("f32", softmax::<f32>(scores, label), f64::from(f32::EPSILON)),
        ] {
            let close = |a: f64, b: f64| a == b || (a - b).abs() <= 2.0 * eps * b.abs();
            let context = format!("{name}: {scores:?}, label {label}: {got} {got_gradient:?}");
            assert!(close(got, loss), "{context}");
            assert!(got_gradient.iter().zip(gradient).all(|(&a, &b)| close(a, b)), "{context}");
        }
    }
    assert_eq!(softmax::<f64>(&[1e308, -1e308], 1).0, INF);
    // Small losses keep their digits: −ln(1 / (1 + e⁻⁴⁰)) = e⁻⁴⁰ to first order.
    let (loss, gradient) = softmax::<f64>(&[40.0, 0.0], 0);
    assert!((loss / (-40_f64).exp() - 1.0).abs() < 1e-15);
    assert!((gradient[0] / -(-40_f64).exp() - 1.0).abs() < 1e-15);
}

#[test]
fn a_nan_that_goes_in_comes_out() {
    for position in 0..3 {
        let mut scores = [0.5, 1.0, 2.0];
        scores[position] = f64::NAN;
        for label in 0..3 {
            let (loss, gradient) = softmax::<f64>(&scores, label);
            assert!(loss.is_nan() && gradient.iter().all(|g| g.is_nan()), "{position} {label}");
            assert!(loss_of(&MulticlassSvm::new(), &scores, Target::Label(label)).is_nan());
        }
        assert!(loss_of(&MeanSquaredError, &scores, Target::Values(&[0.0; 3])).is_nan());
    }
    // Nor is one lost for want of another class.
    assert!(loss_of(&MulticlassSvm::new(), &[f64::NAN], Target::Label(0)).is_nan());
}

#[test]
fn svm_of_extreme_scores() {
    let svm = |scores: &[f64], label| loss_of(&MulticlassSvm::new(), scores, Target::Label(label));
    assert_eq!(svm(&[f64::INFINITY, f64::INFINITY], 0), 1.0);
    assert_eq!(svm(&[f64::INFINITY, 0.0], 0), 0.0);
    assert_eq!(svm(&[f64::INFINITY, 0.0], 1), f64::INFINITY);
    assert_eq!(svm(&[-1e308, 1e308], 1), 0.0);
    assert_eq!(svm(&[3.0], 0), 0.0);
}

#[test]
fn targets_that_do_not_fit_are_refused() {
    let check = |targets: Targets<'_, f64>| SoftmaxCrossEntropy.check(3, 2, targets);
    assert_eq!(check(Targets::Labels(&[0, 2])), Ok(()));
    assert_eq!(
        check(Targets::Labels(&[0, 3])),
        Err(LossError::LabelOutOfRange { example: 1, label: 3, classes: 3 })
    );
    assert!(matches!(
        check(Targets::Labels(&[0])),
        Err(LossError::Shape(ShapeError::Count { expected: 2, actual: 1, .. }))
    ));
    let values = mat![[1.0, 2.0], [3.0, 4.0]];
    let message = check(Targets::Values(values.as_ref())).unwrap_err().to_string();
    assert_eq!(message, "softmax needs class labels as targets, got real values");
    let mse = |outputs, targets| MeanSquaredError.check(outputs, 2, targets);
    assert_eq!(mse(2, Targets::Values(values.as_ref())), Ok(()));
    assert!(mse(1, Targets::Values(values.as_ref())).is_err());
    assert!(mse(2, Targets::Labels(&[0, 1])).is_err());
}

#[test]
fn means() {
    assert_eq!(mean::<f32>(&[]), 0.0);
    assert_eq!(mean(&[1.0_f32, 2.0, 6.0]), 3.0);
}
