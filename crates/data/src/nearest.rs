/// The name most like `name`, if one differs from it only in case or by an edit or two.
pub(crate) fn nearest<'a>(name: &str, names: &'a [String]) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let allowed = (wanted.chars().count() / 3).min(2);
    names
        .iter()
        .map(|candidate| (edits(&wanted, &candidate.to_lowercase()), candidate.as_str()))
        .filter(|&(edits, _)| edits <= allowed)
        .min_by_key(|&(edits, _)| edits)
        .map(|(_, candidate)| candidate)
}

/// The least number of insertions, deletions and replacements of characters that turns
/// `a` into `b` (V. Levenshtein, 1966).
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    // row[j]: from the part of `a` seen so far to the first j characters of `b`.
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (a, b, count) in
            [("", "", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 2), ("ß", "s", 1)]
        {
            assert_eq!((edits(a, b), edits(b, a)), (count, count), "{a} {b}");
        }
    }

    #[test]
    fn only_similar_names_are_suggested() {
        let names = ["species", "Island", "sex"].map(String::from);
        assert_eq!(nearest("specie", &names), Some("species"));
        assert_eq!(nearest("SEX", &names), Some("sex"));
        assert_eq!(nearest("ilsand", &names), Some("Island"));
        assert_eq!(nearest("set", &names), Some("sex"));
        assert_eq!(nearest("colour", &names), None);
        assert_eq!(nearest("species of", &names), None);
        assert_eq!(nearest("", &names), None);
    }
}
