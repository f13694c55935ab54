//! Numbers that become infinite or NaN in training, in validation, and where a model is scored:
//! an error or a finding, and never a model that cannot be used.

use densely_data::{DataError, Dataset};
use densely_layers::{Layer, Linear, Relu, Sequential};
use densely_loss::SoftmaxCrossEntropy;
use densely_models::{CrossValidation, Finding, Mlp, Model, ModelError, Overflow, Stop, Trainer};
use densely_optim::{OptimError, Optimizer, Plateau, Sgd};
use densely_tensor::{Mat, mat};

fn data() -> Dataset<f32> {
    let x = Mat::from_fn(2, 40, |i, j| ((i + 2) * (j + 1) % 11) as f32 / 5.0 - 1.0);
    let labels = (0..40).map(|j| usize::from(x[(0, j)] + x[(1, j)] > 0.2)).collect();
    Dataset::classification(x, labels, 2).unwrap()
}

fn mlp() -> Mlp {
    Mlp::classifier(2, 2).hidden([8])
}

fn weights(model: &Model<f32>) -> Vec<Mat<f32>> {
    let mut weights = Vec::new();
    model.network().visit_params(&mut |param| weights.push(param.value.clone()));
    weights
}

/// The same data with one value that makes scores overflow.
fn overflowing() -> Dataset<f32> {
    let x = Mat::from_fn(2, 40, |i, j| if j == 3 { 3e38 } else { data().x()[(i, j)] });
    Dataset::classification(x, data().labels().unwrap().to_vec(), 2).unwrap()
}

#[test]
fn where_no_validation_loss_is_finite_the_last_weights_are_kept() {
    let (train, validation) = (data(), overflowing());
    let trainer = || Trainer::new(Sgd::new(0.1)).epochs(6);
    let mut model = mlp().build().unwrap();
    let history = trainer().validation_data(&validation).fit(&mut model, &train).unwrap();
    let mut unvalidated = mlp().build().unwrap();
    trainer().fit(&mut unvalidated, &train).unwrap();
    assert_eq!(weights(&model), weights(&unvalidated));
    assert_eq!((history.kept_epoch, history.stop), (6, Stop::Epochs));
    for epoch in &history.epochs {
        assert!(!epoch.best && !epoch.validation.unwrap().loss().is_finite(), "{epoch:?}");
    }
    let findings = history.diagnosis().findings;
    assert!(findings.contains(&Finding::ValidationNotFinite { epochs: 6, of: 6 }), "{findings:?}");
    // Also where nobody watches.
    let trainer = trainer().validation_data(&validation).monitor(false).patience(4);
    let history = trainer.fit(&mut mlp().build().unwrap(), &train).unwrap();
    assert_eq!((history.kept_epoch, history.stop), (4, Stop::Patience));
    assert_eq!(history.diagnosis().findings, [Finding::ValidationNotFinite { epochs: 4, of: 4 }]);
}

#[test]
fn fractions_that_are_none() {
    for fraction in [f64::NAN, -1.0, -1e-300, 1.0, 7.0, f64::INFINITY] {
        let mut model = mlp().build().unwrap();
        let validation = data();
        let trainer = || Trainer::new(Sgd::new(0.1)).validation(fraction);
        for trainer in [trainer(), trainer().validation_data(&validation), trainer().patience(3)] {
            let error = trainer.fit(&mut model, &data()).unwrap_err();
            assert!(
                matches!(error, ModelError::Data(DataError::Fraction(_))),
                "{fraction}: {error}"
            );
        }
        assert_eq!(weights(&model), weights(&mlp().build().unwrap()));
    }
}

/// No later step would have seen it.
#[test]
fn a_last_update_that_makes_weights_infinite_is_a_divergence() {
    for monitor in [true, false] {
        let trainer = Trainer::new(Sgd::new(1e39)).epochs(1).batch_size(100).monitor(monitor);
        let error = trainer.fit(&mut mlp().build().unwrap(), &data()).unwrap_err();
        let message = error.to_string();
        let ModelError::Diverged { epoch: 1, step: 1, overflow, loss, layer, .. } = error else {
            panic!("{error:?}")
        };
        assert!(overflow == Overflow::Weights && loss.is_finite() && layer == Some(1), "{message}");
        let expected = "weights became infinite or NaN in epoch 1, step 1: training diverged; \
                        lower the learning rate (it is 1e39); layer 1 has the first weights out of \
                        range";
        assert_eq!(message, expected);
    }
}

