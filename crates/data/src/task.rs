use std::collections::HashSet;

use crate::decimal::Decimal;
use crate::table::number;

/// What is to be learnt: to tell classes apart, or to predict real values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// The target is one of several classes.
    Classification,
    /// The target is a real number.
    Regression,
}

/// Integers with more distinct values than this are quantities rather than classes.
const MOST_INTEGER_CLASSES: usize = 20;

impl Task {
    /// The task that a target suggests: regression if the numbers among its cells include
    /// one that is not an integer, or more than 20 distinct ones; otherwise
    /// classification, as when no cell is a number.
    pub(crate) fn suggested_by<'a>(target: impl IntoIterator<Item = &'a str>) -> Self {
        let (mut seen, mut distinct) = (HashSet::new(), HashSet::new());
        let is_new = |cell: &&'a str| number(cell).is_some() && seen.insert(*cell);
        for number in target.into_iter().filter(is_new).filter_map(Decimal::parse) {
            let is_integer = number.is_integer();
            distinct.insert(number);
            if !is_integer || distinct.len() > MOST_INTEGER_CLASSES {
                return Self::Regression;
            }
        }
        Self::Classification
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggested(cells: impl IntoIterator<Item = String>) -> Task {
        let cells: Vec<String> = cells.into_iter().collect();
        Task::suggested_by(cells.iter().map(String::as_str))
    }

    #[test]
    fn few_integers_and_texts_are_classes() {
        use Task::{Classification, Regression};
        let integers = |count: i32| (0..count).map(|i| (3 * i - 7).to_string());
        assert_eq!(suggested(integers(20)), Classification);
        assert_eq!(suggested(integers(20).chain(integers(20))), Classification);
        assert_eq!(suggested(integers(21)), Regression);
        let both_zeros = (0..20).map(|i| i.to_string()).chain(["-0".to_owned()]);
        assert_eq!(suggested(both_zeros), Classification);
        assert_eq!(suggested(["1.0", "-0", "0", "2e0"].map(String::from)), Classification);
        // Of 21 numbers above 2⁵³, which as `f64` are 11.
        let large = |count: i64| (0..count).map(|i| ((1 << 53) + i).to_string());
        assert_eq!(suggested(large(20)), Classification);
        assert_eq!(suggested(large(21)), Regression);
        assert_eq!(suggested(["1", "2", "9007199254740993.5"].map(String::from)), Regression);
        assert_eq!(suggested(["1", "2", "2.5"].map(String::from)), Regression);
        assert_eq!(suggested((0..30).map(|i| format!("class {i}"))), Classification);
    }

    #[test]
    fn a_few_texts_do_not_make_a_quantity_a_class() {
        assert_eq!(suggested(["0.5", "unknown"].map(String::from)), Task::Regression);
        assert_eq!(suggested(["0", "1", "unknown"].map(String::from)), Task::Classification);
    }
}
