use densely_layers::Kind;
use densely_optim::Limits;
use densely_tensor::Scalar;

use crate::{Model, ModelError};

/// Whether the options of a model, and the limits that it is trained within, are numbers of its
/// type: there, one that is too large would be infinite, and one that is too small 0 or only
/// roughly what it is.
///
/// This is asked once, before training. The options themselves are of `f64`, since one kind serves
/// both types.
pub(crate) fn check<T: Scalar>(model: &Model<T>, limits: &Limits) -> Result<(), ModelError> {
    for kind in model.network().kinds().into_iter().chain([model.loss().kind()]) {
        of_kind::<T>(&kind)?;
    }
    let Limits { penalty, max_norm, .. } = *limits;
    // A penalty that is too small does nothing, as was meant.
    let penalties = [
        ("the L1 penalty", penalty.l1_strength()),
        ("the weight decay", penalty.l2_strength()),
        ("the weight decay", penalty.decoupled_strength()),
    ];
    let large = penalties.into_iter().find(|&(_, strength)| strength > largest::<T>());
    let norm = max_norm.filter(|&norm| !is_of::<T>(norm)).map(|norm| ("the max norm", norm));
    match large.or(norm) {
        None => Ok(()),
        Some((option, value)) => Err(error::<T>(option.to_owned(), value)),
    }
}

fn of_kind<T: Scalar>(kind: &Kind) -> Result<(), ModelError> {
    let most = most(T::NAME);
    let fits = |number: f64| is_of::<T>(number) && number.abs() <= most;
    match kind.first_number(&|number| number.is_finite() && !fits(number)) {
        None => Ok(()),
        Some(value) => Err(error::<T>(kind.to_string(), value)),
    }
}

fn error<T: Scalar>(option: String, value: f64) -> ModelError {
    ModelError::NumberType { option, value, scalar: T::NAME }
}

fn is_of<T: Scalar>(number: f64) -> bool {
    let size = number.abs();
    size == 0.0 || size >= smallest(T::NAME) && size <= largest::<T>()
}

fn largest<T: Scalar>() -> f64 {
    crate::error::largest(T::NAME)
}

/// The largest number that an option of a layer or a loss may be: sums of squares of it, over so many classes or
/// units as there are, are still numbers of the type.
pub(crate) fn most(scalar: &str) -> f64 {
    const SUM: f64 = 1e8;
    (crate::error::largest(scalar) / SUM).sqrt()
}

/// The smallest positive number of a type with all its digits.
pub(crate) fn smallest(scalar: &str) -> f64 {
    if scalar == f32::NAME { f64::from(f32::MIN_POSITIVE) } else { f64::MIN_POSITIVE }
}
