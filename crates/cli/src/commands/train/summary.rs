//! What a person reads during a run, on the standard error.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use densely::data::Target;
use densely::layers::Stage;
use densely::models::{History, Stop};
use densely::prelude::*;
use densely::table::{ColumnKind, Encoder};

use super::parts::{Part, Parts};
use super::report::Report;
use super::resume;
use crate::args::TrainArgs;
use crate::error::CliError;
use crate::input;
use crate::left_out::left_out;
use crate::output::{
    BOLD, DIM, counted, eprintln, few, figure, metric, metric_name, metrics, percent, table,
    thousands,
};
use crate::shell::quoted;
use crate::signals::Signal;
use crate::targets::are_numbers;
use crate::visible::visible;

/// What is going to be learnt, from what, and by which network.
pub(crate) fn before<T: Scalar>(args: &TrainArgs, parts: &Parts<T>, predictor: &Predictor<T>) {
    let (train, preparation) = (&parts.train.data, predictor.preparation());
    let len = |part: &Option<Part<T>>| part.as_ref().map_or(0, Part::len);
    let (validation, test) = (len(&parts.validation), len(&parts.test));
    let total = parts.train.len() + validation + test;
    let target = match train.class_names() {
        Some(classes) => {
            let of = format!("is one of {}", counted(classes.len(), "class"));
            // Counts, grades and years look like classes.
            let are_numbers = classes.iter().all(|class| class.parse::<f64>().is_ok());
            match are_numbers && classes.len() > 2 && args.task.is_none() && parts.target.is_some()
            {
                true => of + " (--task regress learns it as a number)",
                false => of,
            }
        }
        None => are_numbers(train.outputs()).to_owned(),
    };
    eprintln!("{BOLD}{}{BOLD:#}", visible(&parts.source));
    eprintln!(
        "  data     {}, {}; {} {target}",
        counted(total, "example"),
        counted(preparation.feature_names().len(), "feature"),
        visible(train.target_name()),
    );
    eprintln!(
        "           {} to train, {} to validate, {} to test",
        thousands(parts.train.len()),
        thousands(validation),
        thousands(test)
    );
    if let Some(stored) = &parts.train.stored {
        eprintln!(
            "           on the disk, and shuffled in blocks of {}; the page and the diagnosis are of a sample",
            counted(stored.block_size(), "example")
        );
    }
    if parts.target.is_some() {
        columns(preparation.encoding());
    }
    let names = preparation.feature_names();
    let constant = preparation.constants();
    if let Some(&(first, value)) = constant.first() {
        let (name, value) = (visible(&names[first]), figure(value));
        let others = match constant.len() - 1 {
            0 => String::new(),
            others => format!(", and {} more are constant", thousands(others)),
        };
        eprintln!("           {name} is always {value}{others}: without effect, also in new data");
    }
    let model = predictor.model();
    eprintln!(
        "  network  {} {} -> {} {}; {} in {}",
        model.inputs(),
        args.preprocess,
        widths(model.network()),
        model.loss().kind(),
        counted(model.parameters(), "parameter"),
        T::NAME,
    );
}

/// What the columns of the table are, and which are left out.
fn columns(encoding: &Encoding) {
    let schema = encoding.schema();
    let mut kinds = Vec::new();
    for (kind, plural) in [
        (ColumnKind::Number, "numbers"),
        (ColumnKind::Category, "categories"),
        (ColumnKind::Boolean, "truth values"),
        (ColumnKind::Time, "times"),
    ] {
        let count = schema.features().filter(|column| column.kind == kind).count();
        match count {
            0 => {}
            1 => kinds.push(format!(
                "1 {}",
                if kind == ColumnKind::Boolean { "truth value" } else { kind.name() }
            )),
            count => kinds.push(format!("{} {plural}", thousands(count))),
        }
    }
    eprintln!("  columns  {}", kinds.join(", "));
    let filled: Vec<&str> = (encoding.encoders().iter())
        .filter(|encoder| has_gaps(&encoder.encoder))
        .map(|encoder| encoder.column.as_str())
        .collect();
    if !filled.is_empty() {
        eprintln!("           with gaps: {}", few(&filled));
    }
    let others: Vec<&str> = (encoding.encoders().iter())
        .filter(|encoder| matches!(&encoder.encoder, Encoder::Category(of) if of.other))
        .map(|encoder| encoder.column.as_str())
        .collect();
    if !others.is_empty() {
        eprintln!(
            "           with categories that are not told apart, together as one: {}",
            few(&others)
        );
    }
    let left_out = left_out(schema, ": `densely inspect` lists them");
    left_out.iter().for_each(|line| eprintln!("           {line}"));
}

fn has_gaps(encoder: &Encoder) -> bool {
    match encoder {
        Encoder::Number(of) | Encoder::Boolean(of) => of.indicator,
        Encoder::Category(of) => of.missing,
        Encoder::Time(of) => of.indicator,
    }
}

/// The layers, as `64 relu, dropout(0.1) -> 10`; of very many, the first and the last.
fn widths<T: Scalar>(network: &Sequential<T>) -> String {
    /// Layers that are shown at the beginning, and at the end.
    const SHOWN: usize = 12;
    let stages = network.stages();
    match stages.len().saturating_sub(2 * SHOWN) {
        0 => widths_of(stages),
        left_out => {
            let (first, last) = (&stages[..SHOWN], &stages[stages.len() - SHOWN..]);
            let more = thousands(left_out);
            format!("{} ... {more} more layers ... {}", widths_of(first), widths_of(last))
        }
    }
}

