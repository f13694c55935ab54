//! `densely predict`.

use std::io::{self, BufWriter, Write};

use densely::data::Place;
use densely::models::ModelError;
use densely::prelude::*;

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
    let table = input::table(&args.data)?;
    let x = table.features(preparation.feature_names()).map_err(CliError::data(&args.data))?;
    let in_table = |error: ModelError| {
        let place = |example| table.place(example).unwrap_or(Place::Example(example));
        CliError::in_data(&args.data)(error.placed(place))
    };
    let prediction = predictor.predict(x.as_ref(), &threads).map_err(in_table)?;
    let probabilities = match args.proba {
        false => None,
        true => match predictor.probabilities(x.as_ref(), &threads).map_err(in_table)? {
            None => return Err(CliError::NoProbabilities(predictor.model().loss().name())),
            probabilities => probabilities,
        },
    };
    let mut header = match prediction {
        Prediction::Classes(_) => vec![preparation.target_name().to_owned()],
        Prediction::Values(_) => preparation.output_names().to_vec(),
    };
    if probabilities.is_some() {
        header.extend(preparation.output_names().iter().map(|name| format!("p_{name}")));
    }
    let row = |example: usize| {
        let mut row: Vec<String> = match &prediction {
            Prediction::Classes(classes) => {
                vec![preparation.output_names()[classes[example]].clone()]
            }
            Prediction::Values(values) => {
                (0..values.nrows()).map(|i| number(values[(i, example)])).collect()
            }
        };
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
