use densely_gradcheck::{Config, Draw, Failure, LayerCheck, Reference, Report};
use densely_layers::{Dropout, InputNoise, Layer, Linear, Maxout, PRelu, Relu, Sequential, Tanh};
use densely_tensor::{Initializer, Scalar, ShapeError};

use crate::Proof;

/// The layers, and a network of them.
pub const LAYERS: &[Proof] = &[
    Proof::new("linear", |config| of(linear::<f64>, linear::<f32>, config)),
    Proof::new("maxout", |config| of(maxout, maxout, config)),
    Proof::new("prelu", |config| of(prelu::<f64>, prelu::<f32>, config)),
    Proof::new("shared-prelu", |config| of(shared_prelu::<f64>, shared_prelu::<f32>, config)),
    Proof::new("dropout", |config| random(dropout, dropout, config)),
    Proof::new("input-noise", |config| random(input_noise, input_noise, config)),
    Proof::new("network", |config| {
        let build = |draw: &Draw| network(draw).expect("the layers fit");
        LayerCheck::new(build).without_ties().config(config).run()
    }),
];

type Build<L> = fn(&Draw) -> L;

fn of<L: Layer<f64> + Reference, S: Layer<f32>>(
    double: Build<L>,
    single: Build<S>,
    config: Config,
) -> Result<Report, Box<Failure>> {
    LayerCheck::new(double).single(single).dual_numbers().config(config).run()
}

/// Of layers that draw random numbers, from the address of the example.
fn random<L: Layer<f64>, S: Layer<f32>>(
    double: Build<L>,
    single: Build<S>,
    config: Config,
) -> Result<Report, Box<Failure>> {
    LayerCheck::new(double).single(single).random().config(config).run()
}

fn linear<T: Scalar>(draw: &Draw) -> Linear<T> {
    let linear = Linear::new(draw.inputs, draw.outputs, Initializer::Zeros, &mut draw.stream());
    linear.expect("the sizes are positive")
}

fn maxout(draw: &Draw) -> Maxout {
    Maxout::new(draw.outputs.min(4)).expect("the number of pieces is positive")
}

/// A slope for each unit.
fn prelu<T: Scalar>(draw: &Draw) -> PRelu<T> {
    PRelu::per_unit(draw.inputs).expect("the number of units is positive")
}

/// One slope for all.
fn shared_prelu<T: Scalar>(_draw: &Draw) -> PRelu<T> {
    PRelu::shared(T::from_f64(0.25))
}

fn dropout(draw: &Draw) -> Dropout {
    Dropout::new(draw.uniform(0.0, 0.9)).expect("the probability is below 1")
}

fn input_noise(draw: &Draw) -> InputNoise {
    InputNoise::new(draw.uniform(0.0, 2.0)).expect("the deviation is not negative")
}

/// Of layers that are proven one by one: that the container hands them the right matrices.
fn network(draw: &Draw) -> Result<Sequential<f64>, ShapeError> {
    let (hidden, inputs) = (draw.outputs + 1, draw.inputs);
    let layer =
        |inputs, outputs| Linear::new(inputs, outputs, Initializer::Zeros, &mut draw.stream());
    let inner = Sequential::new(hidden)?.with(Relu)?.with(layer(hidden, 2 * hidden)?)?;
    Sequential::new(inputs)?
        .with(layer(inputs, hidden)?)?
        .with(Tanh)?
        .with(inner)?
        .with(Maxout::new(2)?)?
        .with(layer(hidden, 3)?)
}
