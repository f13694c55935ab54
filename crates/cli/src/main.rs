//! The `densely` program: networks from a CSV file, without writing code.

mod args;
mod commands;
mod config;
mod error;
mod input;
mod output;
mod progress;
mod run_folder;
mod schedule_arg;

use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::args::Command;
use crate::error::CliError;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(CliError::Usage(error)) => {
            // Help and version are errors to clap, too.
            let failed =
                !matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            // There is nobody to tell if even this cannot be printed.
            let _ = error.print();
            ExitCode::from(if failed { 2 } else { 0 })
        }
        // A reader such as `head` that has enough.
        Err(error) if error.is_closed_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            let style = anstyle::AnsiColor::Red.on_default().bold();
            anstream::eprintln!("{style}error{style:#}: {error}");
            ExitCode::from(1)
        }
    }
}

fn run() -> Result<(), CliError> {
    let (cli, matches) = config::parse(std::env::args_os())?;
    match cli.command {
        Command::Train(args) => commands::train::run(&args, &matches),
        Command::Predict(args) => commands::predict::run(&args),
        Command::Evaluate(args) => commands::evaluate::run(&args),
        Command::Inspect(args) => commands::inspect::run(&args),
        Command::Notes(args) => commands::notes::run(&args),
    }
}
