use densely_gradcheck::{ActivationCheck, Config, Failure, Report};
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
    let drawn = |draw: &densely_gradcheck::Draw| {
        A::from_options(&A::SPEC.draw(|low, high| draw.uniform(low, high)))
    };
    ActivationCheck::family(drawn).config(config).run()
}
