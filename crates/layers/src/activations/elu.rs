use densely_tensor::Real;

use crate::{Activation, Described, Kind, Opt, Options, Range, Spec, Value};

/// The exponential linear unit: `f(x) = x` for `x > 0` and `α (eˣ − 1)` for `x ≤ 0`.
///
/// Like [`Relu`](crate::Relu) for positive inputs; negative ones pull the mean of the
/// outputs towards zero, and still get a gradient while they are not far below it.
///
/// `f'(x) = 1` for `x > 0` and `α eˣ` for `x ≤ 0`, which `y + α` would be too, but for the digits
/// that it loses where `y` is near `−α`; with `α = 1` there is no kink.
/// Range: `(−α, ∞)`. Saturates for `x → −∞`. Cost: an exponential.
///
/// ```
/// # use densely_layers::{Activation, Elu};
/// let elu = Elu::default();
/// assert_eq!([elu.f(2.0), elu.f(0.0), elu.f(-1e9)], [2.0, 0.0, -1.0]);
/// ```
///
/// D.-A. Clevert et al., "Fast and accurate deep network learning by exponential linear
/// units" (2016).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elu {
    alpha: f64,
}

impl Elu {
    /// With `α`, the distance of the limit at `−∞` below zero.
    #[must_use]
    pub fn new(alpha: f64) -> Self {
        Self { alpha }
    }

    /// `α`.
    #[must_use]
    pub fn alpha(&self) -> f64 {
        self.alpha
    }
}

impl Default for Elu {
    /// `α = 1`.
    fn default() -> Self {
        Self::new(1.0)
    }
}

impl Described for Elu {
    const SPEC: Spec = Spec::new("elu", "x above 0, alpha (exp(x) - 1) below")
        .options(&[Opt::number("alpha", Range::FINITE).default_number(1.0).typical(0.1, 2.0)]);

    fn from_options(options: &Options) -> Self {
        Self::new(options.number("alpha"))
    }

    fn values(&self) -> Vec<Value> {
        vec![self.alpha.into()]
    }
}

impl Activation for Elu {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        if x > R::ZERO { x } else { R::from_f64(self.alpha) * x.exp_m1() }
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        if x > R::ZERO { R::ONE } else { R::from_f64(self.alpha) * x.exp() }
    }

    fn activation_kind(&self) -> Kind {
        self.described()
    }
}
