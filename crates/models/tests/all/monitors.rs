//! Monitors: what they see in a network, against the same counted by hand; what they say
//! about networks that were spoilt on purpose, and about healthy ones.

use densely_data::{Dataset, digits};
use densely_layers::{
    Activation, Layer, LayerKinds, Linear, PRelu, Relu, Sequential, parameter_count,
};
use densely_loss::SoftmaxCrossEntropy;
use densely_models::{Finding, History, Mlp, Model, ModelError, Preparation, Trainer};
use densely_optim::{Adam, Sgd};
use densely_tensor::{Initializer, Key, Mat, Purpose, Real, Scalar, Stream, Threads, column};
use proptest::prelude::*;

/// The digits, standardised.
fn data<T: Scalar>(examples: usize) -> Dataset<T> {
    let digits = digits();
    let preparation = Preparation::fit(["standardize"], &digits).unwrap();
    let some = digits.subset(&(0..examples).collect::<Vec<_>>()).unwrap();
    preparation.dataset(&some).unwrap()
}

fn params<T: Scalar>(model: &Model<T>) -> Vec<Mat<T>> {
    let mut params = Vec::new();
    model.network().visit_params(&mut |param| params.push(param.value.clone()));
    params
}

/// Changes each parameter, which comes with its number.
fn change<T: Scalar>(model: &mut Model<T>, mut change: impl FnMut(usize, &mut Mat<T>)) {
    let mut index = 0;
    model.network_mut().visit_params_mut(&mut |param| {
        change(index, &mut param.value);
        index += 1;
    });
}

fn multiply(matrix: &mut Mat<f64>, factor: f64) {
    *matrix = Mat::from_fn(matrix.nrows(), matrix.ncols(), |i, j| factor * matrix[(i, j)]);
}

/// One step of plain gradient descent on all examples.
fn one_step(model: &mut Model<f64>, data: &Dataset<f64>, learning_rate: f64) -> History {
    let trainer = Trainer::new(Sgd::new(learning_rate)).epochs(1).batch_size(data.len());
    trainer.fit(model, data).unwrap()
}

fn fit<T: Scalar>(mlp: &Mlp, data: &Dataset<T>, learning_rate: f64, epochs: usize) -> History {
    let mut model = mlp.build().unwrap();
    let sgd = Sgd::new(learning_rate).momentum(0.9);
    Trainer::new(sgd).epochs(epochs).fit(&mut model, data).unwrap()
}

proptest! {
    /// With weights that do not move, dead is what has no positive input for any example:
    /// in batches of any size, with units that are active for few examples.
    #[test]
    fn dead_units_are_those_that_no_example_activates(
        batch_size in 1_usize..300, examples in 1_usize..300, seed: u64,
    ) {
        let data = data::<f64>(examples);
        let mut model = Mlp::classifier(64, 10).hidden([50]).seed(seed).build::<f64>().unwrap();
        change(&mut model, |index, bias| {
            if index == 1 {
                *bias = Mat::from_fn(50, 1, |i, _| -0.25 * i as f64);
            }
        });
        let (weight, bias) = (params(&model).swap_remove(0), params(&model).swap_remove(1));
        let product = &weight * data.x();
        let active = |i| (0..examples).any(|j| product[(i, j)] + bias[(i, 0)] > 0.0);
        let dead = (0..50).filter(|&i| !active(i)).count();
        let trainer = Trainer::new(Sgd::new(1e-300)).epochs(1).batch_size(batch_size);
        let history = trainer.fit(&mut model, &data).unwrap();
        prop_assert_eq!(history.last().dead_units, Some(dead));
        prop_assert!(examples < 50 || (dead > 0 && dead < 50), "a test that cannot tell");
    }
}

