//! A model together with the preparation of its data.

use densely_data::Dataset;
use densely_models::{Evaluation, Mlp, ModelError, Prediction, Predictor, Preparation};
use densely_preprocess::{Kind, Transform};
use densely_tensor::{Mat, ShapeError, Threads, mat};

fn regression() -> Dataset<f64> {
    let x = Mat::from_fn(2, 30, |i, j| ((3 * i + 7 * j + i * j) % 11) as f64);
    let y = Mat::from_fn(2, 30, |i, j| [1000.0, 0.01][i] * (x[(0, j)] - x[(1, j)]) + 5.0);
    Dataset::regression(x, y).unwrap()
}

/// Predictions and metrics are in the units of the data, whatever the model works with.
#[test]
fn values_come_back_in_their_own_units() {
    let data = regression();
    let preparation = Preparation::fit(["standardize"], &data).unwrap();
    let prepared = preparation.dataset::<f64>(&data).unwrap();
    let predictor = Predictor::<f64>::new(preparation, Mlp::regressor(2, 2).hidden([3])).unwrap();
    let threads = Threads::single();
    let Prediction::Values(values) = predictor.predict(data.x(), &threads).unwrap() else {
        panic!("these are classes")
    };
    let scores = predictor.model().scores(prepared.x(), &threads).unwrap();
    let scale = predictor.preparation().target_scale().unwrap();
    assert_eq!(values, scale.inverse_transform(scores.as_ref()).unwrap());

    let evaluation = predictor.evaluate(&data, &threads).unwrap();
    let Evaluation::Regression { loss, rmse, mae, .. } = evaluation else {
        panic!("this is a classification")
    };
    let errors = &values - data.values().unwrap();
    let entries = 60.0;
    let squares: f64 = (0..30).flat_map(|j| [errors[(0, j)], errors[(1, j)]]).map(|e| e * e).sum();
    let absolutes: f64 = (0..30).flat_map(|j| [errors[(0, j)], errors[(1, j)]]).map(f64::abs).sum();
    assert!((rmse / (squares / entries).sqrt() - 1.0).abs() < 1e-12);
    assert!((mae / (absolutes / entries) - 1.0).abs() < 1e-12);
    assert_eq!(loss, predictor.model().evaluate(&prepared).unwrap().loss());
}

/// `y = exp(μ + σ t)`, where `μ` and `σ` are those of `ln y` in training.
#[test]
fn targets_are_learnt_as_their_logarithms() {
    let x = Mat::from_fn(2, 30, |i, j| ((3 * i + 7 * j + i * j) % 11) as f64);
    let y = Mat::from_fn(2, 30, |i, j| [1000.0, 0.01][i] * (0.3 * x[(0, j)] - x[(1, j)]).exp());
    let data = Dataset::regression(x, y).unwrap();
    let preparation = Preparation::fit(["standardize"], &data).unwrap();
    let preparation = preparation.with_log_targets(data.target()).unwrap();
    let logs = data.values().unwrap().row(0).iter().map(|y| y.ln()).collect::<Vec<_>>();
    let mean = logs.iter().sum::<f64>() / 30.0;
    let deviation = (logs.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / 30.0).sqrt();
    let prepared = preparation.dataset::<f64>(&data).unwrap();
    for (j, log) in logs.iter().enumerate() {
        let expected = (log - mean) / deviation;
        assert!((prepared.values().unwrap()[(0, j)] - expected).abs() < 1e-12);
    }
    // Back, of targets as of outputs.
    let back = preparation.values(prepared.values().unwrap()).unwrap().unwrap();
    for (&a, &b) in back.row(1).iter().zip(data.values().unwrap().row(1).iter()) {
        assert!((a / b - 1.0).abs() < 1e-12, "{a} {b}");
    }
    let predictor = Predictor::<f64>::new(preparation, Mlp::regressor(2, 2).hidden([3])).unwrap();
    let threads = Threads::single();
    let Prediction::Values(values) = predictor.predict(data.x(), &threads).unwrap() else {
        panic!("these are classes")
    };
    let outputs = predictor.model().scores(prepared.x(), &threads).unwrap();
    let expected = (mean + deviation * outputs[(0, 7)]).exp();
    assert!((values[(0, 7)] / expected - 1.0).abs() < 1e-12);
    // Metrics are in the units of the data.
    let Evaluation::Regression { mae, .. } = predictor.evaluate(&data, &threads).unwrap() else {
        panic!("this is a classification")
    };
    let errors = &values - data.values().unwrap();
    let sum: f64 = (0..30).flat_map(|j| [errors[(0, j)], errors[(1, j)]]).map(f64::abs).sum();
    assert!((mae / (sum / 60.0) - 1.0).abs() < 1e-12);

    for (y, said) in [(0.0, "0"), (-2.0, "-2")] {
        let data = Dataset::regression(mat![[1.0, 2.0]], mat![[1.0, y]]).unwrap();
        let fitted = Preparation::fit(["standardize"], &data).unwrap();
        let error = fitted.with_log_targets(data.target()).unwrap_err().to_string();
        assert!(error.contains("example 1") && error.contains(said), "{error}");
    }
    let classes = Dataset::classification(mat![[0.0, 2.0]], vec![0, 1], 2).unwrap();
    let fitted = Preparation::fit(["none"], &classes).unwrap();
    assert!(matches!(fitted.with_log_targets(classes.target()), Err(ModelError::Targets { .. })));
}

