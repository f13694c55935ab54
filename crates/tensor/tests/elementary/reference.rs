//! The functions in double-double arithmetic, good for about 95 bits: Taylor's
//! series and Newton's iteration, slow and plain, with nothing of the code under test.

use std::ops::{Add, Div, Mul, Neg};

/// The sum `high + low`, with `|low|` at most half a unit in the last place of `high`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DoubleDouble {
    pub(crate) high: f64,
    pub(crate) low: f64,
}

/// `value · 2^exponent`. The exponent is 0 unless the value may leave the range of `f64`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scaled {
    pub(crate) value: DoubleDouble,
    pub(crate) exponent: i32,
}

const ZERO: DoubleDouble = dd(0.0);
const ONE: DoubleDouble = dd(1.0);
/// `ln 2` in three parts.
const LN_2: [f64; 3] =
    [std::f64::consts::LN_2, 2.319_046_813_846_299_6e-17, 5.707_708_438_416_212e-34];
/// `1 / √(2π)`.
const DENSITY_AT_0: DoubleDouble =
    DoubleDouble { high: 0.398_942_280_401_432_7, low: -2.492_327_202_277_73e-17 };

const fn dd(high: f64) -> DoubleDouble {
    DoubleDouble { high, low: 0.0 }
}

fn two_sum(a: f64, b: f64) -> DoubleDouble {
    let high = a + b;
    let b_part = high - a;
    DoubleDouble { high, low: (a - (high - b_part)) + (b - b_part) }
}

fn two_product(a: f64, b: f64) -> DoubleDouble {
    let high = a * b;
    DoubleDouble { high, low: a.mul_add(b, -high) }
}

impl Add for DoubleDouble {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let high = two_sum(self.high, other.high);
        let low = two_sum(self.low, other.low);
        let sum = two_sum(high.high, high.low + low.high);
        two_sum(sum.high, sum.low + low.low)
    }
}

impl Neg for DoubleDouble {
    type Output = Self;
    fn neg(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }
}

impl Mul for DoubleDouble {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let product = two_product(self.high, other.high);
        let cross = self.high.mul_add(other.low, self.low * other.high);
        two_sum(product.high, product.low + cross)
    }
}

impl Div for DoubleDouble {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let first = dd(self.high / other.high);
        let rest = self + -(first * other);
        let second = dd(rest.high / other.high);
        let rest = rest + -(second * other);
        first + second + dd(rest.high / other.high)
    }
}

impl DoubleDouble {
    /// `self · 2^k`, exact as long as it stays in the normal numbers.
    pub(crate) fn scale(self, k: i32) -> Self {
        Self { high: scale(self.high, k), low: scale(self.low, k) }
    }
}

/// `x · 2^k` in steps that neither overflow nor round by themselves.
pub(crate) fn scale(mut x: f64, mut k: i32) -> f64 {
    while k != 0 {
        let step = k.clamp(-1000, 1000);
        x *= 2_f64.powi(step);
        k -= step;
    }
    x
}

fn times_ln_2(k: i32) -> DoubleDouble {
    let k = f64::from(k);
    two_product(k, LN_2[0]) + two_product(k, LN_2[1]) + two_product(k, LN_2[2])
}

/// `eʳ − 1` by Taylor's series at `r / 512`, then `(1 + e)² − 1` nine times.
fn exp_m1_small(r: DoubleDouble) -> DoubleDouble {
    let t = r.scale(-9);
    let mut sum = ZERO;
    for n in (1..=14).rev() {
        sum = (ONE + sum) * t / dd(f64::from(n));
    }
    for _ in 0..9 {
        sum = sum + sum + sum * sum;
    }
    sum
}

/// `eˣ − 1 = 2^k (m + 1) − 1`: the `m` and `k` of it.
fn reduce(x: DoubleDouble) -> (DoubleDouble, i32) {
    let k = (x.high / LN_2[0]).round() as i32;
    (exp_m1_small(x + -times_ln_2(k)), k)
}

