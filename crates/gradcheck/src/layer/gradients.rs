//! The gradients against what they should be.

use densely_tensor::Mat;

use super::case::{Case, DIRECTION};
use super::subject::Subject;
use crate::difference::{Difference, difference};
use crate::mistake::{alike, inner_product, of_matrix};
use crate::session::{Judge, Numbers, Pair, Verdict, entries};
use crate::{Check, Dual, Mistake};

/// The accuracy of dual numbers, relative to the terms of each sum.
const EXACT: f64 = 1e-14;
/// The accuracy of differences.
const APPROXIMATE: f64 = 1e-8;

/// The function of a layer on dual numbers.
pub(super) type Function<'a> = &'a dyn Fn(&[Mat<Dual>], &[Dual]) -> Vec<Dual>;

/// The output, and the gradient of the input and of each parameter, against dual numbers.
pub(super) fn dual_numbers(
    subject: &Subject<'_>,
    case: &Case,
    function: Function<'_>,
    judge: &Judge<'_>,
) -> Verdict {
    let constant =
        |m: &Mat<f64>| Mat::from_fn(m.nrows(), m.ncols(), |i, j| Dual::constant(m[(i, j)]));
    let mut parameters: Vec<_> = subject.parameters().iter().map(constant).collect();
    let column = |j| (0..subject.x.nrows()).map(|i| Dual::constant(subject.x[(i, j)])).collect();
    let mut x: Vec<Vec<Dual>> = (0..subject.n()).map(column).collect();

    let outputs: Vec<_> = x.iter().map(|x| function(&parameters, x)).collect();
    let (rows, columns) = (subject.outputs(), subject.n());
    let y = Mat::from_fn(rows, columns, |i, j| outputs[j][i].value);
    let scale = subject.terms.y.norm_l2();
    let (actual, expected) = (&subject.base.y, &y);
    let pair = Pair { target: "output", actual, expected, scale, tolerance: EXACT };
    judge.norm(Check::DualNumbers, &pair, || of_matrix(actual, expected, columns))?;

    let slope = |parameters: &[Mat<Dual>], x: &[Dual], j: usize| -> f64 {
        let y = function(parameters, x);
        (0..rows).map(|i| subject.dy[(i, j)] * y[i].derivative).sum()
    };
    compare(subject, case, (Check::DualNumbers, EXACT), judge, |target, (i, j)| {
        if target == 0 {
            x[j][i].derivative = 1.0;
            let sum = slope(&parameters, &x[j], j);
            x[j][i].derivative = 0.0;
            return sum;
        }
        parameters[target - 1][(i, j)].derivative = 1.0;
        let sum = (0..columns).map(|j| slope(&parameters, &x[j], j)).sum();
        parameters[target - 1][(i, j)].derivative = 0.0;
        sum
    })
}

/// Compares the gradients with those that `expected` gives, entry by entry, relative to their
/// terms.
fn compare(
    subject: &Subject<'_>,
    case: &Case,
    (check, tolerance): (Check, f64),
    judge: &Judge<'_>,
    mut entry: impl FnMut(usize, (usize, usize)) -> f64,
) -> Verdict {
    for (target, name) in subject.targets.iter().enumerate() {
        let (gradient, terms) = (&subject.base.gradients[target], &subject.terms.gradients[target]);
        let [mut actual, mut expected, mut scale] =
            [(); 3].map(|()| Mat::zeros(gradient.nrows(), gradient.ncols()));
        for at in case.sample(gradient.shape()) {
            (actual[at], scale[at]) = (gradient[at], terms[at]);
            expected[at] = entry(target, at);
        }
        let (actual, expected, scale) = (&actual, &expected, scale.norm_l2());
        let pair = Pair { target: name, actual, expected, scale, tolerance };
        judge.norm(check, &pair, || guess(subject, target, actual, expected))?;
    }
    Ok(())
}

/// The gradient of the input and of each parameter against differences.
pub(super) fn differences(subject: &mut Subject<'_>, case: &Case, judge: &Judge<'_>) -> Verdict {
    for target in 0..subject.targets.len() {
        let gradient = subject.base.gradients[target].clone();
        let (mut actual, mut expected) = (gradient.clone(), gradient.clone());
        actual.fill(0.0);
        expected.fill(0.0);
        let (mut rounding, mut kinks) = (0.0, Vec::new());
        for at in case.sample(gradient.shape()) {
            let (difference, terms) = difference_of(subject, target, at);
            judge.session().count_entry(difference.kink);
            if difference.kink {
                kinks.push((at, difference, terms));
            } else {
                (actual[at], expected[at]) = (gradient[at], difference.slope);
                rounding += difference.rounding.powi(2);
            }
        }
        let name = subject.targets[target].clone();
        let scale = actual.norm_l2() + expected.norm_l2() + rounding.sqrt() / APPROXIMATE;
        let (actual, expected) = (&actual, &expected);
        let pair = Pair { target: &name, actual, expected, scale, tolerance: APPROXIMATE };
        judge.norm(Check::Differences, &pair, || guess(subject, target, actual, expected))?;
        for (at, difference, terms) in kinks {
            let numbers = difference.nearby(gradient[at], terms);
            judge.verdict(Check::Subgradient, &name, Some(at), numbers, || None)?;
        }
    }
    Ok(())
}

