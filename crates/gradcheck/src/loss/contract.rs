//! What the trait promises of every loss, whatever it computes.

use densely_loss::{Loss, TargetKind, Targets};
use densely_tensor::Mat;

use super::Case;
use super::batch::Batch;
use crate::Check;
use crate::mistake::of_matrix;
use crate::session::{Judge, Pair, Verdict};

impl<L: Loss<f64> + Loss<f32>> Batch<'_, L> {
    pub(super) fn shapes(&self, classes: usize, judge: &Judge<'_>) -> Verdict {
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

    pub(super) fn pure(&self, judge: &Judge<'_>) -> Verdict {
        let (losses, gradients) = self.one_by_one(f64::NAN);
        for (check, fill) in [(Check::Repeats, f64::NAN), (Check::Overwrites, 0.75)] {
            let other = self.one_by_one(fill);
            judge.same(check, "loss", &other.0, &losses)?;
            judge.same(check, "scores", &other.1, &gradients)?;
        }
        Ok(())
    }

    pub(super) fn examples(&self, judge: &Judge<'_>) -> Verdict {
        let (losses, gradients) = self.one_by_one(f64::NAN);
        let mut together = vec![f64::NAN; self.n()];
        let mut dscores = Mat::from_fn(self.outputs(), self.n(), |_, _| f64::NAN);
        let scores = self.scores.as_ref();
        self.loss.examples(scores, self.targets(), &mut together, dscores.as_mut());
        let together = Mat::from_fn(1, self.n(), |_, j| together[j]);
        judge.same(Check::Examples, "loss", &together, &losses)?;
        judge.same(Check::Examples, "scores", &dscores, &gradients)
    }

    pub(super) fn mean(&self, case: &Case, judge: &Judge<'_>) -> Verdict {
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

    pub(super) fn probabilities(&self, judge: &Judge<'_>) -> Verdict {
        for j in 0..self.n() {
            let classes = Loss::<f64>::classes(self.loss, self.outputs());
            let mut shares = vec![f64::NAN; classes];
            if !Loss::<f64>::probabilities(self.loss, &self.scores_of(j), &mut shares) {
                let left = shares.iter().all(|share| share.is_nan());
                let error = if left { 0.0 } else { f64::INFINITY };
                judge.number(Check::Probabilities, "scores", shares[0], f64::NAN, error, 0.0)?;
                continue;
            }
            let negative = shares.iter().any(|&p| p.is_nan() || p < 0.0);
            let sum: f64 = shares.iter().sum();
            let error = if negative { f64::INFINITY } else { (sum - 1.0).abs() };
            judge.number(Check::Probabilities, "scores", sum, 1.0, error, 1e-14)?;
        }
        Ok(())
    }

    pub(super) fn not_a_number(&self, judge: &Judge<'_>) -> Verdict {
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
}
