//! What the losses of real values have in common: they are means over the outputs.

use densely_tensor::Scalar;

/// The sum over the outputs of `share`, what each adds to the mean of all: for errors so large
/// that their sum is infinite, and their mean may not be.
#[cold]
#[inline(never)]
pub(crate) fn mean_of_large<T: Scalar>(scores: &[T], values: &[T], share: impl Fn(T, T) -> T) -> T {
    scores.iter().zip(values).fold(T::ZERO, |sum, (&s, &t)| sum + share(s, t))
}
