//! What was learnt, against what can be had without a model.

use densely::models::metrics::Baseline;
use densely::prelude::*;
use maud::html;

use super::{Section, Sectioned, Shown};
use crate::epoch_line::EpochLine;
use crate::output::{self, counted, figure, metric, metric_name, percent, short};
use crate::targets::Targets;
use crate::visible::visible;

pub(super) fn section<T: Scalar>(shown: &Shown<'_, T>) -> Sectioned {
    let (run, judged) = (shown.run, shown.judged);
    let (evaluation, of_outputs) = match &run.tested {
        Some(tested) if shown.part == "test" && judged.stored.is_none() => tested.clone(),
        _ => run.predictor.judge_prepared(&judged.data, &judged.target, run.threads)?,
    };
    let baseline = Baseline::new(&judged.target, &judged.target)?;
    let examples = counted(judged.data.len(), &format!("{} example", shown.part));
    let of_all = judged.stored.is_none();
    let examples = if of_all { examples } else { format!("a sample of {examples}") };
    let names = run.predictor.preparation().output_names();
    let targets = Targets::of(names, &baseline, of_outputs.as_ref());
    let sentence = match (&evaluation, &baseline) {
        (Evaluation::Classification { accuracy, .. }, Baseline::Class { class, accuracy: of }) => {
            format!(
                "{} of {examples} are right. Always {}, their most frequent class, would be for {}.",
                percent(*accuracy),
                short(&names[*class]),
                percent(*of)
            )
        }
        (Evaluation::Regression { r2, rmse, .. }, Baseline::Mean(of)) => format!(
            "R² is {} on {examples}, with errors of {} (root of the mean square). Always their mean \
             would have {}.",
            metric("r2", *r2),
            figure(*rmse),
            figure(of.rmse())
        ),
        _ => format!("The loss is {} on {examples}.", figure(evaluation.loss())),
    };
    let results = &run.provenance.results;
    let metrics: Vec<&str> = output::metrics(&evaluation).iter().map(|&(name, _)| name).collect();
    let result = |part: &str, name: &str| results.get(&format!("{part}_{name}"))?.parse().ok();
    let row = |part: &'static str| -> Option<(&'static str, Vec<String>)> {
        let cells = metrics.iter().map(|name| Some(metric(name, result(part, name)?)));
        cells.collect::<Option<_>>().map(|cells| (part, cells))
    };
    let mut rows: Vec<_> = ["train", "validation", "test"].into_iter().filter_map(row).collect();
    let was_stopped = rows.is_empty();
    // What was not evaluated when the training was stopped.
    for (name, part) in run.parts.named().filter(|_| was_stopped) {
        let (evaluation, _) = part.judge(run.predictor, run.threads)?;
        let cells = output::metrics(&evaluation).into_iter();
        rows.push((name, cells.map(|(name, value)| metric(name, value)).collect()));
    }
    let part = run.parts;
    let findings = run.epochs.last().map_or(&[][..], |last| &last.findings);
    let kept = EpochLine::kept(run.epochs).map(|kept| kept.epoch);
    let body = html! {
        p.headline { (sentence) }
        @if !rows.is_empty() {
            div.wide { table {
                tr { th { "" } @for name in &metrics { th.number { (metric_name(name)) } } }
                @for (part, cells) in &rows {
                    tr { th { (part) } @for cell in cells { td.number { (cell) } } }
                }
            } }
        }
        @if !targets.is_empty() {
            p { "Of each target, on the same examples:" }
            div.wide { table {
                tr { th { "" } @for name in Targets::header() { th.number { (name) } } }
                @for (target, cells) in targets.rows() {
                    tr { th { (short(target)) } @for cell in cells { td.number { (cell) } } }
                }
            } }
        }
        p {
            (counted(part.train.len(), "example")) " to train"
            @if let Some(validation) = &part.validation {
                ", " (output::thousands(validation.len())) " to validate"
            }
            @if let Some(test) = &part.test { ", " (output::thousands(test.len())) " to test" }
            "; " (counted(run.predictor.model().parameters(), "parameter"))
            @if let (Some(last), Some(kept)) = (run.epochs.last(), kept) {
                "; " (counted(last.epoch, "epoch")) ", the weights of epoch " (kept) " are kept"
            }
            "."
        }
        @if was_stopped && run.epochs.last().is_none_or(|last| last.diverged.is_none()) {
            p.finding { "The training was stopped before its end." }
        }
        @if let Some(diverged) = run.epochs.last().and_then(|last| last.diverged.as_ref()) {
            p.finding { (visible(diverged)) }
        }
        @for finding in findings { p.finding { (visible(finding)) } }
    };
    Ok(Section::new("What was learnt", body))
}
