use densely_tensor::Real;

use crate::{Activation, Described, Options, Spec};

/// The Gaussian error linear unit: `f(x) = x Φ(x)`, where `Φ(x) = ½ (1 + erf(x/√2))` is
/// the distribution function of the standard normal distribution.
///
/// The mean of what a gate lets through that passes `x` with probability `Φ(x)`: a smooth
/// [`Relu`](crate::Relu), with a gradient for moderately negative inputs. This is the
/// exact function; [`GeluTanh`](crate::GeluTanh) is the approximation that many
/// published networks were trained with.
///
/// `f'(x) = Φ(x) + x φ(x)` with the density `φ(x) = e^(−x²/2) / √(2π)`.
/// Range: `[−0.17, ∞)`. Saturates for `x → −∞`. Cost: two to three exponentials.
///
/// ```
/// # use densely_layers::{Activation, Gelu};
/// assert_eq!([Gelu.f(-1e9), Gelu.f(0.0), Gelu.f(1e9)], [0.0, 0.0, 1e9]);
/// assert_eq!(Gelu.df(0.0, 0.0), 0.5);
/// ```
///
/// D. Hendrycks and K. Gimpel, "Gaussian error linear units" (2016).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gelu;

/// Beyond ±40, `Φ` and `φ` are 0 or 1 in every format.
const TAIL: f64 = 40.0;

/// `1 / √(2π)`.
const DENSITY_AT_0: f64 = 0.398_942_280_401_432_7;

impl Described for Gelu {
    const SPEC: Spec =
        Spec::new("gelu", "x times the probability that a standard normal number is below x");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

impl Activation for Gelu {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        // The limit at −∞ is 0, and not −∞ · 0.
        x.max(R::from_f64(-TAIL)) * x.normal_cdf()
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, y: R) -> R {
        // Where x is tiny, y may have lost its digits to underflow.
        let near_0 = x.abs() < R::from_f64(1e-20);
        let cdf = if near_0 { R::from_f64(0.5) } else { y / x };
        // What rounding takes from the square, the exponential would multiply by it.
        let half = R::from_f64(0.5);
        let square = x * x;
        let lost = x.mul_add(x, -square);
        let e = (-(half * square)).exp();
        let density = R::from_f64(DENSITY_AT_0) * e.mul_add(-(half * lost), e);
        let limit = if x > R::ZERO { R::ONE } else { R::ZERO };
        if x.abs() > R::from_f64(TAIL) { limit } else { x.mul_add(density, cdf) }
    }
}
