//! Training: gradients of whole models, the effect of every option, and reproducibility.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use densely_data::{Dataset, digits};
use densely_layers::{At, Layer, LayerKinds};
use densely_loss::{LossKinds, TargetKind, Targets};
use densely_models::{
    LinearClassifier, Mlp, Model, Preparation, Stop, Trainer, TrainingStep, Workspace,
};
use densely_optim::Sgd;
use densely_tensor::{Key, Mat, MatRef, Purpose, Scalar, Stream, Threads, mat};
use proptest::prelude::*;

/// The bits of every parameter.
fn weights<T: Scalar>(model: &Model<T>) -> Vec<u8> {
    let mut bytes = Vec::new();
    model.network().visit_params(&mut |param| {
        for j in 0..param.value.ncols() {
            for i in 0..param.value.nrows() {
                bytes.extend(param.value[(i, j)].to_le_bytes().as_ref());
            }
        }
    });
    bytes
}

fn gradients(model: &Model<f64>) -> Vec<Mat<f64>> {
    let mut gradients = Vec::new();
    model.network().visit_params(&mut |param| gradients.push(param.grad.clone()));
    gradients
}

fn shift(model: &mut Model<f64>, parameter: usize, (i, j): (usize, usize), h: f64) {
    let mut index = 0;
    model.network_mut().visit_params_mut(&mut |param| {
        if index == parameter {
            param.value[(i, j)] += h;
        }
        index += 1;
    });
}

const SMOOTH: [&str; 7] = ["tanh", "sigmoid", "identity", "gelu", "gelu-tanh", "silu", "softplus"];

const SMOOTH_LOSSES: [&str; 5] = ["softmax", "softmax(0.2)", "logistic", "mse", "huber(100.0)"];

proptest! {
    /// The gradient of the mean loss of a whole model with respect to each parameter,
    /// norm-wise against differences of the fourth order.
    #[test]
    fn gradients_of_the_mean_loss(
        inputs in 1_usize..5, hidden in prop::collection::vec(1_usize..6, 0..3),
        outputs in 1_usize..4, n in 2_usize..6, activation in 0_usize..7, loss in 0_usize..5,
        seed: u64,
    ) {
        let loss = SMOOTH_LOSSES[loss];
        let made = LossKinds::<f64>::new().get(loss).unwrap();
        let classify = made.target_kind() == TargetKind::Labels;
        let classes = made.classes(outputs);
        let outputs = made.outputs(outputs);
        let mlp = Mlp::classifier(inputs, outputs).loss(loss);
        let mixed: Vec<_> = (0..hidden.len()).map(|i| SMOOTH[(activation + 3 * i) % 7]).collect();
        let mlp = mlp.hidden(hidden).activations(mixed).seed(seed);
        let mut model = mlp.build::<f64>().unwrap();
        let mut stream = Stream::new(seed, Purpose::Other, Key::default());
        let x: Mat<f64> = Mat::from_fn(inputs, n, |_, _| stream.normal());
        let values: Mat<f64> = Mat::from_fn(outputs, n, |_, _| stream.normal());
        let labels: Vec<usize> = (0..n).map(|_| stream.below(classes)).collect();
        let targets =
            if classify { Targets::Labels(&labels) } else { Targets::Values(values.as_ref()) };
        let (error, parameter) = worst_gradient(&mut model, x.as_ref(), targets);
        prop_assert!(error < 1.0, "{parameter}: {error}");
    }
}

/// The step of central differences.
const H: f64 = 2e-5;

