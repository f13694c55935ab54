//! Text of others in messages of ours.

/// At most this many characters of a text are shown.
const SHOWN: usize = 40;

/// A text as a message may show it: whole if it is short, otherwise its beginning.
///
/// ```
/// use densely_parts::shortened;
///
/// assert_eq!(shortened("relu"), "relu");
/// assert_eq!(shortened(&"x".repeat(1000)), format!("{}…", "x".repeat(40)));
/// ```
#[must_use]
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Names as a message lists them: the first 20, each shortened.
///
/// ```
/// use densely_parts::listed;
///
/// assert_eq!(listed(&["a".to_owned(), "b".to_owned()]), "`a`, `b`");
/// let many: Vec<String> = (0..25).map(|i| i.to_string()).collect();
/// assert!(listed(&many).ends_with("`19` and 5 more"));
/// ```
#[must_use]
pub fn listed(names: &[String]) -> String {
    const NAMES: usize = 20;
    let shown: Vec<_> =
        names.iter().take(NAMES).map(|name| format!("`{}`", shortened(name))).collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// A number with as many digits as tell it from any other, and an exponent rather than many zeros.
pub(crate) fn number(number: f64) -> String {
    let text = format!("{number:?}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        let text = "ß".repeat(SHOWN);
        assert_eq!(shortened(&text), text);
        assert_eq!(shortened(&format!("{text}ß")), format!("{text}…"));
    }

    #[test]
    fn numbers_are_short_and_are_read_back() {
        for (value, text) in [
            (0.1, "0.1"),
            (-2.0, "-2"),
            (1e300, "1e300"),
            (1e-300, "1e-300"),
            (f64::MAX, "1.7976931348623157e308"),
            (5e-324, "5e-324"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(number(value), text);
            assert!(value.is_nan() || text.parse() == Ok(value));
        }
    }
}
