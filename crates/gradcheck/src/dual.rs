use std::cmp::Ordering;
use std::f64::consts::PI;
use std::ops::{Add, Div, Mul, Neg, Sub};

use densely_tensor::{ConstOne, ConstZero, One, Real, Zero};

/// A dual number `a + b ε` with `ε² = 0`: a value, and its derivative beside it.
///
/// A function that is computed on dual numbers carries its derivative along, by the rules
/// of calculus, exact but for rounding: `f(a + b ε) = f(a) + f'(a) b ε`. No step has to be
/// chosen, as for a difference, and the code of the derivative under test has no part in it.
///
/// Comparisons look at the value alone, so a branch is taken as it is for plain numbers.
///
/// ```
/// use densely_gradcheck::Dual;
///
/// // x² + x has the derivative 2x + 1.
/// let x = Dual::variable(3.0);
/// let y = x * x + x;
/// assert_eq!((y.value, y.derivative), (12.0, 7.0));
/// ```
///
/// A. Griewank and A. Walther, *Evaluating Derivatives*, 2nd ed., SIAM 2008, chapter 3
/// (forward mode).
#[derive(Debug, Clone, Copy)]
pub struct Dual {
    /// The value `a`.
    pub value: f64,
    /// The derivative `b`.
    pub derivative: f64,
}

impl Dual {
    /// The constant `x`, whose derivative is 0.
    #[must_use]
    pub fn constant(x: f64) -> Self {
        Self { value: x, derivative: 0.0 }
    }

    /// The variable at `x`, whose derivative is 1.
    #[must_use]
    pub fn variable(x: f64) -> Self {
        Self { value: x, derivative: 1.0 }
    }

    /// `f` of this number, given its value and its slope there.
    fn chain(self, value: f64, slope: f64) -> Self {
        Self { value, derivative: slope * self.derivative }
    }
}

impl PartialEq for Dual {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl PartialOrd for Dual {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl Add for Dual {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, derivative: self.derivative + other.derivative }
    }
}

impl Sub for Dual {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Neg for Dual {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, derivative: -self.derivative }
    }
}

impl Mul for Dual {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self {
            value: self.value * other.value,
            derivative: self.derivative * other.value + self.value * other.derivative,
        }
    }
}

impl Div for Dual {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        Self { value, derivative: (self.derivative - value * other.derivative) / other.value }
    }
}

impl Zero for Dual {
    fn zero() -> Self {
        Self::ZERO
    }
    fn is_zero(&self) -> bool {
        self.value == 0.0
    }
}

impl ConstZero for Dual {
    const ZERO: Self = Self { value: 0.0, derivative: 0.0 };
}

impl One for Dual {
    fn one() -> Self {
        Self::ONE
    }
}

impl ConstOne for Dual {
    const ONE: Self = Self { value: 1.0, derivative: 0.0 };
}

impl Real for Dual {
    fn from_f64(x: f64) -> Self {
        Self::constant(x)
    }
    fn mul_add(self, a: Self, b: Self) -> Self {
        Self { value: self.value.mul_add(a.value, b.value), ..self * a + b }
    }
    fn abs(self) -> Self {
        // 0 is a subgradient of |x| at 0.
        let slope = if self.value == 0.0 { 0.0 } else { self.value.signum() };
        self.chain(self.value.abs(), slope)
    }
    fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.chain(root, 0.5 / root)
    }
    fn exp(self) -> Self {
        let exp = Real::exp(self.value);
        self.chain(exp, exp)
    }
    fn exp_m1(self) -> Self {
        self.chain(Real::exp_m1(self.value), Real::exp(self.value))
    }
    fn ln(self) -> Self {
        self.chain(Real::ln(self.value), 1.0 / self.value)
    }
    fn ln_1p(self) -> Self {
        self.chain(Real::ln_1p(self.value), 1.0 / (1.0 + self.value))
    }
    fn tanh(self) -> Self {
        // 1 − tanh² x = 4 σ(2x) σ(−2x), which keeps its digits where tanh x is near ±1.
        let twice = 2.0 * self.value;
        self.chain(Real::tanh(self.value), 4.0 * Real::sigmoid(twice) * Real::sigmoid(-twice))
    }
    fn sigmoid(self) -> Self {
        let sigmoid = Real::sigmoid(self.value);
        self.chain(sigmoid, sigmoid * Real::sigmoid(-self.value))
    }
    fn normal_cdf(self) -> Self {
        let density = Real::exp(-0.5 * self.value * self.value) / (2.0 * PI).sqrt();
        self.chain(Real::normal_cdf(self.value), density)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::difference::difference;

    /// Each rule against a difference of the plain function, at a point where all are defined.
    #[test]
    fn every_rule_is_the_derivative() {
        type Function = (&'static str, fn(Dual) -> Dual);
        let functions: [Function; 16] = [
            ("add", |x| x + x + Dual::constant(3.0)),
            ("sub", |x| Dual::constant(3.0) - x),
            ("neg", |x| -x),
            ("mul", |x| x * x * Dual::constant(1.5)),
            ("div", |x| (x + Dual::ONE) / (x * x)),
            ("mul_add", |x| Real::mul_add(x, x, x)),
            ("abs", Real::abs),
            ("sqrt", Real::sqrt),
            ("exp", Real::exp),
            ("exp_m1", Real::exp_m1),
            ("ln", Real::ln),
            ("ln_1p", Real::ln_1p),
            ("tanh", Real::tanh),
            ("sigmoid", Real::sigmoid),
            ("normal_cdf", Real::normal_cdf),
            ("max", |x| Real::max(x, Dual::constant(0.1)) * Real::min(x, Dual::constant(9.0))),
        ];
        for (name, function) in functions {
            let at = |x| function(Dual::variable(x));
            for x in [0.3, 0.7, 2.5] {
                let difference = difference(|h| at(x + h).value, at(x).value.abs());
                let (slope, error) = (at(x).derivative, 1e-9 + difference.rounding);
                assert!(
                    (slope - difference.slope).abs() < error * (1.0 + slope.abs()),
                    "{name} at {x}"
                );
            }
        }
        assert_eq!(Real::abs(Dual::variable(-2.0)).derivative, -1.0);
        assert_eq!(Real::abs(Dual::variable(0.0)).derivative, 0.0);
    }

    #[test]
    fn values_are_those_of_plain_numbers() {
        for x in [0.2, 1.0, 30.0] {
            let dual = Dual::variable(x);
            assert_eq!(Real::exp(dual).value, Real::exp(x));
            assert_eq!(Real::tanh(dual).value, Real::tanh(x));
            assert_eq!(Real::sigmoid(-dual).value, Real::sigmoid(-x));
            assert_eq!(Real::mul_add(dual, dual, dual).value, x.mul_add(x, x));
        }
    }

    #[test]
    fn comparisons_look_at_the_value_alone() {
        let (a, b) = (Dual::constant(1.0), Dual::variable(1.0));
        assert!(a == b && a <= b && a >= b);
        assert!(Dual::variable(f64::NAN).is_nan());
    }

    /// The derivatives of saturated functions keep their digits.
    #[test]
    fn saturation_loses_no_digits() {
        let sigmoid = Real::sigmoid(Dual::variable(50.0)).derivative;
        assert!((sigmoid / Real::exp(-50.0) - 1.0).abs() < 1e-15);
        let tanh = Real::tanh(Dual::variable(-25.0)).derivative;
        assert!((tanh / (4.0 * Real::exp(-50.0)) - 1.0).abs() < 1e-15);
    }
}
