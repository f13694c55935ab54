//! `densely predict`.

use std::fs::File;
use std::io::{BufWriter, Write};

use densely::data::Place;
use densely::models::ModelError;
use densely::prelude::*;

use crate::args::PredictArgs;
use crate::error::CliError;
use crate::input;

pub(crate) fn run(args: &PredictArgs) -> Result<(), CliError> {
    match input::model(&args.model)? {
        AnyModel::F32(file) => predict(args, &file.predictor),
        AnyModel::F64(file) => predict(args, &file.predictor),
    }
}

fn predict<T: Scalar>(args: &PredictArgs, predictor: &Predictor<T>) -> Result<(), CliError> {
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
            None => return Err(CliError::NoProbabilities(predictor.spec().loss_kind().name())),
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
                (0..values.nrows()).map(|i| values[(i, example)].to_string()).collect()
            }
        };
        if let Some(p) = &probabilities {
            row.extend((0..p.nrows()).map(|class| p[(class, example)].to_string()));
        }
        row
    };
    let rows = (0..x.ncols()).map(row);
    match &args.output {
        None => write(std::io::stdout().lock(), &header, rows).map_err(CliError::Output),
        Some(path) => File::create(path)
            .and_then(|file| write(file, &header, rows))
            .map_err(CliError::file(path)),
    }
}

fn write(
    to: impl Write,
    header: &[String],
    rows: impl Iterator<Item = Vec<String>>,
) -> std::io::Result<()> {
    let mut csv = csv::Writer::from_writer(BufWriter::new(to));
    csv.write_record(header)?;
    for row in rows {
        csv.write_record(row)?;
    }
    csv.flush()
}
