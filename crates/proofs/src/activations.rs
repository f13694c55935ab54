use densely_gradcheck::{ActivationCheck, Config, Draw, Failure, Report};
use densely_layers::{
    Activation, Elu, Gelu, GeluTanh, HardTanh, Identity, LeakyRelu, Relu, Relu6, Selu, Sigmoid,
    Silu, Softplus, Tanh,
};

use crate::Proof;

/// The activations without learned parameters.
pub const ACTIVATIONS: &[Proof] = &[
    Proof::new("identity", |config| of(|_| Identity, config)),
    Proof::new("relu", |config| of(|_| Relu, config)),
    Proof::new("leaky-relu", |config| of(|draw| LeakyRelu::new(draw.uniform(0.0, 1.0)), config)),
    Proof::new("tanh", |config| of(|_| Tanh, config)),
    Proof::new("sigmoid", |config| of(|_| Sigmoid, config)),
    Proof::new("elu", |config| of(|draw| Elu::new(draw.uniform(0.1, 2.0)), config)),
    Proof::new("selu", |config| of(|_| Selu, config)),
    Proof::new("gelu", |config| of(|_| Gelu, config)),
    Proof::new("gelu-tanh", |config| of(|_| GeluTanh, config)),
    Proof::new("silu", |config| of(|_| Silu, config)),
    Proof::new("softplus", |config| of(|_| Softplus, config)),
    Proof::new("hard-tanh", |config| of(|_| HardTanh, config)),
    Proof::new("relu6", |config| of(|_| Relu6, config)),
];

fn of<A: Activation>(build: fn(&Draw) -> A, config: Config) -> Result<Report, Box<Failure>> {
    ActivationCheck::family(build).config(config).run()
}
