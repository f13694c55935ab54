use crate::Real;

/// `weight · value`, where a weight of 0 takes out what is infinite, too: an example that does
/// not count, a unit that is dropped. A NaN comes out in any case.
///
/// ```
/// use densely_tensor::kernels::weigh;
///
/// assert_eq!(weigh(2.0, 3.0), 6.0);
/// assert_eq!(weigh(0.0, f64::INFINITY), 0.0);
/// assert!(weigh(0.0, f64::NAN).is_nan());
/// ```
#[inline(always)]
#[must_use]
pub fn weigh<R: Real>(weight: R, value: R) -> R {
    let nothing = if value.is_nan() { value } else { R::ZERO };
    if weight == R::ZERO { nothing } else { weight * value }
}
