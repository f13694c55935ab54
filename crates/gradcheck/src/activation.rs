use std::fmt;

use densely_layers::{Activation, Layer};
use densely_tensor::{Mat, Real, Scalar};
use proptest::prelude::*;

use crate::difference::difference;
use crate::mistake::{alike, of_matrix};
use crate::session::{Numbers, Session, Verdict};
use crate::source::{Held, Source};
use crate::{Check, Config, Draw, Dual, Failure, LayerCheck, Mistake, Reference, Report};

/// The accuracy of dual numbers, relative to the largest slope of the function around 0.
const EXACT: f64 = 1e-14;
/// The accuracy of differences, relative to the same.
const APPROXIMATE: f64 = 1e-8;
/// How far `f32` may be from `f64`.
const SINGLE: f64 = 64.0 * f32::EPSILON as f64;
/// Of so many cases of numbers, there is one of matrices, which costs more.
const CASES_PER_LAYER: u32 = 8;

/// The proof of an activation's derivative, with options; [`activation`](crate::activation)
/// is the short form.
///
/// An [`Activation`] is written for any [`Real`], so dual numbers differentiate its `f` as
/// it stands, and its `df` is compared with that to 1e-14, relative to the largest slope
/// between −4 and 4. Differences check the same in other ways, to 1e-8. At every quarter
/// from −8 to 8, where the kinks of most activations are, and at
/// [`kinks`](Self::kinks) of your own, `df` has to lie between the slopes on both sides.
/// A NaN has to come out, and no finite number may make one. `f32` is compared with `f64`.
/// Finally the activation is checked as a layer, as [`LayerCheck`] does.
///
/// ```
/// use densely_gradcheck::ActivationCheck;
/// use densely_layers::LeakyRelu;
///
/// let report = ActivationCheck::family(|draw| LeakyRelu::new(draw.uniform(0.0, 1.0))).run()?;
/// assert_eq!(report.subject(), "leaky-relu");
/// # Ok::<(), Box<densely_gradcheck::Failure>>(())
/// ```
pub struct ActivationCheck<'a, A> {
    source: Source<'a, A>,
    kinks: Vec<f64>,
    config: Config,
}

impl<'a, A: Activation + 'a> ActivationCheck<'a, A> {
    /// Of this activation.
    #[must_use]
    pub fn new(activation: &'a A) -> Self {
        Self::of(Source::One(activation))
    }

    /// Of the activations that `build` makes, one for each case: for those with a parameter.
    #[must_use]
    pub fn family(build: impl Fn(&Draw) -> A + 'a) -> Self {
        Self::of(Source::Family(Box::new(build)))
    }

    fn of(source: Source<'a, A>) -> Self {
        Self { source, kinks: Vec::new(), config: Config::default() }
    }

    /// Where there are kinks, other than at multiples of a quarter.
    #[must_use]
    pub fn kinks(self, kinks: impl Into<Vec<f64>>) -> Self {
        Self { kinks: kinks.into(), ..self }
    }

    /// How many cases, and which.
    #[must_use]
    pub fn config(self, config: Config) -> Self {
        Self { config, ..self }
    }

    /// Goes through the cases.
    ///
    /// # Errors
    /// The first mistake that is found, in its smallest case.
    ///
    /// # Panics
    /// If the activation does.
    pub fn run(self) -> Result<Report, Box<Failure>> {
        let held = |draw: &Draw| self.source.at(draw);
        let name = Layer::<f64>::kind(held(&Draw::new(1, 1, 0)).get()).name().to_owned();
        let session = Session::new(&name, self.config);
        session.cases(self.config.cases, &points(), |&(x, seed)| {
            at_point(&held(&Draw::new(1, 1, seed)), x, &session)
        })?;
        let draws = 0..self.config.cases.div_ceil(CASES_PER_LAYER).min(64);
        for seed in draws.map(|draw| self.config.seed.wrapping_add(u64::from(draw))) {
            let activation = held(&Draw::new(1, 1, seed));
            at_kinks(&activation, &self.kinks, &session)?;
            extremes::<f64, _>(&activation, &session)?;
            extremes::<f32, _>(&activation, &session)?;
        }
        let report = session.finish()?;
        let cases = self.config.cases.div_ceil(CASES_PER_LAYER);
        let layers = LayerCheck::new(held)
            .single(held)
            .dual_numbers()
            .name(name)
            .config(Config { cases, ..self.config })
            .run()?;
        Ok(report.and(layers))
    }
}

impl<A> fmt::Debug for ActivationCheck<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActivationCheck")
            .field("kinks", &self.kinks)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl<A: Activation> Activation for Held<'_, A> {
    #[inline(always)]
    fn f<R: Real>(&self, x: R) -> R {
        self.get().f(x)
    }

    #[inline(always)]
    fn df<R: Real>(&self, x: R, y: R) -> R {
        self.get().df(x, y)
    }
}

impl<A: Activation> Reference for Held<'_, A> {
    fn output<R: Real>(&self, _parameters: &[Mat<R>], x: &[R]) -> Vec<R> {
        x.iter().map(|&x| self.f(x)).collect()
    }
}

/// Odd multiples of 1/128, where no kink is that somebody would write, and of much smaller
/// numbers; and a seed.
fn points() -> impl Strategy<Value = (f64, u64)> {
    let odd = |k: i32| f64::from(2 * k + 1) / 128.0;
    let x = prop_oneof![
        8 => (-384..384).prop_map(odd),
        2 => (-2560..2560).prop_map(odd),
        1 => (-64..64, 8..24).prop_map(move |(k, e): (i32, i32)| odd(k) * 2_f64.powi(-e)),
    ];
    (x, any::<u64>().no_shrink())
}

