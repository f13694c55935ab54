//! What holds for the gradients of every layer, whatever it computes.

use densely_tensor::{Mat, Threads};

use super::gradients;
use super::pass::{Batch, Way, forward, pass};
use super::subject::Subject;
use crate::Check;
use crate::mistake::of_matrix;
use crate::session::{Judge, Pair, Verdict, entries};

/// The relative error of sums in another order.
const REORDERED: f64 = 1e-13;

/// Buffers are overwritten, and calls repeat.
pub(crate) fn pure(subject: &mut Subject<'_>, judge: &Judge<'_>) -> Verdict {
    let again = subject.pass(|batch| batch);
    subject.same(judge, Check::Repeats, &again)?;
    let batch = Batch { x: subject.x.as_ref(), dy: subject.dy.as_ref(), at: subject.at };
    let other = pass(subject.layer, batch, 0.75, Way::Input, &Threads::single());
    subject.same(judge, Check::Overwrites, &other)
}

/// Inference computes what training does.
pub(super) fn modes(subject: &Subject<'_>, judge: &Judge<'_>) -> Verdict {
    let mut y = Mat::from_fn(subject.outputs(), subject.n(), |_, _| f64::NAN);
    let rows = subject.layer.tape_rows(subject.x.nrows());
    let mut tape = Mat::from_fn(rows, subject.n(), |_, _| f64::NAN);
    subject.layer.forward(subject.x.as_ref(), y.as_mut(), tape.as_mut());
    judge.same(Check::Modes, "output", &y, &subject.base.y)
}

/// What holds for the examples of a batch, and for any cotangents.
pub(crate) fn examples_and_cotangents(subject: &mut Subject<'_>, judge: &Judge<'_>) -> Verdict {
    columns(subject, judge)?;
    zero_cotangent(subject, judge)?;
    additivity(subject, judge)?;
    linearity(subject, judge)?;
    tape(subject, judge)
}

/// Each example alone gives its columns of `y` and `dx`.
fn columns(subject: &mut Subject<'_>, judge: &Judge<'_>) -> Verdict {
    let (mut y, mut dx) = (subject.base.y.clone(), subject.base.gradients[0].clone());
    for j in 0..subject.n() {
        let one = subject.pass(|batch| batch.part(j, 1));
        for i in 0..y.nrows() {
            y[(i, j)] = one.y[(i, 0)];
        }
        for i in 0..dx.nrows() {
            dx[(i, j)] = one.gradients[0][(i, 0)];
        }
    }
    let pairs = [
        ("output", &subject.base.y, &y, &subject.terms.y),
        ("input", &subject.base.gradients[0], &dx, &subject.terms.gradients[0]),
    ];
    for (target, actual, expected, terms) in pairs {
        let scale = terms.norm_l2();
        let pair = Pair { target, actual, expected, scale, tolerance: REORDERED };
        let guess = || of_matrix(actual, expected, subject.n());
        judge.norm(Check::Columns, &pair, guess)?;
    }
    Ok(())
}

/// No cotangent, no gradient: exactly.
fn zero_cotangent(subject: &mut Subject<'_>, judge: &Judge<'_>) -> Verdict {
    let dy = Mat::zeros(subject.outputs(), subject.n());
    let pass = subject.pass_with(&dy);
    for (gradient, target) in pass.gradients.iter().zip(&subject.targets) {
        // −0 is zero too.
        let positive =
            Mat::from_fn(gradient.nrows(), gradient.ncols(), |i, j| 0.0 + gradient[(i, j)]);
        let zero = Mat::zeros(gradient.nrows(), gradient.ncols());
        judge.same(Check::ZeroCotangent, target, &positive, &zero)?;
    }
    Ok(())
}

/// The gradients of `a dy + dy'` are `a` times those of `dy`, and those of `dy'`.
fn linearity(subject: &mut Subject<'_>, judge: &Judge<'_>) -> Verdict {
    const LARGE: f64 = 1024.0;
    let factor = |i: usize, j: usize| [-1.0, 2.0, 0.5, -2.0, 1.0][(i + 3 * j) % 5];
    let dy = subject.dy.clone();
    let other = Mat::from_fn(dy.nrows(), dy.ncols(), |i, j| factor(i, j) * dy[(i, j)]);
    let of_other = subject.pass_with(&other).gradients;
    let of_both = subject.pass_with(&(LARGE * &dy + &other)).gradients;
    let sum = |(a, b): (&Mat<f64>, &Mat<f64>)| LARGE * a + b;
    let expected: Vec<_> = subject.base.gradients.iter().zip(&of_other).map(sum).collect();
    let size = LARGE + 2.0;
    subject.compare(judge, Check::Linearity, &of_both, &expected, (size, REORDERED))
}

/// The gradient of a parameter is the sum of those of the examples.
fn additivity(subject: &mut Subject<'_>, judge: &Judge<'_>) -> Verdict {
    let n = subject.n();
    let mut sums = subject.pass(|batch| batch.part(0, 1)).gradients;
    for j in 1..n {
        let one = subject.pass(|batch| batch.part(j, 1)).gradients;
        for (sum, one) in sums.iter_mut().zip(&one).skip(1) {
            *sum += one;
        }
    }
    for (target, expected) in sums.iter().enumerate().skip(1) {
        let name = subject.targets[target].clone();
        let actual = &subject.base.gradients[target].clone();
        let scale = subject.terms.gradients[target].norm_l2();
        let pair = Pair { target: &name, actual, expected, scale, tolerance: REORDERED };
        judge.norm(Check::Additivity, &pair, || {
            let sample: Vec<_> = entries(actual).collect();
            of_matrix(actual, expected, n)
                .or_else(|| gradients::left_out(subject, target, actual, &sample))
        })?;
    }
    Ok(())
}

/// `backward_tape` does what `backward_input` does for the parameters.
fn tape(subject: &mut Subject<'_>, judge: &Judge<'_>) -> Verdict {
    let batch = Batch { x: subject.x.as_ref(), dy: subject.dy.as_ref(), at: subject.at };
    let other = pass(subject.layer, batch, f64::NAN, Way::Tape, &Threads::single());
    let both = other.gradients.iter().zip(&subject.base.gradients).zip(&subject.targets);
    for ((other, base), target) in both.skip(1) {
        judge.same(Check::Tape, target, other, base)?;
    }
    Ok(())
}

/// A NaN in an example comes out of it.
pub(super) fn not_a_number(subject: &mut Subject<'_>, judge: &Judge<'_>) -> Verdict {
    let entry = (subject.x.nrows() - 1, subject.n() - 1);
    let old = subject.x[entry];
    subject.x[entry] = f64::NAN;
    let y = forward(subject.layer, subject.x.as_ref(), subject.outputs(), subject.at);
    subject.x[entry] = old;
    let lost = (0..y.nrows()).all(|i| !y[(i, entry.1)].is_nan());
    let error = if lost { f64::INFINITY } else { 0.0 };
    judge.number(Check::NotANumber, "output", y[(0, entry.1)], f64::NAN, error, 0.0)
}
