//! Sums over numbers of any size.

use densely_preprocess::is_constant;
use densely_tensor::kernels::{sum, sum_of, vectorize};

/// `Σ v²` and `Σ abs(v)`, in units of `4ᵉ` and `2ᵉ`: with `2ᵉ` near the largest of the numbers, no
/// square overflows, and none that matters vanishes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sums {
    squares: f64,
    absolutes: f64,
    exponent: i32,
}

impl Sums {
    /// Of numbers in units of `2^unit`.
    pub(crate) fn of(numbers: &[f64], unit: i32) -> Self {
        let exponent = exponent_of_largest(numbers);
        let scaled = scaled(numbers, -exponent);
        let (squares, absolutes) = vectorize(
            #[inline(always)]
            || (sum_of(&scaled, |v: f64| v * v), sum_of(&scaled, f64::abs)),
        );
        Self { squares, absolutes, exponent: exponent + unit }
    }

    /// Of the deviations of numbers from their mean. Those of numbers that are constant but for
    /// rounding are 0: what is left of them is the rounding, also that of the mean.
    pub(crate) fn of_deviations(numbers: &[f64]) -> Self {
        if is_constant(numbers) {
            return Self::of(&[], 0);
        }
        let exponent = exponent_of_largest(numbers);
        let mut deviations = scaled(numbers, -exponent);
        // Around a large mean, the second pass finds what the first has rounded away.
        for _ in 0..2 {
            let mean = sum(&deviations) / numbers.len() as f64;
            deviations.iter_mut().for_each(|v| *v -= mean);
        }
        Self::of(&deviations, exponent)
    }

    /// Those of both.
    pub(crate) fn and(self, other: Self) -> Self {
        let exponent = self.exponent.max(other.exponent);
        let squares = |of: Self| scale(of.squares, 2 * (of.exponent - exponent));
        let absolutes = |of: Self| scale(of.absolutes, of.exponent - exponent);
        Self {
            squares: squares(self) + squares(other),
            absolutes: absolutes(self) + absolutes(other),
            exponent,
        }
    }

    /// `√(Σ v² / n)`
    pub(crate) fn root_mean_square(self, n: f64) -> f64 {
        scale((self.squares / n).sqrt(), self.exponent)
    }

    /// `Σ abs(v) / n`
    pub(crate) fn mean_absolute(self, n: f64) -> f64 {
        scale(self.absolutes / n, self.exponent)
    }

    /// `Σ v² / Σ w²`; `None` if all `w` are 0.
    pub(crate) fn ratio_of_squares(self, other: Self) -> Option<f64> {
        let ratio = || scale(self.squares / other.squares, 2 * (self.exponent - other.exponent));
        (other.squares != 0.0).then(ratio)
    }

    /// Whether there is no number but 0; not if one is NaN.
    pub(crate) fn is_zero(self) -> bool {
        self.absolutes == 0.0
    }

    /// Whether a number is NaN.
    pub(crate) fn is_nan(self) -> bool {
        self.absolutes.is_nan()
    }
}

/// The mean; finite if the numbers are, and 0 of none.
pub(crate) fn mean(numbers: &[f64]) -> f64 {
    let exponent = exponent_of_largest(numbers);
    scale(sum(&scaled(numbers, -exponent)) / numbers.len().max(1) as f64, exponent)
}

/// `e` with `2ᵉ ≤ max abs(v) < 2ᵉ⁺¹`; 0 if a number is infinite or NaN, and below all others if
/// there is no number but 0.
fn exponent_of_largest(numbers: &[f64]) -> i32 {
    let largest = numbers.iter().fold(0.0, |largest: f64, v| largest.max(v.abs()));
    if !numbers.iter().all(|v| v.is_finite()) {
        return 0;
    }
    let biased = |v: f64| (v.to_bits() >> 52) as i32;
    match biased(largest) {
        // Too small for a leading one of its own.
        0 => biased(largest * power_of_two(64)) - 64 - 1023,
        biased => biased - 1023,
    }
}

fn scaled(numbers: &[f64], exponent: i32) -> Vec<f64> {
    numbers.iter().map(|&v| scale(v, exponent)).collect()
}

/// `v 2ᵉ`, also where `2ᵉ` itself is no number.
fn scale(v: f64, exponent: i32) -> f64 {
    let exponent = exponent.clamp(-3000, 3000);
    let third = exponent / 3;
    v * power_of_two(third) * power_of_two(third) * power_of_two(exponent - 2 * third)
}

/// `2ᵉ`, for `-1022 ≤ e ≤ 1023`.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_scaled_over_the_whole_range() {
        let smallest = f64::from_bits(1);
        for (v, exponent) in
            [(1.0, 0), (1.5, 0), (2.0, 1), (0.75, -1), (f64::MAX, 1023), (smallest, -1074)]
        {
            assert_eq!(exponent_of_largest(&[v, -v / 2.0, 0.0]), exponent);
            let scaled = scale(v, -exponent);
            assert!((1.0..2.0).contains(&scaled), "{v:e}: {scaled}");
            assert_eq!(scale(scaled, exponent), v);
        }
        assert_eq!((scale(1.0, 2000), scale(1.0, -2000)), (f64::INFINITY, 0.0));
        assert_eq!(scale(smallest, 2097), f64::MAX / (2.0 - f64::EPSILON));
    }

    #[test]
    fn zero_takes_nothing_from_a_tiny_number() {
        let both = Sums::of(&[0.0, 0.0], 0).and(Sums::of(&[3e-200, 4e-200], 0));
        assert!((both.root_mean_square(1.0) / 5e-200 - 1.0).abs() < 1e-15);
        assert!((both.mean_absolute(4.0) / 1.75e-200 - 1.0).abs() < 1e-15);
    }

    #[test]
    fn a_mean_of_large_numbers_is_finite() {
        assert_eq!(mean(&[f64::MAX, f64::MAX, f64::MAX]), f64::MAX);
        assert_eq!(mean(&[-f64::MAX, f64::MAX]), 0.0);
        assert_eq!(mean(&[1e-323, 0.0]), 5e-324);
        assert_eq!((mean(&[]), mean(&[f64::INFINITY, 1.0])), (0.0, f64::INFINITY));
        assert!(mean(&[f64::NAN, 1e300]).is_nan());
    }
}
