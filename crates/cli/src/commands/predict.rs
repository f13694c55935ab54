//! `densely predict`.

use std::io::{self, BufWriter, Write};

use densely::models::ModelError;
use densely::prelude::*;
use densely::table::Column;

use crate::args::PredictArgs;
use crate::error::CliError;
use crate::input;
use crate::sink::Sink;

pub(crate) fn run(args: &PredictArgs) -> Result<(), CliError> {
    // Before the work, so that none is done that cannot be kept.
    let inputs = [&*input::model_path(&args.model), &args.data];
    let sink = Sink::open(args.output.as_deref(), args.force, &inputs)?;
    match input::model(&args.model)? {
        AnyModel::F32(file) => predict(args, &file.predictor, sink),
        AnyModel::F64(file) => predict(args, &file.predictor, sink),
    }
}

fn predict<T: Scalar>(
    args: &PredictArgs,
    predictor: &Predictor<T>,
    sink: Sink,
) -> Result<(), CliError> {
    let threads = input::threads(0)?;
    let preparation = predictor.preparation();
    let schema = preparation.encoding().schema();
    let table = input::table(&args.data, &args.dialect, Some(schema), &threads)?;
    let in_table = |error: ModelError| {
        CliError::in_data(&args.data)(error.placed(|example| table.place(example)))
    };
    let kept = args.keep.iter().flat_map(|names| &names.0).map(|name| table.column(name));
    let kept = kept.collect::<Result<Vec<_>, _>>().map_err(CliError::table(&args.data))?;
    let x = preparation.features(&Rows::all(&table)).map_err(in_table)?;
    let prediction = predictor.predict(x.as_ref(), &threads).map_err(in_table)?;
    let probabilities = match args.proba {
        false => None,
        true => match predictor.probabilities(x.as_ref(), &threads).map_err(in_table)? {
            None => return Err(CliError::NoProbabilities(predictor.model().loss().name())),
            probabilities => probabilities,
        },
    };
    let mut header: Vec<String> = kept.iter().map(|column| column.name().to_owned()).collect();
    match prediction {
        Prediction::Classes(_) => header.push(preparation.target_name().to_owned()),
        Prediction::Values(_) => header.extend_from_slice(preparation.output_names()),
    }
    if probabilities.is_some() {
        header.extend(preparation.output_names().iter().map(|name| format!("p_{name}")));
    }
    let row = |example: usize| {
        let text = |column: &&Column| column.text(example).unwrap_or_default().into_owned();
        let mut row: Vec<String> = kept.iter().map(text).collect();
        match &prediction {
            Prediction::Classes(classes) => {
                row.push(preparation.output_names()[classes[example]].clone());
            }
            Prediction::Values(values) => {
                row.extend((0..values.nrows()).map(|i| number(values[(i, example)])));
            }
        }
        if let Some(p) = &probabilities {
            row.extend((0..p.nrows()).map(|class| number(p[(class, example)])));
        }
        row
    };
    let rows = (0..x.ncols()).map(row);
    sink.fill(|to| write(to, &header, rows).map_err(io_error))
}

/// The shortest text that is read as the same number; with an exponent where zeros would fill it.
fn number<T: Scalar>(value: T) -> String {
    let text = format!("{value:?}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

fn write(
    to: impl Write,
    header: &[String],
    rows: impl Iterator<Item = Vec<String>>,
) -> csv::Result<()> {
    let mut csv = csv::Writer::from_writer(BufWriter::new(to));
    csv.write_record(header)?;
    for row in rows {
        csv.write_record(row)?;
    }
    Ok(csv.flush()?)
}

/// The error of the system, which `csv` wraps: a closed pipe is to be known.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