fn widths_of<T: Scalar>(stages: &[Stage<T>]) -> String {
    let (mut text, mut after_width) = (String::new(), false);
    for stage in stages {
        let kind = stage.layer().kind();
        let weighs = kind.name() == "linear";
        text += match (text.is_empty(), weighs, after_width) {
            (true, ..) => "",
            (_, true, _) => " -> ",
            (_, false, true) => " ",
            (_, false, false) => ", ",
        };
        text += &if weighs { stage.out_features().to_string() } else { kind.to_string() };
        after_width = weighs;
    }
    text
}

/// How it went, and what to do next.
///
/// `folder` is where the model is, if it has a place.
pub(crate) fn after(
    report: &Report,
    history: &History,
    confused: &[String],
    folder: Option<&Path>,
) {
    let epochs = counted(history.epochs.len(), "epoch");
    let kept = history.kept_epoch;
    let end = match history.stop {
        Stop::Patience if history.kept().best => {
            format!("no better since epoch {kept}, whose weights are kept")
        }
        Stop::Patience => "no validation loss was finite; the last weights are kept".to_owned(),
        _ if kept < history.epochs.len() => format!("the weights of epoch {kept} are kept"),
        _ => "the last weights are kept".to_owned(),
    };
    eprintln!("  training {epochs} in {:.2} s; {end}", report.seconds());

    let mut header = vec![""];
    let names: Vec<_> =
        metrics(&report.evaluations[0].1).into_iter().map(|(name, _)| name).collect();
    header.extend(names.iter().copied().map(metric_name));
    let mut figures = table(&header);
    for (part, evaluation) in &report.evaluations {
        let cells = metrics(evaluation).into_iter().map(|(name, value)| metric(name, value));
        figures.add_row([(*part).to_owned()].into_iter().chain(cells));
    }
    eprintln!();
    for line in figures.lines() {
        eprintln!("           {}", line.trim_end());
    }
    for (&name, &value) in report.baseline() {
        eprintln!("           {}: {}", metric_name(name), metric(name, value));
    }
    if !report.targets().is_empty() {
        eprintln!();
        report.targets().lines().iter().for_each(|line| eprintln!("           {line}"));
    }
    eprintln!();
    if let Some((_, Evaluation::Classification { accuracy, .. })) = report.evaluations.last()
        && !confused.is_empty()
    {
        let wrong = percent(1.0 - accuracy);
        eprintln!("  of the {wrong} that are wrong, most: {}", confused.join(", "));
    }
    for finding in report.findings() {
        eprintln!("  {BOLD}finding{BOLD:#}  {}", visible(finding));
    }
    let Some(folder) = folder else { return };
    eprintln!("  saved in {BOLD}{}{BOLD:#}", visible(&folder.display().to_string()));
    eprintln!("  {DIM}densely predict {} DATA.csv{DIM:#}", visible(&quoted(folder)));
}

/// The most frequent mistakes on the test data, in words.
pub(crate) fn confused<T: Scalar>(
    parts: &Parts<T>,
    predictor: &Predictor<T>,
    threads: &Threads,
) -> Result<Vec<String>, CliError> {
    // Of some examples, mistakes are not counted.
    let Some(test) = parts.test.as_ref().filter(|test| test.stored.is_none()) else {
        return Ok(Vec::new());
    };
    let Target::Classes { labels, names } = &test.target else { return Ok(Vec::new()) };
    let Prediction::Classes(predicted) = predictor.predict_prepared(test.data.inputs(), threads)?
    else {
        return Ok(Vec::new());
    };
    let sentence = |((label, class), count): ((usize, usize), usize)| {
        format!("{} taken for {} ({count}x)", visible(&names[label]), visible(&names[class]))
    };
    Ok(mistakes(labels, &predicted).into_iter().take(3).map(sentence).collect())
}

/// The mistakes, as label and what it was taken for, and how often, the most frequent first.
/// Of classes there may be so many that nothing should be counted for all pairs of them.
fn mistakes(labels: &[usize], predicted: &[usize]) -> Vec<((usize, usize), usize)> {
    let mut counts = BTreeMap::new();
    for (&label, &class) in labels.iter().zip(predicted).filter(|(label, class)| label != class) {
        *counts.entry((label, class)).or_insert(0) += 1;
    }
    let mut mistakes: Vec<_> = counts.into_iter().collect();
    mistakes.sort_by_key(|&(_, count)| Reverse(count));
    mistakes
}

/// That a signal ended the training, and what is left of it.
pub(crate) fn stopped(signal: Signal, history: &History, folder: &Path, data: &[PathBuf]) {
    let (last, kept) = (history.epochs.len(), history.kept_epoch);
    let which = if history.kept().best { ", the best so far," } else { "" };
    eprintln!(
        "  stopped  by {} in epoch {last}; the weights of epoch {kept}{which} are saved in \
         {BOLD}{}{BOLD:#}",
        signal.name(),
        visible(&folder.display().to_string()),
    );
    let how = resume::how(folder) + input::again(data);
    eprintln!("           it goes on with: {}", visible(&how));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_counted_however_many_classes_there_are() {
        let last = usize::MAX;
        let (labels, predicted) = ([0, last, 7, 7, 7, 7, last], [0, 7, last, 8, 8, last, 7]);
        let counted = [((7, 8), 2), ((7, last), 2), ((last, 7), 2)];
        assert_eq!(mistakes(&labels, &predicted), counted);
        assert_eq!(
            mistakes(&[5, 5, 1, 1, 1], &[5, 1, 2, 2, 5]),
            [((1, 2), 2), ((1, 5), 1), ((5, 1), 1)]
        );
    }
}
