//! One file per activation, and one line: everything else follows from this list.

use crate::{Activation, Described};

/// Goes over the activations that are ours.
pub trait ActivationVisitor {
    /// At each.
    fn visit<A: Activation + Described + Copy + 'static>(&mut self);
}

macro_rules! activations {
    ($($file:ident::$Name:ident),* $(,)?) => {
        $(
            mod $file;
            pub use $file::$Name;
        )*

        /// Shows a visitor each activation, in the order in which people read of them.
        pub fn visit_activations(visitor: &mut impl ActivationVisitor) {
            $(visitor.visit::<$Name>();)*
        }
    };
}

activations! {
    relu::Relu,
    leaky_relu::LeakyRelu,
    elu::Elu,
    selu::Selu,
    gelu::Gelu,
    gelu_tanh::GeluTanh,
    silu::Silu,
    mish::Mish,
    hard_swish::HardSwish,
    softplus::Softplus,
    relu6::Relu6,
    tanh::Tanh,
    softsign::Softsign,
    hard_tanh::HardTanh,
    sigmoid::Sigmoid,
    hard_sigmoid::HardSigmoid,
    identity::Identity,
}

#[cfg(test)]
mod tests;
