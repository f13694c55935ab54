/// eˣ, to 2 units in the last place.
fn exp(x: f32) -> f32 {
    if x > 88.73 {
        return f32::INFINITY;
    }
    if x < -104.0 {
        return 0.0;
    }
    // x = n ln 2 + r, |r| ≤ ln 2 / 2. NaN becomes n = 0.
    let shift = if x < 0.0 { -0.5 } else { 0.5 };
    let n = (x * core::f32::consts::LOG2_E + shift) as i32;
    let r = x - n as f32 * 0.693_145_75 - n as f32 * 1.428_606_8e-6;
    let y = 1.0
        + r * (1.0
            + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r / 720.0)))));
    // In two steps, as 2ⁿ may be none of f32.
    let power = |n: i32| f32::from_bits(((n + 127) as u32) << 23);
    y * power(n / 2) * power(n - n / 2)
}

/// eˣ in f64, to 1e-15.
fn exp_double(x: f64) -> f64 {
    if x > 709.79 {
        return f64::INFINITY;
    }
    if x < -745.2 {
        return 0.0;
    }
    let shift = if x < 0.0 { -0.5 } else { 0.5 };
    let n = (x * core::f64::consts::LOG2_E + shift) as i32;
    let r = x - f64::from(n) * 0.693_147_180_369_123_8 - f64::from(n) * 1.908_214_929_270_587_7e-10;
    let (mut y, mut term) = (1.0, 1.0);
    for k in 1..15 {
        term *= r / f64::from(k);
        y += term;
    }
    let power = |n: i32| f64::from_bits(((n + 1023) as u64) << 52);
    y * power(n / 2) * power(n - n / 2)
}

/// eˣ − 1.
fn exp_m1(x: f32) -> f32 {
    if abs(x) < 0.01 { x + x * x * (0.5 + x / 6.0) } else { exp(x) - 1.0 }
}

/// The natural logarithm.
fn ln(x: f32) -> f32 {
    if x.is_nan() || x <= 0.0 {
        return if x == 0.0 { f32::NEG_INFINITY } else { f32::NAN };
    }
    if x == f32::INFINITY {
        return x;
    }
    // x = 2ⁿ m, √½ ≤ m < √2.
    let tiny = x < f32::MIN_POSITIVE;
    let bits = (if tiny { x * 8_388_608.0 } else { x }).to_bits();
    let shifted = bits.wrapping_sub(0x3F35_04F3);
    let n = (shifted as i32 >> 23) - if tiny { 23 } else { 0 };
    let m = f32::from_bits((shifted & 0x007F_FFFF) + 0x3F35_04F3);
    let s = (m - 1.0) / (m + 1.0);
    let q = s * s;
    let series = s * (2.0 + q * (2.0 / 3.0 + q * (2.0 / 5.0 + q * (2.0 / 7.0 + q * (2.0 / 9.0)))));
    n as f32 * core::f32::consts::LN_2 + series
}

/// ln(1 + x).
fn ln_1p(x: f32) -> f32 {
    if abs(x) < 0.01 { x - x * x * (0.5 - x / 3.0) } else { ln(1.0 + x) }
}

/// The hyperbolic tangent.
fn tanh(x: f32) -> f32 {
    let below = -exp_m1(-2.0 * abs(x));
    let size = below / (2.0 - below);
    if x < 0.0 { -size } else { size }
}

/// 1 / (1 + e⁻ˣ).
fn sigmoid(x: f32) -> f32 {
    let e = exp(-abs(x));
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

/// ½ (1 + erf(x/√2)), to 1e-7: M. Abramowitz and I. Stegun, "Handbook of mathematical functions"
/// (1964), 7.1.26.
fn normal_cdf(x: f32) -> f32 {
    let z = abs(x) * core::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series = t
        * (0.254_829_6
            + t * (-0.284_496_74 + t * (1.421_413_7 + t * (-1.453_152 + t * 1.061_405_4))));
    let tail = 0.5 * series * exp(-z * z);
    if x < 0.0 { tail } else { 1.0 - tail }
}

/// √x.
fn sqrt(x: f32) -> f32 {
    if x.is_nan() || x <= 0.0 || x == f32::INFINITY {
        return if x < 0.0 { f32::NAN } else { x };
    }
    if x < f32::MIN_POSITIVE {
        return sqrt(x * 16_777_216.0) / 4096.0;
    }
    // Newton's method, from a root of the right size.
    let mut root = f32::from_bits((x.to_bits() >> 1) + 0x1FBD_1DF5);
    for _ in 0..4 {
        root = 0.5 * (root + x / root);
    }
    root
}

/// |x|.
fn abs(x: f32) -> f32 {
    f32::from_bits(x.to_bits() & 0x7FFF_FFFF)
}

/// The larger of the two, or NaN.
fn larger(a: f32, b: f32) -> f32 {
    if b > a || b.is_nan() { b } else { a }
}

/// The smaller of the two, or NaN.
fn smaller(a: f32, b: f32) -> f32 {
    if b < a || b.is_nan() { b } else { a }
}
