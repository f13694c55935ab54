use densely_tensor::{Initializer, Real};

use crate::{Activation, Described, Options, Spec};

/// `f(x) = x`: no activation at all, under a name.
///
/// A network whose activations are all the identity is a linear map, however many
/// layers it has: the reason why hidden layers need a non-linearity.
///
/// `f'(x) = 1`. Range: all reals. Does not saturate. Cost: a copy.
///
/// ```
/// # use densely_layers::{Activation, Identity};
/// assert_eq!(Identity.f(-3.0), -3.0);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Identity;

impl Described for Identity {
    const SPEC: Spec = Spec::new("identity", "x itself: no activation");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl Activation for Identity {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        x
    }

    #[inline(always)]
    fn df<R: Real>(&self, _x: R, _y: R) -> R {
        R::ONE
    }

    fn initializer(&self) -> Initializer {
        Initializer::XavierNormal
    }
}
