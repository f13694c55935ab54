//! The elementary functions of `f32` and `f64`: special values, error in units in the
//! last place (ulp), and the same bits whatever the instruction set.

mod reference;

use densely_tensor::Real;
use densely_tensor::kernels::vectorize;
use reference::{DoubleDouble, Scaled, scale};

/// The bound of every function, in ulp of the exact result.
const BOUND: f64 = 1.0;

const NAMES: [&str; 7] = ["exp", "exp_m1", "ln", "ln_1p", "tanh", "sigmoid", "normal_cdf"];

fn functions<R: Real>() -> [fn(R) -> R; 7] {
    [R::exp, R::exp_m1, R::ln, R::ln_1p, R::tanh, R::sigmoid, R::normal_cdf]
}

/// The generator `SplitMix64`: samples need no better.
struct Samples(u64);

impl Samples {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in `[−1, 1)`.
    fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * 2_f64.powi(-52) - 1.0
    }
}

/// Where a case of some function begins or ends, for either format.
fn thresholds() -> Vec<f64> {
    let mut all = vec![0.0, 1.0, f64::MIN_POSITIVE, f64::MAX, f64::EPSILON, f64::EPSILON.powi(2)];
    let single = [f32::MIN_POSITIVE, f32::MAX, f32::EPSILON, f32::EPSILON.powi(2), 1e-45];
    all.extend(single.map(f64::from));
    all.extend([24.0, 25.0, 53.0, 54.0].map(|n: f64| (-n).exp2()));
    // The ends of the range of exp, then saturation of exp_m1, tanh and sigmoid.
    all.extend([88.722_839, 87.336_544, 103.278_93, 103.972_077, 104.0, 89.0]);
    all.extend([709.782_712_893_384, 708.396_418_532_264_1, 745.133_219_101_941_2, 746.0, 710.0]);
    all.extend([9.01, 10.0, 17.33, 19.06, 20.0, 36.74, 37.43, 40.0]);
    // The ends of the range of normal_cdf, and where it saturates.
    all.extend([14.170_185, 15.0, 38.485_408_335_567_34, 39.0, 5.42, 8.3]);
    for k in -1100..1100 {
        // Where the reduction of exp, and half that of tanh, passes on to the next k.
        let edge = (f64::from(k) + 0.5) * std::f64::consts::LN_2;
        all.extend([edge, edge / 2.0]);
        // Where that of normal_cdf does.
        all.push((2.0 * edge.abs()).sqrt());
        // Where the reduction of ln does.
        all.push(scale(std::f64::consts::FRAC_1_SQRT_2, k));
        all.push(scale(std::f64::consts::FRAC_1_SQRT_2, k) - 1.0);
        all.push(scale(1.0, k));
    }
    all.iter().flat_map(|&x| [x, -x]).filter(|x| x.is_finite()).collect()
}

/// The exponent of the last place at `x · 2^k`, in a format of precision `digits` and
/// least exponent `least`.
fn last_place(x: DoubleDouble, k: i32, digits: i32, least: i32) -> i32 {
    let high = x.high.abs();
    if high == 0.0 {
        return least;
    }
    let (shift, normal) =
        if high < f64::MIN_POSITIVE { (-100, scale(high, 100)) } else { (0, high) };
    let mut exponent = (normal.to_bits() >> 52) as i32 - 1023 + shift;
    let power_of_two = normal.to_bits() << 12 == 0;
    if power_of_two && x.low * x.high.signum() < 0.0 {
        exponent -= 1;
    }
    (exponent + k - (digits - 1)).max(least)
}

/// The distance from `got` to `expected`, in units in the last place of `expected`.
fn ulp_error(got: f64, expected: Scaled, (digits, least, max): (i32, i32, f64)) -> f64 {
    let Scaled { value, exponent } = expected;
    let place = last_place(value, exponent, digits, least);
    // In units in the last place.
    let units = value.scale(exponent - place);
    let overflow = scale(max, -place) + scale(0.5, last_place_of_max(max, digits) - place);
    if units.high.abs() >= overflow {
        let infinity = if units.high > 0.0 { f64::INFINITY } else { f64::NEG_INFINITY };
        return if got == infinity { 0.0 } else { f64::INFINITY };
    }
    ((scale(got, -place) - units.high) - units.low).abs()
}

