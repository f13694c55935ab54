//! Names with numbers in them.

use std::cmp::Ordering;

/// Compares texts as people do: `fc2` is before `fc10`.
pub(crate) fn natural(a: &str, b: &str) -> Ordering {
    parts(a).cmp(&parts(b)).then_with(|| a.cmp(b))
}

/// The same name with each number left out, and a line in front of it, so that names which differ only in numbers are equal:
/// `dense` and `dense_1`, too.
pub(crate) fn pattern(name: &str) -> String {
    parts(name).into_iter().map(|(text, _, _)| format!("{}#", text.trim_end_matches('_'))).collect()
}

/// Texts, each with the number behind it: its digits without zeros in front, shorter ones first.
fn parts(name: &str) -> Vec<(&str, usize, &str)> {
    let (mut rest, mut parts) = (name, Vec::new());
    while !rest.is_empty() {
        let digits = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (text, behind) = rest.split_at(digits);
        let end = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
        let number = behind[..end].trim_start_matches('0');
        parts.push((text, number.len(), number));
        rest = &behind[end..];
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_as_numbers() {
        let mut names = ["fc10", "fc2", "out", "a.1.b", "a.02.b", "fc", ""];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["", "a.1.b", "a.02.b", "fc", "fc2", "fc10", "out"]);
        assert_eq!(pattern("fc10.1"), pattern("fc2.33"));
        assert_eq!(pattern("dense"), pattern("dense_1"));
        assert_ne!(pattern("fc1"), pattern("out"));
        let mut names = ["dense_10", "dense_2", "dense"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["dense", "dense_2", "dense_10"]);
    }
}
