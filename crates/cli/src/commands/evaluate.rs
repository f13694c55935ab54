//! `densely evaluate`.

mod classification;
mod judged;

use std::io::Write;
use std::path::PathBuf;

use densely::models::metrics::Baseline;
use densely::prelude::*;
use densely::table::Column;
use serde_json::{Map, Value};

use super::train::DIGITS;
use crate::args::EvaluateArgs;
use crate::error::CliError;
use crate::input::{self, Wanted};
use crate::output::{self, counted, eprintln, metric, metric_name, taken_for_gaps};
use crate::targets::Targets;
use crate::visible::visible;
use classification::Classification;
use judged::{Judged, JudgedRows};

pub(crate) fn run(args: &EvaluateArgs) -> Result<(), CliError> {
    match input::model(&args.model)? {
        AnyModel::F32(file) => evaluate(args, &file.predictor),
        AnyModel::F64(file) => evaluate(args, &file.predictor),
    }
}

/// What a model is judged by.
struct Data {
    data: Dataset<f64>,
    path: PathBuf,
    part: &'static str,
    note: Option<String>,
    /// Rows without a target, and the words that were taken for that.
    without: usize,
    gap_words: Vec<(String, usize)>,
}

fn of_table(
    judged: JudgedRows,
    preparation: &Preparation,
    wanted: Wanted<'_>,
    threads: &Threads,
) -> Result<Data, CliError> {
    let path = input::label(&judged.paths);
    let table = input::tables(&judged.paths, &judged.dialect, wanted, threads)?;
    let rows = match &judged.rows {
        None => Rows::all(&table),
        // Options of now may read fewer rows than those of then.
        Some(rows) if rows.iter().all(|&row| row < table.rows()) => Rows::of(&table, rows),
        Some(_) => return Err(CliError::OtherData(path)),
    };
    // Of rows that are not judged, nothing is said. What is wrong with targets is told below.
    let with_target = match preparation.target().read(&rows) {
        Ok((with_target, _)) => with_target,
        Err(_) => rows.iter().collect(),
    };
    let with_target = Rows::of(&table, &with_target);
    input::encoded_alone(preparation.encoding(), &with_target, &judged.paths, threads)?;
    let (data, count) = (preparation.table(&rows).map_err(CliError::in_data(&path))?, rows.len());
    let without = count - data.len();
    let columns = preparation.answer_names().iter().flat_map(|name| table.column(name));
    // Of some rows, they are not counted.
    let gap_words = match judged.rows {
        None => columns.flat_map(Column::gap_words).collect(),
        Some(_) => Vec::new(),
    };
    let repeated = || judged.learnt?.note(&with_target, preparation.encoding().schema(), threads);
    let note = judged.note.or_else(repeated);
    Ok(Data { data, path, part: judged.part, note, without, gap_words })
}

fn evaluate<T: Scalar>(args: &EvaluateArgs, predictor: &Predictor<T>) -> Result<(), CliError> {
    input::check_different(&args.data)?;
    input::check_dialect(&args.data, &args.dialect)?;
    let preparation = predictor.preparation();
    let (target, classes) = (preparation.target_name(), preparation.class_names());
    let (threads, schema) = (input::threads(0)?, preparation.encoding().schema());
    let targets = preparation.answer_names();
    let wanted = Wanted::Of { schema, targets, besides: targets };
    let Data { data, path, part, note, without, gap_words } = match Judged::find(args)? {
        Judged::Rows(judged) => of_table(judged, preparation, wanted, &threads)?,
        Judged::Digits { data, part, note } => {
            let (path, note, gap_words) = (DIGITS.into(), Some(note), Vec::new());
            Data { data: *data, path, part, note, without: 0, gap_words }
        }
    };
    let path = &path;
    let in_data = || CliError::in_data(path);
    let (evaluation, of_outputs) = predictor.judge(&data, &threads).map_err(in_data())?;
    let classification = match classes {
        None => None,
        Some(names) => {
            let scores = predictor.classification_scores(&data, &threads).map_err(in_data())?;
            Some(Classification::new(scores, names)?)
        }
    };

    let mut figures = output::metrics(&evaluation);
    let baseline = Baseline::new(data.target(), data.target())?;
    figures.extend(output::baseline(&baseline));
    let targets = Targets::of(data.output_names(), &baseline, of_outputs.as_ref());
    figures.extend(classification.iter().flat_map(Classification::metrics));
    let mut table = output::table(&["", &visible(target)]);
    let mut fields = Map::new();
    let task = if classes.is_some() { "classify" } else { "regress" };
    fields.insert("task".to_owned(), Value::from(task));
    fields.insert("part".to_owned(), Value::from(part));
    fields.insert("examples".to_owned(), Value::from(data.len()));
    for (name, value) in figures {
        table.add_row([metric_name(name).to_owned(), metric(name, value)]);
        fields.insert(name.to_owned(), Value::from(value));
    }
    eprintln!("{} of {}", counted(data.len(), "example"), visible(&path.display().to_string()));
    if let Some(note) = &note {
        eprintln!("{note}");
    }
    if without > 0 {
        let words = taken_for_gaps(&gap_words, classes.is_some());
        let line = format!("{} without a target left out{words}", counted(without, "row"));
        eprintln!("{}", visible(&line));
    }
    eprintln!("{}", table.trim_fmt());
    if !targets.is_empty() {
        eprintln!();
        targets.lines().iter().for_each(|line| eprintln!("{line}"));
        fields.insert("targets".to_owned(), targets.json("", true));
    }
    if let Some(classification) = classification {
        classification.print();
        if args.json {
            fields.insert("classes".to_owned(), classification.classes());
            fields.insert("confusion".to_owned(), classification.confusion());
            fields.insert("mistakes".to_owned(), classification.mistakes());
        }
    }
    if args.json {
        writeln!(std::io::stdout(), "{}", Value::Object(fields))?;
    }
    Ok(())
}
