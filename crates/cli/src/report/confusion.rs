//! What was taken for what.

use densely::prelude::*;
use maud::{Markup, html};

use super::{Section, Sectioned, Shown};
use crate::output::{self, counted, percent_of, short, thousands};
use densely::models::metrics::ConfusionMatrix;

/// Classes whose matrix can be read.
const MOST_CLASSES: usize = 20;
/// Classes, or mistakes, that have a line each.
const MOST_LINES: usize = 30;

pub(super) fn section<T: Scalar>(shown: &Shown<'_, T>) -> Sectioned {
    let (Some(names), Some(scores)) =
        (shown.run.predictor.preparation().class_names(), &shown.scores)
    else {
        return Ok(None);
    };
    let confusion = scores.confusion()?;
    let body = html! {
        @if names.len() <= MOST_CLASSES { (matrix(&confusion, names)) } @else { (mistakes(&confusion, names)) }
        (classes(&confusion, names))
    };
    Ok(Section::new("What was taken for what", body))
}

fn matrix(confusion: &ConfusionMatrix, names: &[String]) -> Markup {
    let classes = 0..names.len();
    // How dark a cell is: its share of the class.
    let cell = |label, predicted| {
        let count = confusion.count(label, predicted);
        let share = count as f64 / confusion.support(label).max(1) as f64;
        let kind = if label == predicted { "right" } else { "wrong" };
        html! {
            td.number.(kind) style=(format!("--share:{:.0}%", 100.0 * share)) {
                @if count == 0 { "·" } @else { (thousands(count)) }
            }
        }
    };
    html! {
        div.wide { table.confusion {
            tr { th { "is \\ taken for" } @for name in names { th.number { (short(name)) } } }
            @for label in classes.clone() {
                tr {
                    th { (short(&names[label])) }
                    @for predicted in classes.clone() { (cell(label, predicted)) }
                }
            }
        } }
    }
}

fn mistakes(confusion: &ConfusionMatrix, names: &[String]) -> Markup {
    let mistakes = confusion.mistakes();
    html! {
        div.wide { table {
            tr { th { "is" } th { "taken for" } th.number { "examples" } }
            @for &(label, predicted, count) in mistakes.iter().take(MOST_LINES) {
                tr {
                    td { (short(&names[label])) } td { (short(&names[predicted])) }
                    td.number { (thousands(count)) }
                }
            }
        } }
        @if mistakes.len() > MOST_LINES {
            p.note { "And " (counted(mistakes.len() - MOST_LINES, "more pair")) "." }
        }
    }
}

fn classes(confusion: &ConfusionMatrix, names: &[String]) -> Markup {
    html! {
        div.wide { table {
            tr {
                th { "class" } th.number { "examples" } th.number { "precision" }
                th.number { "recall" } th.number { "F1" }
            }
            @for (class, name) in names.iter().enumerate().take(MOST_LINES) {
                @let [precision, recall, f1] = output::shares(confusion, class);
                tr {
                    th { (short(name)) } td.number { (thousands(confusion.support(class))) }
                    td.number { (percent_of(precision)) } td.number { (percent_of(recall)) }
                    td.number { (percent_of(f1)) }
                }
            }
        } }
        @if names.len() > MOST_LINES {
            p.note {
                "And " (counted(names.len() - MOST_LINES, "more class"))
                ": " code { "densely evaluate --json" } " has all."
            }
        }
    }
}
