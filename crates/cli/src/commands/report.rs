//! `densely report`.

use std::fs;
use std::path::PathBuf;

use densely::prelude::*;

use super::train::Parts;
use crate::args::{Command, ReportArgs};
use crate::config;
use crate::epoch_line::EpochLine;
use crate::error::CliError;
use crate::input;
use crate::output::{BOLD, eprintln};
use crate::report::Run;
use crate::run_folder::{CONFIG, METRICS, SPLIT, is_run, save_report};
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
    let config = folder.join(CONFIG).into_os_string();
    let line = ["densely".into(), "train".into(), "--config".into(), config];
    let (cli, _) = config::parse(line)?;
    let Command::Train(train) = cli.command else { unreachable!("it was asked for") };
    let is_piped = |data: &&PathBuf| data.exists() && !data.is_file() || data.as_os_str() == "-";
    if let Some(data) = train.data.iter().find(is_piped) {
        return Err(CliError::PipedData(data.clone()));
    }
    let threads = input::threads(args.threads)?;
    let parts = Parts::<T>::read(&train, &threads)?;
    let is_same = match &parts.split {
        None => true,
        Some(split) => {
            let path = folder.join(SPLIT);
            let text = fs::read_to_string(&path).map_err(CliError::file(&path))?;
            let stored =
                Split::parse(&text).map_err(|error| CliError::file(&path)(error.into()))?;
            stored.data_hash == split.data_hash
        }
    };
    if !is_same || parts.preparation != *file.predictor.preparation() {
        return Err(CliError::ChangedData(parts.source.into()));
    }
    let metrics = folder.join(METRICS);
    let lines = fs::read_to_string(&metrics).map_err(CliError::file(metrics))?;
    let page = Run {
        folder,
        predictor: &file.predictor,
        provenance: &file.provenance,
        epochs: &EpochLine::all(&lines),
        parts: &parts,
        seed: train.seed,
        threads: &threads,
    };
    save_report(folder, &page.page()?)?;
    let shown = folder.join("report.html").display().to_string();
    eprintln!("  saved in {BOLD}{}{BOLD:#}", visible(&shown));
    Ok(())
}
