//! SGD against its equations, written out for one number at a time.

use densely_layers::{Layer, Linear, Param, Sequential};
use densely_optim::{OptimError, Optimizer, Sgd};
use densely_tensor::{Mat, Threads};
use proptest::prelude::*;

/// A layer whose parameters have some value, and a gradient that depends on the step.
fn layer(rows: usize, columns: usize) -> Linear<f64> {
    let weight = Mat::from_fn(rows, columns, |i, j| ((i * 7 + j * 3) as f64).sin());
    let bias = Mat::from_fn(rows, 1, |i, _| (i as f64).cos());
    Linear::from_parts(weight, bias).unwrap()
}

fn gradient(step: usize, i: usize, j: usize) -> f64 {
    ((step * 11 + i * 5 + j * 2) as f64).sin()
}

fn set_gradients(layer: &mut Linear<f64>, step: usize) {
    layer.visit_params_mut(&mut |param: &mut Param<f64>| {
        for j in 0..param.grad.ncols() {
            for i in 0..param.grad.nrows() {
                param.grad[(i, j)] = gradient(step, i, j);
            }
        }
    });
}

/// The table of `Sgd`'s documentation, for one parameter.
struct Reference {
    rate: f64,
    momentum: f64,
    nesterov: bool,
    decay: f64,
}

impl Reference {
    fn run(&self, mut w: f64, steps: usize, gradient: impl Fn(usize) -> f64) -> f64 {
        let mut v = 0.0;
        for step in 0..steps {
            let g = gradient(step) + self.decay * w;
            v = self.momentum * v + g;
            w -= self.rate * if self.nesterov { g + self.momentum * v } else { v };
        }
        w
    }
}

proptest! {
    #[test]
    fn every_option_is_its_equation(
        rows in 1_usize..20, columns in 1_usize..20, steps in 1_usize..6,
        rate in 0.01..0.5, momentum in prop_oneof![Just(0.0), 0.1..0.99], nesterov: bool,
        decay in prop_oneof![Just(0.0), 0.01..0.5], threads in 1_usize..3,
    ) {
        let (start, mut trained) = (layer(rows, columns), layer(rows, columns));
        let mut sgd = Sgd::new(rate).momentum(momentum).nesterov(nesterov).weight_decay(decay);
        let threads = Threads::new(threads).unwrap();
        for step in 0..steps {
            set_gradients(&mut trained, step);
            sgd.step(&mut trained, &threads).unwrap();
        }
        let weights = Reference { rate, momentum, nesterov, decay };
        let biases = Reference { decay: 0.0, ..weights };
        for i in 0..rows {
            for j in 0..columns {
                let expected =
                    weights.run(start.weight().value[(i, j)], steps, |step| gradient(step, i, j));
                let actual = trained.weight().value[(i, j)];
                prop_assert!((actual - expected).abs() < 1e-12, "{actual} {expected}");
            }
            let expected = biases.run(start.bias().value[(i, 0)], steps, |step| gradient(step, i, 0));
            prop_assert!((trained.bias().value[(i, 0)] - expected).abs() < 1e-12);
        }
    }
}

/// Large parameters are cut into panels, small ones are not: the bits are the same.
#[test]
fn threads_do_not_change_the_bits() {
    let run = |threads: usize| {
        let (mut layer, threads) = (layer(400, 300), Threads::new(threads).unwrap());
        let mut sgd = Sgd::new(0.1).momentum(0.9).weight_decay(0.01);
        for step in 0..3 {
            set_gradients(&mut layer, step);
            sgd.step(&mut layer, &threads).unwrap();
        }
        layer.weight().value.clone()
    };
    assert_eq!(run(1), run(2));
    assert_eq!(run(1), run(3));
}

/// With no gradient at all, weights are forgotten gradually: by 1 − ηλ a step.
#[test]
fn decay_alone_is_gradual_forgetting() {
    let (start, mut decayed) = (layer(3, 4), layer(3, 4));
    let mut sgd = Sgd::new(0.5).weight_decay(0.2);
    for _ in 0..20 {
        sgd.step(&mut decayed, &Threads::single()).unwrap();
    }
    let expected = Mat::from_fn(3, 4, |i, j| start.weight().value[(i, j)] * 0.9_f64.powi(20));
    assert!((&decayed.weight().value - expected).norm_max() < 1e-15);
    assert_eq!(decayed.bias().value, start.bias().value);
}

#[test]
fn options_out_of_range_change_nothing() {
    let bad = [
        Sgd::new(0.0),
        Sgd::new(-0.1),
        Sgd::new(f64::NAN),
        Sgd::new(f64::INFINITY),
        Sgd::new(0.1).momentum(1.0),
        Sgd::new(0.1).momentum(-0.1),
        Sgd::new(0.1).weight_decay(-1.0),
        Sgd::new(0.1).weight_decay(f64::NAN),
    ];
    for mut sgd in bad {
        let mut trained = layer(2, 3);
        set_gradients(&mut trained, 0);
        let error = sgd.step(&mut trained, &Threads::single()).unwrap_err();
        assert!(matches!(error, OptimError::Option { .. }), "{sgd:?}");
        assert_eq!(trained.weight().value, layer(2, 3).weight().value);
    }
    let error = Sgd::<f64>::new(-1.0).step(&mut layer(1, 1), &Threads::single()).unwrap_err();
    assert_eq!(error.to_string(), "the learning rate must be positive and finite, got -1");
}

#[test]
fn state_of_another_network_is_refused() {
    let mut sgd = Sgd::new(0.1).momentum(0.9);
    sgd.step(&mut layer(2, 3), &Threads::single()).unwrap();
    for mut other in [layer(2, 4), layer(3, 2)] {
        set_gradients(&mut other, 0);
        let before = other.weight().value.clone();
        let error = sgd.step(&mut other, &Threads::single()).unwrap_err();
        assert_eq!(error, OptimError::OtherNetwork);
        assert_eq!(other.weight().value, before);
    }
    let mut fewer = Sequential::<f64>::new(3).unwrap();
    assert_eq!(sgd.step(&mut fewer, &Threads::single()), Err(OptimError::OtherNetwork));
}
