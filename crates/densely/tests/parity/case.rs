//! The files of cases: blocks of lines `key: value`.

use std::collections::BTreeMap;

use densely::prelude::Mat;

/// One block of a file.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    lines: BTreeMap<&'static str, String>,
}

/// The cases of a file.
pub(crate) fn cases(file: &'static str) -> Vec<Case> {
    let blocks = file.split("\n\n").skip(1);
    let line = |line: &'static str| line.split_once(": ").unwrap();
    let entry = |(key, value): (&'static str, &str)| (key, value.to_owned());
    blocks.map(|block| Case { lines: block.lines().map(line).map(entry).collect() }).collect()
}

impl Case {
    /// What stands behind `key`; `None` if it is not there.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.lines.get(key).map(String::as_str)
    }

    /// What stands behind `key`.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.get(key).unwrap_or_else(|| panic!("{}: no {key}", self.name()))
    }

    /// What the case is about.
    pub(crate) fn name(&self) -> &str {
        &self.lines["case"]
    }

    /// The numbers behind `key`; none if it is not there.
    pub(crate) fn numbers(&self, key: &str) -> Vec<f64> {
        numbers(self.get(key).unwrap_or_default())
    }

    /// The numbers behind `key` as columns of so many, one after the other: examples.
    pub(crate) fn columns(&self, rows: usize, key: &str) -> Mat<f64> {
        let values = self.numbers(key);
        Mat::from_fn(rows, values.len() / rows, |i, j| values[j * rows + i])
    }

    /// The same with another text behind `key`.
    pub(crate) fn with(&self, key: &'static str, text: String) -> Self {
        let mut other = self.clone();
        other.lines.insert(key, text);
        other
    }
}

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

/// A type and its options, each with its numbers: `sgd 0.1 | momentum 0.9`.
pub(crate) fn parts(text: &str) -> Vec<(&str, Vec<f64>)> {
    let part = |part| <str>::split_once(part, ' ').unwrap_or((part, ""));
    text.split(" | ").map(part).map(|(name, rest)| (name, numbers(rest))).collect()
}
