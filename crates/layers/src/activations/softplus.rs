use densely_tensor::Real;

use crate::{Activation, Described, Options, Spec};

/// Softplus: `f(x) = ln(1 + eˣ)`, computed as `max(x, 0) + ln(1 + e^(−|x|))`, which does
/// not overflow.
///
/// A [`Relu`](crate::Relu) without its kink; also a way to make a real output positive.
///
/// `f'(x) = σ(x)`. Range: `(0, ∞)`. Saturates for `x → −∞`. Cost: an exponential and a
/// logarithm.
///
/// ```
/// # use densely_layers::{Activation, Softplus};
/// assert_eq!([Softplus.f(-1e9), Softplus.f(1e9)], [0.0, 1e9]);
/// assert_eq!(Softplus.f(0.0), 2_f64.ln());
/// ```
///
/// C. Dugas et al., "Incorporating second-order functional knowledge for better option
/// pricing" (2001).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Softplus;

impl Described for Softplus {
    const SPEC: Spec = Spec::new("softplus", "ln(1 + exp(x))");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl Activation for Softplus {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        // Written with one comparison, so that the parts change sides together and the
        // derivative of this expression is σ(x) at 0 too.
        let (linear, exponent) = if x > R::ZERO { (x, -x) } else { (R::ZERO, x) };
        linear + exponent.exp().ln_1p()
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        x.sigmoid()
    }
}
