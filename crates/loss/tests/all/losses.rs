//! Every loss against its formula, its gradient against central differences, and hard
//! cases against known values.

use densely_loss::{
    BinaryHinge, CrammerSingerSvm, Huber, Logistic, Loss, LossError, MeanAbsoluteError,
    MeanSquaredError, MulticlassSvm, SoftmaxCrossEntropy, Target, TargetKind, Targets, mean,
};
use densely_tensor::{Mat, Scalar, ShapeError, Split, mat};
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

/// By how much a convex loss at `scores + steps` is below its tangent at `scores`; not at
/// all, if the gradient is a subgradient.
fn below_its_tangent(
    loss: &impl Loss<f64>,
    scores: &[f64],
    target: Target<'_, f64>,
    steps: &[f64],
) -> f64 {
    let mut gradient = vec![f64::NAN; scores.len()];
    let value = loss.example(scores, target, &mut gradient);
    let moved: Vec<f64> = scores.iter().zip(steps).map(|(s, d)| s + d).collect();
    let linear: f64 = gradient.iter().zip(steps).map(|(g, d)| g * d).sum();
    value + linear - loss_of(loss, &moved, target)
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
        let loss = loss_of(&SoftmaxCrossEntropy::new(), &scores, target);
        prop_assert!((loss - (sum.ln() - scores[label])).abs() < 1e-13);
        prop_assert!(gradient_error(&SoftmaxCrossEntropy::new(), &scores, target) < 1e-8);
        let mut probabilities = scores.clone();
        prop_assert!(SoftmaxCrossEntropy::new().probabilities(&scores, &mut probabilities));
        let class = SoftmaxCrossEntropy::new().classify(&scores);
        prop_assert!(probabilities.iter().all(|&p| p <= probabilities[class]));
        prop_assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-14);
        prop_assert!((probabilities[label] - (-loss).exp()).abs() < 1e-14);
    }

    /// L = −Σ w q ln p, and the gradient; with one option, with both, and with neither.
    #[test]
    fn softmax_with_options_is_its_formula(
        (scores, label) in scores_and_label(), smoothing in 0.0..0.9, smooth: bool, weigh: bool,
        seed: u8,
    ) {
        let classes = scores.len();
        let weights: Vec<f64> =
            (0..classes).map(|k| ((k * 7 + usize::from(seed)) % 5) as f64 / 2.0).collect();
        let epsilon = if smooth { smoothing } else { 0.0 };
        let mut loss = SoftmaxCrossEntropy::new();
        if smooth {
            loss = loss.label_smoothing(smoothing);
        }
        if weigh {
            loss = loss.class_weights(&weights[..]);
        }
        let total: f64 = scores.iter().map(|s| s.exp()).sum();
        let expected: f64 = (0..classes).map(|k| {
            let right = if k == label { 1.0 - epsilon } else { 0.0 };
            let weight = if weigh { weights[k] } else { 1.0 };
            weight * (right + epsilon / classes as f64) * (total.ln() - scores[k])
        }).sum();
        let got = loss_of(&loss, &scores, Target::Label(label));
        prop_assert!((got - expected).abs() < 1e-12, "{got} {expected}");
        prop_assert!(gradient_error(&loss, &scores, Target::Label(label)) < 1e-8);
    }

    /// No scores have a lower loss than `least`, and those of the target's own shares have it.
    #[test]
    fn softmax_has_its_least_loss_at_the_shares_of_the_target(
        (scores, label) in scores_and_label(),
        smoothing in 0.0..0.99_f64,
        weights in prop::collection::vec(0.1..10.0_f64, 40),
    ) {
        let k = scores.len();
        let weights = &weights[..k];
        let loss = SoftmaxCrossEntropy::new().label_smoothing(smoothing).class_weights(weights);
        let target = Target::<f64>::Label(label);
        let least = loss.least(k, target);
        prop_assert!(loss_of(&loss, &scores, target) >= least - 1e-12 * (1.0 + least));
        let share = |c: usize| weights[c] * (smoothing / k as f64 + if c == label { 1.0 - smoothing } else { 0.0 });
        let best: Vec<f64> = (0..k).map(|c| share(c).max(1e-300).ln()).collect();
        prop_assert!((loss_of(&loss, &best, target) - least).abs() <= 1e-12 * (1.0 + least));
        prop_assert_eq!(SoftmaxCrossEntropy::new().least(k, target), 0.0);
    }

    /// A smoothing of nothing and weights of 1 are not even a rounding error.
    #[test]
    fn neutral_options_change_nothing((scores, label) in scores_and_label()) {
        let neutral = SoftmaxCrossEntropy::new().class_weights(vec![1.0; scores.len()]);
        let both = [SoftmaxCrossEntropy::new(), neutral.label_smoothing(0.0)].map(|loss| {
            let mut gradient = vec![f64::NAN; scores.len()];
            (loss.example(&scores, Target::Label(label), &mut gradient), gradient)
        });
        prop_assert_eq!(&both[0], &both[1]);
    }

    /// Each loss and each gradient times its weight, and nothing else; whole weights count
    /// an example several times.
    #[test]
    fn weights_multiply_losses_and_gradients(
        labels in prop::collection::vec(0_usize..3, 1..40), at in 0_usize..40,
    ) {
        let n = labels.len();
        let scores = Mat::from_fn(3, n, |i, j| (i as f64 - 1.0) * (j as f64 * 0.7).sin());
        let weights: Vec<f64> = (0..n).map(|j| [0.0, 1.0, 0.3, 2.5][j % 4]).collect();
        let panel = |targets: Targets<'_, f64>| {
            let (mut losses, mut dscores) = (vec![f64::NAN; n], Mat::zeros(3, n));
            let softmax = SoftmaxCrossEntropy::new();
            prop_assert!(softmax.check(3, n, targets).is_ok());
            softmax.panel(scores.as_ref(), targets, n, &mut losses, dscores.as_mut());
            Ok((losses, dscores))
        };
        let plain = Targets::Labels(&labels);
        let (losses, dscores) = panel(plain)?;
        let (weighted, dweighted) = panel(plain.weighted(&weights))?;
        for j in 0..n {
            prop_assert_eq!(weighted[j], weights[j] * losses[j]);
            for i in 0..3 {
                let expected = weights[j] * dscores[(i, j)];
                let error = (dweighted[(i, j)] - expected).abs();
                prop_assert!(error <= 2.0 * f64::EPSILON * expected.abs());
            }
        }
        prop_assert_eq!(panel(plain.weighted(&vec![1.0; n]))?, (losses, dscores));
        // Cut anywhere, each part has its weights.
        let (left, right) = plain.weighted(&weights).split_at(at.min(n));
        prop_assert_eq!(left.weights().unwrap(), &weights[..at.min(n)]);
        prop_assert_eq!(right.weights().unwrap(), &weights[at.min(n)..]);
        prop_assert_eq!((left.columns(), right.columns()), (at.min(n), n - at.min(n)));
    }

    /// The weight of a class is that of its examples.
    #[test]
    fn class_weights_are_weights_of_examples(labels in prop::collection::vec(0_usize..3, 1..40)) {
        let n = labels.len();
        let scores = Mat::from_fn(3, n, |i, j| (i as f64 - 1.0) * (j as f64 * 0.7).sin());
        let of_classes = [0.5, 0.0, 3.0];
        let of_examples: Vec<f64> = labels.iter().map(|&label| of_classes[label]).collect();
        let panel = |loss: &SoftmaxCrossEntropy, targets: Targets<'_, f64>| {
            let (mut losses, mut dscores) = (vec![f64::NAN; n], Mat::zeros(3, n));
            loss.panel(scores.as_ref(), targets, n, &mut losses, dscores.as_mut());
            (losses, dscores)
        };
        let (plain, targets) = (SoftmaxCrossEntropy::new(), Targets::Labels(&labels));
        prop_assert_eq!(
            panel(&plain.clone().class_weights(of_classes), targets),
            panel(&plain, targets.weighted(&of_examples))
        );
    }

    #[test]
    fn logistic_is_its_formula(score in -30.0..30.0_f64, label in 0_usize..2) {
        let p = 1.0 / (1.0 + (-score).exp());
        let expected = if label == 1 { -p.ln() } else { (1.0 + score.exp()).ln() };
        let loss = loss_of(&Logistic, &[score], Target::Label(label));
        prop_assert!((loss - expected).abs() < 1e-12);
        prop_assert!(gradient_error(&Logistic, &[score], Target::Label(label)) < 1e-8);
        let mut probabilities = [0.0; 2];
        prop_assert!(Logistic.probabilities(&[score], &mut probabilities));
        prop_assert!((probabilities[1] - p).abs() < 1e-15);
        prop_assert!((probabilities[0] + probabilities[1] - 1.0).abs() <= f64::EPSILON);
        prop_assert_eq!(Loss::<f64>::classify(&Logistic, &[score]), usize::from(p > 0.5));
    }

    /// With one score, the logistic loss is the softmax of 0 and that score.
    #[test]
    fn logistic_is_softmax_with_two_scores(score in -700.0..700.0_f64, label in 0_usize..2) {
        let mut gradient = [0.0];
        let loss = Logistic.example(&[score], Target::Label(label), &mut gradient);
        let mut both = [0.0; 2];
        let softmax = SoftmaxCrossEntropy::new();
        let expected = softmax.example(&[0.0, score], Target::Label(label), &mut both);
        prop_assert!((loss - expected).abs() <= 4.0 * f64::EPSILON * expected);
        prop_assert!((gradient[0] - both[1]).abs() <= 4.0 * f64::EPSILON * both[1].abs());
    }

    #[test]
    fn binary_hinge_is_its_formula(
        score in -5.0..5.0_f64, label in 0_usize..2, margin in 0.1..3.0, squared: bool,
    ) {
        let hinge = BinaryHinge::with_margin(margin).squared(squared);
        let excess = margin - if label == 1 { score } else { -score };
        let expected = f64::max(0.0, excess).powi(if squared { 2 } else { 1 });
        let loss = loss_of(&hinge, &[score], Target::Label(label));
        prop_assert!((loss - expected).abs() < 1e-14);
        prop_assert_eq!(Loss::<f64>::classify(&hinge, &[score]), usize::from(score > 0.0));
        prop_assert!(!Loss::<f64>::probabilities(&hinge, &[score], &mut [0.0; 2]));
        prop_assume!(excess.abs() > 1e-4);
        prop_assert!(gradient_error(&hinge, &[score], Target::Label(label)) < 1e-8);
    }

    /// Laid side by side or one by one, examples of one score give the same bits.
    #[test]
    fn panels_of_one_score(labels in prop::collection::vec(0_usize..2, 0..50)) {
        fn check<L: Loss<f64>>(loss: &L, labels: &[usize]) -> Result<(), TestCaseError> {
            let n = labels.len();
            let scores = Mat::from_fn(1, n, |_, j| 3.0 * (j as f64 * 0.7).sin());
            let (mut losses, mut dscores) = (vec![f64::NAN; n], Mat::zeros(1, n));
            loss.panel(scores.as_ref(), labels.into(), 1, &mut losses, dscores.as_mut());
            for (j, &label) in labels.iter().enumerate() {
                let mut gradient = [f64::NAN];
                let one = loss.example(&[scores[(0, j)]], Target::Label(label), &mut gradient);
                prop_assert_eq!((losses[j], dscores[(0, j)]), (one, gradient[0]));
            }
            Ok(())
        }
        check(&Logistic, &labels)?;
        check(&BinaryHinge::new(), &labels)?;
        check(&BinaryHinge::new().squared(true), &labels)?;
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
            loss_of(&SoftmaxCrossEntropy::new(), &grid, target),
            loss_of(&SoftmaxCrossEntropy::new(), &shifted, target)
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

    #[test]
    fn squared_svm_is_its_formula((scores, label) in scores_and_label(), margin in 0.1..3.0) {
        let svm = MulticlassSvm::with_margin(margin).squared(true);
        let others = (0..scores.len()).filter(|&k| k != label);
        let expected: f64 =
            others.map(|k| f64::max(0.0, scores[k] - scores[label] + margin).powi(2)).sum();
        let loss = loss_of(&svm, &scores, Target::Label(label));
        prop_assert!((loss - expected).abs() <= 1e-13 * expected);
        // The derivative has a kink, and no jump: differences across it are off by a step.
        prop_assert!(gradient_error(&svm, &scores, Target::Label(label)) < 1e-5);
    }

    #[test]
    fn crammer_singer_is_its_formula((scores, label) in scores_and_label(), margin in 0.1..3.0) {
        let svm = CrammerSingerSvm::with_margin(margin);
        let mut others: Vec<f64> =
            (0..scores.len()).filter(|&k| k != label).map(|k| scores[k]).collect();
        others.sort_by(f64::total_cmp);
        let excess = others.last().map_or(-1.0, |best| best - scores[label] + margin);
        let loss = loss_of(&svm, &scores, Target::Label(label));
        prop_assert!((loss - f64::max(0.0, excess)).abs() < 1e-14);
        if scores.len() == 2 {
            let ww = loss_of(&MulticlassSvm::with_margin(margin), &scores, Target::Label(label));
            prop_assert_eq!(loss, ww);
        }
        // Differences are taken away from the kinks.
        prop_assume!(excess.abs() > 1e-4);
        prop_assume!(others.len() < 2 || others[others.len() - 1] - others[others.len() - 2] > 1e-4);
        prop_assert!(gradient_error(&svm, &scores, Target::Label(label)) < 1e-8);
    }

    /// L is convex in the scores: L(s') ≥ L(s) + g·(s' − s), at exact ties too.
    #[test]
    fn svm_subgradients_at_the_margin(steps in prop::collection::vec(-3..4_i32, 4), label in 0_usize..4) {
        let at_margin = [0.0, 1.0, 1.0, 0.0];
        let target = Target::Label(label);
        let steps: Vec<f64> = steps.into_iter().map(f64::from).collect();
        prop_assert!(below_its_tangent(&MulticlassSvm::new(), &at_margin, target, &steps) <= 0.0);
        let squared = MulticlassSvm::new().squared(true);
        prop_assert!(below_its_tangent(&squared, &at_margin, target, &steps) <= 0.0);
        prop_assert!(below_its_tangent(&CrammerSingerSvm::new(), &at_margin, target, &steps) <= 0.0);
    }

    /// The same for losses of one score and of real values.
    #[test]
    fn subgradients_at_kinks(step in -3..4_i32, at in -1..2_i32, label in 0_usize..2) {
        let (at, step) = ([f64::from(at)], [f64::from(step)]);
        let (label, value) = (Target::Label(label), Target::Values(&[0.0]));
        prop_assert!(below_its_tangent(&BinaryHinge::new(), &at, label, &step) <= 0.0);
        prop_assert!(below_its_tangent(&MeanAbsoluteError, &at, value, &step) <= 0.0);
        prop_assert!(below_its_tangent(&Huber::new(1.0), &at, value, &step) <= 0.0);
    }

    #[test]
    fn absolute_and_huber_errors_are_their_formulas(
        pairs in prop::collection::vec((-5.0..5.0_f64, -5.0..5.0_f64), 1..40), delta in 0.1..4.0,
    ) {
        let (scores, values): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let errors = || pairs.iter().map(|(s, t)| (s - t).abs());
        let huber = |e: f64| if e <= delta { 0.5 * e * e } else { delta * (e - 0.5 * delta) };
        let (target, d) = (Target::Values(&values), pairs.len() as f64);
        let loss = loss_of(&MeanAbsoluteError, &scores, target);
        prop_assert!((loss - errors().sum::<f64>() / d).abs() < 1e-13);
        let loss = loss_of(&Huber::new(delta), &scores, target);
        prop_assert!((loss - errors().map(huber).sum::<f64>() / d).abs() < 1e-13);
        let half = 0.5 * loss_of(&MeanSquaredError, &scores, target);
        prop_assert!((loss_of(&Huber::new(100.0), &scores, target) - half).abs() < 1e-12);
        prop_assert!(gradient_error(&Huber::new(delta), &scores, target) < 1e-5);
        // Differences are taken away from the kinks.
        if errors().all(|e| (e - delta).abs() > 1e-4) {
            prop_assert!(gradient_error(&Huber::new(delta), &scores, target) < 1e-8);
        }
        prop_assume!(errors().all(|e| e > 1e-4));
        prop_assert!(gradient_error(&MeanAbsoluteError, &scores, target) < 1e-8);
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
        SoftmaxCrossEntropy::new().panel(scores.as_ref(), targets, n, &mut losses, dscores.as_mut());
        for (j, &label) in labels.iter().enumerate() {
            let mut gradient = [0.0; 3];
            let column = [0, 1, 2].map(|i| scores[(i, j)]);
            let loss = SoftmaxCrossEntropy::new().example(&column, Target::Label(label), &mut gradient);
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
    let loss = SoftmaxCrossEntropy::new().example(&scores, Target::Label(label), &mut gradient);
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
            let target = Target::Label(label);
            assert!(nan_comes_out(&MulticlassSvm::new(), &scores, target));
            assert!(nan_comes_out(&MulticlassSvm::new().squared(true), &scores, target));
            assert!(nan_comes_out(&CrammerSingerSvm::new(), &scores, target));
            let options = SoftmaxCrossEntropy::new().class_weights([0.0, 1.0, 2.0]);
            assert!(nan_comes_out(&options, &scores, target));
            assert!(nan_comes_out(&options.label_smoothing(0.1), &scores, target));
        }
        let target = Target::Values(&[0.0; 3]);
        assert!(nan_comes_out(&MeanSquaredError, &scores, target));
        assert!(nan_comes_out(&MeanAbsoluteError, &scores, target));
        assert!(nan_comes_out(&Huber::default(), &scores, target));
    }
    // Nor is one lost for want of another class.
    assert!(nan_comes_out(&MulticlassSvm::new(), &[f64::NAN], Target::Label(0)));
    assert!(nan_comes_out(&CrammerSingerSvm::new(), &[f64::NAN], Target::Label(0)));
    for label in 0..2 {
        let (scores, target) = ([f64::NAN], Target::Label(label));
        assert!(nan_comes_out(&Logistic, &scores, target));
        assert!(nan_comes_out(&BinaryHinge::new(), &scores, target));
        assert!(nan_comes_out(&BinaryHinge::new().squared(true), &scores, target));
    }
}