/// Where a network learns all the same, dead units are counted, and nothing is said of them.
#[test]
fn dead_units_are_diagnosed_with_layer_and_share() {
    for killed in [90, 37] {
        let mut model = Mlp::classifier(64, 10).hidden([32, 100]).build::<f32>().unwrap();
        change(&mut model, |index, bias| {
            if index == 3 {
                (0..killed).for_each(|unit| bias[(unit, 0)] = -100.0);
            }
        });
        let trainer = Trainer::new(Sgd::new(0.01)).epochs(3);
        let history = trainer.fit(&mut model, &data(1500)).unwrap();
        assert!(history.epochs.iter().all(|epoch| epoch.dead_units == Some(killed)));
        let diagnosis = history.diagnosis();
        if killed < 50 {
            assert!(diagnosis.is_healthy(), "{diagnosis}");
            continue;
        }
        let expected = Finding::DeadUnits { layer: 2, dead: killed, units: 100, since: 1 };
        assert_eq!(diagnosis.findings, [expected]);
        assert_eq!(
            diagnosis.to_string(),
            "90 % of layer 2's units have never been active: \
             draw other initial weights and biases, or try leaky-relu"
        );
    }
}

#[test]
fn a_learning_rate_that_kills_units_is_found_out() {
    let train = |activation: &'static str, epochs: usize| {
        let mlp = Mlp::classifier(64, 10).hidden([64, 32]).activation(activation);
        let mut model = mlp.build::<f32>().unwrap();
        Trainer::new(Sgd::new(1.0)).epochs(epochs).fit(&mut model, &data(1500)).unwrap()
    };
    let findings = train("relu", 6).diagnosis().findings;
    let killed = |finding: &Finding| match *finding {
        Finding::DeadUnits { layer, dead, units, since } => {
            layer == 2 && dead > units / 4 && since > 1
        }
        _ => false,
    };
    assert!(findings.iter().any(killed), "{findings:?}");
    // Leaky units do not die of it, but their weights grow until the loss overflows in epoch 3.
    assert_eq!(train("leaky-relu(0.1)", 2).last().dead_units, Some(0));
}

#[test]
fn saturated_units_are_diagnosed_with_layer_and_share() {
    let deep = Mlp::classifier(64, 10).hidden([40; 3]).activation("sigmoid");
    let mut model = deep.build::<f64>().unwrap();
    change(&mut model, |index, bias| {
        if index == 3 {
            (0..15).for_each(|unit| bias[(unit, 0)] = if unit % 2 == 0 { -20.0 } else { 20.0 });
        }
    });
    let history = Trainer::new(Sgd::new(0.1)).epochs(2).fit(&mut model, &data(600)).unwrap();
    let diagnosis = history.diagnosis();
    let expected = Finding::SaturatedUnits { layer: 2, saturated: 15, units: 40, since: 1 };
    let [Finding::NotLearned { .. }, saturated] = &diagnosis.findings[..] else {
        panic!("{diagnosis}")
    };
    assert_eq!(*saturated, expected);
    assert_eq!(
        saturated.to_string(),
        "38 % of layer 2's units have been saturated since epoch 1: \
         draw smaller initial weights and biases, or try relu"
    );
    let last = history.last();
    assert_eq!((last.saturated_units, last.dead_units), (Some(15), Some(0)));
}

/// Of the units of the first layer, the weighted sum is about zero for inputs around zero;
/// those after it see positive inputs, and many stay at the end that their weights lead to.
#[test]
fn a_deep_sigmoid_stack_with_large_weights_is_saturated() {
    let deep = Mlp::classifier(64, 10).hidden([40; 5]).activation("sigmoid");
    let mut model = deep.build::<f64>().unwrap();
    change(&mut model, |index, weight| {
        if index % 2 == 0 && index < 10 {
            multiply(weight, 30.0);
        }
    });
    let history = Trainer::new(Sgd::new(0.01)).epochs(1).fit(&mut model, &data(600)).unwrap();
    let findings = history.diagnosis().findings;
    let layers: Vec<usize> = (findings.iter())
        .filter_map(|finding| match finding {
            Finding::SaturatedUnits { layer, .. } => Some(*layer),
            _ => None,
        })
        .collect();
    assert_eq!(layers, [3, 4, 5], "{findings:?}");
    let counted: usize = history.layers.iter().filter_map(|layer| layer.saturated_units).sum();
    assert_eq!(history.last().saturated_units, Some(counted));
}