/// The largest distance of a parameter's gradient from central differences of the mean
/// loss, extrapolated to the fourth order, norm-wise, in units of what is tolerated: 1e-8, and
/// 1e-10 for the rounding of differences where a gradient is 0, as for one class.
fn worst_gradient(
    model: &mut Model<f64>,
    x: MatRef<'_, f64>,
    targets: Targets<'_, f64>,
) -> (f64, usize) {
    let loss = |model: &mut Model<f64>| {
        let (mut step, threads) = (TrainingStep::new(), Threads::single());
        let at = At { seed: 1, step: 1, ..At::default() };
        step.gradients(model, x, targets, at, &threads).unwrap()
    };
    loss(model);
    let mut worst = (0.0, 0);
    for (parameter, gradient) in gradients(model).iter().enumerate() {
        let numeric = Mat::from_fn(gradient.nrows(), gradient.ncols(), |i, j| {
            let mut difference = |h: f64| {
                shift(model, parameter, (i, j), h);
                let above = loss(model);
                shift(model, parameter, (i, j), -2.0 * h);
                let below = loss(model);
                shift(model, parameter, (i, j), h);
                (above - below) / (2.0 * h)
            };
            // The error of each, h² f''' / 6, is more than is tolerated where an input is large.
            (4.0 * difference(H) - difference(2.0 * H)) / 3.0
        });
        let norm = gradient.norm_l2() + numeric.norm_l2();
        let error = (gradient - &numeric).norm_l2() / (1e-8 * norm + 1e-10);
        if error > worst.0 || error.is_nan() {
            worst = (error, parameter);
        }
    }
    worst
}

/// Activations with kinks, learned slopes, pieces, dropout and noise. A value within a step
/// of a kink spoils a difference; it will not be there for all of several seeds.
#[test]
fn gradients_of_every_activation_with_dropout_and_noise() {
    let all = LayerKinds::<f64>::new().activation_names();
    for (index, &activation) in all.iter().enumerate() {
        let other = all[(index + 5) % all.len()];
        for (dropout, noise) in [(0.0, 0.0), (0.3, 0.0), (0.0, 0.5), (0.5, 0.5)] {
            let mlp = Mlp::classifier(4, 3)
                .hidden([6, 5])
                .activations([activation, other])
                .dropout(dropout)
                .input_noise(noise);
            let error = (1..4).map(|seed| error_with_seed(&mlp, seed)).fold(f64::NAN, f64::min);
            assert!(error < 1.0, "{activation}, {other}, {dropout}, {noise}: {error}");
        }
    }
}

fn error_with_seed(mlp: &Mlp, seed: u64) -> f64 {
    let mut model = mlp.clone().seed(seed).build::<f64>().unwrap();
    let mut stream = Stream::new(seed, Purpose::Other, Key::default());
    // Biases of 0 would put the units after dead or dropped ones on their kink.
    model.network_mut().visit_params_mut(&mut |param| {
        if param.name == "bias" {
            param.value = Mat::from_fn(param.value.nrows(), 1, |_, _| stream.normal());
        }
    });
    let x: Mat<f64> = Mat::from_fn(4, 7, |_, _| stream.normal());
    let labels = [0, 1, 2, 1, 0, 2, 2];
    worst_gradient(&mut model, x.as_ref(), (&labels[..]).into()).0
}

fn some_digits<T: Scalar>(n: usize) -> Dataset<T> {
    digits().subset(&(0..n).collect::<Vec<_>>()).unwrap().cast().unwrap()
}

fn same_bits_at_any_thread_count<T: Scalar>(batch_size: usize) {
    let data = some_digits::<T>(300);
    let run = |threads: usize| {
        // As many units as make a step worth several threads.
        let mlp = Mlp::classifier(64, 10).hidden([230, 170]).dropout(0.2).input_noise(0.1);
        let mixed = ["relu", "prelu"];
        let mut model = mlp.activations(mixed).seed(7).build::<T>().unwrap();
        let threads = Threads::new(threads).unwrap();
        let sgd = Sgd::new(0.001).momentum(0.9).weight_decay(1e-3);
        let trainer = Trainer::new(sgd).epochs(2).batch_size(batch_size).validation(0.2).seed(7);
        let history = trainer.threads(threads.clone()).fit(&mut model, &data).unwrap();
        (weights(&model), history, model.scores(data.x(), &threads).unwrap())
    };
    let one = run(1);
    for threads in [2, 3, 16] {
        assert_eq!(run(threads), one, "{} threads, {}, batch {batch_size}", threads, T::NAME);
    }
    assert_eq!(run(1), one, "the same seed, again");
}

