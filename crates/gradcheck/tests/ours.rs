//! Everything in the library that has a gradient, proven. A new activation, loss or
//! optimiser is a line in one of the lists.
//!
//! `GRADCHECK_CASES=6500 cargo test -p densely-gradcheck --test ours -- --nocapture` goes
//! through 100,000 cases and prints the reports.

use densely_gradcheck::{
    ActivationCheck, Check, Draw, Entry, LayerCheck, LossCheck, Report, optimizer,
};
use densely_layers::{Identity, LeakyRelu, Linear, Maxout, Relu, Sequential, Sigmoid, Tanh};
use densely_loss::{MeanSquaredError, MulticlassSvm, SoftmaxCrossEntropy};
use densely_optim::Sgd;
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
    softmax_cross_entropy: SoftmaxCrossEntropy;
    multiclass_svm: MulticlassSvm::new();
    multiclass_svm_with_another_margin: MulticlassSvm::with_margin(0.37);
    mean_squared_error: MeanSquaredError;
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
}

fn linear<T: Scalar>(draw: &Draw) -> Linear<T> {
    Linear::new(draw.inputs, draw.outputs, Initializer::Zeros, &mut draw.stream()).unwrap()
}

fn maxout(draw: &Draw) -> Maxout {
    Maxout::new(draw.outputs.min(4)).unwrap()
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
}

/// The gradient of the loss and of `½ λ |W|²`.
fn penalised(entry: &Entry, decay: f64) -> f64 {
    entry.gradient + if entry.decay { decay * entry.value } else { 0.0 }
}
