//! Which columns the model relies on.

use densely::data::Dataset;
use densely::models::{Importance, ModelError, PermutationImportance};
use densely::prelude::*;
use maud::html;

use super::{Run, Section, Sectioned, Shown};
use crate::commands::train::Judged;
use crate::error::CliError;
use crate::output::{counted, figure, metric, percent, short};

/// Permutations of each column, if there is time for them.
const REPEATS: usize = 5;
/// The share of the work of the training that it may take.
const SHARE: f64 = 0.02;
/// What it may take at least, in multiplications: about a millisecond.
const LEAST: f64 = (1 << 24) as f64;
/// Examples without which it would say nothing.
const EXAMPLES: usize = 25;
/// Columns that have a line.
const LINES: usize = 30;

/// What was measured, and on how much.
pub(super) struct Measured {
    columns: Vec<Importance>,
    examples: usize,
    repeats: usize,
}

impl Measured {
    /// The columns, those that matter most first.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.columns.len()).collect();
        order.sort_by(|&a, &b| self.columns[b].loss_rise.total_cmp(&self.columns[a].loss_rise));
        order
    }
}

/// Measures what there is time for: a share of the training's, counted by its multiplications, so
/// that the report is the same on every machine.
pub(super) fn measure<T: Scalar>(
    run: &Run<'_, T>,
    sample: &Judged,
) -> Result<Option<Measured>, CliError> {
    let parameters = run.predictor.model().parameters() as f64;
    let columns = run.predictor.preparation().encoding().encoders().len();
    // A step is as much work as three predictions.
    let training = 3.0 * (run.parts.train.len() * run.epochs.len()) as f64 * parameters;
    let passes = (SHARE * training).max(LEAST) / parameters / columns as f64;
    let examples = (passes as usize).min(sample.data.len());
    if examples < EXAMPLES.min(sample.data.len()) {
        return Ok(None);
    }
    let repeats = (passes as usize / examples).clamp(1, REPEATS);
    let some: Vec<usize>;
    let subset: Dataset<f64>;
    let data = match examples == sample.data.len() {
        true => &sample.data,
        false => {
            some = super::spread(sample.data.len(), examples);
            subset = sample.data.subset(&some).map_err(ModelError::from)?;
            &subset
        }
    };
    let of = PermutationImportance::new().repeats(repeats as u32).seed(run.seed);
    let columns = of.measure(run.predictor, data, run.threads)?;
    Ok(Some(Measured { columns, examples, repeats }))
}

pub(super) fn section<T: Scalar>(shown: &Shown<'_, T>) -> Sectioned {
    let Some(measured) = &shown.importance else {
        let body = html! { p { "There are too many columns to shuffle each in a short time." } };
        return Ok(Section::new("What the model looks at", body));
    };
    let columns = &measured.columns;
    let is_class = shown.judged.data.labels().is_some();
    let drop = |of: &Importance| {
        if is_class { percent(of.score_drop) } else { metric("r2", of.score_drop) }
    };
    let order = measured.order();
    let most = order.first().map_or(0.0, |&first| columns[first].loss_rise).max(f64::MIN_POSITIVE);
    let width =
        |of: &Importance| format!("--width:{:.1}%", 100.0 * (of.loss_rise / most).clamp(0.0, 1.0));
    let picture = shown.image.as_ref().filter(|image| image.features() == columns.len());
    let picture = picture.map(|image| {
        let rises: Vec<f64> = columns.iter().map(|of| of.loss_rise).collect();
        image.map(&rises)
    });
    let picture = picture.transpose()?;
    let lines = if picture.is_some() { 10 } else { LINES };
    let body = html! {
        p {
            "By how much the loss rises when a column is shuffled, on "
            (counted(measured.examples, &format!("{} example", shown.part))) ", "
            @if measured.repeats == 1 { "once" } @else { (measured.repeats) " times" }
            ". Columns that say the same may both have little."
        }
        @if let Some(picture) = picture { (picture) }
        div.wide { table.bars {
            tr {
                th { "column" } th { "" } th.number { "loss rises by" }
                @if measured.repeats > 1 { th.number { "±" } }
                th.number { @if is_class { "accuracy falls by" } @else { "R² falls by" } }
            }
            @for of in order.iter().take(lines).map(|&column| &columns[column]) {
                tr {
                    th { (short(&of.column)) }
                    td.bar { div style=(width(of)) {} }
                    td.number { (figure(of.loss_rise)) }
                    @if measured.repeats > 1 { td.number { (figure(of.deviation)) } }
                    td.number { (drop(of)) }
                }
            }
        } }
        @if order.len() > lines { p.note { "And " (counted(order.len() - lines, "more column")) "." } }
    };
    Ok(Section::new("What the model looks at", body))
}