/// Drawn as usual, the same stack is not saturated, but its first layers learn nothing.
#[test]
fn layers_that_hardly_learn_are_found() {
    let deep = Mlp::classifier(64, 10).hidden([40; 9]).activation("sigmoid");
    let history = fit(&deep, &data::<f32>(600), 0.01, 4);
    let findings = history.diagnosis().findings;
    let [Finding::NotLearned { lowest, constant }, vanishing] = &findings[..] else {
        panic!("{findings:?}")
    };
    assert!(
        (constant / 10_f64.ln() - 1.0).abs() < 0.01 && lowest / constant > 0.97,
        "{findings:?}"
    );
    let Finding::VanishingGradients { layer: 1, last: 9, ratio } = vanishing else {
        panic!("{findings:?}")
    };
    assert!(*ratio < 1e-4 && *ratio > 0.0);
    assert!(vanishing.to_string().starts_with("layer 1 hardly learns"));
}

#[test]
fn a_healthy_network_has_no_finding() {
    let mlp = Mlp::classifier(64, 10);
    for seed in 0..3 {
        let single = fit(&mlp.clone().hidden([64]).seed(seed), &data::<f32>(1500), 0.01, 20);
        let double = fit(&mlp.clone().hidden([64, 32]).seed(seed), &data::<f64>(1500), 0.01, 20);
        let svm = mlp.clone().hidden([32]).loss("svm").seed(seed);
        let svm = fit(&svm, &data::<f32>(1500), 0.01, 10);
        let linear = fit(&mlp.clone().seed(seed), &data::<f32>(1500), 0.01, 10);
        for history in [single, double, svm, linear] {
            let diagnosis = history.diagnosis();
            assert!(diagnosis.is_healthy() && diagnosis.to_string().is_empty(), "{diagnosis}");
            assert_eq!((history.layers[0].epoch, history.layers[0].layer), (1, 1));
        }
    }
    for kind in LayerKinds::<f32>::new().activation_names() {
        let mut model = mlp.clone().hidden([64, 32]).activation(kind).build::<f32>().unwrap();
        let trainer = Trainer::new(Adam::new(0.001)).epochs(15);
        let history = trainer.fit(&mut model, &data(1500)).unwrap();
        assert!(history.diagnosis().is_healthy(), "{kind}: {}", history.diagnosis());
    }
}

#[test]
fn a_healthy_regression_has_no_finding() {
    let x = Mat::<f32>::from_fn(2, 400, |i, j| ((i + 1) as f32 * j as f32 * 0.7).sin() * 1.4);
    let y = Mat::from_fn(1, 400, |_, j| 1.2 * x[(0, j)] * x[(1, j)]);
    let data = Dataset::regression(x, y).unwrap();
    for seed in 0..5 {
        let history = fit(&Mlp::regressor(2, 1).hidden([32]).seed(seed), &data, 0.01, 30);
        assert!(history.diagnosis().is_healthy(), "{seed}: {}", history.diagnosis());
    }
}

