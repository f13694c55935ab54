use std::collections::{HashMap, HashSet};

use crate::decimal::Decimal;

/// The distinct cells, sorted: by value if all of them are finite numbers, otherwise by
/// character. Numbers of one value are one class, spelt as in its first cell.
pub(crate) fn sorted_classes<'a>(cells: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut distinct: Vec<&str> = cells.filter(|&cell| seen.insert(cell)).collect();
    let numbers = distinct.iter().map(|&cell| Some((Decimal::parse(cell)?, cell)));
    match numbers.collect::<Option<Vec<_>>>() {
        Some(mut numbers) => {
            // The sort keeps the order of equal keys.
            numbers.sort_by(|(a, _), (b, _)| a.cmp(b));
            numbers.dedup_by(|(a, _), (b, _)| a == b);
            numbers.into_iter().map(|(_, cell)| cell.to_owned()).collect()
        }
        None => {
            distinct.sort_unstable();
            distinct.into_iter().map(str::to_owned).collect()
        }
    }
}

/// The label of each cell: the position of its class in `classes`. If all classes are
/// finite numbers, `1.0` is of class `1`.
///
/// # Errors
/// The position of the first cell that is of no class.
pub(crate) fn labels<'a>(
    cells: impl Iterator<Item = &'a str>,
    classes: &[String],
) -> Result<Vec<usize>, usize> {
    let by_text: HashMap<&str, usize> =
        classes.iter().enumerate().map(|(label, class)| (class.as_str(), label)).collect();
    let by_value: HashMap<Decimal, usize> = classes
        .iter()
        .enumerate()
        .map(|(label, class)| Some((Decimal::parse(class)?, label)))
        .collect::<Option<_>>()
        .unwrap_or_default();
    let label = |cell| by_text.get(cell).or_else(|| by_value.get(&Decimal::parse(cell)?)).copied();
    cells.enumerate().map(|(example, cell)| label(cell).ok_or(example)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(cells: &[&str]) -> Vec<String> {
        sorted_classes(cells.iter().copied())
    }

    #[test]
    fn numbers_sort_by_value_and_texts_by_character() {
        assert_eq!(classes(&["10", "9", "-1", "9"]), ["-1", "9", "10"]);
        assert_eq!(classes(&["10", "9", "b", "B"]), ["10", "9", "B", "b"]);
    }

    #[test]
    fn numbers_of_one_value_are_one_class_and_texts_are_not() {
        assert_eq!(classes(&["1.0", "0", "1", "-0", "0.0"]), ["0", "1.0"]);
        assert_eq!(classes(&["1.0", "a", "1"]), ["1", "1.0", "a"]);
        let names = classes(&["1.0", "0"]);
        assert_eq!(labels(["1", "-0", "1.0", "1e0"].into_iter(), &names), Ok(vec![1, 0, 1, 1]));
        let texts = ["1", "a"].map(String::from);
        assert_eq!(labels(["a", "1", "1.0"].into_iter(), &texts), Err(2));
    }
    /// As `f64`, the first three are one, and the next two.
    #[test]
    fn numbers_that_differ_by_little_are_classes_of_their_own() {
        let cells = ["9007199254740993", "9007199254740992", "9007199254740992.5", "1e-400", "0"];
        let names = classes(&cells);
        assert_eq!(names, ["0", "1e-400", cells[1], cells[2], cells[0]]);
        assert_eq!(labels(cells.into_iter(), &names), Ok(vec![4, 2, 3, 1, 0]));
        let spelt = ["9007199254740993.0", "9.007199254740992e15", "+0.0000000000000001e-384"];
        assert_eq!(labels(spelt.into_iter(), &names), Ok(vec![4, 2, 1]));
        assert_eq!(labels(["9007199254740994"].into_iter(), &names), Err(0));
    }
}
