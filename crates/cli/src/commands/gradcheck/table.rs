use anstyle::{AnsiColor, Style};
use densely_gradcheck::{Check, Report, Row};

use super::bar::bar;
use super::{Checked, Section};
use crate::output::{BOLD, DIM, eprintln};

/// The checks that have an error to show; of several, the last is drawn as a bar.
const COLUMNS: [(Check, &str); 3] = [
    (Check::DualNumbers, "dual numbers"),
    (Check::Differences, "differences"),
    (Check::Rule, "rule"),
];

const RIGHT: Style = AnsiColor::Green.on_default();
const WRONG: Style = AnsiColor::Red.on_default().bold();

/// A gradient: the largest errors by each of the columns, and whether **all** checks of it
/// passed.
pub(super) struct Line {
    target: String,
    errors: [Option<(f64, f64)>; COLUMNS.len()],
    passed: bool,
}

/// The gradients of one thing.
pub(super) fn lines(checked: &Checked) -> Vec<Line> {
    let report = checked.report();
    let mut lines: Vec<Line> = Vec::new();
    for row in report.rows() {
        let column = COLUMNS.iter().position(|&(check, _)| check == row.check);
        let column = column.filter(|_| !matches!(&*row.target, "output" | "loss" | "f"));
        let target = name(report, row);
        match lines.iter_mut().find(|line| line.target == target) {
            Some(line) => line.add(row, column),
            None if column.is_none() && row.passed() => {}
            None => {
                let mut line = Line::new(target);
                line.add(row, column);
                lines.push(line);
            }
        }
    }
    if lines.is_empty() {
        // A whole, whose parts have lines of their own: along a random direction, unless there
        // was a kink in it each time.
        let mut whole = Line::new("all");
        for row in report.rows() {
            whole.add(row, (row.check == Check::Adjoint).then_some(1));
        }
        lines.push(whole);
    }
    lines
}

impl Line {
    pub(super) fn passed(&self) -> bool {
        self.passed
    }

    fn new(target: &str) -> Self {
        Self { target: target.to_owned(), errors: [None; COLUMNS.len()], passed: true }
    }

    fn add(&mut self, row: &Row, column: Option<usize>) {
        self.passed &= row.passed();
        if let Some(column) = column {
            let (before, _) = self.errors[column].unwrap_or((0.0, 0.0));
            // A NaN is the worst of all.
            let error = if before >= row.error { before } else { row.error };
            self.errors[column] = Some((error, row.tolerance));
        }
    }
}

/// What a line is called. The gradient of the input of an activation is its derivative, and
/// the step of an optimiser is the same for all parameters.
fn name<'a>(report: &Report, row: &'a Row) -> &'a str {
    match row.check {
        Check::Rule => "step",
        _ if row.target == "input" && report.rows().iter().any(|row| row.target == "f'") => "f'",
        _ => &row.target,
    }
}

/// Prints a section to the standard error.
pub(super) fn print(section: &Section) {
    for line in text(section) {
        eprintln!("{line}");
    }
}

pub(super) fn text(section: &Section) -> Vec<String> {
    let all: Vec<_> =
        section.checked.iter().map(|checked| (&*checked.name, lines(checked))).collect();
    let width = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
    let names = width(&mut all.iter().map(|(name, _)| name.chars().count()));
    let lines = || all.iter().flat_map(|(_, lines)| lines);
    let targets = width(&mut lines().map(|line| line.target.chars().count()));
    // Only the columns that there are.
    let tolerance = |column: usize| lines().find_map(|line| line.errors[column]).map(|e| e.1);
    let columns: Vec<_> =
        (0..COLUMNS.len()).filter_map(|column| Some((column, tolerance(column)?))).collect();

    let mut header = " ".repeat(names + 2 + targets);
    let mut allowed = header.clone();
    for &(column, tolerance) in &columns {
        header.push_str(&format!("  {:>12}", COLUMNS[column].1));
        allowed.push_str(&format!("  {:>12}", format!("≤ {tolerance:.0e}")));
    }
    let title = format!("{BOLD}{}{BOLD:#}", section.title);
    let mut text = vec![title, header, format!("{DIM}{allowed}{DIM:#}")];
    for (name, lines) in &all {
        for (index, line) in lines.iter().enumerate() {
            let name = if index == 0 { name } else { "" };
            let target = &line.target;
            let mut row = format!("{name:names$}  {target:targets$}");
            for &(column, _) in &columns {
                let error = line.errors[column].map_or(String::new(), |(error, _)| figure(error));
                row.push_str(&format!("  {error:>12}"));
            }
            let drawn = line.errors.iter().rev().find_map(|error| *error);
            let bar = drawn.map_or(String::new(), |(error, tolerance)| bar(error, tolerance));
            let (style, verdict) = if line.passed { (RIGHT, "ok") } else { (WRONG, "WRONG") };
            row.push_str(&format!("  {style}{bar:17}  {verdict}{style:#}"));
            text.push(row);
        }
    }
    text.push(String::new());
    text
}

fn figure(error: f64) -> String {
    if error == 0.0 { "0".to_owned() } else { format!("{error:.1e}") }
}
