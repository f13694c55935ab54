use densely_gradcheck::{Config, Failure, LossCheck, LossReference, Report};
use densely_loss::{
    BinaryHinge, CrammerSingerSvm, Huber, Logistic, Loss, MeanAbsoluteError, MeanSquaredError,
    MulticlassSvm, SoftmaxCrossEntropy,
};

use crate::Proof;

/// The losses.
pub const LOSSES: &[Proof] = &[
    Proof::new("softmax", |config| of(&SoftmaxCrossEntropy::new(), config)),
    Proof::new("softmax, smoothed labels", |config| {
        of(&SoftmaxCrossEntropy::new().label_smoothing(0.1), config)
    }),
    Proof::new("softmax, class weights", |config| {
        let softmax = SoftmaxCrossEntropy::new().class_weights([0.5, 1.0, 2.5]);
        of(&softmax.label_smoothing(0.2), config)
    }),
    Proof::new("svm", |config| of(&MulticlassSvm::new(), config)),
    Proof::new("svm, margin 0.37", |config| of(&MulticlassSvm::with_margin(0.37), config)),
    Proof::new("squared-svm", |config| of(&MulticlassSvm::new().squared(true), config)),
    Proof::new("crammer-singer", |config| of(&CrammerSingerSvm::with_margin(0.7), config)),
    Proof::new("logistic", |config| of(&Logistic, config)),
    Proof::new("hinge", |config| of(&BinaryHinge::new(), config)),
    Proof::new("squared-hinge", |config| of(&BinaryHinge::with_margin(0.3).squared(true), config)),
    Proof::new("mse", |config| of(&MeanSquaredError, config)),
    Proof::new("mae", |config| of(&MeanAbsoluteError, config)),
    Proof::new("huber", |config| of(&Huber::new(0.4), config)),
];

fn of<L>(loss: &L, config: Config) -> Result<Report, Box<Failure>>
where
    L: Loss<f64> + Loss<f32> + LossReference,
{
    LossCheck::new(loss).dual_numbers().config(config).run()
}