/// In the loss, and in the gradient.
fn nan_comes_out(loss: &impl Loss<f64>, scores: &[f64], target: Target<'_, f64>) -> bool {
    let mut gradient = vec![0.0; scores.len()];
    let value = loss.example(scores, target, &mut gradient);
    value.is_nan() && gradient.iter().any(|g| g.is_nan())
}

#[test]
fn options_of_softmax_at_extreme_scores() {
    const INF: f64 = f64::INFINITY;
    let example = |loss: &SoftmaxCrossEntropy, scores: &[f64; 2], label| {
        let mut gradient = [f64::NAN; 2];
        (loss.example(scores, Target::Label(label), &mut gradient), gradient)
    };
    let ignored = SoftmaxCrossEntropy::new().class_weights([0.0, 2.0]);
    assert_eq!(example(&ignored, &[-INF, 0.0], 0), (0.0, [0.0, 0.0]));
    assert_eq!(example(&ignored, &[INF, 0.0], 1), (INF, [2.0, -2.0]));
    assert_eq!(example(&ignored, &[1e308, 0.0], 1), (2.0 * 1e308, [2.0, -2.0]));
    let smoothed = SoftmaxCrossEntropy::new().label_smoothing(0.5);
    assert_eq!(example(&smoothed, &[0.0, 0.0], 0), (2_f64.ln(), [-0.25, 0.25]));
    assert_eq!(example(&smoothed, &[INF, INF], 0), (2_f64.ln(), [-0.25, 0.25]));
    assert_eq!(example(&smoothed, &[1e308, 0.0], 0), (0.25 * 1e308, [0.25, -0.25]));
    assert_eq!(example(&smoothed, &[INF, 0.0], 0), (INF, [0.25, -0.25]));
    assert_eq!(example(&smoothed.class_weights([1.0, 0.0]), &[INF, 0.0], 0).0, 0.0);
}

