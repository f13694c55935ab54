//! What is the same for all optimisers: options out of range, state, threads.

use crate::common::{self, layer, set_gradients, trained};
use densely_layers::Sequential;
use densely_optim::{Adagrad, Adam, AdamW, OptimError, Optimizer, Penalty, RmsProp, Sgd};
use densely_tensor::{Scalar, Threads};

type Boxed<T> = Box<dyn Optimizer<T>>;

/// One of each, with all of its state.
fn optimizers<T: Scalar>() -> Vec<Boxed<T>> {
    let penalty = Penalty::elastic_net(1e-3, 1e-2).decoupled(1e-2);
    vec![
        Box::new(Sgd::new(0.1).momentum(0.9).weight_decay(0.01)),
        Box::new(Sgd::new(0.1).momentum(0.9).nesterov(true).penalty(penalty)),
        Box::new(Adam::new(0.1).weight_decay(0.01)),
        Box::new(AdamW::new(0.1)),
        Box::new(RmsProp::new(0.1).penalty(penalty)),
        Box::new(RmsProp::new(0.1).momentum(0.9).centered(true)),
        Box::new(Adagrad::new(0.1).penalty(penalty)),
    ]
}

/// Large parameters are cut into panels, small ones are not: the bits are the same.
fn same_bits_at_any_thread_count<T: Scalar>() {
    let pools = [1, 2, 3].map(|count| Threads::new(count).unwrap());
    let run = |threads: &Threads| {
        let train = |optimizer| {
            let trained = trained::<T>((400, 300), optimizer, 3, threads);
            (trained.weight().value.clone(), trained.bias().value.clone())
        };
        optimizers().into_iter().map(train).collect::<Vec<_>>()
    };
    let one = run(&pools[0]);
    assert_eq!(run(&pools[1]), one);
    assert_eq!(run(&pools[2]), one);
}

#[test]
fn threads_do_not_change_the_bits() {
    same_bits_at_any_thread_count::<f32>();
    same_bits_at_any_thread_count::<f64>();
}

#[test]
fn options_out_of_range_change_nothing() {
    let mut bad: Vec<Boxed<f32>> = Vec::new();
    for rate in [0.0, -0.1, f64::NAN, f64::INFINITY] {
        bad.push(Box::new(Sgd::new(rate)));
        bad.push(Box::new(Adam::new(rate)));
        bad.push(Box::new(AdamW::new(rate)));
        bad.push(Box::new(RmsProp::new(rate)));
        bad.push(Box::new(Adagrad::new(rate)));
    }
    for share in [1.0, -0.1, f64::NAN] {
        bad.push(Box::new(Sgd::new(0.1).momentum(share)));
        bad.push(Box::new(Adam::new(0.1).betas(share, 0.9)));
        bad.push(Box::new(AdamW::new(0.1).betas(0.9, share)));
        bad.push(Box::new(RmsProp::new(0.1).decay(share)));
        bad.push(Box::new(RmsProp::new(0.1).momentum(share)));
    }
    for strength in [-1.0, f64::NAN, f64::INFINITY] {
        let parts = [
            Penalty::none().l1(strength),
            Penalty::none().l2(strength),
            Penalty::none().decoupled(strength),
        ];
        for penalty in parts {
            bad.push(Box::new(Sgd::new(0.1).penalty(penalty)));
            bad.push(Box::new(Adam::new(0.1).penalty(penalty)));
            bad.push(Box::new(AdamW::new(0.1).penalty(penalty)));
            bad.push(Box::new(RmsProp::new(0.1).penalty(penalty)));
            bad.push(Box::new(Adagrad::new(0.1).penalty(penalty)));
        }
        bad.push(Box::new(Sgd::new(0.1).weight_decay(strength)));
        bad.push(Box::new(Adam::new(0.1).weight_decay(strength)));
        bad.push(Box::new(AdamW::new(0.1).weight_decay(strength)));
        bad.push(Box::new(RmsProp::new(0.1).weight_decay(strength)));
        bad.push(Box::new(Adagrad::new(0.1).weight_decay(strength)));
        bad.push(Box::new(Adagrad::new(0.1).initial_sum(strength)));
    }
    // 1e-50 is 0 in `f32`, 1e50 infinite.
    for epsilon in [0.0, -1e-8, f64::NAN, 1e-50, 1e50] {
        bad.push(Box::new(Adam::new(0.1).epsilon(epsilon)));
        bad.push(Box::new(AdamW::new(0.1).epsilon(epsilon)));
        bad.push(Box::new(RmsProp::new(0.1).epsilon(epsilon)));
        bad.push(Box::new(Adagrad::new(0.1).epsilon(epsilon)));
    }
    for mut optimizer in bad {
        let mut trained = layer(2, 3);
        set_gradients(&mut trained, |_, _| 1.0);
        let error = optimizer.step(&mut trained, &Threads::single()).unwrap_err();
        assert!(matches!(error, OptimError::Option { .. }), "{optimizer:?}");
        assert_eq!(trained.weight().value, layer(2, 3).weight().value);
    }
    let message = |mut optimizer: Boxed<f32>| {
        optimizer.step(&mut layer(1, 1), &Threads::single()).unwrap_err().to_string()
    };
    assert_eq!(
        message(Box::new(Sgd::new(-1.0))),
        "the learning-rate of sgd must be a number above 0, got -1"
    );
    assert_eq!(
        message(Box::new(Adam::new(0.1).betas(0.9, 1.0))),
        "the beta2 of adam must be a number from 0 to less than 1, got 1"
    );
    assert_eq!(
        message(Box::new(Adam::new(0.1).epsilon(0.0))),
        "the epsilon of adam must be a number above 0, got 0"
    );
    assert_eq!(
        message(Box::new(AdamW::new(0.1).epsilon(1e-50))),
        "the epsilon of adamw must be from 1.175e-38 to 3.403e38, since the network is of f32, got 1e-50"
    );
}

