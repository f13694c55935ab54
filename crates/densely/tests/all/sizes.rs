//! Sizes that no machine has room for, and examples that are not contiguous: an error that
//! says so, or the right answer.

use densely::models::metrics::{Average, Calibration, ConfusionMatrix};
use densely::models::{ModelError, random_candidates};
use densely::prelude::*;

/// More than addresses can tell apart, were each a byte.
const HUGE: usize = 1 << 60;

/// The message of an error.
fn message<R, E: std::fmt::Display>(outcome: Result<R, E>) -> String {
    match outcome {
        Ok(_) => panic!("this should be an error"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_network_larger_than_memory_is_an_error_that_says_how_large() {
    let flowers = Mlp::classifier(4, 3);
    let error = flowers.clone().hidden([1_000_000_000_000]).build::<f32>().unwrap_err();
    assert!(matches!(error, ModelError::TooLarge { parameters: 8_000_000_000_003, .. }));
    assert_eq!(
        error.to_string(),
        "the network would have 8.0e12 parameters, which take 1.7e14 bytes with their \
         gradients, more than there is memory: make its layers narrower"
    );
    let pieces =
        |pieces: usize| flowers.clone().hidden([2]).activation(Kind::new("maxout").with(pieces));
    for spec in [
        flowers.clone().hidden([usize::MAX]),
        flowers.clone().hidden([1 << 33, 1 << 33]),
        pieces(1_000_000_000_000_000),
        pieces(usize::MAX),
        Mlp::classifier(usize::MAX, 3),
        Mlp::regressor(4, usize::MAX),
    ] {
        let error = spec.build::<f64>().unwrap_err();
        assert!(matches!(error, ModelError::TooLarge { .. }), "{error}");
    }
    // Without rows there would be columns to count.
    for spec in [Mlp::classifier(HUGE, 0), Mlp::classifier(HUGE, 3).hidden([0])] {
        assert!(message(spec.build::<f32>()).contains("must not be zero"));
    }
    assert!(message(LinearClassifier::svm(HUGE, 2).build::<f32>()).contains("more than there is"));
    let mut stream = Stream::new(0, Purpose::Weights, Key::default());
    let linear = Linear::<f32>::new(HUGE, 8, Initializer::HeNormal, &mut stream);
    assert!(message(linear).starts_with("Linear: no memory for the weights"));
    assert!(message(PRelu::<f32>::per_unit(HUGE)).starts_with("PRelu: no memory"));
    let relu = Sequential::<f32>::new(usize::MAX).and_then(|network| network.with(Relu));
    assert!(message(relu).starts_with("Sequential: no memory for its tape"));
}

/// As deep as it is wide in other networks: no pass takes more of the stack for more layers.
#[test]
fn a_network_may_be_deep() {
    let spec = Mlp::regressor(1, 1).hidden(vec![1; 20_000]).activation("identity");
    let mut model = spec.build::<f64>().unwrap();
    model.network_mut().visit_params_mut(&mut |param| {
        param.value.fill(if param.decay { 1.0 } else { 0.0 });
    });
    let (x, y, threads) = (mat![[3.0, -1.0]], mat![[2.0, -1.0]], Threads::single());
    assert_eq!(model.scores(x.as_ref(), &threads).unwrap(), x);
    let targets = Targets::Values(y.as_ref());
    let mut step = TrainingStep::new();
    let loss = step.gradients(&mut model, x.as_ref(), targets, At::default(), &threads).unwrap();
    assert_eq!(loss, 0.5);
    // Errors of 1 and 0, of two examples: d loss / d score is 2 / 2 and 0, in every layer.
    model.network().visit_params(&mut |param| {
        assert_eq!(param.grad[(0, 0)], if param.decay { 3.0 } else { 1.0 });
    });
}

#[test]
fn statistics_larger_than_memory_are_errors() {
    assert!(message(RunningStatistics::new(HUGE)).starts_with("RunningStatistics: no memory"));
    assert!(message(RunningCovariance::new(1 << 32)).starts_with("RunningCovariance: no memory"));
    let pixels = PerChannelMean::from_parts(vec![0.0; 3], HUGE, ChannelLayout::Planes);
    assert!(message(pixels).starts_with("PerChannelMean: no memory for the means of all pixels"));
    let nothing = MatRef::<f64>::from_column_major_slice(&[], usize::MAX, 0);
    let none = Unchanged::new(usize::MAX);
    assert!(message(none.transform(nothing)).starts_with("transform: no memory for the result"));
    let columns = MatRef::<f64>::from_column_major_slice(&[], 0, usize::MAX);
    let none = Unchanged::new(0);
    assert!(message(none.transform(columns)).starts_with("transform: no memory for the result"));
    let again = MatRef::from_column_major_slice_with_stride(&[1.0], 1, usize::MAX, 0);
    assert!(message(Center::fit(again)).contains("no memory for the examples"));
    let center = Center::from_parts(vec![0.0]).unwrap();
    assert!(message(center.transform(again)).starts_with("transform: no memory"));
    let model = Mlp::regressor(1, 1).build::<f64>().unwrap();
    let threads = Threads::single();
    assert!(message(model.scores(again, &threads)).starts_with("Model: no memory for the scores"));
    let rows = Mat::from_fn(3, 7, |i, j| (i * j * j) as f64);
    assert!(message(Pca::fit_k(rows.as_ref(), usize::MAX)).contains("18446744073709551615"));
}

#[test]
fn data_larger_than_memory_are_errors() {
    let data = |classes| Dataset::classification(mat![[1.0, 2.0]], vec![0, 1], classes);
    let expected = "Dataset::classification: no memory for the names of the classes";
    assert!(message(data(HUGE)).starts_with(expected));
    assert!(message(data(2).unwrap().folds(usize::MAX, 0)).contains("cannot be cut into"));
    // Leave-one-out of a table: a copy of the data for each example.
    let long = Mat::<f32>::from_fn(1, 1 << 21, |_, j| (j % 7) as f32);
    let long = Dataset::classification(long, vec![0; 1 << 21], 1).unwrap();
    let expected = "Dataset::folds: no memory for a copy of the data for each fold";
    assert!(message(long.folds(1 << 21, 0)).starts_with(expected));
}

#[test]
fn a_confusion_matrix_takes_memory_for_what_occurs() {
    let last = (1 << 32) - 1;
    let confusion = ConfusionMatrix::new(&[0, last, last], &[0, last, 7], 1 << 32).unwrap();
    assert_eq!((confusion.classes(), confusion.count(last, 7)), (1 << 32, 1));
    assert_eq!((confusion.support(last), confusion.predicted(last)), (2, 1));
    assert_eq!(confusion.count(3, 4) + confusion.support(5) + confusion.predicted(6), 0);
    assert_eq!(confusion.mistakes(), [(last, 7, 1)]);
    assert_eq!(confusion.class(last).recall, 0.5);
    assert_eq!(confusion.average(Average::Macro).recall, 0.5);
    assert_eq!(confusion.average(Average::Weighted).recall, 2.0 / 3.0);
    assert_eq!(confusion.average(Average::Micro).f1, 2.0 / 3.0);
}

/// A column of a table as the only feature is a view whose columns are not contiguous: an error
/// that says to copy it, wherever it comes in.
#[test]
fn a_transposed_column_is_an_error() {
    let column = mat![[1.0], [2.0], [6.0]];
    let (x, threads) = (column.transpose(), Threads::single());
    let mut errors: Vec<String> = Vec::new();
    for kinds in ["none", "center", "standardize", "min-max", "pca", "zca", "center,whiten"] {
        let kinds = Kind::list(kinds).unwrap();
        errors.push(Pipeline::fit(&kinds, x).unwrap_err().to_string());
        let fitted = Pipeline::fit(&kinds, x.to_owned().as_ref()).unwrap();
        errors.push(fitted.transform(x).unwrap_err().to_string());
        errors.push(fitted.inverse_transform(x).unwrap_err().to_string());
    }
    let mut statistics = RunningStatistics::new(1).unwrap();
    errors.push(statistics.partial_fit(x).unwrap_err().to_string());
    let mut covariance = RunningCovariance::new(1).unwrap();
    errors.push(covariance.partial_fit(x).unwrap_err().to_string());
    let mut model = Mlp::regressor(1, 1).hidden([5]).build::<f64>().unwrap();
    errors.push(model.scores(x, &threads).unwrap_err().to_string());
    errors.push(model.predict_with(x, &mut Workspace::new()).unwrap_err().to_string());
    let (mut step, right) = (TrainingStep::new(), x.to_owned());
    for (x, values) in [(x, right.as_ref()), (right.as_ref(), x)] {
        let targets = Targets::Values(values);
        let loss = step.gradients(&mut model, x, targets, At::default(), &threads);
        errors.push(loss.unwrap_err().to_string());
    }
    for error in errors {
        assert!(error.contains("copy a transposed view first"), "{error}");
    }
}

#[test]
fn metrics_take_scores_in_any_layout() {
    let scores = mat![[0.9, 0.2, 0.6], [0.1, 0.8, 0.4]];
    let transposed = scores.transpose().to_owned();
    let calibration = Calibration::new(&[0, 1, 1], transposed.transpose(), 10).unwrap();
    assert_eq!(calibration, Calibration::new(&[0, 1, 1], scores.as_ref(), 10).unwrap());
    let bins = Calibration::new(&[0, 1, 1], scores.as_ref(), HUGE);
    assert!(message(bins).starts_with("Calibration: no memory for the bins"));
}

#[test]
#[should_panic(expected = "random_candidates: no memory for 1152921504606846976 candidates")]
fn candidates_larger_than_memory() {
    let _ = random_candidates(HUGE, 0, |stream| stream.uniform::<f64>());
}
