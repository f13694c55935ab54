use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use densely_gradcheck::{Check, Failure, LossCheck, LossReference, Mistake, Report, loss};
use densely_loss::{Loss, LossError, MeanSquaredError, Target, TargetKind, Targets};
use densely_tensor::{MatMut, MatRef, Real, Scalar, column, column_mut};

use crate::zoo::found;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    // Mean squared errors:
    Sign,
    Half,
    TimesOutputs,
    ForgottenOutput,
    Accumulates,
    Counter,
    NotDivided,
    DividedByPanel,
    FirstForAll,
    LostDigits,
    RoundedGradient,
    // Of labels:
    NoRightClass,
    TwiceAtTheMargin,
    AllTies,
    HiddenNan,
    Overflow,
    Unnormalised,
    AcceptsAll,
}
use Wrong::*;

/// A loss with one mistake.
#[derive(Debug, Clone)]
struct WrongLoss {
    wrong: Wrong,
    calls: Arc<AtomicUsize>,
}

fn check(wrong: Wrong) -> Result<Report, Box<Failure>> {
    loss(&WrongLoss { wrong, calls: Arc::new(AtomicUsize::new(0)) })
}

impl WrongLoss {
    fn of_labels(&self) -> bool {
        matches!(
            self.wrong,
            NoRightClass
                | TwiceAtTheMargin
                | AllTies
                | HiddenNan
                | Overflow
                | Unnormalised
                | AcceptsAll
        )
    }

    fn squares<T: Scalar>(&self, scores: &[T], values: &[T], d: &mut [T]) -> T {
        let before = d.to_vec();
        let mut loss = MeanSquaredError.example(scores, Target::Values(values), d);
        let outputs = T::from_f64(scores.len() as f64);
        for (k, d) in d.iter_mut().enumerate() {
            *d = match self.wrong {
                Sign => -*d,
                Half => *d / T::from_f64(2.0),
                TimesOutputs => *d * outputs,
                ForgottenOutput if k == 0 && scores.len() > 1 => T::ZERO,
                Accumulates => before[k] + *d,
                RoundedGradient => *d * T::from_f64(1.0 + 1e-11),
                LostDigits => {
                    let large = T::from_f64(3e4);
                    T::from_f64(2.0) / outputs * ((scores[k] + large) - (values[k] + large))
                }
                _ => *d,
            };
        }
        if self.wrong == Counter {
            loss += T::from_f64(self.calls.fetch_add(1, Ordering::Relaxed) as f64);
        }
        loss
    }

    /// `Σ max(0, sₖ − s_y + 1)`, or the largest of these, or softmax cross-entropy.
    fn labels<T: Scalar>(&self, scores: &[T], label: usize, d: &mut [T]) -> T {
        let excess = |k: usize| scores[k] - scores[label] + T::ONE;
        let others = (0..scores.len()).filter(|&k| k != label);
        d.fill(T::ZERO);
        match self.wrong {
            Overflow => {
                let total: T = scores.iter().map(|&s| Real::exp(s)).sum();
                for (d, &s) in d.iter_mut().zip(scores) {
                    *d = Real::exp(s) / total;
                }
                d[label] -= T::ONE;
                Real::ln(total) - scores[label]
            }
            AllTies => {
                let largest = others.clone().map(excess).fold(T::ZERO, |max, e| Real::max(max, e));
                for k in others.filter(|&k| excess(k) == largest && largest > T::ZERO) {
                    d[k] = T::ONE;
                    d[label] -= T::ONE;
                }
                scores.iter().fold(largest, |loss, &s| if Real::is_nan(s) { s } else { loss })
            }
            _ => {
                let mut loss = T::ZERO;
                for k in others {
                    let e = excess(k);
                    let slope = if e > T::ZERO {
                        T::ONE
                    } else if e == T::ZERO && self.wrong == TwiceAtTheMargin {
                        T::from_f64(2.0)
                    } else {
                        T::ZERO
                    };
                    d[k] = slope;
                    if self.wrong != NoRightClass {
                        d[label] -= slope;
                    }
                    // The loss of a NaN is 0 if nobody looks.
                    loss += if e > T::ZERO || (Real::is_nan(e) && self.wrong != HiddenNan) {
                        e
                    } else {
                        T::ZERO
                    };
                }
                let hidden = self.wrong == HiddenNan || !Real::is_nan(scores[label]);
                if hidden { loss } else { scores[label] }
            }
        }
    }
}

