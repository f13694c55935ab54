use std::fmt;

use densely_tensor::Mat;

use crate::session::entries;

/// What a wrong derivative looks like.
///
/// A guess: it says which simple mistake would explain the numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Mistake {
    /// It is zero where it should not be.
    Zero,
    /// It has the wrong sign.
    Sign,
    /// It is so many times too large.
    Factor(f64),
    /// It is `n` times too large, with this number of examples `n`.
    TimesExamples(usize),
    /// It is `n` times too small, with this number of examples `n`.
    DividedByExamples(usize),
    /// It is the transpose of what it should be, or made with one.
    Transpose,
    /// It leaves out this example.
    LeavesOutColumn(usize),
    /// Its columns belong to other examples, so many further on.
    ShiftedColumns(usize),
    /// It holds, beyond the gradient, so many times the parameter itself.
    Decay(f64),
    /// A constant is added to it.
    Offset(f64),
    /// `x` is used where `y = f(x)` is meant.
    InputForOutput,
    /// `y = f(x)` is used where `x` is meant.
    OutputForInput,
    /// It is the derivative at `−x`: the branches are swapped.
    SwappedBranches,
    /// The first step is right, and later ones are not: the state is wrong.
    State,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Zero => write!(f, "it is zero: a path is missing, or nothing is written"),
            Self::Sign => write!(f, "the sign is wrong"),
            Self::Factor(factor) => write!(f, "it is {factor:.6} times too large"),
            Self::TimesExamples(n) => {
                write!(f, "it is {n} times too large, and there are {n} examples: a missing 1/n")
            }
            Self::DividedByExamples(n) => write!(
                f,
                "it is {n} times too small, and there are {n} examples: only the loss divides by n"
            ),
            Self::Transpose => write!(f, "a transpose is missing, or there is one too many"),
            Self::LeavesOutColumn(j) => write!(f, "example {j} is left out of the sum"),
            Self::ShiftedColumns(by) => write!(f, "the columns are shifted by {by}"),
            Self::Decay(rate) => write!(
                f,
                "{rate:.6} times the parameter is added: decay is the optimiser's, and only of \
                 weights"
            ),
            Self::Offset(offset) => write!(f, "{offset:.6} is added to every entry"),
            Self::InputForOutput => write!(f, "x is used where y = f(x) is meant"),
            Self::OutputForInput => write!(f, "y = f(x) is used where x is meant"),
            Self::SwappedBranches => write!(f, "the branches for x and −x are swapped"),
            Self::State => write!(f, "the first step is right, so it is the state that is wrong"),
        }
    }
}

/// Whether two matrices are the same, for the purpose of a guess, and not zero.
pub(crate) fn alike(a: &Mat<f64>, b: &Mat<f64>) -> bool {
    let size = a.norm_l2().max(b.norm_l2());
    a.shape() == b.shape() && size > 0.0 && (a - b).norm_l2() <= 1e-6 * size
}

/// What a wrong matrix looks like beside the right one, one column per example.
pub(crate) fn of_matrix(
    actual: &Mat<f64>,
    expected: &Mat<f64>,
    examples: usize,
) -> Option<Mistake> {
    let size = expected.norm_l2();
    if size == 0.0 || !actual.norm_l2().is_finite() {
        return None;
    }
    if actual.norm_l2() == 0.0 {
        return Some(Mistake::Zero);
    }
    if alike(actual, expected) {
        // So little off that no simple mistake explains it.
        return None;
    }
    if alike(actual, &expected.transpose().to_owned()) {
        return Some(Mistake::Transpose);
    }
    let inner = inner_product(actual, expected);
    let factor = inner / (size * size);
    if alike(actual, &(factor * expected)) {
        let mistake = of_factor(factor, examples);
        let simple = [2.0, 0.5].map(Mistake::Factor);
        // One number alone is always some multiple of another.
        let chance = matches!(mistake, Mistake::Factor(_)) && !simple.contains(&mistake);
        return (!chance || entries(expected).nth(1).is_some()).then_some(mistake);
    }
    let n = expected.ncols();
    let shifted = |by: usize| Mat::from_fn(expected.nrows(), n, |i, j| expected[(i, (j + by) % n)]);
    if let Some(by) = (1..n).find(|&by| alike(actual, &shifted(by))) {
        return Some(Mistake::ShiftedColumns(by));
    }
    let difference = actual - expected;
    let offset = difference[(0, 0)];
    let same = Mat::from_fn(expected.nrows(), n, |_, _| offset);
    (entries(expected).count() > 2 && alike(&difference, &same)).then_some(Mistake::Offset(offset))
}

/// What a factor looks like, for so many examples.
fn of_factor(factor: f64, examples: usize) -> Mistake {
    let n = examples as f64;
    let is = |value: f64| (factor - value).abs() <= 1e-6 * value.abs();
    if is(-1.0) {
        Mistake::Sign
    } else if examples > 1 && is(n) {
        Mistake::TimesExamples(examples)
    } else if examples > 1 && is(1.0 / n) {
        Mistake::DividedByExamples(examples)
    } else {
        Mistake::Factor(factor)
    }
}

/// `Σᵢⱼ aᵢⱼ bᵢⱼ`.
pub(crate) fn inner_product(a: &Mat<f64>, b: &Mat<f64>) -> f64 {
    entries(a).map(|at| a[at] * b[at]).sum()
}

#[cfg(test)]
mod tests {
    use densely_tensor::mat;

    use super::*;

    #[test]
    fn simple_mistakes_are_told_apart() {
        let right = mat![[1.0, 2.0, -4.0], [3.0, 5.0, 7.0], [0.5, 0.1, 9.0]];
        let guess = |wrong: Mat<f64>| of_matrix(&wrong, &right, 3);
        assert_eq!(guess(Mat::zeros(3, 3)), Some(Mistake::Zero));
        assert_eq!(guess(-1.0 * &right), Some(Mistake::Sign));
        assert_eq!(guess(2.0 * &right), Some(Mistake::Factor(2.0)));
        assert_eq!(guess(3.0 * &right), Some(Mistake::TimesExamples(3)));
        assert_eq!(guess((1.0 / 3.0) * &right), Some(Mistake::DividedByExamples(3)));
        assert_eq!(guess(right.transpose().to_owned()), Some(Mistake::Transpose));
        let shifted = Mat::from_fn(3, 3, |i, j| right[(i, (j + 1) % 3)]);
        assert_eq!(guess(shifted), Some(Mistake::ShiftedColumns(1)));
        let offset = Mat::from_fn(3, 3, |i, j| right[(i, j)] + 0.25);
        assert_eq!(guess(offset), Some(Mistake::Offset(0.25)));
        let other = Mat::from_fn(3, 3, |i, j| (i * 5 + j * j) as f64);
        assert_eq!(guess(other), None);
        assert_eq!(of_matrix(&mat![[3.3]], &mat![[1.0]], 3), None);
        assert_eq!(of_matrix(&mat![[3.0]], &mat![[1.0]], 3), Some(Mistake::TimesExamples(3)));
    }
}
