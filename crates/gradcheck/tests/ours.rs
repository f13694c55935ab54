//! Everything in the library that has a gradient, proven. A new activation, loss or
//! optimiser is a line in one of the lists.
//!
//! `GRADCHECK_CASES=6500 cargo test -p densely-gradcheck --test ours -- --nocapture` goes
//! through 100,000 cases and prints the reports.

use densely_gradcheck::{
    ActivationCheck, Check, Draw, Entry, LayerCheck, LossCheck, Report, optimizer,
};
use densely_layers::{
    Dropout, Elu, Gelu, GeluTanh, HardTanh, Identity, InputNoise, LeakyRelu, Linear, Maxout, PRelu,
    Relu, Relu6, Selu, Sequential, Sigmoid, Silu, Softplus, Tanh,
};
use densely_loss::{
    BinaryHinge, CrammerSingerSvm, Huber, Logistic, MeanAbsoluteError, MeanSquaredError,
    MulticlassSvm, SoftmaxCrossEntropy,
};
use densely_optim::{Adagrad, Adam, AdamW, Penalty, RmsProp, Sgd};
use densely_tensor::{Initializer, Scalar};

/// What every report has to say.
fn assert_complete(report: &Report, checks: &[Check]) {
    assert!(report.rows().iter().all(|row| row.passed()), "{report}");
    for check in checks {
        assert!(report.rows().iter().any(|row| row.check == *check), "no {check} in\n{report}");
    }
    println!("{report}");
}

const OF_LAYERS: [Check; 9] = [
    Check::Repeats,
    Check::Overwrites,
    Check::Modes,
    Check::Columns,
    Check::ZeroCotangent,
    Check::Linearity,
    Check::Differences,
    Check::Adjoint,
    Check::Threads,
];

const OF_LOSSES: [Check; 9] = [
    Check::Shapes,
    Check::Overwrites,
    Check::Examples,
    Check::Mean,
    Check::DualNumbers,
    Check::Differences,
    Check::Subgradient,
    Check::SinglePrecision,
    Check::Probabilities,
];

/// `name: activation, of this case's draw`.
macro_rules! activations {
    ($($name:ident: $activation:expr;)*) => { $(
        #[test]
        fn $name() {
            let build: fn(&Draw) -> _ = $activation;
            let report = ActivationCheck::family(build).run().unwrap();
            assert_complete(&report, &[Check::DualNumbers, Check::Subgradient]);
        }
    )* };
}

activations! {
    identity: |_| Identity;
    relu: |_| Relu;
    leaky_relu: |draw| LeakyRelu::new(draw.uniform(0.0, 1.0));
    tanh: |_| Tanh;
    sigmoid: |_| Sigmoid;
    elu: |draw| Elu::new(draw.uniform(0.1, 2.0));
    selu: |_| Selu;
    gelu: |_| Gelu;
    gelu_tanh: |_| GeluTanh;
    silu: |_| Silu;
    softplus: |_| Softplus;
    hard_tanh: |_| HardTanh;
    relu6: |_| Relu6;
}

/// `name: loss;`, for losses with a reference.
macro_rules! losses {
    ($($name:ident: $loss:expr;)*) => { $(
        #[test]
        fn $name() {
            assert_complete(&LossCheck::new(&$loss).dual_numbers().run().unwrap(), &OF_LOSSES);
        }
    )* };
}

losses! {
    softmax_cross_entropy: SoftmaxCrossEntropy::new();
    softmax_with_smoothed_labels: SoftmaxCrossEntropy::new().label_smoothing(0.1);
    softmax_with_class_weights:
        SoftmaxCrossEntropy::new().class_weights([0.5, 1.0, 2.5]).label_smoothing(0.2);
    multiclass_svm: MulticlassSvm::new();
    multiclass_svm_with_another_margin: MulticlassSvm::with_margin(0.37);
    squared_multiclass_svm: MulticlassSvm::new().squared(true);
    crammer_singer_svm: CrammerSingerSvm::with_margin(0.7);
    logistic: Logistic;
    binary_hinge: BinaryHinge::new();
    squared_binary_hinge: BinaryHinge::with_margin(0.3).squared(true);
    mean_squared_error: MeanSquaredError;
    mean_absolute_error: MeanAbsoluteError;
    huber: Huber::new(0.4);
}

/// `name: layer in f64, layer in f32;`, of a case's draw, for layers with a reference.
macro_rules! layers {
    ($($name:ident: $double:expr, $single:expr;)*) => { $(
        #[test]
        fn $name() {
            let check = LayerCheck::new($double).single($single).dual_numbers();
            let report = check.run().unwrap();
            let more = [Check::DualNumbers, Check::SinglePrecision];
            assert_complete(&report, &[&OF_LAYERS[..], &more].concat());
        }
    )* };
}

