//! What the module calls and PyTorch has not, each written only if it is called.

use crate::source::names::calls;

/// Classes before the network's, and functions after it.
const FUNCTIONS: &str = include_str!("functions.py");

/// What some source calls, and what this calls: classes, and functions.
pub(super) fn used_by(source: &str) -> (String, String) {
    let mut all: Vec<(&str, bool)> =
        FUNCTIONS.trim().split("\n\n\n").map(|one| (one, false)).collect();
    let mut text = source.to_owned();
    while let Some((function, used)) =
        all.iter_mut().find(|(function, used)| !used && calls(&text, name(function)))
    {
        *used = true;
        text += function;
    }
    let (mut classes, mut functions) = (String::new(), String::new());
    for (function, _) in all.into_iter().filter(|(_, used)| *used) {
        let is_class = function.starts_with("class ");
        if is_class { &mut classes } else { &mut functions }.push_str(&format!("{function}\n\n\n"));
    }
    (classes, functions)
}

fn name(function: &str) -> &str {
    let from = function.find(' ').map_or(0, |at| at + 1);
    function[from..].split('(').next().unwrap_or_default()
}