#[test]
fn a_sum_that_is_no_number_of_the_network_is_refused() {
    let mut adagrad = Adagrad::<f32>::new(0.1).initial_sum(1e39);
    let error = adagrad.step(&mut layer(1, 1), &Threads::single()).unwrap_err().to_string();
    assert!(error.starts_with("the initial-sum of adagrad must be from 1.175e-38 to"), "{error}");
    let mut adagrad = Adagrad::<f64>::new(0.1).initial_sum(1e39);
    assert_eq!(adagrad.step(&mut layer(1, 1), &Threads::single()), Ok(()));
}

/// What a schedule sets is what the next step is made with.
#[test]
fn the_learning_rate_is_the_one_that_was_set() {
    let mut all = optimizers::<f64>();
    all.push(Box::new(Sgd::new(0.1).clip_norm(1.0)));
    all.push(Box::new(Sgd::new(0.1).clip_value(1.0)));
    all.push(Box::new(Sgd::new(0.1).max_norm(10.0)));
    for mut optimizer in all {
        let lent: &mut dyn Optimizer<f64> = &mut optimizer;
        assert_eq!(lent.learning_rate(), 0.1);
        lent.set_learning_rate(0.25);
        assert_eq!(lent.learning_rate(), 0.25);
        let step = |optimizer: &mut dyn Optimizer<f64>| {
            let mut layer = layer(2, 3);
            set_gradients(&mut layer, |i, j| common::gradient(0, i, j));
            optimizer.step(&mut layer, &Threads::single()).unwrap();
            layer.weight().value.clone()
        };
        let slow = step(lent);
        lent.set_learning_rate(1e-300);
        assert_ne!(slow, step(lent), "{lent:?}");
    }
}

/// An option that is refused does not count as a step: Adam's bias correction is that of
/// the steps that were made.
#[test]
fn a_refused_step_leaves_no_trace() {
    let run = |refused: bool| {
        let (mut layer, mut adam) = (layer::<f64>(2, 3), Adam::new(0.1));
        for step in 0..3 {
            if refused {
                adam.set_learning_rate(-1.0);
                adam.step(&mut layer, &Threads::single()).unwrap_err();
                adam.set_learning_rate(0.1);
            }
            set_gradients(&mut layer, |i, j| common::gradient(step, i, j));
            adam.step(&mut layer, &Threads::single()).unwrap();
        }
        layer.weight().value.clone()
    };
    assert_eq!(run(false), run(true));
}

#[test]
fn without_momentum_sgd_remembers_nothing() {
    for nesterov in [false, true] {
        let mut sgd = Sgd::<f64>::new(0.1).nesterov(nesterov);
        for mut layer in [layer(2, 3), layer(3, 2)] {
            assert_eq!(sgd.step(&mut layer, &Threads::single()), Ok(()));
        }
    }
}

#[test]
fn the_state_of_another_network_is_refused() {
    for mut optimizer in optimizers::<f64>() {
        optimizer.step(&mut layer(2, 3), &Threads::single()).unwrap();
        for mut other in [layer(2, 4), layer(3, 2)] {
            set_gradients(&mut other, |_, _| 1.0);
            let before = other.weight().value.clone();
            let error = optimizer.step(&mut other, &Threads::single()).unwrap_err();
            assert_eq!(error, OptimError::OtherNetwork);
            assert_eq!(other.weight().value, before);
        }
        let mut fewer = Sequential::<f64>::new(3).unwrap();
        let error = optimizer.step(&mut fewer, &Threads::single());
        assert_eq!(error, Err(OptimError::OtherNetwork));
    }
}

/// With no gradient at all, weights are forgotten gradually: by 1 − ηλ a step. For plain
/// gradient descent, decoupled decay is the same.
#[test]
fn decay_alone_is_gradual_forgetting() {
    let start = layer::<f64>(3, 4);
    let coupled = Sgd::new(0.5).weight_decay(0.2);
    let decoupled = Sgd::new(0.5).penalty(Penalty::none().decoupled(0.2));
    let adaptive = AdamW::new(0.5).weight_decay(0.2);
    let optimizers: [Boxed<f64>; 3] = [Box::new(coupled), Box::new(decoupled), Box::new(adaptive)];
    for mut optimizer in optimizers {
        let mut decayed = layer::<f64>(3, 4);
        for _ in 0..20 {
            optimizer.step(&mut decayed, &Threads::single()).unwrap();
        }
        for j in 0..4 {
            for i in 0..3 {
                let expected = start.weight().value[(i, j)] * 0.9_f64.powi(20);
                assert!((decayed.weight().value[(i, j)] - expected).abs() < 1e-15);
            }
        }
        assert_eq!(decayed.bias().value, start.bias().value);
    }
}
