//! `densely evaluate`.

mod classification;

use std::io::Write;

use densely::prelude::*;
use serde_json::{Map, Value};

use crate::args::EvaluateArgs;
use crate::error::CliError;
use crate::input;
use crate::output::{self, counted, eprintln, metric, metric_name};
use crate::visible::visible;
use classification::Classification;

pub(crate) fn run(args: &EvaluateArgs) -> Result<(), CliError> {
    match input::model(&args.model)? {
        AnyModel::F32(file) => evaluate(args, &file.predictor),
        AnyModel::F64(file) => evaluate(args, &file.predictor),
    }
}

fn evaluate<T: Scalar>(args: &EvaluateArgs, predictor: &Predictor<T>) -> Result<(), CliError> {
    let preparation = predictor.preparation();
    let (target, classes) = (preparation.target_name(), preparation.class_names());
    let table = input::table(&args.data)?;
    let data = table
        .dataset_for(preparation.feature_names(), target, classes)
        .map_err(CliError::data(&args.data))?;
    let spelt = input::other_spellings(&table, &data).map_err(CliError::data(&args.data))?;
    drop(table);
    let threads = input::threads(0)?;
    let in_data = || CliError::in_data(&args.data);
    let evaluation = predictor.evaluate(&data, &threads).map_err(in_data())?;
    let classification = match classes {
        None => None,
        Some(names) => {
            let scores = predictor.classification_scores(&data, &threads).map_err(in_data())?;
            Some(Classification::new(scores, names)?)
        }
    };

    let mut figures = output::metrics(&evaluation);
    figures.extend(classification.iter().flat_map(Classification::metrics));
    let mut table = output::table(&["", &visible(target)]);
    let mut fields = Map::new();
    let task = if classes.is_some() { "classify" } else { "regress" };
    fields.insert("task".to_owned(), Value::from(task));
    fields.insert("examples".to_owned(), Value::from(data.len()));
    for (name, value) in figures {
        table.add_row([metric_name(name).to_owned(), metric(name, value)]);
        fields.insert(name.to_owned(), Value::from(value));
    }
    eprintln!(
        "{} of {}",
        counted(data.len(), "example"),
        visible(&args.data.display().to_string())
    );
    spelt.iter().for_each(|spelt| eprintln!("{spelt}"));
    eprintln!("{}", table.trim_fmt());
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
