use densely_tensor::Real;

use crate::{Activation, Described, Options, Spec};

/// Softsign: `f(x) = x / (1 + |x|)`.
///
/// Like [`Tanh`](crate::Tanh), and slower to saturate: its slope falls as `1/x²`, not
/// exponentially.
///
/// `f'(x) = 1 / (1 + |x|)²`. Range: `(−1, 1)`. Saturates on both sides. Cost: a division.
///
/// ```
/// # use densely_layers::{Activation, Softsign};
/// assert_eq!([Softsign.f(-1.0), Softsign.f(0.0), Softsign.f(3.0)], [-0.5, 0.0, 0.75]);
/// assert_eq!(Softsign.df(1.0, 0.5), 0.25);
/// ```
///
/// J. Bergstra et al., "Quadratic polynomials learn better image features" (2009).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Softsign;

impl Described for Softsign {
    const SPEC: Spec = Spec::new("softsign", "x / (1 + |x|)");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl Activation for Softsign {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        x / (R::ONE + x.abs())
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        let r = R::ONE / (R::ONE + x.abs());
        r * r
    }
}