/// Points from −4 to 4, without the kinks.
fn around_zero() -> impl Iterator<Item = f64> {
    (-32..32).map(|k| f64::from(2 * k + 1) / 16.0 + 1.0 / 128.0)
}

fn slope(activation: &impl Activation, x: f64) -> f64 {
    activation.f(Dual::variable(x)).derivative
}

fn derivative<R: Real>(activation: &impl Activation, x: R) -> R {
    activation.df(x, activation.f(x))
}

fn at_point(activation: &impl Activation, x: f64, session: &Session) -> Verdict {
    let judge = session.judge(&[("x", (1, 1))]);
    let (value, got, exact) = (activation.f(x), derivative(activation, x), slope(activation, x));
    let largest = around_zero().map(|x| slope(activation, x).abs()).fold(exact.abs(), f64::max);
    // Relative to the largest slope; a function that is flat has none.
    let relative = |error: f64, scale: f64| if error == 0.0 { 0.0 } else { error / scale };
    let at = format!("f' at {x}");
    let derivative_of = |check, expected: f64, scale: f64, tolerance| {
        let error = relative((got - expected).abs(), scale);
        let numbers = Numbers { actual: got, expected, error, tolerance };
        judge.verdict(check, "f'", None, numbers, || guess(activation)).map_err(|mut failure| {
            failure.target.clone_from(&at);
            failure
        })
    };
    derivative_of(Check::DualNumbers, exact, largest, EXACT)?;

    let terms = 1.0 + value.abs();
    // Points that are nearer to 0 are within reach of a kink there.
    let near_zero = x.abs() < 1.0 / 128.0;
    let difference = difference(|h| activation.f(x + h), terms);
    if !near_zero {
        session.count_entry(difference.kink);
    }
    if !difference.kink && !near_zero {
        let scale = largest + difference.rounding / APPROXIMATE;
        derivative_of(Check::Differences, difference.slope, scale, APPROXIMATE)?;
    }

    // f32 rounds inside f: as if x were off a little, or the value.
    let single = x as f32;
    let (f, df) = (activation.f(f64::from(single)), derivative(activation, f64::from(single)));
    let error = relative(
        (f64::from(activation.f(single)) - f).abs(),
        f.abs() + largest * x.abs() + f64::from(f32::MIN_POSITIVE),
    );
    let value = f64::from(activation.f(single));
    judge.number(Check::SinglePrecision, "f", value, f, error, SINGLE)?;
    let value = f64::from(derivative(activation, single));
    let error = relative((value - df).abs(), largest * (1.0 + x.abs()));
    judge.number(Check::SinglePrecision, "f'", value, df, error, SINGLE)
}

/// What a wrong derivative looks like, from its values around zero.
fn guess(activation: &impl Activation) -> Option<Mistake> {
    let points: Vec<f64> = around_zero().collect();
    let column =
        |value: &dyn Fn(f64) -> f64| Mat::from_fn(points.len(), 1, |i, _| value(points[i]));
    let exact = column(&|x| slope(activation, x));
    let actual = column(&|x| derivative(activation, x));
    if alike(&actual, &exact) {
        // It is wrong elsewhere.
        return None;
    }
    let explains = |value: &dyn Fn(f64) -> f64| alike(&column(value), &exact);
    of_matrix(&actual, &exact, 1).or_else(|| {
        if explains(&|x| activation.df(activation.f(x), activation.f(x))) {
            Some(Mistake::InputForOutput)
        } else if explains(&|x| activation.df(x, x)) {
            Some(Mistake::OutputForInput)
        } else if explains(&|x| derivative(activation, -x)) {
            Some(Mistake::SwappedBranches)
        } else {
            None
        }
    })
}

/// Where kinks may be, the derivative lies between the slopes on both sides.
fn at_kinks(activation: &impl Activation, kinks: &[f64], session: &Session) -> Verdict {
    let quarters = (-32..=32).map(|k| f64::from(k) / 4.0);
    for x in quarters.chain(kinks.iter().copied()) {
        let got = derivative(activation, x);
        let difference = difference(|h| activation.f(x + h), 1.0 + activation.f(x).abs());
        let numbers = difference.between_the_sides(got);
        let judge = session.judge(&[]);
        judge.verdict(Check::Subgradient, "f'", None, numbers, || None).map_err(
            |mut failure| {
                failure.target = format!("f' at {x}");
                failure
            },
        )?;
    }
    Ok(())
}

/// NaN in, NaN out; and no NaN from a finite number.
fn extremes<T: Scalar, A: Activation>(activation: &A, session: &Session) -> Verdict {
    let judge = session.judge(&[]);
    let not_a_number = |target: &str, value: T, expected: bool| {
        let error = if value.is_nan() == expected { 0.0 } else { f64::INFINITY };
        let expected = if expected { f64::NAN } else { 0.0 };
        judge.number(Check::NotANumber, target, value.to_f64(), expected, error, 0.0)
    };
    not_a_number("f of NaN", activation.f(T::from_f64(f64::NAN)), true)?;
    for size in [1e2, 1e4, 1e10, 1e20, 3e38, 1e100, 1e300] {
        for x in [T::from_f64(size), T::from_f64(-size)] {
            if Scalar::is_finite(x) {
                not_a_number("f of a large number", activation.f(x), false)?;
                not_a_number("f' of a large number", derivative(activation, x), false)?;
            }
        }
    }
    Ok(())
}