#[test]
fn the_preparation_is_that_of_the_training_data() {
    let train = Dataset::classification(mat![[0.0, 2.0]], vec![0, 1], 2).unwrap();
    let other = Dataset::classification(mat![[100.0, 104.0]], vec![0, 1], 2).unwrap();
    let preparation = Preparation::fit(["standardize"], &train).unwrap();
    assert_eq!(preparation.dataset::<f32>(&other).unwrap().x(), mat![[99.0_f32, 103.0]]);
    assert_eq!(preparation.inputs::<f32>(other.x()).unwrap(), mat![[99.0_f32, 103.0]]);
}

/// What was constant in training, if only but for rounding, is not looked at later: weights for
/// it would be those at which training began.
#[test]
fn a_feature_that_was_constant_says_nothing_when_it_changes() {
    let entry = |i: usize, j: usize| match i {
        0 => (j * j % 11) as f64,
        1 => 7.5,
        2 => 1.0 + if j.is_multiple_of(2) { 1e-14 } else { -1e-14 },
        _ => (j % 5) as f64,
    };
    let labels = (0..30).map(|j| j % 2).collect();
    let train = Dataset::classification(Mat::from_fn(4, 30, entry), labels, 2).unwrap();
    let ordinary = Mat::from_fn(4, 30, |i, j| if i == 2 { 1.0 } else { entry(i, j) });
    let changed = Mat::from_fn(4, 30, |i, j| match i {
        1 | 2 => 1e3 * j as f64,
        _ => entry(i, j),
    });
    let methods = [
        "none",
        "center",
        "standardize",
        "min-max",
        "pca",
        "whiten",
        "zca",
        "mean-image",
        "standardize,pca:2",
    ];
    for name in methods {
        let preparation = Preparation::fit(Kind::list(name).unwrap(), &train).unwrap();
        assert_eq!(preparation.constants().len(), 2, "{name}");
        let inputs = |x: &Mat<f64>| preparation.inputs::<f64>(x.as_ref()).unwrap();
        assert_eq!(inputs(&changed), inputs(&ordinary), "{name}");
        assert_eq!(inputs(&train.x().to_owned()), inputs(&ordinary), "{name}");
        let changed = Dataset::classification(changed.clone(), vec![0; 30], 2).unwrap();
        assert_eq!(preparation.dataset::<f64>(&changed).unwrap().x(), inputs(&ordinary), "{name}");
        let fewer = Mat::<f64>::zeros(3, 1);
        let count = preparation.inputs::<f64>(fewer.as_ref()).unwrap_err();
        assert!(matches!(count, ModelError::Shape(ShapeError::Count { actual: 3, .. })), "{count}");
    }
}

#[test]
fn constants_are_features_that_there_are() {
    let train = Dataset::classification(mat![[0.0, 2.0], [1.0, 3.0]], vec![0, 1], 2).unwrap();
    let preparation = Preparation::fit(["none"], &train).unwrap();
    for constants in [
        vec![(2, 0.0)],
        vec![(usize::MAX - 1, 0.0)],
        vec![(1, 0.0), (0, 0.0)],
        vec![(1, 0.0), (1, 0.0)],
        vec![(0, f64::NAN)],
    ] {
        let refused = preparation.clone().with_constants(constants.clone()).unwrap_err();
        assert!(matches!(refused, ModelError::Preprocess(_) | ModelError::Shape(_)), "{refused}");
    }
    let held = preparation.with_constants(vec![(1, 9.0)]).unwrap();
    assert_eq!(held.inputs::<f64>(train.x()).unwrap(), mat![[0.0, 2.0], [9.0, 9.0]]);
}

/// Other targets than the one in training are not what was predicted.
/// What rounding leaves of a target is not what a network is to learn.
#[test]
fn a_target_that_is_constant_but_for_rounding_is_one() {
    let value = |k: usize, j: usize| if k == 0 { 1.0 + (j % 3) as f64 * 1e-14 } else { j as f64 };
    let x = Mat::from_fn(1, 30, |_, j| j as f64);
    let data = Dataset::regression(x, Mat::from_fn(2, 30, value)).unwrap();
    let preparation = Preparation::fit(["none"], &data).unwrap();
    assert_eq!(preparation.target_scale().unwrap().scale()[0], 1.0);
    let prepared = preparation.dataset::<f64>(&data).unwrap();
    let prepared = prepared.values().unwrap();
    assert!((0..30).all(|j| prepared[(0, j)] == 0.0));
    assert!((prepared[(1, 0)] + prepared[(1, 29)]).abs() < 1e-15 && prepared[(1, 0)] < -1.5);
    // Others may differ later, and do.
    let new = Dataset::regression(mat![[0.0, 1.0]], mat![[1.0, 3.0], [0.0, 0.0]]).unwrap();
    let new = preparation.dataset::<f64>(&new).unwrap();
    let (first, second) = (new.values().unwrap()[(0, 0)], new.values().unwrap()[(0, 1)]);
    assert!(first.abs() < 2e-14 && (second - 2.0).abs() < 2e-14);

    let predictor = Predictor::<f32>::new(preparation, Mlp::regressor(1, 2).hidden([3])).unwrap();
    let evaluation = predictor.evaluate(&data, &Threads::single()).unwrap();
    // The mean of 0 and of that of the other output.
    let Evaluation::Regression { r2, .. } = evaluation else { panic!("these are values") };
    assert!(r2.abs() < 1e6, "{r2:e}");
}

