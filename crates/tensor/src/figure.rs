use std::fmt;

/// A number as people read it, in messages.
///
/// `{}` writes it with as many digits as tell it from any other number, `{:.3}` with three
/// significant ones and no zeros behind them. What is very large or very small gets an
/// exponent, and a digit less where digits were counted.
///
/// ```
/// use densely_tensor::Figure;
///
/// let text = [2.534, 64.0, 0.012345, 6.19118e24, 1e-38].map(|x| format!("{:.3}", Figure(x)));
/// assert_eq!(text, ["2.53", "64", "0.0123", "6.2e24", "1e-38"]);
/// assert_eq!(format!("{} {} {}", Figure(0.1), Figure(2.0), Figure(-1e300)), "0.1 2 -1e300");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure(pub f64);

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.0;
        let Some(digits) = f.precision().filter(|_| value != 0.0 && value.is_finite()) else {
            // With an exponent where there is one, and without `.0` where there is none.
            let exact = format!("{value:?}");
            return f.write_str(exact.strip_suffix(".0").unwrap_or(&exact));
        };
        let last = digits.saturating_sub(1);
        let rounded = format!("{value:.last$e}");
        // Every exponent is written as a small integer.
        let exponent = rounded.split_once('e').and_then(|(_, exponent)| exponent.parse().ok());
        match exponent.unwrap_or(0_i32) {
            exponent @ -4..=5 => {
                let decimals = (last as i32 - exponent).max(0) as usize;
                f.write_str(without_zeros(&format!("{value:.decimals$}")))
            }
            _ => {
                let rounded = format!("{value:.*e}", last.saturating_sub(1));
                let (mantissa, exponent) = rounded.split_once('e').unwrap_or((&rounded, "0"));
                write!(f, "{}e{exponent}", without_zeros(mantissa))
            }
        }
    }
}

/// `2.50` as `2.5`, `2.00` as `2`, and `200` as it is.
fn without_zeros(text: &str) -> &str {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits() {
        for (value, text) in [
            (0.0, "0"),
            (2.304, "2.3"),
            (2.534, "2.53"),
            (9.999, "10"),
            (-0.5, "-0.5"),
            (1234.6, "1235"),
            (100.0, "100"),
            (999_999.7, "1e6"),
            (123_456.0, "123456"),
            (6_191_187_291_493_404_986_310_656.0, "6.2e24"),
            (0.000_123_456, "0.000123"),
            (0.000_012_3, "1.2e-5"),
            (1e30, "1e30"),
            (f64::MAX, "1.8e308"),
            (5e-324, "4.9e-324"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(format!("{:.3}", Figure(value)), text);
        }
    }

    #[test]
    fn exact_figures_can_be_read_back() {
        for value in [0.0, -0.0, 0.1, 10.0, 1e-38, 1e16, 123_456_789.25, f64::MAX, 5e-324] {
            let text = Figure(value).to_string();
            assert!(text.len() < 25, "{text}");
            assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(value.to_bits()));
        }
    }
}
