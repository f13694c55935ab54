//! Options that several optimisers have.

use densely_parts::{Opt, OptionError, Range};
use densely_tensor::{Figure, Scalar};

use crate::OptimError;

/// The step size `η`.
pub(crate) const LEARNING_RATE: Opt =
    Opt::number("learning-rate", Range::POSITIVE).typical(0.01, 0.2);

/// The share of the mean before in the mean of the gradient, which takes the place of momentum.
pub(crate) const BETA1: Opt = fraction("beta1").also("momentum").typical(0.0, 0.95);

/// The share of the mean before in the mean of the squared gradient.
pub(crate) const BETA2: Opt = fraction("beta2").typical(0.5, 0.999);

/// The `ε` of a denominator.
pub(crate) const EPSILON: Opt = Opt::number("epsilon", Range::POSITIVE).typical(1e-4, 1e-2);

/// A number in `[0, 1)`.
pub(crate) const fn fraction(name: &'static str) -> Opt {
    Opt::number(name, Range::new(0.0, 1.0).below())
}

/// Whether `ε` is positive as a number of type `T` too, so that `0 / ε` is 0.
pub(crate) fn check_epsilon<T: Scalar>(kind: &'static str, epsilon: f64) -> Result<(), OptimError> {
    check_number::<T>(kind, "epsilon", epsilon)
}

/// Whether a positive number is one of type `T`, with all its digits.
pub(crate) fn check_number<T: Scalar>(
    kind: &'static str,
    option: &'static str,
    number: f64,
) -> Result<(), OptimError> {
    let rounded = T::from_f64(number);
    if rounded >= T::MIN_POSITIVE && Scalar::is_finite(rounded) {
        return Ok(());
    }
    let largest = if T::NAME == "f32" { f64::from(f32::MAX) } else { f64::MAX };
    let smallest = T::MIN_POSITIVE.to_f64();
    let expected =
        format!("from {smallest:.3e} to {largest:.3e}, since the network is of {}", T::NAME);
    Err(OptionError { kind, option, expected, value: Figure(number).to_string() }.into())
}