#[test]
fn a_constant_target_has_scale_1() {
    for target in [300.0, 1e15] {
        let train = Dataset::regression(mat![[1.0, 3.0]], mat![[target, target]]).unwrap();
        let preparation = Preparation::fit(["standardize"], &train).unwrap();
        let other = Dataset::regression(mat![[2.0]], mat![[target + 4.0]]).unwrap();
        assert_eq!(preparation.dataset::<f64>(&other).unwrap().values().unwrap(), mat![[4.0]]);
    }
    // Of large targets a few units apart, the deviation.
    let train = Dataset::regression(mat![[1.0, 3.0]], mat![[1e15 - 2.0, 1e15 + 2.0]]).unwrap();
    let preparation = Preparation::fit(["standardize"], &train).unwrap();
    assert_eq!(preparation.target_scale().unwrap().scale(), [2.0]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let classes = Dataset::classification(mat![[0.0, 2.0]], vec![0, 1], 2).unwrap();
    let values = Dataset::regression(mat![[0.0, 2.0]], mat![[1.0, 2.0], [3.0, 4.0]]).unwrap();
    let for_classes = Preparation::fit(["none"], &classes).unwrap();
    let for_values = Preparation::fit(["none"], &values).unwrap();
    let message = |result: Result<Predictor<f32>, ModelError>| result.unwrap_err().to_string();
    assert_eq!(
        message(Predictor::new(for_classes.clone(), Mlp::classifier(3, 2))),
        "Predictor: expected 1 inputs, got 3"
    );
    assert_eq!(
        message(Predictor::new(for_classes.clone(), Mlp::classifier(1, 3))),
        "Predictor: expected 2 outputs, got 3"
    );
    let three = Dataset::classification(mat![[0.0, 2.0, 1.0]], vec![0, 1, 2], 3).unwrap();
    let for_three = Preparation::fit(["none"], &three).unwrap();
    assert_eq!(
        message(Predictor::new(for_three, Mlp::binary_classifier(1))),
        "logistic: expected 2 classes, got 3"
    );
    assert_eq!(
        message(Predictor::new(for_classes.clone(), Mlp::classifier(1, 2).loss("hinge"))),
        "Predictor: expected 1 outputs, got 2"
    );
    assert_eq!(
        message(Predictor::new(for_classes.clone(), Mlp::regressor(1, 2))),
        "the targets must be real values, but they are classes"
    );
    assert_eq!(
        message(Predictor::new(for_values.clone(), Mlp::regressor(1, 2).loss("svm"))),
        "the targets must be classes, but they are real values"
    );
    assert_eq!(
        message(Predictor::new(
            for_classes.clone(),
            Mlp::classifier(1, 2).loss("softmax(class-weights=list(1, 2, 3))")
        )),
        "softmax: expected 2 class weights, got 3"
    );
    let model = Mlp::classifier(2, 2).build::<f32>().unwrap();
    assert_eq!(
        message(Predictor::new(for_classes.clone(), model)),
        "Predictor: expected 1 inputs, got 2"
    );

    let predictor = Predictor::<f32>::new(for_classes, Mlp::classifier(1, 2)).unwrap();
    let threads = Threads::single();
    let error = predictor.evaluate(&values, &threads).unwrap_err().to_string();
    assert_eq!(error, "the targets must be classes, but they are real values");
    let error = predictor.predict(Mat::zeros(2, 1).as_ref(), &threads).unwrap_err().to_string();
    assert_eq!(error, "transform: expected 1 features, got 2");
    let scale = for_values.target_scale().cloned();
    let pipeline = for_values.pipeline().clone();
    let parts = |features: &[&str], outputs: &[&str]| {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let (features, outputs) = (names(features), names(outputs));
        Preparation::from_parts(features, "y".into(), outputs, pipeline.clone(), scale.clone())
    };
    assert!(parts(&["a"], &["y", "z"]).is_ok());
    assert!(parts(&["a", "b"], &["y", "z"]).unwrap_err().to_string().contains("feature names"));
    assert!(parts(&["a"], &["y"]).unwrap_err().to_string().contains("output names"));
}
