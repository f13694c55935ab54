//! What the columns of the table are.

use densely::prelude::*;
use densely::table::{ColumnSchema, Encoder};
use maud::html;

use super::{Section, Sectioned, Shown};
use crate::output::{counted, figure, short, thousands};
use crate::visible::visible;

/// Columns that have a line.
const LINES: usize = 60;

pub(super) fn section<T: Scalar>(shown: &Shown<'_, T>) -> Sectioned {
    let preparation = shown.run.predictor.preparation();
    let encoding = preparation.encoding();
    let columns = encoding.schema().columns();
    let encoder = |column: &ColumnSchema| {
        encoding.encoders().iter().find(|encoder| encoder.column == column.name)
    };
    let becomes = |column: &ColumnSchema| match (&column.left_out, encoder(column)) {
        (Some(reason), _) => format!("left out: {reason}"),
        (None, Some(of)) => becomes(&of.encoder),
        (None, None) => String::new(),
    };
    let lines = if shown.image.is_some() { 5 } else { LINES };
    let body = html! {
        p {
            (short(preparation.target_name())) " is predicted from "
            (counted(preparation.feature_names().len(), "feature")) ", preprocessed by "
            code { (preparation.pipeline()) } "."
        }
        div.wide { table {
            tr { th { "column" } th { "kind" } th { "becomes" } }
            @for column in columns.iter().take(lines) {
                tr {
                    th { (short(&column.name)) } td { (column.kind.name()) }
                    td { (visible(&becomes(column))) }
                }
            }
        } }
        @if columns.len() > lines { p.note { "And " (counted(columns.len() - lines, "more column")) "." } }
    };
    Ok(Section::new("The columns", body))
}

/// What is made of the cells of a column.
fn becomes(encoder: &Encoder) -> String {
    let others = |of: bool, what: &str| if of { format!(", {what}") } else { String::new() };
    match encoder {
        Encoder::Number(of) | Encoder::Boolean(of) => {
            let fill =
                of.fill.map_or_else(String::new, |fill| format!(", gaps are {}", figure(fill)));
            format!("a number{fill}{}", others(of.indicator, "and whether there is one"))
        }
        Encoder::Category(of) => format!(
            "{}{}{}",
            match of.values.len() {
                1 => "1 category".to_owned(),
                count => format!("{} categories", thousands(count)),
            },
            others(of.other, "others together"),
            others(of.missing, "gaps as one")
        ),
        Encoder::Time(of) => format!("{} of its time", counted(of.parts.len(), "part")),
    }
}