#[test]
fn threads_do_not_change_the_bits() {
    for batch_size in [1, 32, 130, 240, 1000] {
        same_bits_at_any_thread_count::<f32>(batch_size);
        same_bits_at_any_thread_count::<f64>(batch_size);
    }
}

#[test]
fn seeds_change_the_weights_and_the_order() {
    let data = some_digits::<f32>(100);
    let run = |weight_seed, seed| {
        let mut model = Mlp::classifier(64, 10).hidden([8]).seed(weight_seed).build().unwrap();
        Trainer::new(Sgd::new(0.01)).epochs(1).seed(seed).fit(&mut model, &data).unwrap();
        weights(&model)
    };
    assert_eq!(run(1, 1), run(1, 1));
    assert_ne!(run(1, 1), run(2, 1));
    assert_ne!(run(1, 1), run(1, 2));
}

/// Draws are for training: a model predicts as if there were none of them. They depend on
/// the seed of the run, the epoch and the step.
#[test]
fn dropout_and_noise_are_for_training() {
    let data = some_digits::<f64>(100);
    let plain = || Mlp::classifier(64, 10).hidden([30]).activation("tanh");
    let threads = Threads::single();
    let noisy = || plain().dropout(0.5).input_noise(1.0).build::<f64>().unwrap();
    let scores = |model: &Model<f64>| model.scores(data.x(), &threads).unwrap();
    assert_eq!(scores(&noisy()), scores(&plain().build().unwrap()));
    let loss = |seed, epoch, step| {
        let at = At { seed, epoch, step, ..At::default() };
        let targets = data.labels().unwrap().into();
        TrainingStep::new().gradients(&mut noisy(), data.x(), targets, at, &threads).unwrap()
    };
    let first = loss(1, 1, 1);
    assert_eq!(first, loss(1, 1, 1));
    for other in [loss(2, 1, 1), loss(1, 2, 1), loss(1, 1, 2)] {
        assert_ne!(first, other);
    }
    assert_ne!(first, noisy().evaluate(&data).unwrap().loss());
}

/// For a linear model, noise on the inputs is weight decay in expectation: it adds
/// `σ² |w|²` to the mean squared error.
#[test]
fn input_noise_adds_the_penalty_that_theory_says() {
    let (n, sigma) = (40_000, 0.3);
    let mut model = Mlp::regressor(3, 1).input_noise(sigma).seed(4).build::<f64>().unwrap();
    let x = Mat::from_fn(3, n, |i, j| ((i + 1) as f64 * j as f64 * 0.37).sin());
    let targets = Mat::zeros(1, n);
    let data = Dataset::regression(x.clone(), targets.clone()).unwrap();
    let clean = model.evaluate(&data).unwrap().loss();
    let noisy = TrainingStep::new()
        .gradients(
            &mut model,
            x.as_ref(),
            targets.as_ref().into(),
            At::default(),
            &Threads::single(),
        )
        .unwrap();
    let mut norm = 0.0;
    model.network().visit_params(&mut |param| {
        if param.decay {
            norm += param.value.squared_norm_l2();
        }
    });
    let penalty = sigma * sigma * norm;
    // Five standard errors of the estimate, whose terms are 2 r σ w·ε and (σ w·ε)².
    let bound =
        10.0 * (norm * clean / n as f64).sqrt() * sigma + 10.0 * penalty / (n as f64).sqrt();
    assert!((noisy - clean - penalty).abs() < bound, "{noisy} {clean} {penalty} {bound}");
    assert!(bound < 0.3 * penalty, "the test could not tell: {bound} {penalty}");
}