/// The slope of `⟨dy, y⟩` along one entry, and the terms of that sum.
fn difference_of(
    subject: &mut Subject<'_>,
    target: usize,
    at: (usize, usize),
) -> (Difference, f64) {
    let old = subject.entry(target, at);
    // An entry of the input concerns its example alone.
    let example = (target == 0).then_some(at.1);
    let terms = match example {
        Some(j) => subject.inner_terms_of_example(j),
        None => subject.inner_terms(),
    };
    let value = |h| {
        subject.set_entry(target, at, old + h);
        match example {
            Some(j) => subject.inner_product_of_example(j),
            None => subject.inner_product(),
        }
    };
    let difference = difference(value, terms);
    subject.set_entry(target, at, old);
    (difference, terms)
}

/// `⟨dy, J v⟩ = ⟨Jᵀ dy, v⟩` for a direction `v` in which the input and all parameters change.
pub(super) fn adjoint(subject: &mut Subject<'_>, case: &Case, judge: &Judge<'_>) -> Verdict {
    let mut points = vec![subject.x.clone()];
    points.extend(subject.parameters());
    let direction = |(target, m): (usize, &Mat<f64>)| {
        case.values(DIRECTION + 100 * target as u32 + 10, m.shape(), 1.0)
    };
    let directions: Vec<_> = points.iter().enumerate().map(direction).collect();
    let (mut along, mut size) = (0.0, 0.0);
    for (target, v) in directions.iter().enumerate() {
        along += inner_product(&subject.base.gradients[target], v);
        let terms = &subject.terms.gradients[target];
        size += entries(v).map(|at| terms[at] * v[at].abs()).sum::<f64>();
    }
    let terms = subject.inner_terms();
    let mut shift = |h: f64| {
        for (target, v) in directions.iter().enumerate() {
            for at in entries(v) {
                subject.set_entry(target, at, points[target][at] + h * v[at]);
            }
        }
        subject.inner_product()
    };
    let difference = difference(&mut shift, terms);
    shift(0.0);
    judge.session().count_entry(difference.kink);
    if difference.kink {
        return Ok(());
    }
    let scale = size + difference.rounding / APPROXIMATE;
    let error = (along - difference.slope).abs() / scale;
    let numbers =
        Numbers { actual: along, expected: difference.slope, error, tolerance: APPROXIMATE };
    judge.verdict(Check::Adjoint, "all", None, numbers, || None)
}

/// What a wrong gradient looks like.
fn guess(
    subject: &Subject<'_>,
    target: usize,
    actual: &Mat<f64>,
    expected: &Mat<f64>,
) -> Option<Mistake> {
    if target == 0 {
        // W dy instead of Wᵀ dy.
        let untransposed = subject.parameters().iter().any(|w| {
            w.ncols() == subject.outputs() && w.nrows() > 1 && alike(actual, &(w * &subject.dy))
        });
        if untransposed {
            return Some(Mistake::Transpose);
        }
    }
    of_matrix(actual, expected, subject.n()).or_else(|| {
        let parameter = subject.parameters().get(target.checked_sub(1)?)?.clone();
        let excess = actual - expected;
        let rate = inner_product(&excess, &parameter) / parameter.squared_norm_l2();
        let several = parameter.nrows() * parameter.ncols() > 1;
        (several && alike(&excess, &(rate * &parameter))).then_some(Mistake::Decay(rate))
    })
}

/// Whether the gradient is that without one of the examples.
pub(super) fn left_out(
    subject: &mut Subject<'_>,
    target: usize,
    actual: &Mat<f64>,
    sample: &[(usize, usize)],
) -> Option<Mistake> {
    let dy = subject.dy.clone();
    let mut left_out = None;
    for j in 0..subject.n() {
        subject.dy = Mat::from_fn(dy.nrows(), dy.ncols(), |i, k| f64::from(k != j) * dy[(i, k)]);
        let mut without = Mat::zeros(actual.nrows(), actual.ncols());
        for &at in sample {
            without[at] = difference_of(subject, target, at).0.slope;
        }
        if alike(actual, &without) {
            left_out = Some(Mistake::LeavesOutColumn(j));
        }
    }
    subject.dy = dy;
    left_out
}