fn last_place_of_max(max: f64, digits: i32) -> i32 {
    last_place(DoubleDouble { high: max, low: 0.0 }, 0, digits, i32::MIN)
}

const SINGLE: (i32, i32, f64) = (24, -149, f32::MAX as f64);
const DOUBLE: (i32, i32, f64) = (53, -1074, f64::MAX);

/// The largest error over the arguments, and where.
#[derive(Default)]
struct Worst {
    error: f64,
    at: f64,
}

impl Worst {
    fn see(&mut self, error: f64, at: f64) {
        // A NaN is the worst of all.
        if error.is_nan() || error > self.error {
            *self = Self { error: if error.is_nan() { f64::INFINITY } else { error }, at };
        }
    }

    /// Prints the figure (`--nocapture` shows it) and holds it to the bound.
    fn assert_within_bound(&self, format: &str, name: &str) {
        let Self { error, at } = self;
        println!("{format} {name}: {error:.3} ulp at {at:e}");
        assert!(*error <= BOUND, "{format} {name}({at:e}) is off by {error} ulp");
    }
}

fn in_domain(name: &str, x: f64) -> bool {
    match name {
        "ln" => x > 0.0,
        "ln_1p" => x > -1.0,
        _ => true,
    }
}

/// For `f32`, the system's library in `f64` is exact enough: its error is 2^-29 ulp.
fn wide(name: &str, x: f64) -> f64 {
    match name {
        "exp" => x.exp(),
        "exp_m1" => x.exp_m1(),
        "ln" => x.ln(),
        "ln_1p" => x.ln_1p(),
        "tanh" => x.tanh(),
        // There is none there, but ours in `f64` has a test of its own.
        "normal_cdf" => Real::normal_cdf(x),
        _ if x < 0.0 => x.exp() / (1.0 + x.exp()),
        _ => 1.0 / (1.0 + (-x).exp()),
    }
}

#[test]
fn f32_is_within_the_bound_over_its_whole_range() {
    let mut x: Vec<f32> = (0..=u32::MAX).step_by(2003).map(f32::from_bits).collect();
    for threshold in thresholds() {
        let bits = (threshold as f32).to_bits();
        x.extend((0..40).map(|i| f32::from_bits(bits.wrapping_add(i).wrapping_sub(20))));
    }
    x.retain(|x| x.is_finite());
    let mut y = vec![0.0; x.len()];
    for (name, function) in NAMES.iter().zip(functions::<f32>()) {
        vectorize(|| y.iter_mut().zip(&x).for_each(|(y, &x)| *y = function(x)));
        let mut worst = Worst::default();
        for (&x, &y) in x.iter().zip(&y).filter(|&(&x, _)| in_domain(name, x.into())) {
            let x = f64::from(x);
            let value = wide(name, x);
            // exp and exp_m1 overflow in f64 too; anything too large for f32 will do.
            let value = DoubleDouble { high: value.min(1e300), low: 0.0 };
            worst.see(ulp_error(y.into(), Scaled { value, exponent: 0 }, SINGLE), x);
        }
        worst.assert_within_bound("f32", name);
    }
}

#[test]
fn f64_is_within_the_bound_over_its_whole_range() {
    type Reference = fn(f64) -> Scaled;
    let references: [Reference; 7] = [
        reference::exp,
        reference::exp_m1,
        reference::ln,
        reference::ln_1p,
        reference::tanh,
        reference::sigmoid,
        reference::normal_cdf,
    ];
    let mut samples = Samples(1);
    let mut x = Vec::new();
    for _ in 0..20_000 {
        x.push(f64::from_bits(samples.bits()));
        x.extend([1.0, 5.0, 50.0, 760.0].map(|range| range * samples.uniform()));
        x.push(1.0 + 0.5 * samples.uniform());
        x.push(scale(samples.uniform(), -((samples.bits() % 64) as i32)));
        // Subnormal arguments.
        x.push(f64::from_bits(samples.bits() >> (12 + samples.bits() % 52)));
    }
    for threshold in thresholds() {
        let bits = threshold.to_bits();
        x.extend((0..8).map(|i| f64::from_bits(bits.wrapping_add(i).wrapping_sub(4))));
    }
    x.retain(|x| x.is_finite());
    for ((name, function), reference) in NAMES.iter().zip(functions::<f64>()).zip(references) {
        let mut worst = Worst::default();
        for &x in x.iter().filter(|&&x| in_domain(name, x)) {
            worst.see(ulp_error(function(x), reference(x), DOUBLE), x);
        }
        worst.assert_within_bound("f64", name);
    }
}