#[test]
fn one_score_at_extreme_values() {
    const INF: f64 = f64::INFINITY;
    fn example<T: Scalar>(loss: &impl Loss<T>, score: f64, label: usize) -> (f64, f64) {
        let mut gradient = [T::ZERO];
        let loss = loss.example(&[T::from_f64(score)], Target::Label(label), &mut gradient);
        (loss.to_f64(), gradient[0].to_f64())
    }
    let squared = BinaryHinge::new().squared(true);
    for (size, sign) in [(1e4, 1.0), (1e30, 1.0), (1e308, 1.0), (INF, 1.0)] {
        for label in [0, 1] {
            let right = sign * size * if label == 1 { 1.0 } else { -1.0 };
            let slope = if label == 1 { -1.0 } else { 1.0 };
            assert_eq!(example::<f64>(&Logistic, right, label), (0.0, -0.0 * slope));
            assert_eq!(example::<f64>(&Logistic, -right, label), (size, slope));
            assert_eq!(example::<f64>(&BinaryHinge::new(), right, label), (0.0, 0.0));
            assert_eq!(example::<f64>(&BinaryHinge::new(), -right, label), (1.0 + size, slope));
            assert_eq!(example::<f64>(&squared, right, label), (0.0, 0.0));
            assert_eq!(example::<f64>(&squared, -right, label).0, (1.0 + size) * (1.0 + size));
            let size = f64::from(size as f32);
            assert_eq!(example::<f32>(&Logistic, right, label), (0.0, -0.0 * slope));
            assert_eq!(example::<f32>(&Logistic, -right, label), (size, slope));
        }
    }
    // Small losses and gradients keep their digits.
    let (loss, slope) = example::<f64>(&Logistic, 40.0, 1);
    let tiny = (-40_f64).exp();
    assert!((loss / tiny - 1.0).abs() < 1e-15 && (slope / -tiny - 1.0).abs() < 1e-15);
    // The decision at a score of exactly 0 is class 0.
    assert_eq!(Loss::<f64>::classify(&Logistic, &[0.0]), 0);
    assert_eq!(Loss::<f64>::classify(&Logistic, &[5e-324]), 1);
}