/// Units that never act again hide their weights from every loss.
#[test]
fn weights_of_dead_units_are_checked_too() {
    let first = Linear::from_parts(mat![[1.0_f32], [1.0]], mat![[0.0_f32], [-2e38]]).unwrap();
    let last = Linear::from_parts(mat![[1.0_f32, 0.0], [0.0, 1.0]], Mat::zeros(2, 1)).unwrap();
    let network =
        Sequential::new(1).and_then(|network| network.with(first)?.with(Relu)?.with(last)).unwrap();
    let mut model = Model::new(network, SoftmaxCrossEntropy::new());
    model.network_mut().visit_params_mut(&mut |param| {
        if param.name == "bias" && param.value[(1, 0)] < 0.0 {
            param.value[(1, 0)] = f32::NEG_INFINITY;
        }
    });
    let data = Dataset::classification(mat![[1.0_f32, -1.0]], vec![0, 1], 2).unwrap();
    let error = Trainer::new(Sgd::new(0.1)).epochs(3).fit(&mut model, &data).unwrap_err();
    let ModelError::Diverged { epoch: 1, overflow: Overflow::Weights, layer: Some(1), .. } = error
    else {
        panic!("{error:?}")
    };
}

#[test]
fn the_best_weights_are_put_back_after_any_divergence() {
    let validation = data();
    // Three good epochs of two steps, and then one step that is too long.
    let jump = |t: f64, _: f64| if t < 3.5 { 1.0 } else { 1e40 };
    let trainer = || Trainer::new(Sgd::new(0.05)).batch_size(20).validation_data(&validation);
    let mut diverged = mlp().build().unwrap();
    let error = trainer().epochs(9).schedule(jump).fit(&mut diverged, &data()).unwrap_err();
    let ModelError::Diverged { epoch: 4, step: 2, overflow: Overflow::Weights, .. } = error else {
        panic!("{error:?}")
    };
    let mut kept = mlp().build().unwrap();
    let history = trainer().epochs(3).fit(&mut kept, &data()).unwrap();
    assert_eq!(weights(&diverged), weights(&kept));
    assert_eq!(history.kept_epoch, 3, "the loss still falls");
}

/// The gradient of the first weights is too large, and no score is.
#[test]
fn a_gradient_that_overflows_where_the_loss_does_not() {
    let first = Linear::from_parts(mat![[0.0]], mat![[1e-290]]).unwrap();
    let last = Linear::from_parts(mat![[1e300], [-1e300]], Mat::zeros(2, 1)).unwrap();
    let network =
        Sequential::new(1).and_then(|network| network.with(first)?.with(Relu)?.with(last)).unwrap();
    let mut model = Model::new(network, SoftmaxCrossEntropy::new());
    let data = Dataset::classification(mat![[1e10, 1e10]], vec![1, 0], 2).unwrap();
    let trainer = Trainer::new(Sgd::new(0.1).clip_norm(1.0));
    let error = trainer.fit(&mut model, &data).unwrap_err();
    let message = error.to_string();
    let ModelError::Diverged { overflow: Overflow::Gradient, loss, .. } = error else {
        panic!("{error:?}")
    };
    assert!((loss / 1e10 - 1.0).abs() < 1e-6, "{message}");
    assert!(message.starts_with("the gradient became infinite or NaN in epoch 1, step 1"));
    assert!(!message.contains("learning rate"), "{message}");
}

#[test]
fn a_schedule_may_end_at_0() {
    // The rate is 0 from the fifth of eight epochs on.
    let stops = |t: f64, _: f64| if t < 4.0 { 1.0 } else { 0.0 };
    let trainer = |epochs| Trainer::new(Sgd::new(0.1).momentum(0.9)).epochs(epochs).batch_size(16);
    let (mut stopped, mut short) = (mlp().build().unwrap(), mlp().build().unwrap());
    let history = trainer(8).schedule(stops).fit(&mut stopped, &data()).unwrap();
    trainer(4).fit(&mut short, &data()).unwrap();
    assert_eq!(weights(&stopped), weights(&short));
    assert_eq!((history.epochs[3].learning_rate, history.last().learning_rate), (0.1, 0.0));
    // A rate that was 0 before is a mistake still.
    let error = Trainer::new(Sgd::new(0.0)).schedule(stops).fit(&mut short, &data());
    assert!(matches!(error, Err(ModelError::Optim(OptimError::Option { .. }))), "{error:?}");
}

