use std::f32::consts as f32_constants;
use std::f64::consts as f64_constants;

use crate::Real;

/// A binary format of IEEE 754: its constants, its bits and the coefficients of the
/// polynomials that are accurate enough for it.
///
/// An integer is never converted to or from a float, because not every instruction
/// set can do that for a vector. It rides in the low bits of a float instead. See
/// [`SHIFT`](Self::SHIFT).
pub(crate) trait Binary: Real {
    /// The distance from 1 to the next larger number, `2^(1−p)`.
    const EPSILON: Self;
    /// The smallest normal number.
    const MIN_POSITIVE: Self;
    /// +∞.
    const INFINITY: Self;
    /// Not a number.
    const NAN: Self;
    /// ½.
    const HALF: Self;
    /// The precision `p` in bits.
    const DIGITS: Self;

    /// `log₂ e`, rounded.
    const LOG2_E: Self;
    /// `ln 2`, rounded.
    const LN_2: Self;
    /// What is left of `ln 2`, rounded.
    const LN_2_LOW: Self;

    /// `1.5 · 2^(p−1)`. Numbers of this size are one apart. So `x + SHIFT` is `x`
    /// rounded to an integer `k`, to even if halfway, and the lowest bits of it
    /// are those of `k` in two's complement.
    const SHIFT: Self;

    /// Arguments between which `exp` neither vanishes nor overflows, rounded
    /// outwards.
    const EXP_RANGE: (Self, Self);
    /// An argument `x` with `e⁻ˣ` below an eighth of the distance from 1 to the next
    /// smaller number.
    const SATURATION: Self;
    /// An argument `t` with `Φ(−t)` below half the smallest subnormal number.
    const CDF_RANGE: Self;
    /// The value of [`cdf_polynomial`](Self::cdf_polynomial)'s polynomial at 0, in two
    /// parts.
    const CDF_CENTER: (Self, Self);

    /// `2ᵏ`, given `k + SHIFT`; `2ᵏ` has to be a normal number.
    fn power_of_two(shifted: Self) -> Self;

    /// `2^⌊k/2⌋` and `2^⌈k/2⌉`, given `k + SHIFT`: normal numbers even where their
    /// product is not, for a last scaling in two steps that is rounded once.
    fn halved_power_of_two(shifted: Self) -> (Self, Self);

    /// `k` and `m` of `x = 2ᵏ m` with `√½ ≤ m < √2`, of a positive normal number.
    fn split(self) -> (Self, Self);

    /// The magnitude of `self` with the sign of `sign`.
    fn copysign(self, sign: Self) -> Self;

    /// `q(r)` of `eʳ ≈ 1 + r + r² q(r)` on `[−½ ln 2, ½ ln 2]`.
    ///
    /// Minimax in the relative error of `eʳ − 1`, by the Remez algorithm in 200-bit
    /// arithmetic; the coefficients were then rounded. With these roundings counted
    /// the relative error is below `2^-28.7` for `f32` and `2^-59.9` for `f64`.
    fn exp_polynomial(r: Self) -> Self;

    /// `P(z)` of `ln((1 + s) / (1 − s)) ≈ 2 s + s z P(z)` with `z = s²`, on
    /// `0 ≤ z ≤ ((√2 − 1) / (√2 + 1))²`.
    ///
    /// Minimax in the relative error of the logarithm, by the Remez algorithm as
    /// above. The error is below `2^-30.0` for `f32` and `2^-58.9` for `f64`.
    fn ln_polynomial(z: Self) -> Self;

    /// `R(q)` of `(1 + c t) e^(t²/2) Φ(−t) ≈ CDF_CENTER + q R(q)` with
    /// `q = (t − a) / (t + a)`, for `t` from 0 to [`CDF_RANGE`](Self::CDF_RANGE); `a` and
    /// `c` are those of [`normal_cdf`](super::normal_cdf()).
    ///
    /// Minimax in the relative error, by the Remez algorithm as above; each coefficient
    /// was fitted again after those before it had been rounded. The error is below
    /// `2^-30.3` for `f32` and `2^-57.7` for `f64`.
    fn cdf_polynomial(q: Self) -> Self;
}

/// `c₀ + c₁ x + c₂ x² + …` by Horner's rule.
macro_rules! polynomial {
    ($x:expr, $last:expr) => { $last };
    ($x:expr, $first:expr, $($rest:expr),+) => {
        polynomial!($x, $($rest),+).mul_add($x, $first)
    };
}

