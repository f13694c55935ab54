use std::fmt;

use densely_loss::{Loss, Target, TargetKind, Targets};
use densely_tensor::{Mat, Stream, column, column_mut};
use proptest::prelude::*;

use crate::difference::difference;
use crate::mistake::of_matrix;
use crate::session::{Judge, Pair, Session, Verdict, entries};
use crate::values::{matrix, stream};
use crate::{Check, Config, Dual, Failure, LossReference, Report};

/// The accuracy of dual numbers, relative to the gradient, or to 1 if it is smaller.
const EXACT: f64 = 1e-14;
/// The accuracy of differences.
const APPROXIMATE: f64 = 1e-8;
/// How far `f32` may be from `f64`.
const SINGLE: f64 = 64.0 * f32::EPSILON as f64;

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
    loss: &'a L,
    value: Option<Value<L>>,
    draw: DrawValue<'a>,
    convex: bool,
    config: Config,
}

impl<'a, L: Loss<f64> + Loss<f32>> LossCheck<'a, L> {
    /// Of this loss.
    #[must_use]
    pub fn new(loss: &'a L) -> Self {
        let draw = Box::new(|stream: &mut Stream| stream.normal::<f64>());
        Self { loss, value: None, draw, convex: true, config: Config::default() }
    }

    /// Holds the loss against its [`LossReference`] on dual numbers.
    #[must_use]
    pub fn dual_numbers(self) -> Self
    where
        L: LossReference,
    {
        Self { value: Some(L::value::<Dual>), ..self }
    }

    /// Draws real targets in this way; by default they are normal.
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
        let session = Session::new(Loss::<f64>::name(self.loss), self.config);
        session.cases(self.config.cases, &cases(), |case| self.case(case, &session))?;
        session.finish()
    }

    fn case(&self, case: &Case, session: &Session) -> Verdict {
        let (loss, kind) = (self.loss, Loss::<f64>::target_kind(self.loss));
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
        // One class for each score, or two for a single one: as many as are accepted.
        let classes = (0..=outputs).take_while(|&label| fits(outputs, &[label])).count();

        let shape = (outputs, case.n);
        let spread = case.spread;
        let scores = matrix(case.seed, 0, shape, |stream| rounded(spread * stream.normal::<f64>()));
        let ties = matrix(case.seed, 1, shape, |stream| stream.below(3) as f64 - 1.0);
        let values = matrix(case.seed, 2, shape, |stream| rounded((self.draw)(stream)));
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

impl<L: fmt::Debug> fmt::Debug for LossCheck<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LossCheck")
            .field("loss", self.loss)
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

/// Scores and targets of some examples.
struct Batch<'a, L> {
    loss: &'a L,
    kind: TargetKind,
    scores: Mat<f64>,
    labels: Vec<usize>,
    values: Mat<f64>,
}

impl<L> Clone for Batch<'_, L> {
    fn clone(&self) -> Self {
        Self {
            scores: self.scores.clone(),
            labels: self.labels.clone(),
            values: self.values.clone(),
            ..*self
        }
    }
}

