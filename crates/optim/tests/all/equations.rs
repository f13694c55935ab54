//! Every optimiser and every penalty against its equations, written out for one number at
//! a time, in `f64`, as they stand in the documentation.

use crate::common::{self, Strengths, compare};
use densely_layers::Linear;
use densely_optim::{Adagrad, Adam, AdamW, Optimizer, Penalty, RmsProp, Sgd};
use densely_tensor::{Scalar, Threads};
use proptest::prelude::*;

/// Some roundings of numbers of size 1, for up to 12 steps.
const TOLERANCE: f64 = 2e-14;

fn shapes() -> impl Strategy<Value = (usize, usize)> {
    (1_usize..20, 1_usize..20)
}

fn penalties() -> impl Strategy<Value = Strengths> {
    let strength = || prop_oneof![Just(0.0), 0.001..0.5];
    (strength(), strength(), strength(), 0.01..0.5)
        .prop_map(|(l1, l2, decoupled, rate)| Strengths { rate, l1, l2, decoupled })
}

fn penalty(of: Strengths) -> Penalty {
    Penalty::elastic_net(of.l1, of.l2).decoupled(of.decoupled)
}

fn shares() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), 0.1..0.9999]
}

fn sgd(rate: f64, momentum: f64, nesterov: bool) -> impl FnMut(i32, f64, f64) -> f64 {
    let mut v = 0.0;
    move |_, w, g| {
        v = momentum * v + g;
        w - rate * if nesterov { g + momentum * v } else { v }
    }
}

fn adam(rate: f64, b1: f64, b2: f64, epsilon: f64) -> impl FnMut(i32, f64, f64) -> f64 {
    let (mut m, mut v) = (0.0, 0.0);
    move |t, w, g| {
        m = b1 * m + (1.0 - b1) * g;
        v = b2 * v + (1.0 - b2) * g * g;
        let (m_hat, v_hat) = (m / (1.0 - b1.powi(t)), v / (1.0 - b2.powi(t)));
        w - rate * m_hat / (f64::sqrt(v_hat) + epsilon)
    }
}

fn adagrad(rate: f64, initial: f64, epsilon: f64) -> impl FnMut(i32, f64, f64) -> f64 {
    let mut s = initial;
    move |_, w, g| {
        s += g * g;
        w - rate * g / (f64::sqrt(s) + epsilon)
    }
}

fn rmsprop(
    (rate, decay, epsilon): (f64, f64, f64),
    momentum: f64,
    centered: bool,
) -> impl FnMut(i32, f64, f64) -> f64 {
    let (mut v, mut mean, mut b) = (0.0, 0.0, 0.0);
    move |_, w, g| {
        v = decay * v + (1.0 - decay) * g * g;
        mean = decay * mean + (1.0 - decay) * g;
        let least = 0.01 * mean * mean;
        let spread = if centered { f64::max(v - mean * mean, least) } else { v };
        b = momentum * b + g / (spread.sqrt() + epsilon);
        w - rate * b
    }
}

fn threads() -> impl Strategy<Value = Threads> {
    (1_usize..3).prop_map(|count| Threads::new(count).unwrap())
}

proptest! {
    #[test]
    fn sgd_is_its_equation(
        shape in shapes(), steps in 1_usize..12, of in penalties(), momentum in shares(),
        nesterov: bool, threads in threads(),
    ) {
        let optimizer =
            Sgd::<f64>::new(of.rate).momentum(momentum).nesterov(nesterov).penalty(penalty(of));
        let rule = || sgd(of.rate, momentum, nesterov);
        compare(shape, steps, optimizer, &threads, of, TOLERANCE, rule)
            .map_err(TestCaseError::fail)?;
    }

    #[test]
    fn adam_is_its_equation(
        shape in shapes(), steps in 1_usize..12, of in penalties(), b1 in shares(),
        b2 in shares(), epsilon in prop_oneof![Just(1e-8), 1e-3..1.0], threads in threads(),
    ) {
        // With β₂ = 0 a step divides by the size of the last gradient alone. Where it is near 0,
        // its rounding errors are enlarged without bound, so there have to be none: no part of
        // it may depend on the weight.
        let of = if b2 == 0.0 { Strengths { l1: 0.0, l2: 0.0, ..of } } else { of };
        let optimizer =
            Adam::<f64>::new(of.rate).betas(b1, b2).epsilon(epsilon).penalty(penalty(of));
        let rule = || adam(of.rate, b1, b2, epsilon);
        // The naive 1 - βᵗ of the rule loses up to 4 digits while β is near 1.
        compare(shape, steps, optimizer, &threads, of, 1e4 * f64::EPSILON, rule)
            .map_err(TestCaseError::fail)?;
    }

    #[test]
    fn adagrad_is_its_equation(
        shape in shapes(), steps in 1_usize..12, of in penalties(),
        initial in prop_oneof![Just(0.0), 0.01..1.0], epsilon in prop_oneof![Just(1e-10), 1e-3..1.0],
        threads in threads(),
    ) {
        let optimizer =
            Adagrad::<f64>::new(of.rate).initial_sum(initial).epsilon(epsilon).penalty(penalty(of));
        let rule = || adagrad(of.rate, initial, epsilon);
        compare(shape, steps, optimizer, &threads, of, TOLERANCE, rule)
            .map_err(TestCaseError::fail)?;
    }

    #[test]
    fn rmsprop_is_its_equation(
        shape in shapes(), steps in 1_usize..12, of in penalties(), decay in 0.1..0.999,
        epsilon in 1e-3..1.0, momentum in shares(), centered: bool, threads in threads(),
    ) {
        let optimizer = RmsProp::<f64>::new(of.rate)
            .decay(decay)
            .epsilon(epsilon)
            .momentum(momentum)
            .centered(centered)
            .penalty(penalty(of));
        let rule = || rmsprop((of.rate, decay, epsilon), momentum, centered);
        // A variance near 0 is the difference of two numbers: its root may lose half the
        // digits, of which ε leaves at most three to be seen.
        let tolerance = if centered { 1e-9 } else { 50.0 * TOLERANCE };
        compare(shape, steps, optimizer, &threads, of, tolerance, rule)
            .map_err(TestCaseError::fail)?;
    }
}

