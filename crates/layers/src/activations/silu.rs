use densely_tensor::Real;

use crate::{Activation, Described, Options, Spec};

/// The sigmoid linear unit, also called Swish: `f(x) = x σ(x)`.
///
/// A smooth [`Relu`](crate::Relu) that dips below zero, with a gradient for moderately
/// negative inputs.
///
/// `f'(x) = σ(x) + x σ(x) (1 − σ(x))`. Range: `[−0.28, ∞)`. Saturates for `x → −∞`. Cost:
/// an exponential and a division.
///
/// ```
/// # use densely_layers::{Activation, Silu};
/// assert_eq!([Silu.f(-1e9), Silu.f(0.0), Silu.f(1e9)], [0.0, 0.0, 1e9]);
/// assert_eq!(Silu.df(0.0, 0.0), 0.5);
/// ```
///
/// S. Elfwing et al., "Sigmoid-weighted linear units for neural network function
/// approximation in reinforcement learning" (2018); P. Ramachandran et al., "Searching
/// for activation functions" (2017).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Silu;

/// Beyond ±800, `σ` is 0 or 1 in every format.
const TAIL: f64 = 800.0;

impl Described for Silu {
    const SPEC: Spec = Spec::new("silu", "x times its sigmoid, also called Swish");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl Activation for Silu {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        // The limit at −∞ is 0, and not −∞ · 0.
        x.max(R::from_f64(-TAIL)) * x.sigmoid()
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        let x = x.max(R::from_f64(-TAIL)).min(R::from_f64(TAIL));
        // With E = e^(−|x|), σ(−|x|) = E / (1 + E), and σ (1 − σ) = E / (1 + E)².
        let e = (-x.abs()).exp();
        let r = R::ONE / (R::ONE + e);
        let sigmoid = if x < R::ZERO { e * r } else { r };
        (x * e * r).mul_add(r, sigmoid)
    }
}
