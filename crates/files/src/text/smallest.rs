//! Numbers that are no zeros, and nearer to 0 than there is one in `f64`: as of CSV, they are the smallest.

#[cfg(feature = "json-lines")]
use std::borrow::Cow;

/// The number that a text is.
pub(super) fn number(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    Some(if is_lost(text) { f64::from_bits(1).copysign(number) } else { number })
}

#[cfg(feature = "json-lines")]
const SMALLEST: &str = "5e-324";

/// Zeros behind the point of a number that is so near to 0, at least.
#[cfg(feature = "json-lines")]
const ZEROS: usize = 300;

/// JSON in which numbers such as `1e-400`, which would be read as 0, are the smallest there are.
#[cfg(feature = "json-lines")]
pub(super) fn kept(json: &str) -> Cow<'_, str> {
    // Without an exponent, it takes so many zeros.
    let is_long = json.len() > ZEROS && json.contains(&"0".repeat(ZEROS));
    if !is_long && !json.contains("e-") && !json.contains("E-") {
        return Cow::Borrowed(json);
    }
    let bytes = json.as_bytes();
    let (mut out, mut copied, mut at) = (String::new(), 0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = end_of_string(bytes, at),
            b'-' | b'0'..=b'9' => {
                let is_part =
                    |byte: &&u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
                let end = at + bytes[at..].iter().take_while(is_part).count();
                if is_lost(&json[at..end]) {
                    let digits = at + usize::from(bytes[at] == b'-');
                    out.push_str(&json[copied..digits]);
                    out.push_str(SMALLEST);
                    copied = end;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    match copied {
        0 => Cow::Borrowed(json),
        _ => Cow::Owned(out + &json[copied..]),
    }
}

/// Behind the quote that closes what one opens here.
#[cfg(feature = "json-lines")]
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

/// Whether a number that is no zero would be read as one.
fn is_lost(number: &str) -> bool {
    let mut mantissa = number.bytes().take_while(|byte| !byte.eq_ignore_ascii_case(&b'e'));
    mantissa.any(|byte| matches!(byte, b'1'..=b'9')) && number.parse() == Ok(0.0)
}

#[cfg(all(test, feature = "json-lines"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_zero_stays_none() {
        for (json, expected) in [
            (r#"{"a":1e-400,"b":-2.5E-999}"#, r#"{"a":5e-324,"b":-5e-324}"#),
            (
                r#"[{"a": 1e-300, "b": 0e-400, "c": 1e-400}]"#,
                r#"[{"a": 1e-300, "b": 0e-400, "c": 5e-324}]"#,
            ),
            (
                r#"{"1e-400":"1e-400","a\"1e-400":3,"ü":"x\\"}"#,
                r#"{"1e-400":"1e-400","a\"1e-400":3,"ü":"x\\"}"#,
            ),
            (r#"{"a":1e-,"b":"1e-400"#, r#"{"a":1e-,"b":"1e-400"#),
            (r#"{"a":"\"#, r#"{"a":"\"#),
        ] {
            assert_eq!(kept(json), expected);
        }
        let small = format!("{{\"a\":0.{}1}}", "0".repeat(400));
        assert_eq!(kept(&small), "{\"a\":5e-324}");
    }
}
