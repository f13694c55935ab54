use densely_gradcheck::{OptimizerCheck, Rule};
use densely_optim::optimizers::{OptimizerVisitor, visit_optimizers};
use densely_optim::{Described, Optimizer};

use crate::Proof;
use crate::activations::drawn;

/// The optimisers, all there are, with options drawn from where they mostly are.
#[must_use]
pub fn optimizers() -> Vec<Proof> {
    struct Proofs(Vec<Proof>);
    impl OptimizerVisitor<f64> for Proofs {
        fn visit<O: Optimizer<f64> + Described + Rule + 'static>(&mut self) {
            self.0.push(Proof::new(O::SPEC.name(), |config| {
                OptimizerCheck::family(drawn::<O>).config(config).run()
            }));
        }
    }
    let mut proofs = Proofs(Vec::new());
    visit_optimizers(&mut proofs);
    proofs.0
}