#[test]
fn the_expected_initial_loss_is_that_of_scores_of_zero() {
    let data = data::<f64>(60);
    let initial = |mlp: &Mlp, data: &Dataset<f64>| {
        let mut model = mlp.build().unwrap();
        let evaluation = model.evaluate(data).unwrap();
        let initial = one_step(&mut model, data, 0.01).initial_loss.unwrap();
        assert_eq!(initial.loss, evaluation.loss());
        initial
    };
    let mlp = Mlp::classifier(64, 10).hidden([20]);
    let softmax = initial(&mlp, &data);
    assert!((softmax.expected - 10_f64.ln()).abs() < 1e-14, "{softmax:?}");
    assert_eq!(softmax.limit, 4.0 * softmax.expected);
    let svm = initial(&mlp.clone().loss("svm"), &data);
    assert_eq!(svm.expected, 9.0);
    let targets = Mat::from_fn(1, 60, |_, j| if j % 2 == 0 { 3.0 } else { -1.0 });
    let values = Dataset::regression(data.x().to_owned(), targets).unwrap();
    let squares = initial(&Mlp::regressor(64, 1), &values);
    assert_eq!((squares.expected, squares.limit), (5.0, 50.0));
}

#[test]
fn initial_weights_that_are_too_large_are_found() {
    let data = data::<f64>(500);
    let mut model = Mlp::classifier(64, 10).hidden([32]).build::<f64>().unwrap();
    change(&mut model, |_, value| multiply(value, 100.0));
    let evaluation = model.evaluate(&data).unwrap();
    let history = Trainer::new(Sgd::new(1e-6)).epochs(1).fit(&mut model, &data).unwrap();
    let findings = history.diagnosis().findings;
    let Finding::InitialLoss { loss, expected } = findings[0] else { panic!("{findings:?}") };
    // It is that of a sample.
    assert!((loss / evaluation.loss() - 1.0).abs() < 0.3 && (expected - 10_f64.ln()).abs() < 1e-14);
    let text = findings[0].to_string();
    assert!(text.ends_with("before training, where scores of zero have 2.3"), "{text}");
    // The inputs are standardised: they are not to blame.
    let Finding::LargeWeights { layer: 1, gain } = findings[2] else { panic!("{findings:?}") };
    assert!((gain / 100.0 / 2_f64.sqrt() - 1.0).abs() < 0.1, "{findings:?}");
    assert_eq!(findings.len(), 3, "{findings:?}");
}

#[test]
fn a_loss_that_rises_and_updates_that_are_large_are_found() {
    let data = data::<f64>(400);
    let values = Mat::from_fn(1, 400, |_, j| (j as f64).sin());
    let values = Dataset::regression(data.x().to_owned(), values).unwrap();
    let mut model = Mlp::regressor(64, 1).build::<f64>().unwrap();
    let trainer = Trainer::new(Sgd::new(0.3)).epochs(34).batch_size(400);
    let rising = trainer.fit(&mut model, &values).unwrap().diagnosis();
    let found = |is: fn(&Finding) -> bool| rising.findings.iter().any(is);
    assert!(found(|finding| matches!(finding, Finding::RisingLoss { .. })), "{rising}");
    assert!(rising.to_string().contains("the training loss rose from "));
    let large = |finding: &Finding| match *finding {
        Finding::LargeUpdates { layer, ratio, since } => (layer, since) == (1, 33) && ratio > 0.1,
        _ => false,
    };
    assert!(rising.findings.iter().any(large), "{rising}");
}

#[test]
fn a_divergence_is_caught_where_it_begins() {
    let data = data::<f32>(200);
    let mlp = Mlp::classifier(64, 10).hidden([32]).activation("leaky-relu(0.1)");
    for monitor in [true, false] {
        let mut model = mlp.build::<f32>().unwrap();
        let trainer = Trainer::new(Sgd::new(1e30)).monitor(monitor);
        let error = trainer.fit(&mut model, &data).unwrap_err();
        let message = error.to_string();
        let ModelError::Diverged { epoch: 1, step: 2, previous_loss, layer, .. } = error else {
            panic!("{error:?}")
        };
        assert!(previous_loss.unwrap() < 5.0);
        // Weights of 1e29 make outputs of layer 1 of that size, and layer 2 multiplies them.
        assert_eq!(layer, Some(2));
        let ending = "lower the learning rate (it is 1e30); the loss was";
        assert!(message.contains(ending), "{message}");
        assert!(message.ends_with("layer 2 has the first outputs out of range"), "{message}");
    }
}