/// The measure itself, at an end of a binade and among the subnormal numbers.
#[test]
fn an_ulp_is_one_of_the_exact_result() {
    let exactly = |high, low| Scaled { value: DoubleDouble { high, low }, exponent: 0 };
    let half = f64::EPSILON / 2.0;
    assert_eq!(ulp_error(1.0_f64.next_up(), exactly(1.0, 0.0), DOUBLE), 1.0);
    assert_eq!(ulp_error(1.0, exactly(1.0, half), DOUBLE), 0.5);
    // Just below 1 the numbers are half as far apart.
    assert_eq!(ulp_error(1.0, exactly(1.0, -half / 2.0), DOUBLE), 0.5);
    assert_eq!(ulp_error(1.0 - half, exactly(1.0, 0.0), DOUBLE), 0.5);
    assert_eq!(ulp_error(1.0, exactly(1.0 + f64::from(f32::EPSILON), 0.0), SINGLE), 1.0);
    let tiny = Scaled { value: DoubleDouble { high: 1.25, low: 0.0 }, exponent: -1074 };
    assert_eq!(ulp_error(5e-324, tiny, DOUBLE), 0.25);
    let large = Scaled { value: DoubleDouble { high: 1.0, low: 0.0 }, exponent: 1024 };
    assert_eq!(ulp_error(f64::MAX, large, DOUBLE), f64::INFINITY);
    assert_eq!(ulp_error(f64::INFINITY, large, DOUBLE), 0.0);
}

/// The reference itself, against digits computed with mpmath at 400 bits.
#[test]
fn the_reference_agrees_with_more_digits() {
    use std::f64::consts::{E, LN_10};

    use reference::{exp, exp_m1, ln, ln_1p, normal_cdf, sigmoid, tanh};
    type Row = (fn(f64) -> Scaled, f64, f64, f64);
    let table: [Row; 17] = [
        (exp, 1.0, E, 1.445_646_891_729_250_2e-16),
        (exp, -20.5, 1.250_152_866_386_742_6e-9, 6.448_235_878_237_776e-26),
        (exp_m1, 0.01, 0.010_050_167_084_168_058, -6.626_590_723_327_487e-19),
        (exp_m1, -0.75, -0.527_633_447_258_985_3, 1.798_400_443_437_321_4e-17),
        (ln, 10.0, LN_10, -2.170_756_223_382_249_4e-16),
        (ln, 0.7, -0.356_674_943_938_732_45, 4.825_563_799_376_62e-18),
        (ln_1p, 1e-3, 0.000_999_500_333_083_533_1, 3.897_102_598_829_461_4e-20),
        (ln_1p, -0.9, -LN_10, -4.968_982_586_806_388e-18),
        (tanh, 0.5, 0.462_117_157_260_009_74, 2.191_660_323_826_092_8e-17),
        (tanh, 3.0, 0.995_054_753_686_730_5, -1.299_189_286_356_262_4e-17),
        (sigmoid, 2.0, 0.880_797_077_977_882_4, 1.854_510_724_108_246_2e-17),
        (sigmoid, -3.5, 0.029_312_230_751_356_32, -1.931_198_250_461_424_8e-19),
        (normal_cdf, 0.5, 0.691_462_461_274_013_1, -1.456_877_827_569_930_3e-17),
        (normal_cdf, 1.0, 0.841_344_746_068_542_9, 2.280_872_032_545_028e-17),
        (normal_cdf, -3.25, 0.000_577_025_042_390_767, 4.066_583_524_186_694e-20),
        (normal_cdf, -7.0, 1.279_812_543_885_835e-12, 4.238_308_294_129_572e-29),
        (normal_cdf, -20.0, 2.753_624_118_606_233_7e-89, -4.205_855_543_202_273e-106),
    ];
    for (function, x, high, low) in table {
        let Scaled { value, exponent } = function(x);
        let value = value.scale(exponent);
        let difference = (value.high - high) + (value.low - low);
        assert!(difference.abs() <= high.abs() * 2_f64.powi(-95), "{x}: {value:?} {high} {low}");
    }
}

