//! The `densely` program: networks from a CSV file, without writing code. It is a library so that `densely-mpi`, which
//! is built apart, is the same program.

mod args;
mod commands;
mod config;
mod epoch_line;
mod error;
mod input;
mod left_out;
mod output;
mod progress;
mod ranks;
mod repeated;
mod report;
mod run_folder;
mod schema;
mod shell;
mod signals;
mod sink;
mod split;
mod targets;
mod tensorboard;
mod visible;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::ArgMatches;
use clap::error::ErrorKind;

use crate::args::Command;
use crate::error::CliError;
use crate::output::eprintln;
use crate::signals::Signals;
use crate::visible::visible;
pub use ranks::Ranks;

/// What the process ends with, of the arguments that it was started with. With `ranks`, it is one of several, which
/// train together and do nothing else.
#[must_use]
pub fn main(ranks: Option<&dyn Ranks>) -> ExitCode {
    signals::survive_file_size_limit();
    let ranks = ranks.filter(|ranks| ranks.ranks() > 1);
    if ranks.is_some_and(|ranks| ranks.rank() > 0) {
        output::silence();
    }
    let args: Vec<OsString> = std::env::args_os().collect();
    let (json, result) = match config::parse(args.clone()) {
        Ok((cli, matches)) => (cli.command.json(), run(cli.command, &matches, ranks)),
        // Where not all is understood, this may be.
        Err(error) => {
            let mut options = args.iter().take_while(|arg| *arg != "--");
            let is_json =
                |arg: &OsString| arg.to_string_lossy().split('=').next() == Some("--json");
            (options.any(is_json), Err(error))
        }
    };
    let (code, error) = match result {
        Ok(()) => return ExitCode::SUCCESS,
        // A reader such as `head` that has enough.
        Err(error) if error.is_closed_pipe() => return ExitCode::SUCCESS,
        // All ranks have stopped after the same step.
        Err(CliError::Stopped(signal)) => return ExitCode::from(signal.status() as u8),
        Err(CliError::Usage(wrong)) => {
            let (code, error) = (usage(&wrong), CliError::Usage(wrong));
            if json && code != ExitCode::SUCCESS {
                tell_program(&error.in_one_line());
            }
            (code, error)
        }
        Err(error @ CliError::Told(_)) => (fail(&error, ranks, false), error),
        Err(error) => (fail(&error, ranks, json), error),
    };
    match ranks {
        Some(ranks) if code != ExitCode::SUCCESS => ranks.fail(&error.in_one_line()),
        _ => code,
    }
}

/// Says what went wrong, and in `json` for a program, too.
fn fail(error: &CliError, ranks: Option<&dyn Ranks>, json: bool) -> ExitCode {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    let error = match ranks {
        Some(ranks) if !error.names_a_rank() => format!("rank {}: {error}", ranks.rank()),
        _ => error.to_string(),
    };
    eprintln!("{style}error{style:#}: {}", visible(&error));
    if json {
        tell_program(&error);
    }
    ExitCode::from(1)
}

/// Says to a program what went wrong. Where nobody reads it, standard error has said it.
fn tell_program(error: &str) {
    if output::is_heard() {
        let _ = writeln!(std::io::stdout(), "{}", serde_json::json!({ "error": error }));
    }
}

/// What was wrong with the arguments; or the help, or the version, which are errors to clap, too.
fn usage(error: &clap::Error) -> ExitCode {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let print = || error.print().and_then(|()| std::io::stdout().flush());
    let printed = if output::is_heard() { print() } else { Ok(()) };
    match printed.map_err(CliError::Output) {
        // Of a mistake there is nobody to tell if even this cannot be printed.
        _ if !asked => ExitCode::from(2),
        Err(error) if !error.is_closed_pipe() => fail(&error, None, false),
        _ => ExitCode::SUCCESS,
    }
}

fn run(command: Command, matches: &ArgMatches, ranks: Option<&dyn Ranks>) -> Result<(), CliError> {
    let signals = Signals::catch().map_err(CliError::Signals)?;
    match command {
        Command::Train(args) => commands::train::run(&args, matches, ranks, &signals),
        _ if ranks.is_some() => Err(CliError::NotTogether(ranks.map_or(1, |ranks| ranks.ranks()))),
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
