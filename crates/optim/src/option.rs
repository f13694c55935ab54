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
    let rounded = T::from_f64(epsilon);
    if rounded >= T::MIN_POSITIVE && Scalar::is_finite(rounded) {
        return Ok(());
    }
    let expected = format!("positive and finite in {}", T::NAME);
    Err(OptionError { kind, option: "epsilon", expected, value: Figure(epsilon).to_string() }
        .into())
}
