use crate::Scalar;

/// Squares of numbers below this, and sums of them, may have lost digits to underflow.
const SMALLEST: f64 = power_of_two(-900);

/// What brings numbers whose squares vanish, or overflow, to where they do not.
const UP: f64 = power_of_two(600);
const DOWN: f64 = power_of_two(-600);

/// `|x| = √Σ x²`, exact to rounding also where the squares overflow or vanish, and where the
/// norm itself is beyond the largest number.
///
/// ```
/// use densely_tensor::Norm;
///
/// let x = [3e-200, 4e-200];
/// let norm = Norm::new(|scale| x.iter().map(|x: &f64| (scale * x).powi(2)).sum());
/// assert!(norm.exceeds(1e-200));
/// let [first, second] = norm.factors::<f64>(1e-200);
/// assert!((x[0] * first * second / 6e-201 - 1.0).abs() < 1e-15);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Norm {
    /// The norm is `length · unit`.
    length: f64,
    unit: f64,
}

impl Norm {
    /// From the sum `Σ (scale · x)²`, which is asked for with a scale of 1, and with another
    /// one if that sum is out of range.
    #[must_use]
    pub fn new(mut squares: impl FnMut(f64) -> f64) -> Self {
        let sum = squares(1.0);
        let scale = if sum == f64::INFINITY {
            DOWN
        } else if sum < SMALLEST {
            UP
        } else {
            return Self { length: sum.sqrt(), unit: 1.0 };
        };
        Self { length: squares(scale).sqrt(), unit: 1.0 / scale }
    }

    /// The norm, which is infinite if it is beyond the largest number.
    #[must_use]
    pub fn value(self) -> f64 {
        self.length * self.unit
    }

    /// Whether all numbers are finite.
    #[must_use]
    pub fn is_finite(self) -> bool {
        self.length.is_finite()
    }

    /// Whether the norm is above `limit`.
    #[must_use]
    pub fn exceeds(self, limit: f64) -> bool {
        self.length > limit / self.unit
    }

    /// Two factors whose product is `limit / |x|`, for a norm that is finite and above the
    /// limit. `x` times the first, times the second, neither overflows nor loses digits on
    /// the way, as it may where the product itself is no normal number of `T`. Elsewhere
    /// the first is 1.
    #[must_use]
    pub fn factors<T: Scalar>(self, limit: f64) -> [T; 2] {
        let factor = T::from_f64(limit / self.length);
        if self.unit == 1.0 && factor >= T::MIN_POSITIVE {
            return [T::ONE, factor];
        }
        // A power of two near the norm, whose inverse is a normal number too.
        let least = T::MIN_POSITIVE.to_f64();
        let near = (magnitude(self.length) * self.unit).clamp(least, 1.0 / least);
        let length = self.length / (near / self.unit);
        [1.0 / near, limit / length].map(T::from_f64)
    }
}

/// The largest power of two that is not above `x`, a positive normal number.
fn magnitude(x: f64) -> f64 {
    const EXPONENT: u64 = 0x7ff << 52;
    f64::from_bits(x.to_bits() & EXPONENT)
}

const fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn norm<T: Scalar>(x: &[T]) -> Norm {
        Norm::new(|scale| x.iter().map(|x| (scale * x.to_f64()).powi(2)).sum())
    }

    #[test]
    fn norms_over_the_whole_range() {
        for exponent in -1060..1020 {
            // Not in one step, which would leave the range.
            let unit = 2_f64.powi(exponent / 2) * 2_f64.powi(exponent - exponent / 2);
            let norm = norm(&[3.0 * unit, -4.0 * unit, 0.0]);
            assert_eq!(norm.value(), 5.0 * unit, "{unit:e}");
            assert!(norm.is_finite() && norm.exceeds(4.0 * unit) && !norm.exceeds(5.0 * unit));
        }
        assert_eq!((norm(&[0.0; 3]).value(), norm::<f64>(&[]).value()), (0.0, 0.0));
        assert!(!norm(&[1.0, f64::INFINITY]).is_finite() && !norm(&[f64::NAN]).is_finite());
        // Beyond the largest number, and known all the same.
        let beyond = norm(&[f64::MAX; 4]);
        assert!(beyond.is_finite() && beyond.exceeds(f64::MAX) && beyond.value() == f64::INFINITY);
    }

    /// Whether `x`, shortened to the limit, has that norm, and the direction of `x`.
    fn shortens<T: Scalar>(size: f64, limit: f64) {
        let x = [3.0, -4.0].map(|part| T::from_f64(part * size));
        let [first, second] = norm(&x).factors::<T>(limit);
        let error = 4.0 * (T::EPSILON * T::from_f64(limit) + smallest::<T>()).to_f64();
        for (x, part) in x.into_iter().zip([0.6, -0.8]) {
            let short = (x * first * second).to_f64();
            assert!((short - part * limit).abs() <= error, "{size:e} to {limit:e}: {short:e}");
        }
    }

    /// The smallest number above 0.
    fn smallest<T: Scalar>() -> T {
        T::MIN_POSITIVE * T::EPSILON
    }

    #[test]
    fn numbers_are_shortened_over_the_whole_range() {
        for size in (-44..=37).map(|k| 10_f64.powi(k)) {
            for limit in (-44..=37).map(|k| 10_f64.powi(k)).filter(|&limit| limit < size) {
                shortens::<f32>(size, limit);
            }
        }
        for size in (-307..=307).step_by(3).map(|k| 10_f64.powi(k)) {
            let limits = (-307..=307).step_by(3).map(|k| 10_f64.powi(k));
            for limit in limits.filter(|&limit| limit < size) {
                shortens::<f64>(size, limit);
            }
        }
        shortens::<f64>(f64::MAX / 4.0, 1e-300);
        shortens::<f32>(f64::from(f32::MAX) / 4.0, 1e-38);
    }
}
