use densely_gradcheck::{Config, Failure, LossCheck, Report};
use densely_loss::losses::{LossVisitor, visit_losses};
use densely_loss::{Described, Loss, LossReference, SoftmaxCrossEntropy};

use crate::Proof;
use crate::activations::drawn;

/// The losses, all there are, with options drawn from where they mostly are.
#[must_use]
pub fn losses() -> Vec<Proof> {
    struct Proofs(Vec<Proof>);
    impl LossVisitor for Proofs {
        fn visit<L: Loss<f32> + Loss<f64> + LossReference + Described + 'static>(&mut self) {
            self.0.push(Proof::new(L::SPEC.name(), |config| {
                of(LossCheck::family(drawn::<L>), config)
            }));
        }
    }
    let mut proofs = Proofs(Vec::new());
    visit_losses(&mut proofs);
    // Weights have to be as many as there are classes.
    proofs.0.push(Proof::new("softmax, class weights", |config| {
        let softmax = SoftmaxCrossEntropy::new().class_weights([0.5, 1.0, 2.5]);
        of(LossCheck::new(&softmax.label_smoothing(0.2)), config)
    }));
    proofs.0
}

fn of<L>(check: LossCheck<'_, L>, config: Config) -> Result<Report, Box<Failure>>
where
    L: Loss<f64> + Loss<f32> + LossReference,
{
    check.dual_numbers().config(config).run()
}