layers! {
    linear_layer: linear::<f64>, linear::<f32>;
    maxout_layer: maxout, maxout;
    prelu_layer: |draw| prelu(draw, draw.inputs), |draw| prelu(draw, draw.inputs);
    shared_prelu_layer: |draw| prelu(draw, 1), |draw| prelu(draw, 1);
}

fn linear<T: Scalar>(draw: &Draw) -> Linear<T> {
    Linear::new(draw.inputs, draw.outputs, Initializer::Zeros, &mut draw.stream()).unwrap()
}

fn maxout(draw: &Draw) -> Maxout {
    Maxout::new(draw.outputs.min(4)).unwrap()
}

/// A slope for each unit, or one for all.
fn prelu<T: Scalar>(_draw: &Draw, slopes: usize) -> PRelu<T> {
    if slopes == 1 { PRelu::shared(T::from_f64(0.25)) } else { PRelu::per_unit(slopes).unwrap() }
}

/// What they draw, they draw from the address of the example.
#[test]
fn random_layers() {
    let dropout = |draw: &Draw| Dropout::new(draw.uniform(0.0, 0.9)).unwrap();
    LayerCheck::new(dropout).single(dropout).random().run().unwrap();
    let noise = |draw: &Draw| InputNoise::new(draw.uniform(0.0, 2.0)).unwrap();
    LayerCheck::new(noise).single(noise).random().run().unwrap();
}

/// Of layers that were proven one by one: that the container hands them the right matrices.
#[test]
fn networks() {
    let network = |draw: &Draw| {
        let (hidden, inputs) = (draw.outputs + 1, draw.inputs);
        let layer = |inputs, outputs| {
            Linear::new(inputs, outputs, Initializer::Zeros, &mut draw.stream()).unwrap()
        };
        let inner = Sequential::new(hidden)?.with(Relu)?.with(layer(hidden, 2 * hidden))?;
        Sequential::new(inputs)?
            .with(layer(inputs, hidden))?
            .with(Tanh)?
            .with(inner)?
            .with(Maxout::new(2)?)?
            .with(layer(hidden, 3))
    };
    let build = |draw: &Draw| network(draw).unwrap();
    let report = LayerCheck::new(build).without_ties().run().unwrap();
    assert_complete(&report, &[&OF_LAYERS[..], &[Check::Additivity, Check::Tape]].concat());
}

/// `name: optimiser, rule;`.
macro_rules! optimizers {
    ($($name:ident: $optimizer:expr, $rule:expr;)*) => { $(
        #[test]
        fn $name() {
            let report = optimizer(|| $optimizer, $rule).unwrap();
            assert_complete(&report, &[Check::Rule, Check::Threads, Check::Gradients]);
        }
    )* };
}

optimizers! {
    sgd: Sgd::new(0.1), |entry| entry.value -= 0.1 * entry.gradient;
    sgd_with_decay: Sgd::new(0.1).weight_decay(0.3), |entry| entry.value -= 0.1 * penalised(entry, 0.3);
    sgd_with_momentum: Sgd::new(0.1).momentum(0.9).weight_decay(0.3), |entry| {
        entry.state[0] = 0.9 * entry.state[0] + penalised(entry, 0.3);
        entry.value -= 0.1 * entry.state[0];
    };
    sgd_with_nesterov_momentum: Sgd::new(0.1).momentum(0.9).nesterov(true), |entry| {
        entry.state[0] = 0.9 * entry.state[0] + entry.gradient;
        entry.value -= 0.1 * (entry.gradient + 0.9 * entry.state[0]);
    };
    elastic_net: Sgd::new(0.1).penalty(Penalty::elastic_net(0.2, 0.3)), |entry| {
        let sign = if entry.value == 0.0 { 0.0 } else { entry.value.signum() };
        let penalty = if entry.decay { 0.2 * sign + 0.3 * entry.value } else { 0.0 };
        entry.value -= 0.1 * (entry.gradient + penalty);
    };
    adam: Adam::new(0.1).epsilon(1e-3).weight_decay(0.3), |entry| {
        let gradient = penalised(entry, 0.3);
        entry.value -= adam_step(entry, gradient);
    };
    adamw: AdamW::new(0.1).epsilon(1e-3).weight_decay(0.3), |entry| {
        let gradient = entry.gradient;
        entry.value *= if entry.decay { 1.0 - 0.1 * 0.3 } else { 1.0 };
        entry.value -= adam_step(entry, gradient);
    };
    rmsprop: RmsProp::new(0.1).epsilon(1e-3), |entry| {
        entry.state[0] = 0.99 * entry.state[0] + 0.01 * entry.gradient * entry.gradient;
        entry.value -= 0.1 * entry.gradient / (entry.state[0].sqrt() + 1e-3);
    };
    adagrad: Adagrad::new(0.1).epsilon(1e-3), |entry| {
        entry.state[0] += entry.gradient * entry.gradient;
        entry.value -= 0.1 * entry.gradient / (entry.state[0].sqrt() + 1e-3);
    };
}

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