impl<T: Scalar> Loss<T> for WrongLoss {
    fn name(&self) -> &'static str {
        "wrong"
    }

    fn target_kind(&self) -> TargetKind {
        if self.of_labels() { TargetKind::Labels } else { TargetKind::Values }
    }

    fn example(&self, scores: &[T], target: Target<'_, T>, d: &mut [T]) -> T {
        match target {
            Target::Label(label) => self.labels(scores, label, d),
            Target::Values(values) => self.squares(scores, values, d),
        }
    }

    fn probabilities(&self, scores: &[T], probabilities: &mut [T]) -> bool {
        if self.wrong == Unnormalised {
            for (p, s) in probabilities.iter_mut().zip(scores) {
                *p = Real::sigmoid(*s);
            }
        }
        self.wrong == Unnormalised
    }

    fn check(
        &self,
        outputs: usize,
        examples: usize,
        targets: Targets<'_, T>,
    ) -> Result<(), LossError> {
        match (self.wrong, targets) {
            (AcceptsAll, Targets::Labels(labels)) if labels.len() == examples => Ok(()),
            _ => {
                let kind = Loss::<T>::target_kind(self);
                targets.check("wrong", kind, outputs, examples)
            }
        }
    }

    fn examples(
        &self,
        scores: MatRef<'_, T>,
        targets: Targets<'_, T>,
        losses: &mut [T],
        mut dscores: MatMut<'_, T>,
    ) {
        for (j, loss) in losses.iter_mut().enumerate() {
            let d = column_mut(dscores.as_mut(), j);
            let target = targets.example(if self.wrong == FirstForAll { 0 } else { j });
            *loss = self.example(column(scores, j), target, d);
        }
    }

    fn panel(
        &self,
        scores: MatRef<'_, T>,
        targets: Targets<'_, T>,
        n: usize,
        losses: &mut [T],
        mut dscores: MatMut<'_, T>,
    ) {
        let n = match self.wrong {
            NotDivided => 1,
            DividedByPanel => scores.ncols(),
            _ => n,
        };
        self.examples(scores, targets, losses, dscores.as_mut());
        for j in 0..dscores.ncols() {
            for d in column_mut(dscores.as_mut(), j) {
                *d *= T::ONE / T::from_f64(n as f64);
            }
        }
    }
}

impl LossReference for WrongLoss {
    fn value<R: Real>(&self, scores: &[R], target: Target<'_, R>) -> R {
        MeanSquaredError.value(scores, target)
    }
}

#[test]
fn by_differences() {
    let found = || found(Check::Differences, "scores");
    found().looks_like(Mistake::Sign).is(check(Sign));
    found().looks_like(Mistake::Factor(0.5)).is(check(Half));
    // Of two outputs, after shrinking; as scikit-learn's since 2017.
    found().looks_like(Mistake::Factor(2.0)).is(check(TimesOutputs));
    found().is(check(ForgottenOutput));
    found().is(check(NoRightClass));
}

#[test]
fn by_dual_numbers() {
    let wrong = WrongLoss { wrong: RoundedGradient, calls: Arc::new(AtomicUsize::new(0)) };
    found(Check::DualNumbers, "scores").is(LossCheck::new(&wrong).dual_numbers().run());
    assert!(loss(&wrong).is_ok());
}

#[test]
fn by_the_size_of_the_batch() {
    let failure = check(NotDivided).unwrap_err();
    assert!(matches!(failure.guess, Some(Mistake::TimesExamples(3..=5))), "{failure}");
    found(Check::Mean, "scores").looks_like(failure.guess.unwrap()).is(Err(failure));
    let failure = check(DividedByPanel).unwrap_err();
    assert!(matches!(failure.guess, Some(Mistake::Factor(_))), "{failure}");
    assert_eq!(failure.check, Check::Mean);
}

#[test]
fn by_buffers_and_calls() {
    found(Check::Overwrites, "scores").is(check(Accumulates));
    found(Check::Repeats, "loss").is(check(Counter));
    found(Check::Examples, "loss").is(check(FirstForAll));
}

#[test]
fn by_ties() {
    found(Check::Subgradient, "scores").is(check(TwiceAtTheMargin));
    found(Check::Subgradient, "scores").is(check(AllTies));
}

#[test]
fn by_digits() {
    found(Check::SinglePrecision, "scores").is(check(LostDigits));
}

#[test]
fn by_extremes() {
    found(Check::NotANumber, "loss of NaN").is(check(HiddenNan));
    found(Check::NotANumber, "gradient of a large score").is(check(Overflow));
}

#[test]
fn by_what_else_there_is() {
    found(Check::Probabilities, "scores").is(check(Unnormalised));
    found(Check::Shapes, "a label of no class").is(check(AcceptsAll));
}
