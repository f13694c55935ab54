use densely_tensor::Real;

use crate::{Activation, Described, Kind, Opt, Options, Range, Spec, Value};

/// The leaky rectified linear unit: `f(x) = x` for `x > 0` and `αx` for `x ≤ 0`.
///
/// A unit with a negative input still gets a gradient, `α` times as large, so it
/// cannot die as one of [`Relu`](crate::Relu) can.
///
/// `f'(x) = 1` for `x > 0` and `α` for `x ≤ 0`: at the kink it is `α`. Range: all reals
/// (for `α > 0`). Does not saturate. Cost: a comparison and a product.
///
/// ```
/// # use densely_layers::{Activation, LeakyRelu};
/// let leaky = LeakyRelu::new(0.1);
/// assert_eq!([leaky.f(-2.0), leaky.f(2.0)], [-0.2, 2.0]);
/// ```
///
/// CS231n, Neural Networks 1, "Commonly used activation functions"; A. Maas et al.,
/// "Rectifier nonlinearities improve neural network acoustic models" (2013).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeakyRelu {
    slope: f64,
}

impl LeakyRelu {
    /// With slope `α` on the negative side.
    #[must_use]
    pub fn new(slope: f64) -> Self {
        Self { slope }
    }

    /// The slope `α` on the negative side.
    #[must_use]
    pub fn slope(&self) -> f64 {
        self.slope
    }
}

impl Default for LeakyRelu {
    /// Slope 0.01, as in the notes.
    fn default() -> Self {
        Self::new(0.01)
    }
}

impl Described for LeakyRelu {
    const SPEC: Spec = Spec::new("leaky-relu", "x above 0, slope times x below")
        .options(&[Opt::number("slope", Range::FINITE).default_number(0.01).typical(0.0, 1.0)]);

    fn from_options(options: &Options) -> Self {
        Self::new(options.number("slope"))
    }

    fn values(&self) -> Vec<Value> {
        vec![self.slope.into()]
    }
}

impl Activation for LeakyRelu {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        let leak = R::from_f64(self.slope) * x;
        if x > R::ZERO { x } else { leak }
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        let slope = R::from_f64(self.slope);
        let leak = if x <= R::ZERO { slope } else { x };
        if x > R::ZERO { R::ONE } else { leak }
    }

    fn activation_kind(&self) -> Kind {
        self.described()
    }
}
