use densely_tensor::Real;

use crate::{Activation, Described, Options, Spec};

/// The hard Swish: `f(x) = x min(1, max(0, x/6 + ½))`.
///
/// The shape of [`Silu`](crate::Silu) without an exponential: 0 below −3, `x` above 3.
///
/// `f'(x) = 0` for `x ≤ −3`, `x/3 + ½` for `|x| < 3`, and `1` for `x ≥ 3`, also at the kinks. Range:
/// `[−3/8, ∞)`. Saturates, exactly, for `x ≤ −3`. Cost: two comparisons and two products.
///
/// ```
/// # use densely_layers::{Activation, HardSwish};
/// assert_eq!([HardSwish.f(-4.0), HardSwish.f(1.5), HardSwish.f(4.0)], [0.0, 1.125, 4.0]);
/// assert_eq!(HardSwish.df(0.0, 0.0), 0.5);
/// ```
///
/// A. Howard et al., "Searching for `MobileNetV3`" (2019).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HardSwish;

impl Described for HardSwish {
    const SPEC: Spec = Spec::new("hard-swish", "x times its hard sigmoid");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl Activation for HardSwish {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        let three = R::from_f64(3.0);
        let raised = if x <= -three { R::ZERO } else { x * ((x + three) / R::from_f64(6.0)) };
        if x >= three { x } else { raised }
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        let three = R::from_f64(3.0);
        let slope = (x + x + three) / R::from_f64(6.0);
        let raised = if x <= -three { R::ZERO } else { slope };
        if x >= three { R::ONE } else { raised }
    }
}