macro_rules! impl_binary {
    (
        $float:ident, $bits:ident, $constants:ident,
        ln_2_low: $ln_2_low:expr,
        exp_range: $exp_range:expr,
        saturation: $saturation:expr,
        exp_polynomial: [$($exp:expr),* $(,)?],
        ln_polynomial: [$($ln:expr),* $(,)?],
        cdf_range: $cdf_range:expr,
        cdf_center: $cdf_center:expr,
        cdf_polynomial: [$($cdf:expr),* $(,)?],
    ) => {
        impl Binary for $float {
            const EPSILON: Self = $float::EPSILON;
            const MIN_POSITIVE: Self = $float::MIN_POSITIVE;
            const INFINITY: Self = $float::INFINITY;
            const NAN: Self = $float::NAN;
            const HALF: Self = 0.5;
            const DIGITS: Self = $float::MANTISSA_DIGITS as $float;
            const LOG2_E: Self = $constants::LOG2_E;
            const LN_2: Self = $constants::LN_2;
            const LN_2_LOW: Self = $ln_2_low;
            const SHIFT: Self = 1.5 / $float::EPSILON;
            const EXP_RANGE: (Self, Self) = $exp_range;
            const SATURATION: Self = $saturation;
            const CDF_RANGE: Self = $cdf_range;
            const CDF_CENTER: (Self, Self) = $cdf_center;

            #[inline(always)]
            fn power_of_two(shifted: Self) -> Self {
                const FRACTION_BITS: u32 = $float::MANTISSA_DIGITS - 1;
                const ONE: $float = 1.0;
                // The left shift drops the bits of SHIFT and keeps those of `k`.
                let k = shifted.to_bits() << FRACTION_BITS;
                $float::from_bits(k.wrapping_add(ONE.to_bits()))
            }

            #[inline(always)]
            fn halved_power_of_two(shifted: Self) -> (Self, Self) {
                const FRACTION_BITS: u32 = $float::MANTISSA_DIGITS - 1;
                const TWICE_BIAS: u32 = 2 * ($float::MAX_EXP as u32 - 1);
                const OFFSET: $float = 1.5 / $float::EPSILON - TWICE_BIAS as $float;
                // `k` with both biases is positive: a logical shift halves it.
                let k = shifted.to_bits().wrapping_sub(OFFSET.to_bits());
                let low = k >> 1;
                let high = k.wrapping_sub(low);
                ($float::from_bits(low << FRACTION_BITS), $float::from_bits(high << FRACTION_BITS))
            }

            #[inline(always)]
            fn split(self) -> (Self, Self) {
                const FRACTION_BITS: u32 = $float::MANTISSA_DIGITS - 1;
                const ONE: $float = 1.0;
                const SQRT_HALF: $float = $constants::FRAC_1_SQRT_2;
                const FRACTION: $bits = (1 << FRACTION_BITS) - 1;
                // Numbers from here on are one apart, as for SHIFT.
                const INTEGER: $float = 1.0 / $float::EPSILON;
                const BIAS: $float = $float::MAX_EXP as $float - 1.0;

                // Moves √½ to 1, where the exponent changes.
                let moved = self.to_bits().wrapping_add(ONE.to_bits() - SQRT_HALF.to_bits());
                let biased = $float::from_bits((moved >> FRACTION_BITS) | INTEGER.to_bits());
                let fraction = moved & FRACTION;
                let m = $float::from_bits(fraction.wrapping_add(SQRT_HALF.to_bits()));
                (biased - (INTEGER + BIAS), m)
            }

            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                $float::copysign(self, sign)
            }

            #[inline(always)]
            fn exp_polynomial(r: Self) -> Self {
                polynomial!(r, $($exp),*)
            }

            #[inline(always)]
            fn ln_polynomial(z: Self) -> Self {
                polynomial!(z, $($ln),*)
            }

            #[inline(always)]
            fn cdf_polynomial(q: Self) -> Self {
                polynomial!(q, $($cdf),*)
            }
        }
    };
}

impl_binary!(
    f32, u32, f32_constants,
    ln_2_low: -1.904_654_2e-9,
    exp_range: (-104.0, 89.0),
    saturation: 20.0,
    exp_polynomial: [
        0.5,
        0.166_666_66,
        0.041_666_362,
        0.008_333_39,
        0.001_394_061_7,
        0.000_198_458_8,
    ],
    ln_polynomial: [0.666_667_76, 0.399_775_42, 0.298_717_44],
    cdf_range: 15.0,
    cdf_center: (0.378_641_55, -1.303_078_7e-8),
    cdf_polynomial: [
        -0.097_336_024,
        0.051_378_936,
        -0.014_903_13,
        -0.006_262_541_7,
        0.013_319_754,
        -0.011_671_713,
        0.007_050_310_7,
        -0.003_073_696_5,
        0.000_908_291_14,
        -8.689_691_5e-5,
        -0.000_113_581_18,
    ],
);

impl_binary!(
    f64, u64, f64_constants,
    ln_2_low: 2.319_046_813_846_299_6e-17,
    exp_range: (-746.0, 710.0),
    saturation: 40.0,
    exp_polynomial: [
        0.5,
        0.166_666_666_666_666_77,
        0.041_666_666_666_666_51,
        0.008_333_333_333_321_7,
        0.001_388_888_888_896_236_8,
        0.000_198_412_698_859_401_96,
        2.480_158_717_251_989e-5,
        2.755_724_440_294_683_5e-6,
        2.755_740_268_167_669e-7,
        2.510_896_793_940_547e-8,
        2.087_531_045_377_250_7e-9,
    ],
    ln_polynomial: [
        0.666_666_666_666_673_4,
        0.399_999_999_994_146_4,
        0.285_714_287_423_916_14,
        0.222_221_985_730_637_67,
        0.181_835_643_215_470_85,
        0.153_140_508_778_433_47,
        0.147_959_448_429_426_74,
    ],
    cdf_range: 39.0,
    cdf_center: (0.378_641_532_682_133_7, 2.303_179_707_190_18e-17),
    cdf_polynomial: [
        -0.097_336_026_373_604_28,
        0.051_378_948_760_916_685,
        -0.014_903_072_601_736_05,
        -0.006_262_882_835_950_306,
        0.013_319_129_578_090_998,
        -0.011_668_469_297_117_973,
        0.007_055_364_852_988_219,
        -0.003_086_409_812_328_304,
        0.000_883_216_373_773_905_7,
        -7.589_314_777_657_144e-5,
        -6.485_331_438_206_485e-5,
        2.994_816_173_659_907e-5,
        -9.115_244_176_530_024e-7,
        -3.508_344_534_618_337_4e-6,
        8.635_180_025_556_492e-7,
        3.251_088_639_246_438e-7,
        -1.694_809_067_583_632_2e-7,
        -2.991_110_453_633_108e-8,
        2.689_241_627_929_538_7e-8,
        4.293_787_563_709_25e-9,
        -3.083_790_042_785_614_6e-9,
        -8.221_910_589_024_086e-10,
    ],
);
