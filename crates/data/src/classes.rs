use std::collections::{HashMap, HashSet};

use crate::decimal::Decimal;

/// What tells the label of a cell from others.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Label<'a> {
    Number(Decimal),
    Text(&'a str),
}

impl<'a> Label<'a> {
    /// A number, if it is written as one. That of `007` is a code, which is text: numbers have
    /// no zeros before them.
    fn new(cell: &'a str) -> Self {
        let mut digits = cell.trim_start_matches(['+', '-']).bytes();
        let is_code =
            digits.next() == Some(b'0') && digits.next().is_some_and(|next| next.is_ascii_digit());
        match Decimal::parse(cell) {
            Some(number) if !is_code => Self::Number(number),
            _ => Self::Text(cell),
        }
    }
}

/// The classes of the cells, spelt as in their first cells, and sorted: by value if all are
/// numbers, otherwise by character.
pub(crate) fn sorted_classes<'a>(cells: impl Iterator<Item = &'a str>) -> Vec<String> {
    let (mut texts, mut labels) = (HashSet::new(), HashSet::new());
    let is_new = |cell: &&'a str| texts.insert(*cell) && labels.insert(Label::new(cell));
    let mut classes: Vec<&str> = cells.filter(is_new).collect();
    let numbers = classes.iter().map(|&class| match Label::new(class) {
        Label::Number(number) => Some((number, class)),
        Label::Text(_) => None,
    });
    match numbers.collect::<Option<Vec<_>>>() {
        Some(mut numbers) => {
            numbers.sort_by(|(a, _), (b, _)| a.cmp(b));
            classes = numbers.into_iter().map(|(_, class)| class).collect();
        }
        None => classes.sort_unstable(),
    }
    classes.into_iter().map(str::to_owned).collect()
}

/// The classes of cells, by the positions of their names.
pub(crate) struct Classes<'a> {
    by_text: HashMap<&'a str, usize>,
    by_label: HashMap<Label<'a>, usize>,
}

impl<'a> Classes<'a> {
    pub(crate) fn new(names: &'a [String]) -> Self {
        let names = || names.iter().map(String::as_str).enumerate();
        Self {
            by_text: names().map(|(class, name)| (name, class)).collect(),
            by_label: names().map(|(class, name)| (Label::new(name), class)).collect(),
        }
    }

    /// That of a cell; `None` if there is none.
    pub(crate) fn of(&self, cell: &str) -> Option<usize> {
        self.by_text.get(cell).or_else(|| self.by_label.get(&Label::new(cell))).copied()
    }

    /// Whether a class has exactly this name.
    pub(crate) fn is_name(&self, cell: &str) -> bool {
        self.by_text.contains_key(cell)
    }
}

/// The label of each cell: the position of its class in `classes`.
///
/// # Errors
/// The position of the first cell that is of no class.
pub(crate) fn labels<'a>(
    cells: impl Iterator<Item = &'a str>,
    classes: &[String],
) -> Result<Vec<usize>, usize> {
    let classes = Classes::new(classes);
    cells.enumerate().map(|(example, cell)| classes.of(cell).ok_or(example)).collect()
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
        let names = classes(&["1.0", "0"]);
        assert_eq!(labels(["1", "-0", "1.0", "1e0"].into_iter(), &names), Ok(vec![1, 0, 1, 1]));
    }

    /// Whatever other labels there are.
    #[test]
    fn a_number_is_one_class_beside_texts_too() {
        assert_eq!(classes(&["1.0", "a", "1", "A"]), ["1.0", "A", "a"]);
        let texts = ["1", "a"].map(String::from);
        assert_eq!(labels(["a", "1", "1.0"].into_iter(), &texts), Ok(vec![1, 0, 0]));
        assert_eq!(labels(["a", "A"].into_iter(), &texts), Err(1));
    }

    #[test]
    fn numbers_with_zeros_before_them_are_texts() {
        assert_eq!(classes(&["7", "007", "07", "7.0"]), ["007", "07", "7"]);
        assert_eq!(
            classes(&["00", "0", "-01", "-1", "0.5", ".5"]),
            ["-01", "-1", "0", "0.5", "00"]
        );
        let names = ["007", "7"].map(String::from);
        assert_eq!(labels(["7", "007", "+7", "7e0"].into_iter(), &names), Ok(vec![1, 0, 1, 1]));
        assert_eq!(labels(["07"].into_iter(), &names), Err(0));
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
