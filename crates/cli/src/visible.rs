use std::borrow::Cow;
use std::fmt::Write;

/// Text that comes from a file, as it may be shown to people: in one line, and without what a
/// terminal would obey. Names of columns and classes are anybody's.
///
/// Control characters, those that change the direction of the text, and ends of lines are
/// written as in Rust: `\n`, `\u{1b}`.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' => shown.extend(character.escape_default()),
            hidden if is_hidden(hidden) => {
                // Writing to a string does not fail.
                let _ = write!(shown, "{}", hidden.escape_unicode());
            }
            other => shown.push(other),
        }
    }
    Cow::Owned(shown)
}

/// What is not seen, and changes how the rest is; a joiner of emoji is left as it is.
pub(crate) fn is_hidden(character: char) -> bool {
    let bidirectional = matches!(character, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let line_ends = matches!(character, '\u{2028}' | '\u{2029}');
    character.is_control()
        || bidirectional
        || line_ends
        || matches!(character, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in ["", "länge", "a b", "価格", "שלום", "\\n", "👩‍🔬", "naïve – “quoted”"]
        {
            assert!(matches!(visible(name), Cow::Borrowed(shown) if shown == name), "{name}");
        }
    }

    #[test]
    fn what_a_terminal_would_obey_is_spelt_out() {
        for (name, shown) in [
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("a\nb\rc\td", "a\\nb\\rc\\td"),
            ("\u{7}\u{8}\u{0}\u{7f}", "\\u{7}\\u{8}\\u{0}\\u{7f}"),
            ("gpj.\u{202e}exe", "gpj.\\u{202e}exe"),
            ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
            ("a\u{2028}b", "a\\u{2028}b"),
        ] {
            assert_eq!(visible(name), shown);
        }
    }
}