macro_rules! special_values {
    (
        $test:ident, $float:ident,
        overflow: $overflow:expr, underflow: $underflow:expr, no_tail: $no_tail:expr
    ) => {
        #[test]
        fn $test() {
            const INF: $float = $float::INFINITY;
            const NAN: $float = $float::NAN;
            const TINY: $float = $float::from_bits(1);
            let [exp, exp_m1, ln, ln_1p, tanh, sigmoid, normal_cdf] = functions::<$float>();
            let table: [(&str, fn($float) -> $float, &[($float, $float)]); 7] = [
                (
                    "exp",
                    exp,
                    &[
                        (0.0, 1.0),
                        (-0.0, 1.0),
                        (TINY, 1.0),
                        (INF, INF),
                        (-INF, 0.0),
                        ($float::MAX, INF),
                        ($float::MIN, 0.0),
                        ($overflow, INF),
                        ($underflow, 0.0),
                        ($underflow.next_up(), TINY),
                    ],
                ),
                (
                    "exp_m1",
                    exp_m1,
                    &[
                        (0.0, 0.0),
                        (-0.0, -0.0),
                        (TINY, TINY),
                        (-TINY, -TINY),
                        (INF, INF),
                        (-INF, -1.0),
                        ($float::MAX, INF),
                        ($float::MIN, -1.0),
                        ($overflow, INF),
                    ],
                ),
                (
                    "ln",
                    ln,
                    &[
                        (1.0, 0.0),
                        (0.0, -INF),
                        (-0.0, -INF),
                        (INF, INF),
                        (-INF, NAN),
                        (-1.0, NAN),
                        (-TINY, NAN),
                        ($float::MIN, NAN),
                    ],
                ),
                (
                    "ln_1p",
                    ln_1p,
                    &[
                        (0.0, 0.0),
                        (-0.0, -0.0),
                        (TINY, TINY),
                        (-TINY, -TINY),
                        (-1.0, -INF),
                        (INF, INF),
                        (-INF, NAN),
                        (-1.5, NAN),
                        (-1.0 - $float::EPSILON, NAN),
                        ($float::MIN, NAN),
                    ],
                ),
                (
                    "tanh",
                    tanh,
                    &[
                        (0.0, 0.0),
                        (-0.0, -0.0),
                        (TINY, TINY),
                        (-TINY, -TINY),
                        ($float::MIN_POSITIVE, $float::MIN_POSITIVE),
                        (INF, 1.0),
                        (-INF, -1.0),
                        ($float::MAX, 1.0),
                        (50.0, 1.0),
                    ],
                ),
                (
                    "sigmoid",
                    sigmoid,
                    &[
                        (0.0, 0.5),
                        (-0.0, 0.5),
                        (TINY, 0.5),
                        (INF, 1.0),
                        (-INF, 0.0),
                        ($float::MAX, 1.0),
                        ($float::MIN, 0.0),
                        ($underflow, 0.0),
                        ($underflow.next_up(), TINY),
                    ],
                ),
                (
                    "normal_cdf",
                    normal_cdf,
                    &[
                        (0.0, 0.5),
                        (-0.0, 0.5),
                        (TINY, 0.5),
                        (-TINY, 0.5),
                        (INF, 1.0),
                        (-INF, 0.0),
                        ($float::MAX, 1.0),
                        ($float::MIN, 0.0),
                        ($no_tail, 0.0),
                        ($no_tail.next_up(), TINY),
                    ],
                ),
            ];
            for (name, function, rows) in table {
                for &(x, expected) in rows.iter().chain(&[(NAN, NAN), (-NAN, NAN)]) {
                    let got = function(x);
                    assert!(
                        got.to_bits() == expected.to_bits() || (got.is_nan() && expected.is_nan()),
                        "{name}({x:e}) = {got:e}, not {expected:e}"
                    );
                }
            }
            // One step before it overflows, exp is finite.
            assert!(exp($overflow.next_down()).is_finite());
            assert!(exp_m1($overflow.next_down()).is_finite());
        }
    };
}
special_values!(
    special_values_of_f32, f32,
    overflow: 88.722_84_f32, underflow: -103.972_084_f32, no_tail: -14.170_186_f32
);
special_values!(
    special_values_of_f64, f64,
    overflow: 709.782_712_893_384_1_f64, underflow: -745.133_219_101_941_2_f64,
    no_tail: -38.485_408_335_567_34_f64
);

