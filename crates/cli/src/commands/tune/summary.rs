//! What a person reads of a search, on the standard error.

use std::path::{Path, PathBuf};

use densely::models::{Fold, Influence, NetworkOptions, Search};
use densely::prelude::Scalar;

use super::running::JudgedBy;
use super::searched::Searched;
use super::{AT_A_TIME, CANDIDATES};
use crate::args::{Budget, TuneArgs};
use crate::commands::train::Raw;
use crate::input;
use crate::output::{
    BOLD, counted, eprintln, figure, metric, metric_name, percent, table, thousands,
};
use crate::shell::quoted;
use crate::signals::Signal;
use crate::visible::visible;

/// Trials that are shown.
const SHOWN: usize = 10;

/// What is going to be searched, on what.
pub(super) fn before<T: Scalar>(
    raw: &Raw<'_>,
    args: &TuneArgs,
    folds: &[Fold<T>],
    judged_by: JudgedBy,
) {
    let first = &folds[0];
    eprintln!("{BOLD}{}{BOLD:#}", visible(&raw.source()));
    let what = match args.budget {
        Some(Budget(time)) => {
            format!("{} s, {} candidates at a time", time.as_secs_f64(), AT_A_TIME)
        }
        None => counted(args.trials.unwrap_or(CANDIDATES), "candidate"),
    };
    eprintln!(
        "  search   {what}, ranked by {}, on {}, the first of {} to learn from and {} held out",
        metric_name(judged_by.name()),
        counted(folds.len(), "fold"),
        thousands(first.train.len()),
        thousands(first.held_out.len()),
    );
}

/// The best trials, and what mattered.
pub(super) fn after(
    found: &Search<NetworkOptions>,
    searched: &Searched,
    influences: &[Influence],
    judged_by: JudgedBy,
) {
    let ranking = found.ranking();
    let failed = ranking.iter().filter(|trial| trial.scores.is_err()).count();
    let names: Vec<String> =
        searched.options(&ranking[0].options).into_iter().map(|(name, _)| name).collect();
    let score = match ranking[0].scores.as_ref().map(|scores| scores.folds()[0]) {
        Ok(densely::models::Evaluation::Classification { .. }) => "accuracy",
        _ => "r2",
    };
    let header = ["trial", metric_name(score), "±", "loss", "epochs"];
    let header: Vec<&str> = header.into_iter().chain(names.iter().map(String::as_str)).collect();
    let mut best = table(&header);
    for trial in ranking.iter().take(SHOWN) {
        let Ok(scores) = &trial.scores else { continue };
        let figures = [
            trial.number.to_string(),
            metric(score, scores.mean()),
            metric(score, scores.standard_deviation()),
            figure(scores.mean_loss()),
            scores.epochs()[0].to_string(),
        ];
        let options = searched.options(&trial.options).into_iter();
        let options = options.map(|(_, value)| short(&value));
        best.add_row(figures.into_iter().chain(options));
    }
    eprintln!();
    for line in best.lines() {
        eprintln!("           {}", line.trim_end());
    }
    let failed = match failed {
        0 => String::new(),
        failed => format!("; {} could not be trained", thousands(failed)),
    };
    eprintln!(
        "           the best of {}: those that were trained longest, and of these by {}{failed}",
        counted(ranking.len(), "trial"),
        metric_name(judged_by.name())
    );
    let shares: Vec<String> = influences
        .iter()
        .filter(|influence| influence.share > 0.0)
        .map(|influence| format!("{} {}", influence.option, percent(influence.share)))
        .collect();
    if !shares.is_empty() {
        eprintln!("  mattered {} of what differs between the trials", shares.join(", "));
    }
    eprintln!();
}

/// A number with three digits, of one that was drawn; others as they are.
fn short(value: &str) -> String {
    match value.parse::<f64>() {
        Ok(number) if value.len() > 8 => {
            format!("{:?}", format!("{number:.2e}").parse().unwrap_or(number))
        }
        _ => value.to_owned(),
    }
}

/// That a signal ended the search, and what is left of it.
pub(super) fn stopped(signal: Signal, results: usize, folder: &Path, data: &[PathBuf]) {
    eprintln!(
        "  stopped  by {}; {} kept in {BOLD}{}{BOLD:#}",
        signal.name(),
        counted(results, "result"),
        visible(&folder.display().to_string()),
    );
    let how = format!("densely tune --resume --out {}{}", quoted(folder), input::again(data));
    eprintln!("           it goes on with: {}", visible(&how));
}