fn unscaled(value: DoubleDouble) -> Scaled {
    Scaled { value, exponent: 0 }
}

pub(crate) fn exp(x: f64) -> Scaled {
    let (m, k) = reduce(dd(x.clamp(-800.0, 800.0)));
    Scaled { value: ONE + m, exponent: k }
}

pub(crate) fn exp_m1(x: f64) -> Scaled {
    if x.abs() < 1e-150 {
        return unscaled(dd(x));
    }
    let (m, k) = reduce(dd(x.clamp(-800.0, 800.0)));
    match k {
        0 => unscaled(m),
        ..-200 => unscaled(-ONE),
        200.. => Scaled { value: ONE + m, exponent: k },
        _ => unscaled((ONE + m).scale(k) + -ONE),
    }
}

/// `ln(1 + f)` by one step of Newton's iteration from the value of the system's library.
fn ln_1p_small(f: DoubleDouble) -> DoubleDouble {
    if f.high.abs() < 1e-150 {
        return f;
    }
    let y = dd(f.high.ln_1p());
    let e = exp_m1_small(-y);
    let d = (f + e) + f * e;
    y + d + -(d * d).scale(-1)
}

/// `ln` of a positive sum.
fn ln_of(x: DoubleDouble) -> DoubleDouble {
    let k = x.high.log2().round() as i32;
    let m = x.scale(-k);
    times_ln_2(k) + ln_1p_small(m + -ONE)
}

pub(crate) fn ln(x: f64) -> Scaled {
    let subnormal = x < f64::MIN_POSITIVE;
    let (x, k) = if subnormal { (scale(x, 100), 100) } else { (x, 0) };
    unscaled(ln_of(dd(x)) + -times_ln_2(k))
}

pub(crate) fn ln_1p(x: f64) -> Scaled {
    unscaled(if x.abs() < 0.25 { ln_1p_small(dd(x)) } else { ln_of(two_sum(1.0, x)) })
}

pub(crate) fn tanh(x: f64) -> Scaled {
    let a = x.abs();
    let value = if a < 1e-150 {
        dd(a)
    } else if a > 40.0 {
        DoubleDouble { high: 1.0, low: -1e-35 }
    } else {
        let e = exp_m1(2.0 * a).value;
        e / (e + dd(2.0))
    };
    unscaled(if x < 0.0 { -value } else { value })
}

pub(crate) fn sigmoid(x: f64) -> Scaled {
    let Scaled { value: e_r, exponent } = exp(-x.abs());
    let e = if exponent < -200 { ZERO } else { e_r.scale(exponent) };
    if x < 0.0 { Scaled { value: e_r / (ONE + e), exponent } } else { unscaled(ONE / (ONE + e)) }
}

/// Near 0, `½ + φ(x) (x + x³/3 + x⁵/(3·5) + …)`; far below, `φ(x)` times Mills' ratio by
/// its continued fraction, `1 / (t + 1 / (t + 2 / (t + 3 / …)))` with `t = −x`.
pub(crate) fn normal_cdf(x: f64) -> Scaled {
    let x = x.clamp(-60.0, 60.0);
    let t = dd(x.abs());
    let (m, exponent) = reduce(-(t * t).scale(-1));
    let density = DENSITY_AT_0 * (ONE + m);
    if t.high < 4.0 {
        let (mut term, mut sum) = (t, t);
        for n in 1..100 {
            term = term * t * t / dd(f64::from(2 * n + 1));
            sum = sum + term;
        }
        let half = (density * sum).scale(exponent);
        return unscaled(dd(0.5) + if x < 0.0 { -half } else { half });
    }
    let mut fraction = t;
    for n in (1..100).rev() {
        fraction = t + dd(f64::from(n)) / fraction;
    }
    let tail = density / fraction;
    if x < 0.0 {
        Scaled { value: tail, exponent }
    } else {
        unscaled(ONE + -(if exponent < -200 { ZERO } else { tail.scale(exponent) }))
    }
}
