//! The `densely` program: networks from a CSV file, without writing code.

mod args;
mod commands;
mod config;
mod epoch_line;
mod error;
mod input;
mod output;
mod progress;
mod report;
mod run_folder;
mod schema;
mod shell;
mod signals;
mod sink;
mod split;
mod tensorboard;
mod visible;

use std::io::Write;
use std::process::ExitCode;

use clap::ArgMatches;
use clap::error::ErrorKind;

use crate::args::Command;
use crate::error::CliError;
use crate::output::eprintln;
use crate::signals::Signals;
use crate::visible::visible;

fn main() -> ExitCode {
    signals::survive_file_size_limit();
    let (cli, matches) = match config::parse(std::env::args_os()) {
        Ok(parsed) => parsed,
        Err(CliError::Usage(error)) => return usage(&error),
        Err(error) => return fail(&error, false),
    };
    let json = cli.command.json();
    match run(cli.command, &matches) {
        Ok(()) => ExitCode::SUCCESS,
        Err(CliError::Usage(error)) => usage(&error),
        // A reader such as `head` that has enough.
        Err(error) if error.is_closed_pipe() => ExitCode::SUCCESS,
        Err(CliError::Stopped(signal)) => ExitCode::from(signal.status() as u8),
        Err(error) => fail(&error, json),
    }
}

/// Says what went wrong, and in `json` for a program, too.
fn fail(error: &CliError, json: bool) -> ExitCode {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    let error = error.to_string();
    eprintln!("{style}error{style:#}: {}", visible(&error));
    if json {
        // Where nobody reads it, the line above has said it.
        let _ = writeln!(std::io::stdout(), "{}", serde_json::json!({ "error": error }));
    }
    ExitCode::from(1)
}

/// What was wrong with the arguments; or the help, or the version, which are errors to clap, too.
fn usage(error: &clap::Error) -> ExitCode {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    match error.print().and_then(|()| std::io::stdout().flush()).map_err(CliError::Output) {
        // Of a mistake there is nobody to tell if even this cannot be printed.
        _ if !asked => ExitCode::from(2),
        Err(error) if !error.is_closed_pipe() => fail(&error, false),
        _ => ExitCode::SUCCESS,
    }
}

fn run(command: Command, matches: &ArgMatches) -> Result<(), CliError> {
    let signals = Signals::catch().map_err(CliError::Signals)?;
    match command {
        Command::Train(args) => commands::train::run(&args, matches, &signals),
        Command::Tune(args) => commands::tune::run(&args, matches, &signals),
        Command::Predict(args) => commands::predict::run(&args),
        Command::Evaluate(args) => commands::evaluate::run(&args),
        Command::Preprocess(args) => commands::preprocess::run(&args),
        Command::Inspect(args) => commands::inspect::run(&args),
        Command::Export(args) => commands::export::run(&args),
        Command::Import(args) => commands::import::run(args),
        #[cfg(feature = "serve")]
        Command::Serve(args) => commands::serve::run(&args, &signals),
        Command::Gradcheck(args) => commands::gradcheck::run(&args),
        Command::Notes(args) => commands::notes::run(&args),
        Command::Runs(args) => commands::runs::run(&args),
        Command::Report(args) => commands::report::run(&args),
        Command::Completions(args) => commands::completions::run(&args),
        Command::Man(args) => commands::man::run(&args),
    }
}
