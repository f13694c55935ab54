//! The ranges of options.

use densely_tensor::Scalar;

use crate::OptimError;

fn check(
    fits: bool,
    option: &'static str,
    expected: &'static str,
    value: f64,
) -> Result<(), OptimError> {
    if fits { Ok(()) } else { Err(OptimError::Option { option, expected, value }) }
}

/// In `(0, ∞)`.
pub(crate) fn positive(option: &'static str, value: f64) -> Result<(), OptimError> {
    check(value > 0.0 && value.is_finite(), option, "positive and finite", value)
}

/// In `[0, ∞)`.
pub(crate) fn not_negative(option: &'static str, value: f64) -> Result<(), OptimError> {
    check(value >= 0.0 && value.is_finite(), option, "at least 0 and finite", value)
}

/// In `[0, 1)`.
pub(crate) fn fraction(option: &'static str, value: f64) -> Result<(), OptimError> {
    check((0.0..1.0).contains(&value), option, "at least 0 and less than 1", value)
}

/// In `(0, 1]`.
pub(crate) fn share(option: &'static str, value: f64) -> Result<(), OptimError> {
    check(value > 0.0 && value <= 1.0, option, "more than 0 and at most 1", value)
}

/// In `[0, 1]`.
pub(crate) fn at_most_one(option: &'static str, value: f64) -> Result<(), OptimError> {
    check((0.0..=1.0).contains(&value), option, "at least 0 and at most 1", value)
}

/// The `ε` of a denominator: positive as a number of type `T`, so that `0 / ε` is 0.
pub(crate) fn epsilon<T: Scalar>(value: f64) -> Result<(), OptimError> {
    let rounded = T::from_f64(value);
    let fits = rounded >= T::MIN_POSITIVE && Scalar::is_finite(rounded);
    check(fits, "epsilon", "positive and finite in the network's number type", value)
}
