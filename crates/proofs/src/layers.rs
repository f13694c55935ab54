use densely_gradcheck::{Config, Draw, Failure, LayerCheck, Report};
use densely_layers::layers::{LayerVisitor, visit_layers};
use densely_layers::{LayerKind, Linear, Maxout, Reference, Relu, Sequential, Tanh};
use densely_tensor::{Initializer, Scalar, ShapeError};

use crate::Proof;

/// The layers, all there are, with options drawn from where they mostly are; and a network of some.
#[must_use]
pub fn layers() -> Vec<Proof> {
    struct Proofs(Vec<Proof>);
    impl LayerVisitor for Proofs {
        fn visit<D: LayerKind<f64> + Reference, S: LayerKind<f32>>(&mut self) {
            self.0.push(Proof::new(D::SPEC.name(), |config| {
                let check = LayerCheck::new(drawn::<f64, D>).single(drawn::<f32, S>);
                check.dual_numbers().config(config).run()
            }));
        }

        fn visit_random<D: LayerKind<f64>, S: LayerKind<f32>>(&mut self) {
            self.0.push(Proof::new(D::SPEC.name(), |config| {
                LayerCheck::new(drawn::<f64, D>)
                    .single(drawn::<f32, S>)
                    .random()
                    .config(config)
                    .run()
            }));
        }
    }
    let mut proofs = Proofs(Vec::new());
    visit_layers(&mut proofs);
    proofs.0.push(Proof::new("network", proven_network));
    proofs.0
}

/// A layer with options from where they mostly are.
fn drawn<T: Scalar, L: LayerKind<T>>(draw: &Draw) -> L {
    let mut stream = draw.stream();
    let options = L::SPEC.draw(|low, high| low + (high - low) * stream.uniform::<f64>());
    L::from_options(&options, draw.inputs).expect("there is memory for it")
}

fn proven_network(config: Config) -> Result<Report, Box<Failure>> {
    let build = |draw: &Draw| network(draw).expect("the layers fit");
    LayerCheck::new(build).without_ties().config(config).run()
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
