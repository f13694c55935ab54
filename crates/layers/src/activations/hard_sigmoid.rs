use densely_tensor::Real;

use crate::{Activation, Described, Options, Spec};

/// The hard sigmoid: `f(x) = min(1, max(0, x/6 + ½))`.
///
/// The shape of [`Sigmoid`](crate::Sigmoid) without an exponential. A unit whose input is beyond
/// ±3 for every example gets no gradient.
///
/// `f'(x) = 1/6` for `|x| < 3` and `0` beyond: at the kinks it is 0. Range: `[0, 1]`. Saturates,
/// exactly, on both sides. Cost: two comparisons and a product.
///
/// ```
/// # use densely_layers::{Activation, HardSigmoid};
/// assert_eq!([HardSigmoid.f(-3.0), HardSigmoid.f(0.0), HardSigmoid.f(5.0)], [0.0, 0.5, 1.0]);
/// ```
///
/// M. Courbariaux et al., "`BinaryConnect`" (2015), with another slope; the slope of 1/6 is that of
/// A. Howard et al., "Searching for `MobileNetV3`" (2019).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HardSigmoid;

impl Described for HardSigmoid {
    const SPEC: Spec = Spec::new("hard-sigmoid", "x / 6 + 1/2, cut off at 0 and 1");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl Activation for HardSigmoid {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        let three = R::from_f64(3.0);
        let raised = if x < -three { -three } else { x };
        let cut = if x > three { three } else { raised };
        (cut + three) / R::from_f64(6.0)
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        let three = R::from_f64(3.0);
        let flat = if x.abs() >= three { R::ZERO } else { x };
        if x.abs() < three { R::from_f64(1.0 / 6.0) } else { flat }
    }
}
