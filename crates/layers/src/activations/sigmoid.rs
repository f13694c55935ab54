use densely_tensor::Real;

use crate::{Activation, Described, Options, Spec};

/// The logistic sigmoid: `σ(x) = 1 / (1 + e⁻ˣ)`.
///
/// The firing rate of a neuron, historically; a probability, at the output of a
/// binary classifier. In hidden layers it has two drawbacks: where it is flat, no gradient
/// gets through, and its outputs are all positive.
///
/// `σ'(x) = y (1 − y)`. Range: `(0, 1)`. Saturates on both sides. Cost: an exponential and
/// a division.
///
/// ```
/// # use densely_layers::{Activation, Sigmoid};
/// assert_eq!(Sigmoid.f(0.0), 0.5);
/// assert_eq!(Sigmoid.df(0.0, 0.5), 0.25);
/// ```
///
/// CS231n, Neural Networks 1, "Commonly used activation functions".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sigmoid;

impl Described for Sigmoid {
    const SPEC: Spec = Spec::new("sigmoid", "1 / (1 + exp(-x))");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl Activation for Sigmoid {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        x.sigmoid()
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, y: R) -> R {
        // 1 − y is e⁻ˣ y, which keeps its digits where y is near 1.
        let rest = if x < R::ZERO { R::ONE - y } else { (-x).exp() * y };
        y * rest
    }
}
