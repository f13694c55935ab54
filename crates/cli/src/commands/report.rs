//! `densely report`.

use std::path::Path;

use densely::models::metrics::RegressionScores;
use densely::prelude::*;

use super::train::{Part, Parts};
use crate::args::ReportArgs;
use crate::config;
use crate::epoch_line::EpochLine;
use crate::error::CliError;
use crate::input;
use crate::output::{self, BOLD, eprintln};
use crate::report::Run;
use crate::run_folder::{SPLIT, is_run, save_report};
use crate::split::Split;
use crate::visible::visible;

pub(crate) fn run(args: &ReportArgs) -> Result<(), CliError> {
    if !is_run(&args.run) {
        return Err(CliError::NotARun(args.run.clone()));
    }
    match input::model(&args.run)? {
        AnyModel::F32(file) => report(args, &file),
        AnyModel::F64(file) => report(args, &file),
    }
}

/// Reads the data again, as they were read and split for the training.
fn report<T: Scalar>(args: &ReportArgs, file: &ModelFile<T>) -> Result<(), CliError> {
    let folder = &args.run;
    let train = config::of_run(folder)?;
    let files = train.data.iter().chain(&train.test_data);
    if let Some(data) = files.into_iter().find(|path| input::is_piped(path)) {
        return Err(CliError::PipedData(data.clone()));
    }
    let threads = input::threads(args.threads)?;
    let parts = Parts::<T>::read(&train, &threads)?;
    let is_same = match &parts.split {
        None => true,
        Some(split) => Split::read(&folder.join(SPLIT))?.data_hash == split.data_hash,
    };
    if !is_same || parts.preparation != *file.predictor.preparation() {
        return Err(CliError::ChangedData(parts.source.into()));
    }
    let tested = match &parts.test {
        Some(test) if !train.test_data.is_empty() => {
            Some(as_tested(&input::label(&train.test_data), file, test, &threads)?)
        }
        _ => None,
    };
    let epochs = EpochLine::of_run(folder)?;
    let page = Run {
        folder,
        predictor: &file.predictor,
        provenance: &file.provenance,
        epochs: &epochs,
        parts: &parts,
        tested,
        seed: train.seed,
        threads: &threads,
    };
    save_report(folder, &page.page()?)?;
    let shown = folder.join("report.html").display().to_string();
    eprintln!("  saved in {BOLD}{}{BOLD:#}", visible(&shown));
    Ok(())
}

/// The evaluation on a file of test data.
///
/// # Errors
/// If it is no longer what the model was tested on, which the metrics tell: loss aside, in which earlier versions
/// weighed examples.
fn as_tested<T: Scalar>(
    path: &Path,
    file: &ModelFile<T>,
    test: &Part<T>,
    threads: &Threads,
) -> Result<(Evaluation, Option<RegressionScores>), CliError> {
    let (evaluation, of_outputs) = test.judge(&file.predictor, threads)?;
    let stored = |name: &str| file.provenance.results.get(&format!("test_{name}"));
    let metrics = output::metrics(&evaluation);
    let mut known = metrics.iter().filter(|(name, _)| *name != "loss");
    match known.all(|(name, value)| stored(name).is_none_or(|stored| *stored == value.to_string()))
    {
        true => Ok((evaluation, of_outputs)),
        false => Err(CliError::ChangedData(path.to_owned())),
    }
}