#[test]
fn values_at_extremes() {
    const INF: f64 = f64::INFINITY;
    fn example(loss: &impl Loss<f64>, score: f64) -> (f64, f64) {
        let mut gradient = [f64::NAN];
        (loss.example(&[score], Target::Values(&[0.0]), &mut gradient), gradient[0])
    }
    for size in [1e200, 1e308, INF] {
        for sign in [-1.0, 1.0] {
            assert_eq!(example(&MeanAbsoluteError, sign * size), (size, sign));
            assert_eq!(example(&Huber::new(0.5), sign * size), (0.5 * size, 0.5 * sign));
        }
    }
    // An error that would overflow if it were squared.
    assert_eq!(example(&Huber::new(1e300), 1e200).1, 1e200);
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
    let check = |targets: Targets<'_, f64>| SoftmaxCrossEntropy::new().check(3, 2, targets);
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
    let count = mse(1, Targets::Values(values.as_ref())).unwrap_err().to_string();
    assert_eq!(count, "mse: expected 1 target values per example, got 2");
    let kind = mse(2, Targets::Labels(&[0, 1])).unwrap_err().to_string();
    assert_eq!(kind, "mse needs real values as targets, got class labels");

    let values_of_weight = |weights: &[f64]| {
        let targets = Targets::Values(values.as_ref()).weighted(weights);
        MeanSquaredError.check(2, 2, targets).map_err(|error| error.to_string())
    };
    assert_eq!(values_of_weight(&[0.0, 2.0]), Ok(()));
    assert_eq!(values_of_weight(&[1.0]), Err("mse: expected 2 weights, got 1".to_owned()));
    let message = "the weight of an example of mse must be a finite number of at least 0, got -1";
    assert_eq!(values_of_weight(&[1.0, -1.0]), Err(message.to_owned()));
    let nan = values_of_weight(&[f64::NAN, 1.0]).unwrap_err();
    assert!(nan.ends_with("must be a finite number of at least 0, got NaN"), "{nan}");

    let logistic = |outputs, labels: &[usize]| {
        Loss::<f64>::check(&Logistic, outputs, labels.len(), Targets::Labels(labels))
    };
    assert_eq!(logistic(1, &[0, 1]), Ok(()));
    let message = logistic(2, &[0, 1]).unwrap_err().to_string();
    assert_eq!(message, "logistic: expected 1 outputs, got 2");
    assert_eq!(
        logistic(1, &[0, 2]),
        Err(LossError::LabelOutOfRange { example: 1, label: 2, classes: 2 })
    );
    let hinge = BinaryHinge::new().check(1, 2, Targets::Values(values.as_ref()));
    assert_eq!(
        hinge.unwrap_err().to_string(),
        "hinge needs class labels as targets, got real values"
    );
}

