use std::str::{Utf8Error, from_utf8};

use crate::Missing;

/// What a cell of text holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Parsed<'a> {
    Gap,
    /// `mantissa / 10^exponent`, exactly.
    Decimal {
        mantissa: i32,
        exponent: u8,
    },
    /// A number that no such fraction is; may be infinite.
    Float(f64),
    /// A number that is infinite since it is beyond the largest, as written.
    Beyond(f64, &'a str),
    /// A whole number with points between its thousands, as written: beside `0.5` it would be a fraction.
    Pointed(f64, &'a str),
    Text(&'a str),
}

/// Powers of ten that are exact.
pub(crate) const POWERS: [f64; 10] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/// Digits of a whole number beyond which `f64` may not hold it: then it is a code.
const MOST_DIGITS: usize = 15;

/// Reads a cell. `decimal` stands before the decimals of a number: a point, or a comma.
///
/// A number is written as one: `007` is a code, and so is a whole number of more than 15
/// digits. Codes are text.
///
/// # Errors
/// If it is no UTF-8.
#[inline]
pub(crate) fn parse<'a>(
    cell: &'a [u8],
    decimal: u8,
    missing: &Missing,
) -> Result<Parsed<'a>, Utf8Error> {
    match short_decimal(cell, decimal) {
        Some(parsed) => Ok(parsed.unless_gap(missing)),
        None => Ok(parse_text(from_utf8(cell)?, decimal, missing)),
    }
}

/// The same of what is text already.
pub(crate) fn parse_text<'a>(cell: &'a str, decimal: u8, missing: &Missing) -> Parsed<'a> {
    let cell = cell.trim();
    if let Some(parsed) = short_decimal(cell.as_bytes(), decimal) {
        return parsed.unless_gap(missing);
    }
    if missing.is_gap(cell) {
        return Parsed::Gap;
    }
    let parsed = match float(cell, decimal) {
        // Adding zero makes one of both zeros.
        Some(float) if float.is_infinite() && infinity(unsigned(cell)).is_none() => {
            Parsed::Beyond(float, cell)
        }
        Some(float) => Parsed::Float(float + 0.0),
        None => match grouped(cell, decimal) {
            Some(number) if decimal == b',' && !cell.contains(',') => Parsed::Pointed(number, cell),
            Some(number) => Parsed::Float(number),
            None => return Parsed::Text(cell),
        },
    };
    parsed.unless_gap(missing)
}

/// A number of up to 9 digits without an exponent, which most numbers are. A negative zero is a zero: there is
/// one in most columns of rounded numbers, and none else would take eight bytes.
fn short_decimal<'a>(cell: &[u8], decimal: u8) -> Option<Parsed<'a>> {
    let (negative, digits) = match cell.split_first()? {
        (b'-', digits) => (true, digits),
        _ => (false, cell),
    };
    if digits.len() > 10 || is_code(digits) {
        return None;
    }
    let (mut mantissa, mut count, mut point) = (0_u32, 0, None);
    for (i, &byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                mantissa = mantissa.wrapping_mul(10).wrapping_add(u32::from(byte - b'0'));
                count += 1;
            }
            _ if byte == decimal && point.is_none() => point = Some(i),
            _ => return None,
        }
    }
    if count == 0 || count > 9 {
        return None;
    }
    let exponent = point.map_or(0, |point| digits.len() - 1 - point) as u8;
    let mantissa = mantissa as i32;
    Some(Parsed::Decimal { mantissa: if negative { -mantissa } else { mantissa }, exponent })
}

/// Whether a digit follows a zero at the beginning.
fn is_code(digits: &[u8]) -> bool {
    matches!(digits, [b'0', b'0'..=b'9', ..])
}

