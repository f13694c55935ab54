mod batch;
mod contract;
mod gradient;

use std::fmt;

use batch::Batch;
use densely_loss::{Loss, LossReference, Target, TargetKind, Targets};
use densely_tensor::{Mat, Stream};
use proptest::prelude::*;

use crate::session::{Session, Verdict};
use crate::source::Source;
use crate::values::{matrix, stream};
use crate::{Check, Config, Draw, Dual, Failure, Report};

type Value<L> = fn(&L, &[Dual], Target<'_, Dual>) -> Dual;
type DrawValue<'a> = Box<dyn Fn(&mut Stream) -> f64 + 'a>;

/// The proof of a loss's gradient, with options; [`loss`](crate::loss()) is the short form.
///
/// | checks | what is compared |
/// |---|---|
/// | shapes | targets that fit and that do not, and what [`Loss::check`] says |
/// | repeats, overwrites | the same bits from every call, whatever the buffers held |
/// | examples | `examples` and `example`: the same bits |
/// | mean | `panel`, and `1/n` times the gradients of the examples |
/// | dual numbers | value and gradient, and those of a [`LossReference`], to 1e-14 |
/// | differences | gradient, and differences of the loss, norm-wise to 1e-8 |
/// | subgradient | on a grid with ties: the slopes on both sides, and convexity |
/// | single precision | `f32` and `f64` |
/// | probabilities | their sum, and 1 |
/// | not a number | a NaN among the scores, and the loss; large scores |
///
/// ```
/// use densely_gradcheck::LossCheck;
/// use densely_loss::MulticlassSvm;
///
/// LossCheck::new(&MulticlassSvm::new()).dual_numbers().run()?;
/// # Ok::<(), Box<densely_gradcheck::Failure>>(())
/// ```
pub struct LossCheck<'a, L> {
    source: Source<'a, L>,
    value: Option<Value<L>>,
    draw: DrawValue<'a>,
    convex: bool,
    config: Config,
}

impl<'a, L: Loss<f64> + Loss<f32>> LossCheck<'a, L> {
    /// Of this loss.
    #[must_use]
    pub fn new(loss: &'a L) -> Self {
        Self::of(Source::One(loss))
    }

    /// Of the losses that `build` makes, one for each case: for those with options.
    #[must_use]
    pub fn family(build: impl Fn(&Draw) -> L + 'a) -> Self {
        Self::of(Source::Family(Box::new(build)))
    }

    fn of(source: Source<'a, L>) -> Self {
        let draw = Box::new(|stream: &mut Stream| stream.normal::<f64>());
        Self { source, value: None, draw, convex: true, config: Config::default() }
    }

    /// Compares the loss with its [`LossReference`] on dual numbers.
    #[must_use]
    pub fn dual_numbers(self) -> Self
    where
        L: LossReference,
    {
        Self { value: Some(L::value::<Dual>), ..self }
    }

    /// Draws real targets in this way; by default they are normal. Of a loss with a
    /// [logarithmic link](Loss::log_link), their sizes count.
    #[must_use]
    pub fn targets(self, draw: impl Fn(&mut Stream) -> f64 + 'a) -> Self {
        Self { draw: Box::new(draw), ..self }
    }

    /// For a loss that is not convex in the scores.
    #[must_use]
    pub fn not_convex(self) -> Self {
        Self { convex: false, ..self }
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
    /// If the loss does.
    pub fn run(self) -> Result<Report, Box<Failure>> {
        let first = self.source.at(&Draw::new(1, 1, 0));
        let name = Loss::<f64>::kind(first.get()).name().to_owned();
        let session = Session::new(&name, self.config);
        session.cases(self.config.cases, &cases(), |case| self.case(case, &session))?;
        session.finish()
    }

    fn case(&self, case: &Case, session: &Session) -> Verdict {
        let held = self.source.at(&Draw::new(case.outputs, case.n, case.seed));
        let (loss, kind) = (held.get(), Loss::<f64>::target_kind(held.get()));
        let fits = |outputs: usize, labels: &[usize]| {
            let values = Mat::<f64>::zeros(outputs, labels.len());
            let targets = match kind {
                TargetKind::Labels => Targets::Labels(labels),
                TargetKind::Values => Targets::Values(values.as_ref()),
            };
            loss.check(outputs, labels.len(), targets).is_ok()
        };
        let candidates = (case.outputs..case.outputs + 64).chain(1..case.outputs);
        let outputs = candidates.into_iter().find(|&outputs| fits(outputs, &[0])).unwrap_or(0);
        let error = if outputs > 0 { 0.0 } else { f64::INFINITY };
        let judge = session.judge(&[]);
        judge.number(Check::Shapes, "scores", 0.0, case.outputs as f64, error, 0.0)?;
        let classes = Loss::<f64>::classes(loss, outputs);

        let shape = (outputs, case.n);
        let spread = case.spread;
        let scores = matrix(case.seed, 0, shape, |stream| rounded(spread * stream.normal::<f64>()));
        let ties = matrix(case.seed, 1, shape, |stream| stream.below(3) as f64 - 1.0);
        let size: fn(f64) -> f64 =
            if Loss::<f64>::log_link(loss) { f64::abs } else { |value| value };
        let values = matrix(case.seed, 2, shape, |stream| rounded(size((self.draw)(stream))));
        let labels: Vec<usize> =
            (0..case.n).map(|j| stream(case.seed, 3, j).below(classes.max(1))).collect();
        let batch =
            |scores| Batch { loss, kind, scores, labels: labels.clone(), values: values.clone() };
        let batch = &batch(scores);
        let judge = &session.judge(&[("scores", shape)]);
        batch.shapes(classes, judge)?;
        batch.pure(judge)?;
        batch.examples(judge)?;
        batch.mean(case, judge)?;
        if let Some(value) = self.value {
            batch.dual_numbers(value, judge)?;
        }
        batch.differences(case, judge)?;
        batch.single(judge)?;
        batch.probabilities(judge)?;
        batch.not_a_number(judge)?;
        let at_ties = Batch { scores: ties, ..batch.clone() };
        at_ties.subgradient(case, self.convex, judge)
    }
}

impl<L> fmt::Debug for LossCheck<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LossCheck")
            .field("dual_numbers", &self.value.is_some())
            .field("convex", &self.convex)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// The sizes and the seed of a random case.
#[derive(Debug, Clone, Copy)]
struct Case {
    outputs: usize,
    n: usize,
    spread: f64,
    seed: u64,
}

/// Mostly small; a few go over the numbers of classes and of examples that kernels treat
/// together.
fn cases() -> impl Strategy<Value = Case> {
    let outputs = prop_oneof![15 => 1_usize..7, 1 => 7_usize..41];
    let n = prop_oneof![15 => 2_usize..6, 1 => 6_usize..40];
    let spread = prop::sample::select(vec![1.0, 0.25, 4.0]);
    (outputs, n, spread, any::<u64>().no_shrink()).prop_map(|(outputs, n, spread, seed)| Case {
        outputs,
        n,
        spread,
        seed,
    })
}

/// To a multiple of 1/1024, which `f32` holds, as it does sums and differences of a few: so
/// both types stand on the same side of a kink.
fn rounded(x: f64) -> f64 {
    (x * 1024.0).round() / 1024.0
}
