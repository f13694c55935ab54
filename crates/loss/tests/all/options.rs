//! What losses say of themselves: names, targets, classes, and the options that were set.

use densely_loss::{
    BinaryHinge, CrammerSingerSvm, Huber, Logistic, Loss, LossError, MeanAbsoluteError,
    MeanSquaredError, MulticlassSvm, SoftmaxCrossEntropy, Target, TargetKind, Targets, argmax,
};
use densely_tensor::mat;

#[test]
fn names_targets_and_classes() {
    use TargetKind::{Labels, Values};
    // Of five scores. A loss of one score tells two classes apart.
    let losses: [(&dyn Loss<f64>, &str, TargetKind, usize); 10] = [
        (&SoftmaxCrossEntropy::new(), "softmax", Labels, 5),
        (&MulticlassSvm::new(), "svm", Labels, 5),
        (&MulticlassSvm::new().squared(true), "squared-svm", Labels, 5),
        (&CrammerSingerSvm::new(), "crammer-singer", Labels, 5),
        (&Logistic, "logistic", Labels, 2),
        (&BinaryHinge::new(), "hinge", Labels, 2),
        (&BinaryHinge::new().squared(true), "squared-hinge", Labels, 2),
        (&MeanSquaredError, "mse", Values, 5),
        (&MeanAbsoluteError, "mae", Values, 5),
        (&Huber::new(1.0), "huber", Values, 5),
    ];
    for (loss, name, kind, classes) in losses {
        assert_eq!((loss.name(), loss.target_kind(), loss.classes(5)), (name, kind, classes));
    }
}

#[test]
fn options_are_those_that_were_set() {
    assert_eq!((BinaryHinge::new().margin(), BinaryHinge::new().is_squared()), (1.0, false));
    let hinge = BinaryHinge::with_margin(0.25).squared(true);
    assert_eq!((hinge.margin(), hinge.is_squared()), (0.25, true));
    assert_eq!((MulticlassSvm::new().margin(), MulticlassSvm::new().is_squared()), (1.0, false));
    let svm = MulticlassSvm::with_margin(0.25).squared(true);
    assert_eq!((svm.margin(), svm.is_squared()), (0.25, true));
    assert_eq!(CrammerSingerSvm::new().margin(), 1.0);
    assert_eq!(CrammerSingerSvm::with_margin(0.25).margin(), 0.25);
    assert_eq!(Huber::new(0.25).delta(), 0.25);
    let softmax = SoftmaxCrossEntropy::new();
    assert_eq!((softmax.smoothing(), softmax.weights()), (0.0, None));
    let softmax = softmax.label_smoothing(0.25).class_weights([1.0, 3.0]);
    assert_eq!((softmax.smoothing(), softmax.weights()), (0.25, Some(&[1.0, 3.0][..])));
}

#[test]
fn defaults_are_what_new_gives() {
    assert_eq!(BinaryHinge::default(), BinaryHinge::new());
    assert_eq!(MulticlassSvm::default(), MulticlassSvm::new());
    assert_eq!(CrammerSingerSvm::default(), CrammerSingerSvm::new());
    assert_eq!(SoftmaxCrossEntropy::default(), SoftmaxCrossEntropy::new());
}

/// Of equal scores the first counts, and has the gradient.
#[test]
fn the_first_of_equal_scores_is_the_nearest_rival() {
    for (scores, label, expected) in [
        ([1.0, 5.0, 5.0, 0.0], 0, [-1.0, 1.0, 0.0, 0.0]),
        ([5.0, 5.0, 5.0, 1.0], 3, [1.0, 0.0, 0.0, -1.0]),
        ([2.0, 2.0, 2.0, 2.0], 0, [-1.0, 1.0, 0.0, 0.0]),
    ] {
        let mut gradient = [f64::NAN; 4];
        CrammerSingerSvm::new().example(&scores, Target::Label(label), &mut gradient);
        assert_eq!(gradient, expected, "{scores:?}");
    }
}

#[test]
fn targets_have_the_weights_and_the_kind_that_they_were_given() {
    let (labels, weights) = ([1, 0], [0.5, 2.0]);
    let targets = Targets::<f64>::Labels(&labels);
    assert_eq!((targets.kind(), targets.weights()), (TargetKind::Labels, None));
    let weighted = targets.weighted(&weights);
    assert_eq!((weighted.kind(), weighted.weights()), (TargetKind::Labels, Some(&weights[..])));
    assert_eq!(weighted.unweighted().weights(), None);
    let check = |weights| Loss::check(&Logistic, 1, 2, targets.weighted(weights));
    assert!(check(&weights).is_ok());
    assert!(matches!(check(&[0.5]), Err(LossError::Shape(_))));
}

#[test]
fn the_class_is_that_of_the_first_largest_score() {
    for (scores, class) in
        [(&[1.0, 3.0, 3.0, 2.0][..], 1), (&[2.0, 2.0], 0), (&[0.0, -1.0], 0), (&[], 0)]
    {
        assert_eq!(argmax::<f64>(scores), class, "{scores:?}");
    }
}

/// At the kink, where every slope from −1 to 1 is one.
#[test]
fn an_absolute_error_of_zero_has_no_gradient() {
    let mut gradient = [f64::NAN; 3];
    let targets = Target::Values(&[1.0, 2.0, 3.0]);
    assert_eq!(MeanAbsoluteError.example(&[1.0, 3.0, 0.0], targets, &mut gradient), 4.0 / 3.0);
    assert_eq!(gradient, [0.0, 1.0 / 3.0, -1.0 / 3.0]);
}

#[test]
fn the_delta_of_huber_is_positive_and_finite() {
    let check = |delta| {
        let targets = mat![[1.0]];
        Loss::check(&Huber::new(delta), 1, 1, Targets::Values(targets.as_ref()))
    };
    assert!(check(0.5).is_ok() && check(f64::MIN_POSITIVE).is_ok() && check(1e300).is_ok());
    for delta in [0.0, -1.0, f64::INFINITY, f64::NAN] {
        assert!(matches!(check(delta), Err(LossError::Option { .. })), "{delta}");
    }
}