/// The number that a text is, which may be infinite.
fn float(cell: &str, decimal: u8) -> Option<f64> {
    let digits = unsigned(cell);
    let bytes = digits.as_bytes();
    if !bytes.first()?.is_ascii_digit() && bytes[0] != decimal {
        return infinity(digits).map(|infinity| infinity.copysign(sign(cell)));
    }
    let whole = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if is_code(bytes) || (whole == bytes.len() && whole > MOST_DIGITS) {
        return None;
    }
    let float: f64 = match decimal {
        b'.' => cell.parse().ok()?,
        // A point is then no part of a number.
        _ if cell.contains('.') => return None,
        _ => cell.replacen(char::from(decimal), ".", 1).parse().ok()?,
    };
    let mantissa = bytes.iter().take_while(|byte| !byte.eq_ignore_ascii_case(&b'e'));
    let is_zero = || mantissa.into_iter().all(|byte| !matches!(byte, b'1'..=b'9'));
    // What is no zero is the smallest number at least.
    Some(if float == 0.0 && !is_zero() { SMALLEST.copysign(sign(cell)) } else { float })
}

/// The smallest number above 0.
const SMALLEST: f64 = f64::from_bits(1);

fn unsigned(cell: &str) -> &str {
    cell.strip_prefix(['+', '-']).unwrap_or(cell)
}

fn sign(cell: &str) -> f64 {
    if cell.starts_with('-') { -1.0 } else { 1.0 }
}

fn infinity(text: &str) -> Option<f64> {
    let is_infinity = ["inf", "infinity"].iter().any(|name| text.eq_ignore_ascii_case(name));
    is_infinity.then_some(f64::INFINITY)
}

/// A number whose thousands are set apart, where nothing else can be meant: `1,234,567`, `1,234.5`, and with
/// a comma before decimals also `1.234`.
fn grouped(cell: &str, decimal: u8) -> Option<f64> {
    let (point, comma) = (char::from(decimal), if decimal == b',' { '.' } else { ',' });
    let digits = unsigned(cell);
    let (whole, fraction) = match digits.split_once(point) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let mut groups = whole.split(comma);
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let first =
        groups.next().filter(|first| (1..=3).contains(&first.len()) && all_digits(first))?;
    let rest: Vec<&str> = groups.collect();
    let are_thousands = rest.iter().all(|group| group.len() == 3 && all_digits(group));
    // `1,234` may be a fraction of a file that has no other number with a comma.
    let is_clear = rest.len() > 1 || fraction.is_some() || decimal == b',';
    if rest.is_empty() || !are_thousands || !is_clear || first.starts_with('0') {
        return None;
    }
    if !fraction.unwrap_or_default().bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let plain = format!("{first}{}.{}", rest.concat(), fraction.unwrap_or("0"));
    plain.parse::<f64>().ok().map(|number| number.copysign(sign(cell)))
}

/// The number that a text is, if it is one.
pub(crate) fn number(text: &str) -> Option<f64> {
    parse_text(text, b'.', &Missing::new::<String>([])).number()
}

/// `mantissa / 10^exponent`.
#[inline]
pub(crate) fn decimal(mantissa: i32, exponent: u8) -> f64 {
    f64::from(mantissa) / POWERS[usize::from(exponent)]
}

impl Parsed<'_> {
    /// The number that it is, if it is one.
    pub(crate) fn number(self) -> Option<f64> {
        match self {
            Self::Decimal { mantissa, exponent } => Some(decimal(mantissa, exponent)),
            Self::Float(float) | Self::Beyond(float, _) | Self::Pointed(float, _) => Some(float),
            Self::Gap | Self::Text(_) => None,
        }
    }

    /// The same, or a gap if it is a number that stands for one.
    #[inline]
    fn unless_gap(self, missing: &Missing) -> Self {
        let is_gap = missing.is_gap_number(|| self.number().unwrap_or(f64::NAN));
        if is_gap { Self::Gap } else { self }
    }
}

impl Parsed<'_> {
    /// A number, as small as it can be kept; NaN is a gap.
    pub(crate) fn of_number(number: f64) -> Self {
        let mantissa = number as i32;
        // The smallest has no room.
        let is_whole = f64::from(mantissa) == number && mantissa != i32::MIN;
        match number.is_nan() {
            true => Self::Gap,
            false if is_whole => Self::Decimal { mantissa, exponent: 0 },
            false => Self::Float(number),
        }
    }
}

