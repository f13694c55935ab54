//! Every optimiser finds the minimum of a quadratic.

use crate::common::{layer, set_gradients};
use densely_layers::{Layer, Param};
use densely_optim::{
    Adagrad, Adam, AdamW, CosineDecay, Optimizer, Penalty, RmsProp, Schedule, Sgd,
};
use densely_tensor::Threads;

/// Curvatures from 1 to 10, a minimum that is not at the origin.
fn curvature(i: usize, j: usize) -> f64 {
    1.0 + ((i + 3 * j) % 10) as f64
}

fn minimum(i: usize, j: usize) -> f64 {
    1.0 + ((i * 5 + j) as f64).sin()
}

/// The distance from the minimum of `½ Σ c (w − m)²` after 2000 steps, along a cosine.
fn distance(mut optimizer: impl Optimizer<f64>) -> f64 {
    let (mut layer, threads, base) =
        (layer::<f64>(4, 5), Threads::single(), optimizer.learning_rate());
    for step in 0..2000 {
        let schedule = CosineDecay::new();
        optimizer.set_learning_rate(base * schedule.factor(f64::from(step), 2000.0));
        layer.visit_params_mut(&mut |param: &mut Param<f64>| {
            for j in 0..param.grad.ncols() {
                for i in 0..param.grad.nrows() {
                    param.grad[(i, j)] = curvature(i, j) * (param.value[(i, j)] - minimum(i, j));
                }
            }
        });
        optimizer.step(&mut layer, &threads).unwrap();
    }
    let mut distance = 0.0_f64;
    layer.visit_params(&mut |param| {
        for j in 0..param.value.ncols() {
            for i in 0..param.value.nrows() {
                distance = distance.max((param.value[(i, j)] - minimum(i, j)).abs());
            }
        }
    });
    distance
}

#[test]
fn every_optimizer_finds_the_minimum_of_a_quadratic() {
    let optimizers: [(_, Box<dyn Optimizer<f64>>); 9] = [
        ("sgd", Box::new(Sgd::new(0.1))),
        ("momentum", Box::new(Sgd::new(0.02).momentum(0.9))),
        ("nesterov", Box::new(Sgd::new(0.02).momentum(0.9).nesterov(true))),
        ("adam", Box::new(Adam::new(0.05))),
        ("adamw", Box::new(AdamW::new(0.05).weight_decay(0.0))),
        ("rmsprop", Box::new(RmsProp::new(0.01))),
        ("rmsprop with momentum", Box::new(RmsProp::new(0.003).momentum(0.9))),
        ("adagrad", Box::new(Adagrad::new(0.5))),
        ("clipped", Box::new(Sgd::new(0.1).clip_norm(1.0).clip_value(0.5))),
    ];
    for (name, optimizer) in optimizers {
        let distance = distance(optimizer);
        assert!(distance < 1e-5, "{name}: {distance:e}");
    }
}

/// The minimum of `½ c (w − m)² + ½ λ₂ w² + λ₁ |w|` is where its derivative is 0:
/// `(c m − λ₁) / (c + λ₂)`, if that is positive.
#[test]
fn a_penalty_moves_the_minimum_to_where_its_formula_says() {
    let (l1, l2, c, m) = (0.3, 0.5, 2.0, 1.5);
    let mut layer = layer::<f64>(1, 1);
    let mut sgd = Sgd::new(0.05).penalty(Penalty::elastic_net(l1, l2));
    for _ in 0..1000 {
        let weight = layer.weight().value[(0, 0)];
        let bias = layer.bias().value[(0, 0)];
        let mut gradients = [c * (weight - m), c * (bias - m)].into_iter();
        layer.visit_params_mut(&mut |param: &mut Param<f64>| {
            param.grad.fill(gradients.next().unwrap());
        });
        sgd.step(&mut layer, &Threads::single()).unwrap();
    }
    let expected = (c * m - l1) / (c + l2);
    assert!((layer.weight().value[(0, 0)] - expected).abs() < 1e-12);
    assert!((layer.bias().value[(0, 0)] - m).abs() < 1e-12);
}

/// L1 drives what has no gradient to within a step of zero, and keeps it there.
#[test]
fn l1_alone_reaches_zero_within_a_step() {
    let mut decayed = layer::<f64>(3, 4);
    let mut sgd = Sgd::new(0.1).penalty(Penalty::none().l1(0.01));
    for _ in 0..1100 {
        set_gradients(&mut decayed, |_, _| 0.0);
        sgd.step(&mut decayed, &Threads::single()).unwrap();
    }
    assert!(decayed.weight().value.norm_max() <= 0.001);
    assert_eq!(decayed.bias().value, layer::<f64>(3, 4).bias().value);
}
