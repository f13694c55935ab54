//! One file per layer, and one line: everything else follows from this list. Activations without
//! parameters have one of their own.

use crate::{LayerKind, Reference};

/// Goes over the layers that are ours, each with numbers of both types.
pub trait LayerVisitor {
    /// At each that is a function, which its [`Reference`] states once more.
    fn visit<D: LayerKind<f64> + Reference, S: LayerKind<f32>>(&mut self);

    /// At each that draws random numbers in training.
    fn visit_random<D: LayerKind<f64>, S: LayerKind<f32>>(&mut self);
}

macro_rules! layers {
    ($($file:ident::$Name:ident $(<$T:ident>)? by $visit:ident),* $(,)?) => {
        $(
            mod $file;
            pub use $file::$Name;
        )*

        /// Shows a visitor each layer, in the order in which people read of them.
        pub fn visit_layers(visitor: &mut impl LayerVisitor) {
            $(visitor.$visit::<layers!(f64, $Name $($T)?), layers!(f32, $Name $($T)?)>();)*
        }
    };
    ($scalar:ident, $Name:ident T) => { $Name<$scalar> };
    ($scalar:ident, $Name:ident) => { $Name };
}

layers! {
    p_relu::PRelu<T> by visit,
    maxout::Maxout by visit,
    scale_shift::ScaleShift<T> by visit,
    linear::Linear<T> by visit,
    dropout::Dropout by visit_random,
    input_noise::InputNoise by visit_random,
}
