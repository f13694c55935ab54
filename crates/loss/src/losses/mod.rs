//! One file per loss, and one line: everything else follows from this list.

use densely_parts::Described;

use crate::{Loss, LossReference};

/// Goes over the losses that are ours.
pub trait LossVisitor {
    /// At each.
    fn visit<L: Loss<f32> + Loss<f64> + LossReference + Described + 'static>(&mut self);
}

macro_rules! losses {
    ($($file:ident::$Name:ident),* $(,)?) => {
        $(
            mod $file;
            pub use $file::$Name;
        )*

        /// Shows a visitor each loss, in the order in which people read of them.
        pub fn visit_losses(visitor: &mut impl LossVisitor) {
            $(visitor.visit::<$Name>();)*
        }
    };
}

losses! {
    softmax_cross_entropy::SoftmaxCrossEntropy,
    multiclass_svm::MulticlassSvm,
    crammer_singer_svm::CrammerSingerSvm,
    logistic::Logistic,
    binary_hinge::BinaryHinge,
    mean_squared_error::MeanSquaredError,
    mean_absolute_error::MeanAbsoluteError,
    huber::Huber,
    quantile::Quantile,
    poisson::Poisson,
}
