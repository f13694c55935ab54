//! The gradient of a loss against what it should be.

use densely_loss::{Loss, Target, TargetKind, Targets};
use densely_tensor::{Mat, column, column_mut};

use super::batch::Batch;
use super::{Case, Value};
use crate::difference::difference;
use crate::mistake::of_matrix;
use crate::session::{Judge, Pair, Verdict, entries};
use crate::values::stream;
use crate::{Check, Dual};

/// The accuracy of dual numbers, relative to the gradient, or to 1 if it is smaller.
const EXACT: f64 = 1e-14;
/// The accuracy of differences.
const APPROXIMATE: f64 = 1e-8;
/// How far `f32` may be from `f64`.
const SINGLE: f64 = 64.0 * f32::EPSILON as f64;

impl<L: Loss<f64> + Loss<f32>> Batch<'_, L> {
    pub(super) fn dual_numbers(&self, value: Value<L>, judge: &Judge<'_>) -> Verdict {
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

    pub(super) fn differences(&self, case: &Case, judge: &Judge<'_>) -> Verdict {
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

    pub(super) fn single(&self, judge: &Judge<'_>) -> Verdict {
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

    /// Scores −1, 0 and 1 have ties, and margins that are met exactly.
    pub(super) fn subgradient(&self, case: &Case, convex: bool, judge: &Judge<'_>) -> Verdict {
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
