use std::path::Path;

use densely::prelude::*;

use crate::args::{TaskArg, TrainArgs};
use crate::error::CliError;
use crate::input;

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
            None => ("digits".to_owned(), "the embedded digits".to_owned(), digits()),
            Some(path) => (name(path), path.display().to_string(), examples(path, args)?),
        };
        let split = |data: Dataset<f64>, fraction| match fraction {
            0.0 => Ok((data, None)),
            _ => match data.split(fraction, args.seed) {
                Ok((rest, held_out)) => Ok((rest, Some(held_out))),
                Err(error) => Err(CliError::data(&source)(error)),
            },
        };
        let (rest, test) = match &args.test_data {
            None => split(data, args.test)?,
            Some(path) => {
                let names = (data.feature_names(), data.target_name(), data.class_names());
                let test = input::table(path)?.dataset_for(names.0, names.1, names.2);
                let test = test.map_err(CliError::data(path))?;
                (data, Some(test))
            }
        };
        let (train, validation) = split(rest, args.validation)?;
        let test_source = args.test_data.as_ref().map(|path| path.display().to_string());
        let test_source = test_source.unwrap_or_else(|| source.clone());
        Ok(Self { name, source, train, validation, test, test_source })
    }
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
    let options = DatasetOptions { target: args.target.clone(), drop: args.drop.clone(), task };
    input::table(path)?.dataset(&options).map_err(CliError::data(path))
}
