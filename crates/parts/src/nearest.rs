/// The name most like `name`, if one differs from it only in case or by an edit or two.
///
/// For "did you mean", in any message. The time is that of reading the names once.
///
/// ```
/// use densely_parts::nearest;
///
/// assert_eq!(nearest("leeky-relu", ["relu", "leaky-relu"]), Some("leaky-relu"));
/// assert_eq!(nearest("softmax", ["relu", "leaky-relu"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    let allowed = (wanted.len() / 3).min(MOST_EDITS);
    let mut candidate: Vec<char> = Vec::new();
    let edits = names.into_iter().filter_map(|name| {
        candidate.clear();
        candidate.extend(name.chars().flat_map(char::to_lowercase));
        Some((edits(&wanted, &candidate, allowed)?, name))
    });
    edits.min_by_key(|&(edits, _)| edits).map(|(_, name)| name)
}

/// Names with more differences are not alike.
const MOST_EDITS: usize = 2;

/// The least number of insertions, deletions and replacements of characters (V. Levenshtein, 1966), and of
/// swaps of neighbours none of which is edited again (F. Damerau, 1964), that turns `a` into `b`;
/// `None` if there are more than `allowed`, at most [`MOST_EDITS`].
///
/// Of the matrix of edits between beginnings of `a` and of `b`, only the cells by the diagonal
/// can be below that (E. Ukkonen, 1985).
fn edits(a: &[char], b: &[char], allowed: usize) -> Option<usize> {
    const MANY: usize = MOST_EDITS + 1;
    const BAND: usize = 2 * MOST_EDITS + 1;
    if a.len().abs_diff(b.len()) > allowed {
        return None;
    }
    // band[k]: from the part of `a` seen so far, i characters, to the first i + k − MOST_EDITS
    // of `b`; MANY stands for all that is more than allowed.
    let mut band = [MANY; BAND];
    for k in MOST_EDITS..BAND {
        band[k] = k - MOST_EDITS;
    }
    // The same of one character less.
    let mut before = [MANY; BAND];
    for (i, from) in a.iter().enumerate() {
        let mut next = [MANY; BAND];
        for k in 0..BAND {
            let Some(j) = (i + 1 + k).checked_sub(MOST_EDITS).filter(|&j| j <= b.len()) else {
                continue;
            };
            let replaced = match j.checked_sub(1) {
                None => MANY,
                Some(last) => band[k] + usize::from(*from != b[last]),
            };
            let inserted = if k == 0 { MANY } else { next[k - 1] + 1 };
            let deleted = if k == BAND - 1 { MANY } else { band[k + 1] + 1 };
            let is_swap = i > 0 && j > 1 && a[i - 1] == b[j - 1] && *from == b[j - 2];
            let swapped = if is_swap { before[k] + 1 } else { MANY };
            next[k] = replaced.min(inserted).min(deleted).min(swapped).min(MANY);
        }
        before = band;
        band = next;
        if band.iter().all(|&edits| edits > allowed) {
            return None;
        }
    }
    let last = (b.len() + MOST_EDITS).checked_sub(a.len())?;
    band.get(last).copied().filter(|&edits| edits <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(a: &str, b: &str, allowed: usize) -> Option<usize> {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        edits(&chars(a), &chars(b), allowed)
    }

    /// The whole matrix.
    fn all_edits(a: &str, b: &str) -> usize {
        let b: Vec<char> = b.chars().collect();
        let a: Vec<char> = a.chars().collect();
        let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
        for i in 1..=a.len() {
            let mut row = vec![i];
            for j in 1..=b.len() {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
                if i > 1 && j > 1 && a[i - 2] == b[j - 1] && a[i - 1] == b[j - 2] {
                    least = least.min(rows[i - 2][j - 2] + 1);
                }
                row.push(least);
            }
            rows.push(row);
        }
        rows[a.len()][b.len()]
    }

    #[test]
    fn edits_are_counted() {
        for (a, b, count) in
            [("", "", 0), ("", "ab", 2), ("kitten", "mitte", 2), ("ab", "ba", 1), ("ß", "s", 1)]
        {
            assert_eq!((counted(a, b, 2), counted(b, a, 2)), (Some(count), Some(count)), "{a} {b}");
        }
        assert_eq!((counted("", "abc", 2), counted("kitten", "sitting", 2)), (None, None));
        assert_eq!(counted("ca", "abc", 2), None, "what was swapped is not edited again");
    }

    /// All words of up to five of two letters.
    #[test]
    fn few_edits_are_those_of_the_whole_matrix() {
        let words: Vec<String> = (0..6_u32)
            .flat_map(|len| (0..1 << len).map(move |bits| (len, bits)))
            .map(|(len, bits)| {
                (0..len).map(|i| if bits >> i & 1 == 1 { 'x' } else { 'y' }).collect()
            })
            .collect();
        for a in &words {
            for b in &words {
                for allowed in 0..=2 {
                    let expected = Some(all_edits(a, b)).filter(|&edits| edits <= allowed);
                    assert_eq!(counted(a, b, allowed), expected, "{a} {b} {allowed}");
                }
            }
        }
    }

    /// A matrix of a million times a million would take hours.
    #[test]
    fn long_names_and_many_take_no_longer_than_to_read_them() {
        let long = "x".repeat(1_000_000);
        let typed = format!("{}y{}", &long[1..500_000], &long[500_000..]);
        assert_eq!(nearest(&typed, [long.as_str()]), Some(long.as_str()));
        assert_eq!(nearest(&typed, ["y".repeat(1_000_000).as_str()]), None);
        let many: Vec<String> = (0..1_000_000).map(|i| format!("column {i}")).collect();
        let many = || many.iter().map(String::as_str);
        assert_eq!(nearest("colum 123456", many()), Some("column 123456"));
        assert_eq!(nearest("another name", many()), None);
    }

    #[test]
    fn only_similar_names_are_suggested() {
        let nearest = |name| nearest(name, ["species", "Island", "sex"]);
        assert_eq!(nearest("specie"), Some("species"));
        assert_eq!(nearest("SEX"), Some("sex"));
        assert_eq!(nearest("ilsand"), Some("Island"));
        assert_eq!(nearest("set"), Some("sex"));
        assert_eq!(nearest("sxe"), Some("sex"));
        assert_eq!(nearest("colour"), None);
        assert_eq!(nearest("species of"), None);
        assert_eq!(nearest(""), None);
    }
}
