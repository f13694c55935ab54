use densely_tensor::Real;

use crate::{Activation, Described, Options, Spec};

/// Mish: `f(x) = x tanh(ln(1 + eˣ))`.
///
/// A smooth [`Relu`](crate::Relu) that dips below zero, much like [`Silu`](crate::Silu).
///
/// With `n = eˣ` and `w = n (n + 2)`, the tanh is `w / (w + 2)`; for `x > 0`, both are divided by
/// `n²`, so that nothing overflows. `f'(x) = tanh(ln(1 + eˣ)) + 4 x n (1 + n) / (w + 2)²`.
/// Range: `[−0.31, ∞)`. Saturates for `x → −∞`. Cost: an exponential and a division.
///
/// ```
/// # use densely_layers::{Activation, Mish};
/// assert_eq!([Mish.f(-1e9), Mish.f(0.0), Mish.f(1e9)], [0.0, 0.0, 1e9]);
/// assert!((Mish.df(0.0_f64, 0.0) - 0.6).abs() < 1e-15);
/// ```
///
/// D. Misra, "Mish: a self regularized non-monotonic activation function" (2020).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mish;

/// Below −800, the tanh is 0 in every format, and beyond 800 it is 1.
const TAIL: f64 = 800.0;

impl Described for Mish {
    const SPEC: Spec = Spec::new("mish", "x times the tanh of its softplus");

    fn from_options(_options: &Options) -> Self {
        Self
    }
}

/// `w` and `w + 2`, or both over `n²`, and `e^(−|x|)`.
#[inline(always)]
fn parts<R: Real>(x: R) -> (R, R, R) {
    let two = R::from_f64(2.0);
    let e = (-x.abs()).exp();
    if x > R::ZERO {
        let w = R::ONE + two * e;
        (w, w + two * e * e, e)
    } else {
        let w = e * (e + two);
        (w, w + two, e)
    }
}

impl Activation for Mish {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        let (w, sum, _) = parts(x);
        // The limit at −∞ is 0, and not −∞ · 0.
        x.max(R::from_f64(-TAIL)) * (w / sum)
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        let x = x.max(R::from_f64(-TAIL)).min(R::from_f64(TAIL));
        let (w, sum, e) = parts(x);
        let power = if x > R::ZERO { e * e } else { e };
        let slope = R::from_f64(4.0) * power * (R::ONE + e);
        let r = R::ONE / sum;
        (x * slope * r).mul_add(r, w * r)
    }
}