#[test]
fn schedules_are_looked_at_before_training() {
    for late in [f64::NAN, -1e-3, f64::INFINITY] {
        let schedule = move |t: f64, end: f64| if t < end - 0.7 { 1.0 } else { late };
        let trainer = Trainer::new(Sgd::new(0.1)).epochs(5).batch_size(10).schedule(schedule);
        let mut model = mlp().build().unwrap();
        let error = trainer.fit(&mut model, &data()).unwrap_err().to_string();
        let expected = "the factor of the schedule must be at least 0 and finite, got ";
        assert!(error.starts_with(expected), "{error}");
        assert_eq!(weights(&model), weights(&mlp().build().unwrap()));
    }
    for decay in [f64::NAN, 0.0, -1.0, 1.5] {
        let trainer = Trainer::new(Sgd::new(0.1)).validation(0.5).plateau(Plateau::new(decay, 2));
        let error = trainer.fit(&mut mlp().build().unwrap(), &data()).unwrap_err();
        assert!(matches!(error, ModelError::Optim(OptimError::Option { .. })), "{decay}: {error}");
    }
}

/// Where each output is a number, and its squared error is none in `f64`.
#[test]
fn a_loss_that_overflows_on_held_out_data_is_no_score() {
    let y = Mat::from_fn(1, 40, |_, j| if j == 13 { 1e200 } else { (j % 5) as f64 });
    let data = Dataset::regression(Mat::from_fn(1, 40, |_, j| (j % 7) as f64), y).unwrap();
    let search = CrossValidation::new(4)
        .search(&data, [4], |&width: &usize, train: &Dataset<f64>| {
            let mlp = Mlp::regressor(train.features(), 1).hidden([width]);
            (mlp, Trainer::new(Sgd::new(0.001)).epochs(2))
        })
        .unwrap();
    let error = search.trials()[0].scores.as_ref().unwrap_err();
    assert!(matches!(error, ModelError::HeldOutLoss { .. }), "{error}");
}

/// A network whose outputs are NaN for an example must not count it as of the first class,
/// which most examples are of.
#[test]
fn a_candidate_with_a_score_that_is_nan_does_not_win() {
    let labels: Vec<usize> = (0..60).map(|j| usize::from(j % 5 == 0)).collect();
    let x = Mat::from_fn(2, 60, |i, j| match (i, j) {
        (0, 13) => 1.6e39,
        (1, 13) => -1.6e39,
        _ => ((3 * i + 7 * j) % 17) as f64,
    });
    let data = Dataset::classification(x, labels, 2).unwrap();
    let candidates = ["relu", "tanh"];
    let search = CrossValidation::new(4)
        .search(&data, candidates, |&activation, train: &Dataset<f32>| {
            let mlp = Mlp::classifier(train.features(), 2).hidden([16]).activation(activation);
            (mlp, Trainer::new(Sgd::new(0.01)).epochs(2))
        })
        .unwrap();
    let error = search.trials()[0].scores.as_ref().unwrap_err();
    assert!(matches!(error, ModelError::NotFiniteOutput { .. }), "{error}");
    assert_eq!(search.best().unwrap().options, "tanh");
}

/// In `f32`, the square of 1e20 is infinite. What is known of each epoch is the mean in `f64`, as it
/// is at the end.
#[test]
fn validation_losses_are_finite_where_f64_has_them() {
    let x = Mat::from_fn(1, 40, |_, j| (j % 7) as f32);
    let train = Dataset::regression(x.clone(), Mat::from_fn(1, 40, |_, j| (j % 5) as f32)).unwrap();
    let y = Mat::from_fn(1, 40, |_, j| if j == 13 { 1e20_f32 } else { (j % 5) as f32 });
    let validation = Dataset::regression(x, y).unwrap();
    let mut model = Mlp::regressor(1, 1).hidden([4]).build::<f32>().unwrap();
    let trainer = Trainer::new(Sgd::new(0.001)).epochs(3).validation_data(&validation);
    let history = trainer.fit(&mut model, &train).unwrap();
    for epoch in &history.epochs {
        let loss = epoch.validation.unwrap().loss();
        assert!((loss / 2.5e38 - 1.0).abs() < 1e-6, "{loss:e}");
    }
}
