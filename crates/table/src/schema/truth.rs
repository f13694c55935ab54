/// Words for truth values, in small letters: for false, and for true.
const WORDS: [(&str, &str); 6] =
    [("false", "true"), ("no", "yes"), ("f", "t"), ("n", "y"), ("off", "on"), ("0", "1")];

/// The truth value that a text is.
pub(crate) fn truth_of(text: &str) -> Option<bool> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    WORDS.iter().find_map(|(no, yes)| is(no).then_some(false).or_else(|| is(yes).then_some(true)))
}

/// Whether these are a word for false and one for true, in the same manner.
pub(crate) fn are_truths(a: &str, b: &str) -> bool {
    let is = |text: &str, word: &str| text.eq_ignore_ascii_case(word);
    WORDS.iter().any(|(no, yes)| (is(a, no) && is(b, yes)) || (is(a, yes) && is(b, no)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_in_pairs() {
        assert_eq!(
            [truth_of("TRUE"), truth_of("n"), truth_of("maybe")],
            [Some(true), Some(false), None]
        );
        assert!(
            are_truths("Yes", "no") && !are_truths("yes", "false") && !are_truths("yes", "Yes")
        );
    }
}