/// Dead units and layers of everyone's own; what cannot die is not watched, nor are inputs
/// and scores.
#[test]
fn an_activation_of_ones_own_is_watched() {
    /// max(0, x − 1)
    #[derive(Debug, Clone)]
    struct Shifted;
    impl Activation for Shifted {
        fn f<R: Real>(&self, x: R) -> R {
            if x < R::ONE { R::ZERO } else { x - R::ONE }
        }
        fn df<R: Real>(&self, x: R, _y: R) -> R {
            if x > R::ONE { R::ONE } else { R::ZERO }
        }
    }
    let mut stream = Stream::new(3, Purpose::Weights, Key::default());
    let mut linear = |rows| Linear::<f64>::new(rows, rows, Initializer::HeNormal, &mut stream);
    let nested = Sequential::new(10).and_then(|nested| nested.with(linear(10)?)?.with(Relu));
    let network = Sequential::new(10)
        .and_then(|network| network.with(Relu)?.with(linear(10)?)?.with(Shifted))
        .and_then(|network| network.with(nested?)?.with(linear(10)?)?.with(PRelu::shared(0.1)))
        .and_then(|network| network.with(linear(10)?)?.with(Relu))
        .unwrap();
    let mut model = Model::new(network, SoftmaxCrossEntropy::new());
    change(&mut model, |index, bias| match index {
        1 => *bias = Mat::from_fn(10, 1, |i, _| if i < 4 { -1e3 } else { 10.0 }),
        8 => *bias = Mat::from_fn(10, 1, |_, _| -1e3),
        _ => {}
    });
    let x = Mat::from_fn(10, 40, |i, j| if i == 0 { -1.0 } else { (i * j) as f64 / 400.0 });
    let labels = (0..40).map(|j| j % 10).collect();
    let data = Dataset::classification(x, labels, 10).unwrap();
    let history = one_step(&mut model, &data, 1e-9);
    let seen: Vec<_> = (history.layers_in(1))
        .map(|row| (row.stage, row.layer, &*row.kind, row.dead_units))
        .collect();
    let expected = [
        (0, 0, "relu", None),
        (1, 1, "linear", None),
        (2, 1, "shifted", Some(4)),
        (3, 2, "sequential", None),
        (4, 3, "linear", None),
        (5, 3, "shared-prelu", None),
        (6, 4, "linear", None),
        (7, 4, "relu", None),
    ];
    assert_eq!(seen, expected);
    let dead = Finding::DeadUnits { layer: 1, dead: 4, units: 10, since: 1 };
    assert!(history.diagnosis().findings.contains(&dead));
}

/// One step on all examples: what goes in, what comes out, and what changes, by hand.
#[test]
fn statistics_are_those_of_the_step() {
    let data = data::<f64>(100);
    let mut model = Mlp::classifier(64, 10).hidden([30]).build::<f64>().unwrap();
    let threads = Threads::single();
    let scores = model.scores(data.x(), &threads).unwrap();
    let mut dscores = model.probabilities(data.x(), &threads).unwrap().unwrap();
    for (j, &label) in data.labels().unwrap().iter().enumerate() {
        dscores[(label, j)] -= 1.0;
    }
    let before = params(&model);
    let hidden = Mat::from_fn(30, 100, |i, j| {
        let products = (0..64).map(|k| before[0][(i, k)] * data.x()[(k, j)]);
        f64::max(0.0, products.sum::<f64>() + before[1][(i, 0)])
    });
    let history = one_step(&mut model, &data, 0.1);
    let after = params(&model);
    let [linear, relu, last] = &history.layers[..] else { panic!("{history:?}") };

    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12 * b.abs() + 1e-15, "{a} {b}");
    let deviation = |matrix: &Mat<f64>| {
        let entries: Vec<f64> =
            (0..matrix.ncols()).flat_map(|j| column(matrix.as_ref(), j).to_vec()).collect();
        let mean = entries.iter().sum::<f64>() / entries.len() as f64;
        let squares: f64 = entries.iter().map(|x| (x - mean) * (x - mean)).sum();
        (mean, (squares / entries.len() as f64).sqrt())
    };
    for (statistics, matrix) in [
        (relu.activations, &hidden),
        (last.activations, &scores),
        (last.gradients.unwrap(), &dscores),
    ] {
        let (mean, deviation) = deviation(matrix);
        close(statistics.mean, mean);
        close(statistics.standard_deviation, deviation);
    }
    let zeros = (0..100).flat_map(|j| (0..30).map(move |i| (i, j)));
    let zeros = zeros.filter(|&index| hidden[index] == 0.0).count();
    assert_eq!(relu.activations.zeros, zeros as f64 / 3000.0);
    // Where ReLU is flat, no gradient goes through.
    assert_eq!(linear.gradients.unwrap().zeros, relu.activations.zeros);
    for (row, weight) in [(linear, 0), (last, 2)] {
        let change = &after[weight] - &before[weight];
        close(row.update_ratio.unwrap(), change.norm_l2() / before[weight].norm_l2());
    }
    assert_eq!(relu.update_ratio, None);
}