/// A whole weight is as good as so many copies of an example, but for the number of
/// examples that the mean is taken over; through the preparation, the batches and the step.
#[test]
fn weights_count_examples_several_times() {
    let data = some_digits::<f64>(12);
    let weights = [2.0, 1.0, 0.0, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 1.0];
    let copies: Vec<usize> = (0..12).flat_map(|j| vec![j; weights[j] as usize]).collect();
    let preparation = Preparation::fit(["center"], &data).unwrap();
    let prepare = |data: &Dataset<f64>| preparation.dataset::<f64>(data).unwrap();
    let weighted = prepare(&data.clone().with_weights(weights).unwrap());
    let repeated = prepare(&data.subset(&copies).unwrap());
    let train = |data: &Dataset<f64>, learning_rate| {
        let mut model = Mlp::classifier(64, 10).hidden([5]).seed(2).build::<f64>().unwrap();
        let loss = model.evaluate(data).unwrap().loss();
        let trainer = Trainer::new(Sgd::new(learning_rate)).epochs(1).batch_size(100);
        trainer.fit(&mut model, data).unwrap();
        (loss * data.len() as f64, model.scores(data.x(), &Threads::single()).unwrap())
    };
    let (sum, scores) = train(&weighted, 0.12);
    let (sum_of_copies, scores_of_copies) = train(&repeated, 0.01 * copies.len() as f64);
    assert!((sum / sum_of_copies - 1.0).abs() < 1e-13, "{sum} {sum_of_copies}");
    for (k, &j) in copies.iter().enumerate() {
        let difference = (scores.col(j) - scores_of_copies.col(k)).norm_max();
        assert!(difference < 1e-12, "example {j}: {difference}");
    }
}

fn xor() -> Dataset<f64> {
    let x = mat![[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0]];
    Dataset::classification(x, vec![0, 1, 1, 0], 2).unwrap()
}

/// What a linear classifier cannot do at all, and a hidden layer makes easy.
#[test]
fn a_hidden_layer_learns_exclusive_or() {
    let train = |mut model: Model<f64>| {
        Trainer::new(Sgd::new(0.5).momentum(0.9)).epochs(200).fit(&mut model, &xor()).unwrap();
        model.evaluate(&xor()).unwrap().score()
    };
    assert!(train(LinearClassifier::softmax(2, 2).build().unwrap()) <= 0.75);
    let hidden = Mlp::classifier(2, 2).hidden([8]).activation("tanh");
    assert_eq!(train(hidden.build().unwrap()), 1.0);
    assert_eq!(train(hidden.loss("svm").build().unwrap()), 1.0);
}

#[test]
fn linear_regression_finds_the_line() {
    let x = Mat::from_fn(2, 50, |i, j| ((i + 1) as f64 * j as f64 * 0.7).sin());
    let y = Mat::from_fn(1, 50, |_, j| 3.0 * x[(0, j)] - 2.0 * x[(1, j)] + 0.5);
    let data = Dataset::regression(x, y).unwrap();
    let mut model = Mlp::regressor(2, 1).build::<f64>().unwrap();
    Trainer::new(Sgd::new(0.1).momentum(0.9)).epochs(300).fit(&mut model, &data).unwrap();
    let evaluation = model.evaluate(&data).unwrap();
    assert!(evaluation.score() > 1.0 - 1e-12, "{evaluation:?}");
    let threads = Threads::single();
    let origin = model.scores(Mat::zeros(2, 1).as_ref(), &threads).unwrap();
    assert!((origin[(0, 0)] - 0.5).abs() < 1e-6);
}

/// A single neuron: the decision is at probability ½, or at score 0, and the two
/// probabilities add to one.
#[test]
fn a_single_neuron_is_a_classifier() {
    let x = Mat::from_fn(2, 60, |i, j| ((i + 2) as f64 * j as f64 * 0.7).sin());
    let labels = (0..60).map(|j| usize::from(x[(0, j)] - 2.0 * x[(1, j)] > 0.1)).collect();
    let data = Dataset::classification(x, labels, 2).unwrap();
    let threads = Threads::single();
    for classifier in [LinearClassifier::logistic(2), LinearClassifier::binary_svm(2)] {
        let mut model = classifier.build::<f64>().unwrap();
        assert_eq!((model.parameters(), model.outputs()), (3, 1));
        Trainer::new(Sgd::new(0.1).momentum(0.9)).epochs(200).fit(&mut model, &data).unwrap();
        let accuracy = model.evaluate(&data).unwrap().score();
        assert!(accuracy > 0.95, "{classifier:?}: {accuracy}");
        let scores = model.scores(data.x(), &threads).unwrap();
        let classes = model.classify(data.x(), &threads).unwrap();
        let right = classes.iter().zip(data.labels().unwrap()).filter(|(a, b)| a == b).count();
        assert_eq!(right as f64 / 60.0, accuracy);
        assert!((0..60).all(|j| classes[j] == usize::from(scores[(0, j)] > 0.0)));
        match model.probabilities(data.x(), &threads).unwrap() {
            None => assert_eq!(classifier, LinearClassifier::binary_svm(2)),
            Some(p) => {
                assert_eq!(p.shape(), (2, 60));
                for j in 0..60 {
                    assert!((p[(0, j)] + p[(1, j)] - 1.0).abs() <= f64::EPSILON);
                    assert_eq!(classes[j], usize::from(p[(1, j)] > 0.5));
                }
            }
        }
    }
}

