use std::path::Path;

use densely::data::{DataError, Place};
use densely::models::ModelError;
use densely::prelude::*;

use crate::args::{TaskArg, TrainArgs};
use crate::error::CliError;
use crate::input;
use crate::output::eprintln;
use crate::visible::visible;

/// The data of a run: what is trained on, validated on and tested on.
pub(crate) struct Parts {
    /// A short name, for the folder of the run.
    pub(crate) name: String,
    /// Where the data come from.
    pub(crate) source: String,
    pub(crate) train: Dataset<f64>,
    pub(crate) validation: Option<Dataset<f64>>,
    pub(crate) test: Option<Dataset<f64>>,
    /// Where the test data come from.
    pub(crate) test_source: String,
}

impl Parts {
    pub(crate) fn read(args: &TrainArgs) -> Result<Self, CliError> {
        let (name, source, data) = match &args.data {
            None => ("digits".to_owned(), "the embedded digits".to_owned(), placed(digits())?),
            Some(path) => (name(path), path.display().to_string(), examples(path, args)?),
        };
        let split = |data: Dataset<f64>, part: &str, fraction| match fraction {
            0.0 => Ok((data, None)),
            _ => match data.split(fraction, args.seed) {
                Ok((rest, held_out)) => Ok((rest, Some(held_out))),
                Err(error) => Err(cannot_hold_out(error, part, fraction, &source)),
            },
        };
        let (rest, test) = match &args.test_data {
            None => split(data, "test", args.test)?,
            Some(path) => {
                let names = (data.feature_names(), data.target_name(), data.class_names());
                let table = input::table(path)?;
                let test = table.dataset_for(names.0, names.1, names.2);
                let test = test.map_err(CliError::data(path))?;
                say_other_spellings(path, &table, &test)?;
                (data, Some(test))
            }
        };
        let (train, validation) = split(rest, "validation", args.validation)?;
        let test_source = args.test_data.as_ref().map(|path| path.display().to_string());
        let test_source = test_source.unwrap_or_else(|| source.clone());
        Ok(Self { name, source, train, validation, test, test_source })
    }
}

/// The same, of which each part knows what it was cut from.
fn placed(data: Dataset<f64>) -> Result<Dataset<f64>, CliError> {
    let places = (0..data.len()).map(Place::Example).collect();
    data.with_places(places).map_err(|error| ModelError::from(error).into())
}

/// The name of the file without its ending. What is no file, as a pipe, has a number for a name;
/// and dots alone are the name of another folder.
fn name(path: &Path) -> String {
    let stem = path.file_stem().filter(|_| path.is_file()).map(|stem| stem.to_string_lossy());
    match stem {
        Some(stem) if !stem.trim_matches('.').is_empty() => stem.into_owned(),
        _ => "run".to_owned(),
    }
}

fn examples(path: &Path, args: &TrainArgs) -> Result<Dataset<f64>, CliError> {
    let task = args.task.map(|task| match task {
        TaskArg::Classify => Task::Classification,
        TaskArg::Regress => Task::Regression,
    });
    let options = DatasetOptions { target: args.target.clone(), drop: args.dropped(), task };
    let table = input::table(path)?;
    let data = table.dataset(&options).map_err(CliError::data(path))?;
    say_other_spellings(path, &table, &data)?;
    Ok(data)
}

fn say_other_spellings(path: &Path, table: &Table, data: &Dataset<f64>) -> Result<(), CliError> {
    let spelt = input::other_spellings(table, data).map_err(CliError::data(path))?;
    let path = path.display().to_string();
    spelt.iter().for_each(|spelt| eprintln!("{}: {spelt}", visible(&path)));
    Ok(())
}

/// Why a share cannot be held out, and what to ask for instead.
fn cannot_hold_out(error: DataError, part: &str, fraction: f64, source: &str) -> CliError {
    let remedy = match &error {
        DataError::EmptyPart { held_out: 0, .. } => {
            format!("choose a larger --{part}, or --{part} 0 for no such part")
        }
        _ => format!("choose a smaller --{part}, or --{part} 0 for no such part"),
    };
    let options = format!("--{part} {fraction}");
    CliError::options(options, remedy)(CliError::data(source)(error))
}
