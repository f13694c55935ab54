//! One file per optimiser, and one line: everything else follows from this list.

use densely_parts::Described;
use densely_tensor::Scalar;

use crate::{Optimizer, Rule};

/// Goes over the optimisers that are ours.
pub trait OptimizerVisitor<T: Scalar> {
    /// At each.
    fn visit<O: Optimizer<T> + Described + Rule + 'static>(&mut self);
}

macro_rules! optimizers {
    ($($file:ident::$Name:ident),* $(,)?) => {
        $(
            mod $file;
            pub use $file::$Name;
        )*

        /// Shows a visitor each optimiser, in the order in which people read of them.
        pub fn visit_optimizers<T: Scalar>(visitor: &mut impl OptimizerVisitor<T>) {
            $(visitor.visit::<$Name<T>>();)*
        }
    };
}

optimizers! {
    sgd::Sgd,
    adam::Adam,
    adamw::AdamW,
    nadam::NAdam,
    lion::Lion,
    rmsprop::RmsProp,
    adagrad::Adagrad,
}