#[test]
fn options_out_of_range_are_refused() {
    let labels = Targets::<f64>::Labels(&[0, 1]);
    let softmax = SoftmaxCrossEntropy::new;
    let values = mat![[0.0, 1.0]];
    let message = |result: Result<(), LossError>| result.unwrap_err().to_string();
    for (result, expected) in [
        (
            softmax().label_smoothing(1.0).check(2, 2, labels),
            "the label-smoothing of softmax must be a number from 0 to less than 1, got 1",
        ),
        (
            softmax().class_weights([1.0, -1.0]).check(2, 2, labels),
            "the class weight of softmax must be a finite number of at least 0, got -1",
        ),
        (
            softmax().class_weights([0.0, 0.0]).check(2, 2, labels),
            "the largest class weight of softmax must be a number above 0, got 0",
        ),
        (
            softmax().class_weights([1.0]).check(2, 2, labels),
            "softmax: expected 2 class weights, got 1",
        ),
        (
            MulticlassSvm::with_margin(f64::NAN).check(2, 2, labels),
            "the margin of svm must be a finite number of at least 0, got NaN",
        ),
        (
            CrammerSingerSvm::with_margin(f64::INFINITY).check(2, 2, labels),
            "the margin of crammer-singer must be a finite number of at least 0, got inf",
        ),
        (
            BinaryHinge::with_margin(f64::NAN).squared(true).check(1, 2, labels),
            "the margin of hinge must be a finite number of at least 0, got NaN",
        ),
        (
            Huber::new(0.0).check(1, 2, Targets::Values(values.as_ref())),
            "the delta of huber must be a number above 0, got 0",
        ),
    ] {
        assert_eq!(message(result), expected);
    }
    assert_eq!(
        softmax().label_smoothing(0.1).class_weights([0.0, 2.0]).check(2, 2, labels),
        Ok(())
    );
}