/// The defaults that the documentation states, and `weight_decay`, in both number types.
fn defaults<T: Scalar>(tolerance: f64) {
    let (rate, strength, steps) = (0.01, 0.3, 8);
    let l2 = Strengths { rate, l2: strength, ..Strengths::default() };
    let decoupled = |decoupled| Strengths { rate, decoupled, ..Strengths::default() };
    let (shape, threads) = ((5, 40), Threads::single());
    let run = |name: &str, result: Result<(), String>| {
        assert_eq!(result, Ok(()), "{name}, {}", T::NAME);
    };
    let optimizer = Sgd::<T>::new(rate).weight_decay(strength);
    let rule = || sgd(rate, 0.0, false);
    run("sgd", compare(shape, steps, optimizer, &threads, l2, tolerance, rule));
    let rule = || adam(rate, 0.9, 0.999, 1e-8);
    let optimizer = Adam::<T>::new(rate).weight_decay(strength);
    run("adam", compare(shape, steps, optimizer, &threads, l2, tolerance, rule));
    let optimizer = AdamW::<T>::new(rate);
    run("adamw", compare(shape, steps, optimizer, &threads, decoupled(0.01), tolerance, rule));
    let optimizer = AdamW::<T>::new(rate).weight_decay(strength).betas(0.8, 0.9).epsilon(0.1);
    let rule = || adam(rate, 0.8, 0.9, 0.1);
    run("adamw", compare(shape, steps, optimizer, &threads, decoupled(strength), tolerance, rule));
    let optimizer = RmsProp::<T>::new(rate).weight_decay(strength);
    let rule = || rmsprop((rate, 0.99, 1e-8), 0.0, false);
    run("rmsprop", compare(shape, steps, optimizer, &threads, l2, tolerance, rule));
    let optimizer = Adagrad::<T>::new(rate).weight_decay(strength);
    let rule = || adagrad(rate, 0.0, 1e-10);
    run("adagrad", compare(shape, steps, optimizer, &threads, l2, tolerance, rule));
}

#[test]
fn defaults_are_as_documented_in_both_number_types() {
    defaults::<f64>(1e-13);
    defaults::<f32>(2e-6);
}

/// What bias correction is for: the first step is as long as the learning rate, whatever
/// the size of the gradient, as long as it is above ε.
#[test]
fn the_first_step_of_adam_does_not_depend_on_the_size_of_the_gradient() {
    for size in [1e-150, 1e-30, 1.0, 1e30, 1e150] {
        let mut layer = common::layer::<f64>(2, 3);
        common::set_gradients(&mut layer, |_, _| size);
        let mut adam = Adam::new(0.25).epsilon(1e-300);
        adam.step(&mut layer, &Threads::single()).unwrap();
        let start = common::layer::<f64>(2, 3);
        let moved = &start.weight().value - &layer.weight().value;
        for i in 0..2 {
            assert!((moved[(i, 0)] - 0.25).abs() < 1e-14, "{size:e}: {}", moved[(i, 0)]);
        }
    }
}

