use densely_tensor::{Initializer, Real};

use crate::{Activation, Described, Options, Saturation, Spec};

/// The rectified linear unit with a ceiling: `f(x) = min(max(0, x), 6)`.
///
/// For networks that are to be computed with few bits later: its outputs have a known,
/// small range. It can die as [`Relu`](crate::Relu) can, at either end.
///
/// `f'(x) = 1` for `0 < x < 6` and `0` otherwise: at the kinks, where every value from 0
/// to 1 is a generalised gradient, it is 0. Range: `[0, 6]`. Saturates exactly, on both
/// sides. Cost: two comparisons.
///
/// ```
/// # use densely_layers::{Activation, Relu6};
/// assert_eq!([Relu6.f(-3.0), Relu6.f(2.5), Relu6.f(30.0)], [0.0, 2.5, 6.0]);
/// assert_eq!([Relu6.df(0.0, 0.0), Relu6.df(2.5, 2.5), Relu6.df(6.0, 6.0)], [0.0, 1.0, 0.0]);
/// ```
///
/// A. Krizhevsky, "Convolutional deep belief networks on CIFAR-10" (2010).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Relu6;

/// The ceiling.
const MOST: f64 = 6.0;

impl Described for Relu6 {
    const SPEC: Spec = Spec::new("relu6", "ReLU, cut off at 6");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl Activation for Relu6 {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        let raised = if x < R::ZERO { R::ZERO } else { x };
        if x > R::from_f64(MOST) { R::from_f64(MOST) } else { raised }
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        let flat = if x.is_nan() { x } else { R::ZERO };
        if x > R::ZERO && x < R::from_f64(MOST) { R::ONE } else { flat }
    }

    /// Flat on both sides, but 0 is a state of rest.
    fn saturation(&self) -> Saturation {
        Saturation::OneSided
    }

    fn initializer(&self) -> Initializer {
        Initializer::HeNormal
    }
}
