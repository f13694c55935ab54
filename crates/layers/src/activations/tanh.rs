use densely_tensor::Real;

use crate::{Activation, Described, Options, Spec};

/// The hyperbolic tangent: `f(x) = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) = 2σ(2x) − 1`.
///
/// A sigmoid that is centred on zero, which makes the gradients of the next layer's
/// weights less lopsided. It saturates on both sides, where its gradient vanishes.
///
/// `f'(x) = 1 − y²`. Range: `(−1, 1)`. Saturates on both sides. Cost: an exponential and
/// a division.
///
/// ```
/// # use densely_layers::{Activation, Tanh};
/// assert_eq!(Tanh.f(0.0), 0.0);
/// assert_eq!(Tanh.df(0.0, 0.0), 1.0);
/// ```
///
/// CS231n, Neural Networks 1, "Commonly used activation functions".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tanh;

impl Described for Tanh {
    const SPEC: Spec = Spec::new("tanh", "the hyperbolic tangent");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl Activation for Tanh {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        x.tanh()
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, y: R) -> R {
        // With a = |x|, 1 − |y| is e⁻²ᵃ (1 + |y|), which keeps its digits where |y| is near 1.
        let a = x.abs();
        let sum = R::ONE + y.abs();
        (-(a + a)).exp() * (sum * sum)
    }
}