impl<L: Loss<f64> + Loss<f32>> Batch<'_, L> {
    fn n(&self) -> usize {
        self.scores.ncols()
    }

    fn outputs(&self) -> usize {
        self.scores.nrows()
    }

    fn targets(&self) -> Targets<'_, f64> {
        match self.kind {
            TargetKind::Labels => Targets::Labels(&self.labels),
            TargetKind::Values => Targets::Values(self.values.as_ref()),
        }
    }

    fn scores_of(&self, j: usize) -> Vec<f64> {
        column(self.scores.as_ref(), j).to_vec()
    }

    /// Loss and gradient of example `j` at these scores, in a buffer that holds `fill`.
    fn example(&self, j: usize, scores: &[f64], fill: f64) -> (f64, Vec<f64>) {
        let mut gradient = vec![fill; scores.len()];
        let loss = self.loss.example(scores, self.targets().example(j), &mut gradient);
        (loss, gradient)
    }

    /// The losses in a row, and the gradients, one example at a time.
    fn one_by_one(&self, fill: f64) -> (Mat<f64>, Mat<f64>) {
        let all: Vec<_> =
            (0..self.n()).map(|j| self.example(j, &self.scores_of(j), fill)).collect();
        let losses = Mat::from_fn(1, self.n(), |_, j| all[j].0);
        (losses, Mat::from_fn(self.outputs(), self.n(), |i, j| all[j].1[i]))
    }

    /// The size of what a loss and its gradient are computed from.
    fn terms(&self, j: usize) -> f64 {
        let (loss, gradient) = self.example(j, &self.scores_of(j), f64::NAN);
        let products = gradient.iter().zip(self.scores_of(j)).map(|(g, s)| (g * s).abs());
        1.0 + loss.abs() + products.sum::<f64>()
    }

    fn shapes(&self, classes: usize, judge: &Judge<'_>) -> Verdict {
        let (outputs, n) = (self.outputs(), self.n());
        let check = |n, targets| Loss::<f64>::check(self.loss, outputs, n, targets).is_ok();
        let judged = |target, accepted: bool, expected: bool| {
            let error = if accepted == expected { 0.0 } else { f64::INFINITY };
            let number = |ok| f64::from(u8::from(ok));
            let (accepted, expected) = (number(accepted), number(expected));
            judge.number(Check::Shapes, target, accepted, expected, error, 0.0)
        };
        judged("targets that fit", check(n, self.targets()), true)?;
        judged("targets of fewer examples", check(n + 1, self.targets()), false)?;
        let other = match self.kind {
            TargetKind::Labels => Targets::Values(self.values.as_ref()),
            TargetKind::Values => Targets::Labels(&self.labels),
        };
        judged("targets of the other kind", check(n, other), false)?;
        if self.kind == TargetKind::Labels {
            judged("a label of no class", check(1, Targets::Labels(&[classes])), false)?;
        }
        Ok(())
    }

    fn pure(&self, judge: &Judge<'_>) -> Verdict {
        let (losses, gradients) = self.one_by_one(f64::NAN);
        for (check, fill) in [(Check::Repeats, f64::NAN), (Check::Overwrites, 0.75)] {
            let other = self.one_by_one(fill);
            judge.same(check, "loss", &other.0, &losses)?;
            judge.same(check, "scores", &other.1, &gradients)?;
        }
        Ok(())
    }

    fn examples(&self, judge: &Judge<'_>) -> Verdict {
        let (losses, gradients) = self.one_by_one(f64::NAN);
        let mut together = vec![f64::NAN; self.n()];
        let mut dscores = Mat::from_fn(self.outputs(), self.n(), |_, _| f64::NAN);
        let scores = self.scores.as_ref();
        self.loss.examples(scores, self.targets(), &mut together, dscores.as_mut());
        let together = Mat::from_fn(1, self.n(), |_, j| together[j]);
        judge.same(Check::Examples, "loss", &together, &losses)?;
        judge.same(Check::Examples, "scores", &dscores, &gradients)
    }

    fn mean(&self, case: &Case, judge: &Judge<'_>) -> Verdict {
        let (losses, gradients) = self.one_by_one(f64::NAN);
        // The panel is a part of a batch, and n is the size of the batch.
        let n = self.n() + 1 + (case.seed % 3) as usize;
        let mut together = vec![f64::NAN; self.n()];
        let mut actual = Mat::from_fn(self.outputs(), self.n(), |_, _| f64::NAN);
        let scores = self.scores.as_ref();
        self.loss.panel(scores, self.targets(), n, &mut together, actual.as_mut());
        let together = Mat::from_fn(1, self.n(), |_, j| together[j]);
        judge.same(Check::Mean, "loss", &together, &losses)?;
        let expected = &((1.0 / n as f64) * &gradients);
        let (scale, tolerance) = (expected.norm_l2(), 1e-15);
        let pair = Pair { target: "scores", actual: &actual, expected, scale, tolerance };
        judge.norm(Check::Mean, &pair, || of_matrix(&actual, expected, n))
    }

    fn dual_numbers(&self, value: Value<L>, judge: &Judge<'_>) -> Verdict {
        let (losses, actual) = self.one_by_one(f64::NAN);
        let mut exact = Mat::zeros(1, self.n());
        let mut expected = Mat::zeros(self.outputs(), self.n());
        let mut terms = 0.0;
        for j in 0..self.n() {
            let mut scores: Vec<Dual> = self.scores_of(j).into_iter().map(Dual::constant).collect();
            let values: Vec<Dual> =
                column(self.values.as_ref(), j).iter().copied().map(Dual::constant).collect();
            let target = match self.kind {
                TargetKind::Labels => Target::Label(self.labels[j]),
                TargetKind::Values => Target::Values(&values),
            };
            for i in 0..self.outputs() {
                scores[i].derivative = 1.0;
                let loss = value(self.loss, &scores, target);
                scores[i].derivative = 0.0;
                expected[(i, j)] = loss.derivative;
                exact[(0, j)] = loss.value;
            }
            terms += self.terms(j);
        }
        let (scale, tolerance) = (terms, EXACT);
        let pair = Pair { target: "loss", actual: &losses, expected: &exact, scale, tolerance };
        judge.norm(Check::DualNumbers, &pair, || of_matrix(&losses, &exact, 1))?;
        let (actual, expected) = (&actual, &expected);
        let scale = expected.norm_l2().max(1.0);
        let pair = Pair { target: "scores", actual, expected, scale, tolerance };
        judge.norm(Check::DualNumbers, &pair, || of_matrix(actual, expected, 1))
    }

    fn differences(&self, case: &Case, judge: &Judge<'_>) -> Verdict {
        const MOST: usize = 64;
        let (_, gradients) = self.one_by_one(f64::NAN);
        let [mut actual, mut expected] = [(); 2].map(|()| Mat::zeros(self.outputs(), self.n()));
        let all = entries(&gradients).count();
        let mut stream = stream(case.seed, 4, 0);
        let (mut rounding, mut kinks) = (0.0, Vec::new());
        for (i, j) in entries(&gradients) {
            if all > MOST && stream.below(all) >= MOST {
                continue;
            }
            let terms = self.terms(j);
            let mut scores = self.scores_of(j);
            let here = scores[i];
            let value = |h: f64| {
                scores[i] = here + h;
                self.example(j, &scores, f64::NAN).0
            };
            let difference = difference(value, terms);
            judge.session().count_entry(difference.kink);
            if difference.kink {
                kinks.push(((i, j), difference, terms));
            } else {
                (actual[(i, j)], expected[(i, j)]) = (gradients[(i, j)], difference.slope);
                rounding += difference.rounding.powi(2);
            }
        }
        let scale = actual.norm_l2() + expected.norm_l2() + rounding.sqrt() / APPROXIMATE;
        let (actual, expected) = (&actual, &expected);
        let pair = Pair { target: "scores", actual, expected, scale, tolerance: APPROXIMATE };
        judge.norm(Check::Differences, &pair, || of_matrix(actual, expected, 1))?;
        for (at, difference, terms) in kinks {
            let numbers = difference.nearby(gradients[at], terms);
            judge.verdict(Check::Subgradient, "scores", Some(at), numbers, || None)?;
        }
        Ok(())
    }

    fn single(&self, judge: &Judge<'_>) -> Verdict {
        let (losses, gradients) = self.one_by_one(f64::NAN);
        let narrow = |m: &Mat<f64>| Mat::from_fn(m.nrows(), m.ncols(), |i, j| m[(i, j)] as f32);
        let (scores, values) = (narrow(&self.scores), narrow(&self.values));
        let targets = match self.kind {
            TargetKind::Labels => Targets::Labels(&self.labels),
            TargetKind::Values => Targets::Values(values.as_ref()),
        };
        let mut single = Mat::zeros(1, self.n());
        let mut dscores = Mat::from_fn(self.outputs(), self.n(), |_, _| f32::NAN);
        for j in 0..self.n() {
            let gradient = column_mut(dscores.as_mut(), j);
            let loss = self.loss.example(column(scores.as_ref(), j), targets.example(j), gradient);
            single[(0, j)] = f64::from(loss);
        }
        let dscores = Mat::from_fn(self.outputs(), self.n(), |i, j| f64::from(dscores[(i, j)]));
        let terms: f64 = (0..self.n()).map(|j| self.terms(j)).sum();
        let pairs = [
            ("loss", &single, &losses, terms),
            ("scores", &dscores, &gradients, gradients.norm_l2() + terms),
        ];
        for (target, actual, expected, scale) in pairs {
            let pair = Pair { target, actual, expected, scale, tolerance: SINGLE };
            judge.norm(Check::SinglePrecision, &pair, || None)?;
        }
        Ok(())
    }

    fn probabilities(&self, judge: &Judge<'_>) -> Verdict {
        for j in 0..self.n() {
            let before = self.scores_of(j);
            let mut after = before.clone();
            if !Loss::<f64>::probabilities(self.loss, &mut after) {
                let same = if after == before { 0.0 } else { f64::INFINITY };
                judge.number(Check::Probabilities, "scores", after[0], before[0], same, 0.0)?;
                continue;
            }
            let negative = after.iter().any(|&p| p.is_nan() || p < 0.0);
            let sum: f64 = after.iter().sum();
            // One score alone is that of the second of two classes.
            let whole = after.len() > 1 || sum == 1.0;
            let error = if whole { (sum - 1.0).abs() } else { (sum - 1.0).max(0.0) };
            let error = if negative { f64::INFINITY } else { error };
            judge.number(Check::Probabilities, "scores", sum, 1.0, error, 1e-14)?;
        }
        Ok(())
    }

    fn not_a_number(&self, judge: &Judge<'_>) -> Verdict {
        let judged = |target, loss: f64, expected: bool| {
            let error = if loss.is_nan() == expected { 0.0 } else { f64::INFINITY };
            let expected = if expected { f64::NAN } else { 0.0 };
            judge.number(Check::NotANumber, target, loss, expected, error, 0.0)
        };
        for i in 0..self.outputs() {
            let mut scores = self.scores_of(0);
            scores[i] = f64::NAN;
            judged("loss of NaN", self.example(0, &scores, 0.0).0, true)?;
            for size in [1e4, -1e4, 1e30, -1e30, 1e300, -1e300] {
                scores[i] = size;
                let (loss, gradient) = self.example(0, &scores, 0.0);
                judged("loss of a large score", loss, false)?;
                judged("gradient of a large score", gradient.iter().sum(), false)?;
            }
        }
        Ok(())
    }

    /// Scores −1, 0 and 1 have ties, and margins that are met exactly.
    fn subgradient(&self, case: &Case, convex: bool, judge: &Judge<'_>) -> Verdict {
        let (k, mut stream) = (self.outputs(), stream(case.seed, 5, 0));
        for j in 0..self.n().min(4) {
            let scores = self.scores_of(j);
            let (loss, gradient) = self.example(j, &scores, f64::NAN);
            let mut directions = vec![vec![1.0; k]];
            let i = stream.below(k);
            directions.push((0..k).map(|l| f64::from(u8::from(l == i))).collect());
            for _ in 0..3 {
                directions.push((0..k).map(|_| stream.below(5) as f64 - 2.0).collect());
            }
            for direction in directions {
                let moved = |h: f64| -> f64 {
                    let moved: Vec<f64> =
                        scores.iter().zip(&direction).map(|(s, d)| s + h * d).collect();
                    self.example(j, &moved, f64::NAN).0
                };
                let along: f64 = gradient.iter().zip(&direction).map(|(g, d)| g * d).sum();
                let difference = difference(moved, 1.0 + loss.abs());
                let numbers = difference.between_the_sides(along);
                judge.verdict(Check::Subgradient, "scores", None, numbers, || None)?;
                if convex {
                    // L(s') ≥ L(s) + g · (s' − s), however far s' is.
                    for h in [1.0, -1.0, 0.25, -4.0] {
                        let (there, line) = (moved(h), loss + h * along);
                        let size = 1.0 + loss.abs() + there.abs() + (h * along).abs();
                        let below = ((line - there) / size).max(0.0);
                        let error = if there.is_nan() { f64::INFINITY } else { below };
                        judge.number(Check::Subgradient, "convexity", line, there, error, 1e-13)?;
                    }
                }
            }
        }
        Ok(())
    }
}