/// An example of weight 0 does not count, even where its loss is infinite.
#[test]
fn a_weight_of_0_is_stronger_than_infinity() {
    let (scores, values) = (mat![[f64::INFINITY, 1.0]], mat![[0.0, 0.0]]);
    let (mut losses, mut dscores) = ([f64::NAN; 2], Mat::zeros(1, 2));
    let targets = Targets::Values(values.as_ref()).weighted(&[0.0, 1.0]);
    MeanSquaredError.panel(scores.as_ref(), targets, 1, &mut losses, dscores.as_mut());
    assert_eq!((losses, dscores), ([0.0, 1.0], mat![[0.0, 2.0]]));
}

#[test]
fn means() {
    assert_eq!(mean::<f32>(&[]), 0.0);
    assert_eq!(mean(&[1.0_f32, 2.0, 6.0]), 3.0);
}

/// Log-odds of scores, beside those that follow from 50 digits (mpmath): of moderate scores, of
/// those whose probabilities are 0 and 1 in any type, and of infinite ones.
#[test]
fn log_odds_hold_what_probabilities_lose() {
    fn of<T: Scalar>(loss: &dyn Loss<T>, scores: &[f64]) -> Vec<f64> {
        let scores: Vec<T> = scores.iter().map(|&s| T::from_f64(s)).collect();
        let mut odds = vec![f64::NAN; loss.classes(scores.len())];
        assert!(loss.log_odds(&scores, &mut odds));
        odds
    }
    let inf = f64::INFINITY;
    let cases: [(&[f64], &[f64]); 14] = [
        (&[1.0, 2.0, 3.0], &[LOG_ODDS[0], LOG_ODDS[1], LOG_ODDS[2]]),
        (&[1001.0, 1002.0, 1003.0], &[LOG_ODDS[0], LOG_ODDS[1], LOG_ODDS[2]]),
        (&[-1000.0, 0.0, -1000.0], &[-1000.0, 1000.0 - 2_f64.ln(), -1000.0]),
        (&[90.0, -90.0], &[180.0, -180.0]),
        (&[0.25, 1.5], &[-1.25, 1.25]),
        (&[inf, -inf], &[inf, -inf]),
        (&[5.0, 5.0, 5.0], &[-2_f64.ln(); 3]),
        (&[1e30, 1e30, -1e30], &[0.0, 0.0, -2e30]),
        (&[inf, 0.0, 1.0], &[inf, -inf, -inf]),
        (&[inf, inf, 1.0], &[0.0, 0.0, -inf]),
        (&[-inf, -inf], &[0.0, 0.0]),
        (&[0.0, -inf, -inf], &[inf, -inf, -inf]),
        (&[7.0], &[inf]),
        (&[0.0, 40.0, 41.0], &[LOG_ODDS[3], LOG_ODDS[4], LOG_ODDS[5]]),
    ];
    let softmax = SoftmaxCrossEntropy::new();
    for (scores, expected) in cases {
        for found in [of::<f64>(&softmax, scores), of::<f32>(&softmax, scores)] {
            for (&found, &expected) in found.iter().zip(expected) {
                // 1e30 is not a number in f32.
                let bound = if expected.abs() > 1e29 { 1e-7 } else { 1e-15 };
                let error = (found - expected).abs() / expected.abs().max(1.0);
                assert!(found == expected || error < bound, "{scores:?}: {found} {expected}");
            }
        }
    }
    assert!(of::<f64>(&softmax, &[1.0, f64::NAN, 0.0]).iter().all(|odds| odds.is_nan()));
    assert_eq!(of::<f32>(&Logistic, &[-120.0]), [120.0, -120.0]);
    assert_eq!(of::<f64>(&Logistic, &[inf]), [-inf, inf]);
    let mut untouched = [7.0; 3];
    assert!(!MulticlassSvm::new().log_odds(&[1.0, 2.0, 3.0], &mut untouched));
    assert_eq!(untouched, [7.0; 3]);
}