#[test]
fn linear_classifiers_learn_digits() {
    let (train, test) = some_digits::<f32>(1500).split(0.3, 1).unwrap();
    for classifier in [LinearClassifier::softmax(64, 10), LinearClassifier::svm(64, 10)] {
        let mut model = classifier.build().unwrap();
        let sgd = Sgd::new(0.001).momentum(0.9).weight_decay(0.01);
        Trainer::new(sgd).epochs(20).fit(&mut model, &train).unwrap();
        let accuracy = model.evaluate(&test).unwrap().score();
        assert!(accuracy > 0.92, "{classifier:?}: {accuracy}");
    }
}

#[test]
fn early_stopping_keeps_the_best_weights() {
    let (train, validation) = some_digits::<f64>(200).split(0.5, 1).unwrap();
    let mut model = Mlp::classifier(64, 10).hidden([30]).build().unwrap();
    let mut seen = Vec::new();
    let history = Trainer::new(Sgd::new(0.02).momentum(0.9))
        .epochs(400)
        .validation_data(&validation)
        .patience(5)
        .on_epoch(|epoch, _| {
            seen.push(*epoch);
            ControlFlow::Continue(())
        })
        .fit(&mut model, &train)
        .unwrap();
    assert_eq!(history.stop, Stop::Patience);
    assert_eq!(seen, history.epochs);
    assert_eq!(history.kept_epoch + 5, history.epochs.len());
    let lowest = history.epochs.iter().map(|epoch| epoch.validation.unwrap().loss());
    assert_eq!(history.kept().validation.unwrap().loss(), lowest.fold(f64::INFINITY, f64::min));
    assert_eq!(model.evaluate(&validation).unwrap(), history.kept().validation.unwrap());
}

