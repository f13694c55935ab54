//! How figures are written for people.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::Style;
use comfy_table::presets;
use comfy_table::{CellAlignment, Table};
use densely::models::Evaluation;
use densely::models::metrics::{Baseline, ConfusionMatrix};
use serde::Serialize;

use crate::error::{CliError, NO_WORDS};
use crate::visible::{is_hidden, visible};

/// `std::eprintln` that does not panic where there is nobody to tell: on a full disk, or to a
/// terminal that is gone.
macro_rules! tell {
    () => {
        $crate::output::to_stderr(format_args!(""))
    };
    ($($text:tt)*) => {
        $crate::output::to_stderr(format_args!($($text)*))
    };
}
pub(crate) use tell as eprintln;

/// Whether this process says nothing, since another one does.
static SILENT: AtomicBool = AtomicBool::new(false);

/// From now on this process says nothing.
pub(crate) fn silence() {
    SILENT.store(true, Ordering::Relaxed);
}

/// Whether it says something.
pub(crate) fn is_heard() -> bool {
    !SILENT.load(Ordering::Relaxed)
}

/// Writes a line to the standard error, if that is possible.
pub(crate) fn to_stderr(line: std::fmt::Arguments<'_>) {
    if !is_heard() {
        return;
    }
    let _ = anstream::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Prints one line of JSON. Names in it are anybody's: what a terminal would obey is escaped.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), CliError> {
    if !is_heard() {
        return Ok(());
    }
    let line = serde_json::to_string(value).map_err(std::io::Error::from)?;
    let mut shown = String::with_capacity(line.len());
    for character in line.chars() {
        match u32::from(character) {
            // All of these have four digits at most, and stand within strings.
            code if is_hidden(character) => shown += &format!("\\u{code:04x}"),
            _ => shown.push(character),
        }
    }
    Ok(writeln!(std::io::stdout(), "{shown}")?)
}

/// For what matters most in a line.
pub(crate) const BOLD: Style = Style::new().bold();
/// For what matters least.
pub(crate) const DIM: Style = Style::new().dimmed();

/// A table without lines, its columns aligned to the right but for the first.
pub(crate) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    for (i, column) in table.column_iter_mut().enumerate() {
        let side = if i == 0 { CellAlignment::Left } else { CellAlignment::Right };
        column.set_cell_alignment(side);
    }
    table
}

/// `12345` as `12,345`.
pub(crate) fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 example`, `2 examples`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    let plural = match (count, what.ends_with("ss")) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{} {what}{plural}", thousands(count))
}

/// With five significant digits, and no more than needed: `0.012346`, `1234.6`, `2.5`.
pub(crate) fn figure(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let magnitude = value.abs().log10().floor();
    if !(-5.0..9.0).contains(&magnitude) {
        return format!("{value:.4e}");
    }
    let decimals = (4.0 - magnitude).clamp(0.0, 9.0) as usize;
    format!("{value:.decimals$}")
}

pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// The first few names.
pub(crate) fn few(names: &[impl AsRef<str>]) -> String {
    const SHOWN: usize = 8;
    let first: Vec<_> = names.iter().take(SHOWN).map(|name| short(name.as_ref())).collect();
    let more = if names.len() > SHOWN { ", ..." } else { "" };
    format!("{}{more}", first.join(", "))
}

/// Which words were taken for gaps in a target, after how many rows have none; of classes also what to do.
pub(crate) fn taken_for_gaps(words: &[(String, usize)], are_classes: bool) -> String {
    const SHOWN: usize = 4;
    if words.is_empty() {
        return String::new();
    }
    let word =
        |(word, times): &(String, usize)| format!("`{}` {} times", short(word), thousands(*times));
    let shown: Vec<_> = words.iter().take(SHOWN).map(word).collect();
    let more = if words.len() > SHOWN { ", ..." } else { "" };
    let remedy = if are_classes { format!(": {NO_WORDS}") } else { String::new() };
    format!(" ({}{more}{remedy})", shown.join(", "))
}

/// A name, or its beginning.
pub(crate) fn short(name: &str) -> String {
    const SHOWN: usize = 60;
    match name.char_indices().nth(SHOWN) {
        None => visible(name).into_owned(),
        Some((end, _)) => format!("{}...", visible(&name[..end])),
    }
}

/// The metrics by name, in the order in which people want to see them.
pub(crate) fn metrics(evaluation: &Evaluation) -> Vec<(&'static str, f64)> {
    match *evaluation {
        Evaluation::Classification { loss, accuracy, .. } => {
            vec![("accuracy", accuracy), ("loss", loss)]
        }
        Evaluation::Regression { loss, r2, rmse, mae, .. } => {
            vec![("r2", r2), ("rmse", rmse), ("mae", mae), ("loss", loss)]
        }
        _ => vec![("loss", evaluation.loss())],
    }
}

/// The best that one answer for all examples could have, by name: the one class that most of them are of, or
/// their mean. It is of the examples that are judged, wherever they are: so an RMSE below that of the mean
/// is an R² above 0.
pub(crate) fn baseline(baseline: &Baseline) -> Vec<(&'static str, f64)> {
    match baseline {
        Baseline::Class { accuracy, .. } => vec![("baseline_accuracy", *accuracy)],
        Baseline::Mean(of) => vec![("baseline_rmse", of.rmse()), ("baseline_mae", of.mae())],
    }
}

/// A share of what there may be none of.
pub(crate) fn percent_of(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), percent)
}

/// Precision, recall and F1 of a class: none where nothing was taken for it, or nothing is of it.
pub(crate) fn shares(confusion: &ConfusionMatrix, class: usize) -> [Option<f64>; 3] {
    let (of, support) = (confusion.class(class), confusion.support(class));
    let predicted = confusion.predicted(class);
    [
        (predicted > 0).then_some(of.precision),
        (support > 0).then_some(of.recall),
        (predicted + support > 0).then_some(of.f1),
    ]
}

/// A metric as people write it. One is NaN where it is not defined, as R² of one example.
pub(crate) fn metric(name: &str, value: f64) -> String {
    if value.is_nan() {
        return "undefined".to_owned();
    }
    match name.trim_start_matches("baseline_") {
        "accuracy" | "precision" | "recall" | "f1" | "calibration_error" => percent(value),
        _ => figure(value),
    }
}

/// A metric's name as people write it.
pub(crate) fn metric_name(name: &str) -> &str {
    match name {
        "r2" => "R²",
        "rmse" => "RMSE",
        "mae" => "MAE",
        "f1" => "F1",
        "roc_auc" => "ROC AUC",
        "log_loss" => "log loss",
        "brier_score" => "Brier score",
        "calibration_error" => "calibration error",
        "baseline_accuracy" => "of always their most frequent class",
        "baseline_rmse" => "RMSE of always their mean",
        "baseline_mae" => "MAE of always their mean",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_five_digits() {
        let cases = [
            (0.0, "0"),
            (0.012_345_67, "0.012346"),
            (1234.567, "1234.6"),
            (123_456.7, "123457"),
            (1e-7, "1.0000e-7"),
            (-2.5, "-2.5000"),
            (f64::NAN, "NaN"),
        ];
        for (value, text) in cases {
            assert_eq!(figure(value), text);
        }
    }

    #[test]
    fn counts_are_readable() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(counted(1, "class"), "1 class");
        assert_eq!(counted(10, "class"), "10 classes");
        assert_eq!(counted(1797, "example"), "1,797 examples");
    }
}