/// `ln p − ln(1 − p)`, by:
///
/// ```python
/// from mpmath import mp, mpf, exp, log, fsum
/// mp.dps = 50
/// for s in [[1, 2, 3], [0, 40, 41]]:
///     for k in range(3):
///         print(float(s[k] - log(fsum(exp(mpf(s[j])) for j in range(3) if j != k))))
/// ```
const LOG_ODDS: [f64; 6] =
    [-2.313261687518223, -1.1269280110429725, 0.6867383124817772, -41.31326168751822, -1.0, 1.0];

/// A loss that defines no more than probabilities has log-odds by them.
#[test]
fn log_odds_follow_from_probabilities() {
    #[derive(Debug, Clone)]
    struct Shares;
    impl Loss<f64> for Shares {
        fn name(&self) -> &'static str {
            "shares"
        }
        fn target_kind(&self) -> TargetKind {
            TargetKind::Labels
        }
        fn example(&self, scores: &[f64], _: Target<'_, f64>, _: &mut [f64]) -> f64 {
            scores[0]
        }
        fn probabilities(&self, scores: &[f64], probabilities: &mut [f64]) -> bool {
            probabilities.copy_from_slice(scores);
            true
        }
    }
    let tiny = 1e-300_f64.ln();
    for (shares, expected) in [
        ([0.5, 0.25, 0.25], [0.0, -3_f64.ln(), -3_f64.ln()]),
        ([1.0, 1e-300, 0.0], [-tiny, tiny, -f64::INFINITY]),
    ] {
        let mut odds = [f64::NAN; 3];
        assert!(Shares.log_odds(&shares, &mut odds));
        let close = |(a, b): (&f64, &f64)| a == b || (a - b).abs() <= 4e-16 * b.abs();
        assert!(odds.iter().zip(&expected).all(close), "{odds:?} {expected:?}");
    }
}
