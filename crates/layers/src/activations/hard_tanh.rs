use densely_tensor::Real;

use crate::{Activation, Described, Options, Spec};

/// The hard hyperbolic tangent: `f(x) = max(−1, min(1, x))`.
///
/// The shape of [`Tanh`](crate::Tanh) at the cost of two comparisons. A unit whose input
/// is beyond ±1 for every example gets no gradient and never learns again.
///
/// `f'(x) = 1` for `−1 < x < 1` and `0` otherwise: at the kinks, where every value from 0
/// to 1 is a generalised gradient, it is 0. Range: `[−1, 1]`. Saturates exactly, on both
/// sides.
///
/// ```
/// # use densely_layers::{Activation, HardTanh};
/// assert_eq!([HardTanh.f(-3.0), HardTanh.f(0.5), HardTanh.f(3.0)], [-1.0, 0.5, 1.0]);
/// assert_eq!([HardTanh.df(-1.0, -1.0), HardTanh.df(0.5, 0.5)], [0.0, 1.0]);
/// ```
///
/// R. Collobert, "Large scale machine learning" (2004).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HardTanh;

impl Described for HardTanh {
    const SPEC: Spec = Spec::new("hard-tanh", "x, cut off at -1 and 1");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl Activation for HardTanh {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        let raised = if x < -R::ONE { -R::ONE } else { x };
        if x > R::ONE { R::ONE } else { raised }
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        let flat = if x.abs() >= R::ONE { R::ZERO } else { x };
        if x.abs() < R::ONE { R::ONE } else { flat }
    }
}
