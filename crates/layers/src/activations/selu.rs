use densely_tensor::{Initializer, Real};

use crate::{Activation, Described, Options, Spec};

/// The scaled exponential linear unit: `f(x) = λ x` for `x > 0` and `λ α (eˣ − 1)` for
/// `x ≤ 0`, with `λ ≈ 1.0507` and `α ≈ 1.6733`.
///
/// With these constants, and weights of variance `1 / in`
/// ([`Initializer::LecunNormal`](densely_tensor::Initializer)), mean 0 and variance 1 are
/// a fixed point that activations are drawn to, however many layers there are.
///
/// `f'(x) = λ` for `x > 0` and `λ α eˣ` for `x ≤ 0`: at the kink it is `λ α`.
/// Range: `(−λ α, ∞) ≈ (−1.7581, ∞)`. Saturates for `x → −∞`. Cost: an exponential.
///
/// ```
/// # use densely_layers::{Activation, Selu};
/// assert_eq!(Selu.f(1.0), Selu::LAMBDA);
/// assert_eq!(Selu.f(-1e9), -Selu::LAMBDA * Selu::ALPHA);
/// ```
///
/// G. Klambauer et al., "Self-normalizing neural networks" (2017).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Selu;

impl Selu {
    /// `λ`.
    pub const LAMBDA: f64 = 1.050_700_987_355_480_5;
    /// `α`.
    pub const ALPHA: f64 = 1.673_263_242_354_377_2;
}

impl Described for Selu {
    const SPEC: Spec = Spec::new("selu", "ELU, scaled so that mean 0 and variance 1 stay");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl Activation for Selu {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        let negative = R::from_f64(Self::LAMBDA * Self::ALPHA) * x.exp_m1();
        if x > R::ZERO { R::from_f64(Self::LAMBDA) * x } else { negative }
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        let negative = R::from_f64(Self::LAMBDA * Self::ALPHA) * x.exp();
        if x > R::ZERO { R::from_f64(Self::LAMBDA) } else { negative }
    }

    fn initializer(&self) -> Initializer {
        Initializer::LecunNormal
    }
}