/// A number as text, the same however it was written: `1.50` is `1.5`, `1.0` is `1`.
pub(crate) fn canonical(number: f64) -> String {
    // Adding zero makes one of both zeros.
    (number + 0.0).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(cell: &str) -> Parsed<'_> {
        parse_text(cell, b'.', &Missing::default())
    }

    fn value(cell: &str, decimal: u8) -> Option<f64> {
        parse_text(cell, decimal, &Missing::default()).number()
    }

    #[test]
    fn numbers_are_told_from_codes_and_words() {
        for (cell, expected) in [
            ("0", 0.0),
            (" 12 ", 12.0),
            ("-1.5", -1.5),
            ("+2", 2.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("1e3", 1000.0),
            ("0.25", 0.25),
            ("123456789", 123_456_789.0),
            ("1234567890", 1_234_567_890.0),
            ("123456789012345", 123_456_789_012_345.0),
            ("0.12345678901234567", 0.123_456_789_012_345_67),
            ("-inf", f64::NEG_INFINITY),
            ("Infinity", f64::INFINITY),
            ("1e999", f64::INFINITY),
        ] {
            assert_eq!(value(cell, b'.'), Some(expected), "{cell}");
        }
        for cell in [
            "007",
            "-01",
            "00",
            "1234567890123456",
            "0x10",
            "1_000",
            "1,5",
            "a",
            "e5",
            ".",
            "1 2",
            "--1",
            "1.2.3",
            "infinite",
            "+",
        ] {
            assert_eq!(parsed(cell), Parsed::Text(cell), "{cell}");
        }
        for cell in ["", " ", "NA", "NaN", "nan", "null", "None", "?", "-", "N/A"] {
            assert_eq!(parsed(cell), Parsed::Gap, "{cell}");
        }
        for (tiny, sign) in [("1e-400", 1.0), ("-0.1e-500", -1.0), ("5e-324", 1.0)] {
            assert_eq!(value(tiny, b'.'), Some(sign * SMALLEST), "{tiny} is no zero");
        }
        for zero in ["-0", "0e-400", "0.000e7", "-0.00000", "-0e5", "-0.0000000000"] {
            assert_eq!(value(zero, b'.').map(f64::to_bits), Some(0), "{zero}");
        }
        assert_eq!(Parsed::of_number(-0.0), Parsed::Decimal { mantissa: 0, exponent: 0 });
    }

    #[test]
    fn a_comma_may_stand_before_decimals() {
        assert_eq!(value("-0,25", b','), Some(-0.25));
        assert_eq!(value("1,5e3", b','), Some(1500.0));
        assert_eq!(value("12", b','), Some(12.0));
        for cell in ["1.5", "1,0,0"] {
            assert_eq!(value(cell, b','), None, "{cell}");
        }
    }

    #[test]
    fn thousands_are_set_apart_where_nothing_else_can_be_meant() {
        for (cell, decimal, expected) in [
            ("1,234,567", b'.', 1_234_567.0),
            ("-1,642.10", b'.', -1642.1),
            ("1.642,10", b',', 1642.1),
            ("8.626", b',', 8626.0),
        ] {
            assert_eq!(value(cell, decimal), Some(expected), "{cell}");
        }
        for (cell, decimal) in [
            ("1,234", b'.'),
            ("12,34,101", b'.'),
            ("1,23", b'.'),
            ("0,123.5", b'.'),
            ("1.23", b','),
            ("0.537", b','),
            ("-0.537", b','),
            ("0.123,5", b','),
        ] {
            assert_eq!(value(cell, decimal), None, "{cell}");
        }
    }

    proptest! {
        /// As exact as the parser of the standard library.
        #[test]
        fn decimals_are_rounded_once(mantissa in -999_999_999_i64..1_000_000_000, places in 0_usize..9) {
            let digits = format!("{:0>9}", mantissa.abs());
            let (whole, fraction) = digits.split_at(9 - places);
            let whole = whole.trim_start_matches('0');
            let whole = if whole.is_empty() { "0" } else { whole };
            let text = format!("{}{whole}.{fraction}", if mantissa < 0 { "-" } else { "" });
            prop_assert_eq!(value(&text, b'.'), text.parse().ok());
        }
    }
}
