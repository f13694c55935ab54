use densely_table::ColumnBuilder;

/// Up to here, every whole number is an `f64`.
const EXACT: u64 = 1 << 53;

/// A whole number; one that is no `f64` is text, as it is in CSV.
pub(crate) fn push_signed(number: i64, to: &mut ColumnBuilder) {
    match number.unsigned_abs() <= EXACT {
        true => to.push_number(number as f64),
        false => to.push_text(&number.to_string()),
    }
}

/// As [`push_signed`].
pub(crate) fn push_unsigned(number: u64, to: &mut ColumnBuilder) {
    match number <= EXACT {
        true => to.push_number(number as f64),
        false => to.push_text(&number.to_string()),
    }
}

/// A decimal fraction, rounded once: so many, of which there are ten to the power of the scale in one.
#[cfg(any(feature = "arrow", feature = "parquet"))]
pub(crate) fn decimal(whole: i128, scale: i64) -> f64 {
    // Both are then exact.
    if whole.unsigned_abs() <= EXACT.into() && (0..=22).contains(&scale) {
        return whole as f64 / 10_f64.powi(scale as i32);
    }
    decimal_of_digits(&whole.to_string(), scale)
}

/// The same of more digits.
#[cfg(any(feature = "arrow", feature = "parquet"))]
pub(crate) fn decimal_of_digits(whole: &str, scale: i64) -> f64 {
    format!("{whole}e{}", -scale).parse().expect("digits and an exponent are a number")
}

#[cfg(all(test, any(feature = "arrow", feature = "parquet")))]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_rounded_once() {
        for (whole, scale, expected) in [
            (12_345, 2, 123.45),
            (-1, 3, -0.001),
            (0, 30, 0.0),
            (i128::MAX, 38, 1.701_411_834_604_692_3),
            (9_007_199_254_740_993, 1, 900_719_925_474_099.3),
            (1, 400, 0.0),
            (-12, -3, -12_000.0),
        ] {
            assert_eq!(decimal(whole, scale), expected, "{whole} / 10^{scale}");
        }
    }
}