#[test]
fn a_callback_ends_training() {
    let mut model = Mlp::classifier(2, 2).build().unwrap();
    let trainer = Trainer::new(Sgd::new(0.1)).on_epoch(|epoch, _| match epoch.epoch {
        3 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    let history = trainer.fit(&mut model, &xor()).unwrap();
    assert_eq!((history.epochs.len(), history.stop), (3, Stop::Callback));
    assert_eq!(history.kept_epoch, 3);
}

/// As it is at the end of the epoch: in the best one, as it is in the end.
#[test]
fn a_callback_sees_the_model() {
    let (train, validation) = some_digits::<f64>(200).split(0.5, 1).unwrap();
    let mut model = Mlp::classifier(64, 10).hidden([30]).build().unwrap();
    let (mut best, mut last) = (None, None);
    let history = Trainer::new(Sgd::new(0.02).momentum(0.9))
        .epochs(400)
        .validation_data(&validation)
        .patience(5)
        .on_epoch(|epoch, model| {
            let evaluation = model.evaluate(&validation).unwrap();
            assert_eq!(Some(evaluation), epoch.validation);
            last = Some(epoch.epoch);
            if epoch.best {
                best = Some((epoch.epoch, evaluation));
            }
            ControlFlow::Continue(())
        })
        .fit(&mut model, &train)
        .unwrap();
    assert_eq!(best, Some((history.kept_epoch, model.evaluate(&validation).unwrap())));
    assert_eq!(last, Some(history.epochs.len()));
}

/// The step that is being made is finished, and counts.
#[test]
fn a_flag_ends_training_within_an_epoch() {
    let data = some_digits::<f64>(200);
    let build = || Mlp::classifier(64, 10).hidden([30]).build().unwrap();
    let trainer = || Trainer::new(Sgd::new(0.02)).batch_size(1).seed(3);
    let stop = AtomicBool::new(true);
    let mut model = build();
    let history = trainer().stop_flag(&stop).fit(&mut model, &data).unwrap();
    assert_eq!((history.stop, history.epochs.len(), history.kept_epoch), (Stop::Interrupted, 1, 1));
    // It is the model after one step: that of the first example in the order of the seed.
    let mut after = Vec::new();
    for example in 0..200 {
        let one = data.subset(&[example]).unwrap();
        let mut stepped = build();
        trainer().epochs(1).fit(&mut stepped, &one).unwrap();
        after.push(stepped.evaluate(&data).unwrap());
    }
    let evaluation = model.evaluate(&data).unwrap();
    assert_eq!(after.iter().filter(|&&other| other == evaluation).count(), 1);

    // With validation, the best weights are kept as after any other epoch.
    let (train, validation) = data.split(0.5, 1).unwrap();
    let stop = AtomicBool::new(false);
    let mut model = build();
    let history = Trainer::new(Sgd::new(0.02).momentum(0.9))
        .epochs(400)
        .validation_data(&validation)
        .stop_flag(&stop)
        .on_epoch(|epoch, _| {
            stop.store(epoch.epoch == 7, Ordering::Relaxed);
            ControlFlow::Continue(())
        })
        .fit(&mut model, &train)
        .unwrap();
    assert_eq!((history.stop, history.epochs.len()), (Stop::Interrupted, 7));
    assert_eq!(model.evaluate(&validation).unwrap(), history.kept().validation.unwrap());
}

/// Full batches, one epoch: exactly one step of gradient descent, by hand.
#[test]
fn an_epoch_of_one_batch_is_one_step() {
    let data = xor();
    let build = || Mlp::classifier(2, 2).seed(3).build::<f64>().unwrap();
    let (mut trained, mut stepped) = (build(), build());
    Trainer::new(Sgd::new(0.5)).epochs(1).batch_size(4).fit(&mut trained, &data).unwrap();
    let targets = Targets::Labels(data.labels().unwrap());
    TrainingStep::new()
        .gradients(&mut stepped, data.x(), targets, At::default(), &Threads::single())
        .unwrap();
    let gradients = gradients(&stepped);
    let mut index = 0;
    stepped.network_mut().visit_params_mut(&mut |param| {
        param.value = &param.value
            - Mat::from_fn(param.value.nrows(), param.value.ncols(), |i, j| {
                0.5 * gradients[index][(i, j)]
            });
        index += 1;
    });
    let threads = Threads::single();
    let scores = |model: &Model<f64>| model.scores(data.x(), &threads).unwrap();
    assert!((scores(&trained) - scores(&stepped)).norm_max() < 1e-14);
}

#[test]
fn predictions_agree_whoever_makes_them() {
    let data = some_digits::<f64>(700);
    let model = Mlp::classifier(64, 10).hidden([40]).build::<f64>().unwrap();
    let scores = model.scores(data.x(), &Threads::new(2).unwrap()).unwrap();
    let mut workspace = Workspace::new();
    assert_eq!(model.predict_with(data.x(), &mut workspace).unwrap(), scores);
    let one = model.predict_with(data.x().subcols(699, 1), &mut workspace).unwrap();
    assert!((one - scores.subcols(699, 1)).norm_max() < 1e-13);
    let probabilities = model.probabilities(data.x(), &Threads::single()).unwrap().unwrap();
    let classes = model.classify(data.x(), &Threads::single()).unwrap();
    for (j, &class) in classes.iter().enumerate() {
        let sum: f64 = (0..10).map(|i| probabilities[(i, j)]).sum();
        assert!((sum - 1.0).abs() < 1e-14);
        assert!((0..10).all(|i| scores[(i, j)] <= scores[(class, j)]));
    }
    let svm = LinearClassifier::svm(64, 10).build::<f64>().unwrap();
    assert!(svm.probabilities(data.x(), &Threads::single()).unwrap().is_none());
}