/// Epochs of 3 steps: the next look is in the first epoch that begins 32 steps later, and in
/// the last one. Epochs of 40 steps: a unit that is dead has to be counted in all of them,
/// so that the next look is 400 steps later.
#[test]
fn epochs_are_looked_at_now_and_then() {
    for (batch_size, epochs, expected) in [(134, 17, vec![1, 12, 17]), (10, 14, vec![1, 12, 14])] {
        let mut model = Mlp::classifier(64, 10).hidden([20]).build::<f32>().unwrap();
        change(&mut model, |index, bias| {
            if index == 1 {
                bias[(7, 0)] = -1e3;
            }
        });
        let trainer = Trainer::new(Sgd::new(0.001)).epochs(epochs).batch_size(batch_size);
        let history = trainer.fit(&mut model, &data(400)).unwrap();
        let mut looks: Vec<usize> = history.layers.iter().map(|layer| layer.epoch).collect();
        looks.dedup();
        assert_eq!(looks, expected);
        assert!(history.epochs.iter().all(|epoch| epoch.dead_units == Some(1)));
        assert_eq!((history.layers_in(1).count(), history.layers_in(2).count()), (3, 0));
    }
}

/// A monitor changes nothing, and what it sees does not depend on the number of threads.
#[test]
fn training_is_the_same_with_and_without_a_monitor_on_any_number_of_threads() {
    let data = data::<f32>(700);
    let mlp = Mlp::classifier(64, 10)
        .hidden([300, 50])
        .activations(["relu", "sigmoid"])
        .dropout(0.1)
        .input_noise(0.1);
    let run = |threads: usize, monitor: bool| {
        let mut model = mlp.build::<f32>().unwrap();
        assert!(parameter_count(model.network()) > 30_000, "one thread would do it all");
        let history = Trainer::new(Sgd::new(0.05).momentum(0.9))
            .epochs(3)
            .batch_size(128)
            .validation(0.2)
            .monitor(monitor)
            .threads(Threads::new(threads).unwrap())
            .fit(&mut model, &data)
            .unwrap();
        (params(&model), history)
    };
    let (weights, history) = run(1, true);
    for threads in [1, 2, 3] {
        let (same, unmonitored) = run(threads, false);
        assert_eq!(same, weights, "{threads} threads, no monitor");
        assert_eq!((unmonitored.initial_loss, unmonitored.layers.len()), (None, 0));
        assert_eq!(unmonitored.last().dead_units, None);
        assert!(unmonitored.diagnosis().is_healthy());
        let (same, seen) = run(threads, true);
        assert_eq!(same, weights, "{threads} threads");
        assert_eq!(seen, history, "{threads} threads");
    }
}