#[test]
fn tanh_is_odd_and_tanh_and_sigmoid_stay_in_their_range() {
    let mut samples = Samples(2);
    for _ in 0..100_000 {
        let x = 40.0 * samples.uniform();
        let t = Real::tanh(x);
        assert_eq!(t.to_bits(), (-Real::tanh(-x)).to_bits(), "{x}");
        assert!(t.abs() <= 1.0 && (0.0..=1.0).contains(&Real::sigmoid(x)), "{x}");
        let x = x as f32;
        let t = Real::tanh(x);
        assert_eq!(t.to_bits(), (-Real::tanh(-x)).to_bits(), "{x}");
        assert!(t.abs() <= 1.0 && (0.0..=1.0).contains(&Real::sigmoid(x)), "{x}");
    }
}

/// What the two tails have lost to rounding is all that their sum lacks.
#[test]
fn the_tails_of_normal_cdf_add_to_one() {
    let mut samples = Samples(4);
    for _ in 0..100_000 {
        let x = 10.0 * samples.uniform();
        let (left, right) = (Real::normal_cdf(-x.abs()), Real::normal_cdf(x.abs()));
        assert!((0.0..=0.5).contains(&left) && (0.5..=1.0).contains(&right), "{x}");
        assert!((left + right - 1.0).abs() <= f64::EPSILON, "{x}: {left} {right}");
    }
}

/// A kernel compiled for one instruction set by name.
#[cfg(target_arch = "x86_64")]
struct Kernel<F>(F);

#[cfg(target_arch = "x86_64")]
impl<F: FnOnce()> pulp::WithSimd for Kernel<F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        (self.0)();
    }
}

/// The loop is where the compiler vectorises, so it is over a function known to it.
macro_rules! assert_same_bits {
    ($x:expr, $($function:ident),*) => { $(
        // One at a time, compiled for the baseline.
        let single: Vec<_> = $x.iter().map(|&x| std::hint::black_box(Real::$function(x))).collect();
        for length in (0..70).chain([$x.len()]) {
            let x = &$x[$x.len() - length..];
            let single = &single[$x.len() - length..];
            let mut y = vec![0.0; length];
            vectorize(
                #[inline(always)]
                || y.iter_mut().zip(x).for_each(|(y, &x)| *y = Real::$function(x)),
            );
            assert_same(stringify!($function), x, &y, single);
            #[cfg(target_arch = "x86_64")]
            if let Some(avx2) = pulp::x86::V3::try_new() {
                let mut y = vec![0.0; length];
                pulp::Simd::vectorize(avx2, Kernel(
                    #[inline(always)]
                    || y.iter_mut().zip(x).for_each(|(y, &x)| *y = Real::$function(x)),
                ));
                assert_same(stringify!($function), x, &y, single);
            }
        }
    )* };
}

/// Equal numbers with equal signs, or NaN on both sides: the bits of a NaN are not
/// specified.
fn assert_same<R: Real>(name: &str, x: &[R], left: &[R], right: &[R]) {
    for ((x, &a), &b) in x.iter().zip(left).zip(right) {
        let same = a == b && R::ONE / a == R::ONE / b;
        assert!(same || (a.is_nan() && b.is_nan()), "{name}({x:?}): {a:?} and {b:?}");
    }
}

#[test]
fn the_instruction_set_does_not_change_a_bit() {
    let mut samples = Samples(3);
    let mut x: Vec<f64> = (0..3000)
        .flat_map(|_| {
            [f64::from_bits(samples.bits()), 100.0 * samples.uniform(), samples.uniform()]
        })
        .collect();
    x.extend([0.0, -0.0, f64::INFINITY, -f64::INFINITY, f64::NAN, 710.0, -746.0, -1.0, 1.0]);
    assert_same_bits!(x, exp, exp_m1, ln, ln_1p, tanh, sigmoid, normal_cdf);

    let mut x: Vec<f32> = (0..3000)
        .flat_map(|_| {
            let any = f32::from_bits((samples.bits() >> 32) as u32);
            [any, 100.0 * samples.uniform() as f32, samples.uniform() as f32]
        })
        .collect();
    x.extend([0.0, -0.0, f32::INFINITY, -f32::INFINITY, f32::NAN, 89.0, -104.0, -1.0, 1.0]);
    assert_same_bits!(x, exp, exp_m1, ln, ln_1p, tanh, sigmoid, normal_cdf);
}
