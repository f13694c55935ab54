//! What all statistics of features need: of the rows, for an example is a column.

mod feature_mean;
mod running_covariance;
mod running_mean;
mod running_statistics;
mod squared_deviation;
mod sum;

use densely_tensor::{MatRef, Scalar, ShapeError, first_non_finite};

pub(crate) use feature_mean::FeatureMean;
pub use feature_mean::{constant_features, is_constant};
pub use running_covariance::RunningCovariance;
pub use running_statistics::RunningStatistics;
pub(crate) use squared_deviation::SquaredDeviation;
pub(crate) use sum::Sum;

use crate::PreprocessError;

/// Whether there are features and examples, in contiguous columns.
pub(crate) fn check_shape<T: Scalar>(
    operation: &'static str,
    x: MatRef<'_, T>,
) -> Result<(), PreprocessError> {
    ShapeError::expect_some(operation, "features", x.nrows())?;
    ShapeError::expect_some(operation, "examples", x.ncols())?;
    let bytes = (x.nrows() as u128 * size_of::<T>() as u128).saturating_mul(x.ncols() as u128);
    if bytes > isize::MAX as u128 {
        // A single column, seen again and again.
        return Err(ShapeError::Memory { operation, what: "the examples", bytes }.into());
    }
    Ok(ShapeError::expect_columns(operation, x)?)
}

/// Whether all values are finite.
pub(crate) fn check_finite<T: Scalar>(x: MatRef<'_, T>) -> Result<(), PreprocessError> {
    match first_non_finite(x) {
        None => Ok(()),
        Some((feature, example)) => {
            let value = x[(feature, example)].to_f64();
            Err(PreprocessError::NotFinite { feature, example, value })
        }
    }
}

/// The largest power of two that is not larger than `value`, of those that are normal numbers;
/// 1 for 0, and infinity for what is not finite.
pub(crate) fn power_of_two(value: f64) -> f64 {
    const EXPONENT: u64 = 0x7ff << 52;
    match value {
        0.0 => 1.0,
        _ => f64::from_bits(value.to_bits() & EXPONENT).max(f64::MIN_POSITIVE),
    }
}

#[cfg(test)]
mod tests {
    use densely_tensor::Mat;

    use super::*;

    #[test]
    fn columns_are_to_be_contiguous() {
        let shape = |x: MatRef<'_, f64>| check_shape("test", x);
        assert_eq!(shape(Mat::zeros(5, 2).as_ref()), Ok(()));
        for columns in [1, 2] {
            let error = ShapeError::NotColumnMajor { operation: "test" };
            assert_eq!(shape(Mat::zeros(5, columns).transpose()), Err(error.into()));
        }
    }

    #[test]
    fn powers_of_two_are_not_larger() {
        for (value, power) in [
            (0.0, 1.0),
            (1.0, 1.0),
            (7.9, 4.0),
            (0.3, 0.25),
            (f64::MAX, 2_f64.powi(1023)),
            (5e-324, f64::MIN_POSITIVE),
            (f64::INFINITY, f64::INFINITY),
            (f64::NAN, f64::INFINITY),
        ] {
            assert_eq!(power_of_two(value), power, "{value}");
        }
    }
}