/// Parameters without any gradient stay where they are: 0 / ε, and not 0 / 0.
#[test]
fn no_gradient_is_no_step() {
    let optimizers: [Box<dyn Optimizer<f32>>; 5] = [
        Box::new(Sgd::new(0.1).momentum(0.9)),
        Box::new(Adam::new(0.1).epsilon(2e-38)),
        Box::new(RmsProp::new(0.1).epsilon(2e-38)),
        Box::new(RmsProp::new(0.1).centered(true).momentum(0.9)),
        Box::new(Adagrad::new(0.1).epsilon(2e-38)),
    ];
    for mut optimizer in optimizers {
        let mut layer = common::layer::<f32>(3, 3);
        for _ in 0..3 {
            optimizer.step(&mut layer, &Threads::single()).unwrap();
        }
        assert_eq!(layer.weight().value, common::layer::<f32>(3, 3).weight().value);
    }
}

/// A constant gradient has no variance, and rounding must not make it negative.
#[test]
fn a_centered_variance_is_never_negative() {
    let mut layer = common::layer::<f32>(1, 1);
    let mut rmsprop = RmsProp::new(1e-6).centered(true).decay(0.5).epsilon(1.0);
    for _ in 0..200 {
        common::set_gradients(&mut layer, |_, _| 0.3);
        rmsprop.step(&mut layer, &Threads::single()).unwrap();
    }
    assert!(layer.weight().value[(0, 0)].is_finite());
}

/// The variance after these gradients, of which each has its weight, and the 0 before them
/// what is left: summed about the mean, in two passes.
fn variance(gradients: &[f64], decay: f64) -> (f64, f64) {
    let n = gradients.len() as i32;
    let weight = |t: usize| (1.0 - decay) * decay.powi(n - 1 - t as i32);
    let weighted = || gradients.iter().enumerate().map(|(t, &g)| (weight(t), g));
    let mean: f64 = weighted().map(|(weight, g)| weight * g).sum();
    let about: f64 = weighted().map(|(weight, g)| weight * (g - mean).powi(2)).sum();
    (about + decay.powi(n) * mean * mean, mean)
}

#[test]
fn a_centered_variance_is_that_about_the_mean() {
    let (decay, mut all) = (0.9, Vec::new());
    let mut layer = common::layer::<f64>(1, 1);
    let mut rmsprop = RmsProp::new(1.0).centered(true).decay(decay).epsilon(1e-300);
    for t in 0..400 {
        // Nearly constant for a while, and anything after it.
        let g = if t < 100 { 1e6 + f64::from(t % 7) } else { f64::from(t * t % 97) - 20.0 };
        all.push(g);
        let before = layer.weight().value[(0, 0)];
        common::set_gradients(&mut layer, |_, _| g);
        rmsprop.step(&mut layer, &Threads::single()).unwrap();
        let (variance, mean) = variance(&all, decay);
        let spread = f64::max(variance, 0.01 * mean * mean);
        let step = g / spread.sqrt();
        let error = (before - layer.weight().value[(0, 0)]) - step;
        assert!(error.abs() < 1e-12 * (before.abs() + step.abs()), "step {t}: {error:e}");
    }
}

/// `v = αᵗ (1 − αᵗ) g²` and `ḡ = (1 − αᵗ) g` for a constant gradient: the steps grow while the
/// variance fades, up to ten times the rate.
fn constant_gradient<T: Scalar>(g: f64, tolerance: f64) {
    let (rate, decay): (f64, f64) = (0.01, 0.99);
    let mut layer = common::layer::<T>(1, 1);
    let mut rmsprop = RmsProp::new(rate).centered(true);
    let w = |layer: &Linear<T>| layer.weight().value[(0, 0)].to_f64();
    let (start, mut expected) = (w(&layer), w(&layer));
    for t in 1..=20_000 {
        common::set_gradients(&mut layer, |_, _| g);
        rmsprop.step(&mut layer, &Threads::single()).unwrap();
        let power = f64::powi(decay, t);
        let least = 0.01 * (1.0 - power).powi(2);
        let deviation = f64::max(power * (1.0 - power), least).sqrt() * g.abs();
        let step = rate * g / (deviation + 1e-8);
        assert!(step.abs() <= 10.1 * rate, "step {t}: {step}");
        expected -= step;
        let moved = w(&layer) - start;
        let error = moved / (expected - start) - 1.0;
        assert!(error.abs() < tolerance, "step {t} with {g}: {moved} of {expected}");
        if t == 6000 {
            assert!(moved.abs() < 600.0, "ten times the 60 that it is without `centered`");
        }
    }
}

#[test]
fn a_constant_gradient_makes_no_step_of_more_than_ten_times_the_rate() {
    for g in [0.1, -3.0] {
        constant_gradient::<f64>(g, 1e-9);
        constant_gradient::<f32>(g, 1e-3);
    }
}
