use densely_gradcheck::{Entry, OptimizerCheck};
use densely_optim::{Adagrad, Adam, AdamW, Penalty, RmsProp, Sgd};

use crate::Proof;

/// `name: optimiser, rule;`.
macro_rules! proofs {
    ($($name:literal: $optimizer:expr, $rule:expr;)*) => {
        &[$(Proof::new($name, |config| {
            OptimizerCheck::new(|| $optimizer, $rule).config(config).run()
        })),*]
    };
}

/// The optimisers, with the rule of each for one number.
pub const OPTIMIZERS: &[Proof] = proofs! {
    "sgd": Sgd::new(0.1), |entry| entry.value -= 0.1 * entry.gradient;
    "sgd, weight decay": Sgd::new(0.1).weight_decay(0.3), |entry| {
        entry.value -= 0.1 * penalised(entry, 0.3);
    };
    "sgd, momentum": Sgd::new(0.1).momentum(0.9).weight_decay(0.3), |entry| {
        entry.state[0] = 0.9 * entry.state[0] + penalised(entry, 0.3);
        entry.value -= 0.1 * entry.state[0];
    };
    "sgd, Nesterov momentum": Sgd::new(0.1).momentum(0.9).nesterov(true), |entry| {
        entry.state[0] = 0.9 * entry.state[0] + entry.gradient;
        entry.value -= 0.1 * (entry.gradient + 0.9 * entry.state[0]);
    };
    "sgd, elastic net": Sgd::new(0.1).penalty(Penalty::elastic_net(0.2, 0.3)), |entry| {
        let sign = if entry.value == 0.0 { 0.0 } else { entry.value.signum() };
        let penalty = if entry.decay { 0.2 * sign + 0.3 * entry.value } else { 0.0 };
        entry.value -= 0.1 * (entry.gradient + penalty);
    };
    "adam": Adam::new(0.1).epsilon(1e-3).weight_decay(0.3), |entry| {
        let gradient = penalised(entry, 0.3);
        entry.value -= adam_step(entry, gradient);
    };
    "adamw": AdamW::new(0.1).epsilon(1e-3).weight_decay(0.3), |entry| {
        let gradient = entry.gradient;
        entry.value *= if entry.decay { 1.0 - 0.1 * 0.3 } else { 1.0 };
        entry.value -= adam_step(entry, gradient);
    };
    "rmsprop": RmsProp::new(0.1).epsilon(1e-3), |entry| {
        entry.state[0] = 0.99 * entry.state[0] + 0.01 * entry.gradient * entry.gradient;
        entry.value -= 0.1 * entry.gradient / (entry.state[0].sqrt() + 1e-3);
    };
    "adagrad": Adagrad::new(0.1).epsilon(1e-3), |entry| {
        entry.state[0] += entry.gradient * entry.gradient;
        entry.value -= 0.1 * entry.gradient / (entry.state[0].sqrt() + 1e-3);
    };
};

/// `η m̂ / (√v̂ + ε)` with the defaults, and `η = 0.1`, `ε = 1e-3`.
fn adam_step(entry: &mut Entry, gradient: f64) -> f64 {
    let [m, v, ..] = &mut entry.state;
    *m = 0.9 * *m + 0.1 * gradient;
    *v = 0.999 * *v + 0.001 * gradient * gradient;
    let m_hat = *m / (1.0 - 0.9_f64.powi(entry.step));
    let v_hat = *v / (1.0 - 0.999_f64.powi(entry.step));
    0.1 * m_hat / (v_hat.sqrt() + 1e-3)
}

/// The gradient of the loss and of `½ λ |W|²`.
fn penalised(entry: &Entry, decay: f64) -> f64 {
    entry.gradient + if entry.decay { decay * entry.value } else { 0.0 }
}
