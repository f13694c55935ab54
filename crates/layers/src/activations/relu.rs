use densely_tensor::Real;

use crate::{Activation, Described, Options, Spec};

/// The rectified linear unit: `f(x) = max(0, x)`.
///
/// The default choice for hidden layers: cheap, and it does not saturate for
/// positive inputs. A unit whose input is negative for every example gets no
/// gradient and never learns again: it is dead. Lower the learning rate, or take
/// [`LeakyRelu`](crate::LeakyRelu), if many units die.
///
/// `f'(x) = 1` for `x > 0` and `0` for `x ≤ 0`: at the kink, where every value from 0
/// to 1 is a subgradient, it is 0. Range: `[0, ∞)`. Saturates, exactly, for `x ≤ 0`. Cost:
/// a comparison.
///
/// ```
/// # use densely_layers::{Activation, Relu};
/// assert_eq!([Relu.f(-2.0), Relu.f(0.0), Relu.f(2.0)], [0.0, 0.0, 2.0]);
/// ```
///
/// CS231n, Neural Networks 1, "Commonly used activation functions"; V. Nair and
/// G. Hinton, "Rectified linear units improve restricted Boltzmann machines" (2010).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Relu;

impl Described for Relu {
    const SPEC: Spec = Spec::new("relu", "the larger of 0 and x");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl Activation for Relu {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        if x < R::ZERO { R::ZERO } else { x }
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        let flat = if x <= R::ZERO { R::ZERO } else { x };
        if x > R::ZERO { R::ONE } else { flat }
    }
}
