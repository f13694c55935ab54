use densely_gradcheck::{ActivationCheck, Config, Draw, Failure, Report};
use densely_layers::activations::{ActivationVisitor, visit_activations};
use densely_layers::{Activation, Described};

use crate::Proof;

/// The activations without learned parameters, all there are, with options drawn from where they
/// mostly are.
#[must_use]
pub fn activations() -> Vec<Proof> {
    struct Proofs(Vec<Proof>);
    impl ActivationVisitor for Proofs {
        fn visit<A: Activation + Described + Copy + 'static>(&mut self) {
            self.0.push(Proof::new(A::SPEC.name(), proven::<A>));
        }
    }
    let mut proofs = Proofs(Vec::new());
    visit_activations(&mut proofs);
    proofs.0
}

fn proven<A: Activation + Described>(config: Config) -> Result<Report, Box<Failure>> {
    ActivationCheck::family(drawn::<A>).config(config).run()
}

/// With options from where they mostly are.
pub(crate) fn drawn<P: Described>(draw: &Draw) -> P {
    let mut stream = draw.stream();
    P::from_options(&P::SPEC.draw(|low, high| low + (high - low) * stream.uniform::<f64>()))
}
