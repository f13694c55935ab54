use std::collections::HashSet;

/// What no identifier may be: keywords of Rust and C, and macros that old compilers define.
const RESERVED: &str = " abstract alignas alignof as async auto await become bool box break case char const \
    constexpr continue crate default do double dyn else enum extern false final float fn for gen goto if impl in \
    inline int let linux loop long macro match mod move mut nullptr override priv pub ref register restrict return \
    self Self short signed sizeof static struct super switch trait true try type typedef typeof unix union \
    unsafe unsigned unsized use virtual void volatile where while yield ";

/// Identifiers that are safe in Rust and C, each of them once.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// With some that are taken.
    pub(super) fn without(taken: &[&str]) -> Self {
        Self(taken.iter().map(|&name| name.to_owned()).collect())
    }

    /// `bill_length` for "Bill length (mm)", as near as identifiers come to it.
    pub(super) fn snake(&mut self, text: &str) -> String {
        let name = words(text).join("_").to_lowercase();
        self.unique(name, "_", "column")
    }

    /// `BillLength`.
    pub(super) fn camel(&mut self, text: &str) -> String {
        let upper = |word: String| word[..1].to_uppercase() + &word[1..].to_lowercase();
        let name = words(text).into_iter().map(upper).collect();
        self.unique(name, "", "Value")
    }

    fn unique(&mut self, name: String, between: &str, empty: &str) -> String {
        let name = match name.bytes().next() {
            None => empty.to_owned(),
            Some(first) if first.is_ascii_digit() => format!("{empty}{between}{name}"),
            Some(_) => name,
        };
        let is_reserved = RESERVED.contains(&format!(" {name} "));
        let name = if is_reserved { name + "_" } else { name };
        let more = (2_usize..).map(|count| format!("{name}{between}{count}"));
        let mut all = std::iter::once(name.clone()).chain(more);
        let free = all.find(|name| !self.0.contains(name)).unwrap_or(name);
        self.0.insert(free.clone());
        free
    }
}

/// The words of a text, of ASCII letters and digits.
fn words(text: &str) -> Vec<String> {
    let parts = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    parts.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether a function is called somewhere, and not only as a method or where it is defined.
pub(super) fn calls(text: &str, name: &str) -> bool {
    text.match_indices(&format!("{name}(")).any(|(at, _)| {
        let before = text[..at].bytes().next_back().unwrap_or(b' ');
        let is_longer = before.is_ascii_alphanumeric() || matches!(before, b'_' | b'.');
        !(is_longer || text[..at].ends_with("fn "))
    })
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn identifiers_are_safe_and_each_of_them_once() {
        let mut names = Names::default();
        let snake = ["Bill length (mm)", "bill-length mm", "2nd", "type", "", "é", "LINUX"];
        assert_eq!(
            snake.map(|text| names.snake(text)),
            [
                "bill_length_mm",
                "bill_length_mm_2",
                "column_2nd",
                "type_",
                "column",
                "column_2",
                "linux_"
            ]
        );
        let mut names = Names::without(&["Other"]);
        let camel = ["other", "fig */ dried", "3", "self", "-", "A b", "aB"];
        assert_eq!(
            camel.map(|text| names.camel(text)),
            ["Other2", "FigDried", "Value3", "Self_", "Value", "AB", "Ab"]
        );
    }
}
