//! Options from a file: they become arguments, so that there is one place that knows
//! which options there are, what they may be, and what to say if they are wrong.

use std::ffi::OsString;
use std::path::Path;

use clap::{ArgMatches, CommandFactory, FromArgMatches};
use toml::{Table, Value};

use crate::args::{Cli, Command};
use crate::error::CliError;

/// Options of `train` that say nothing about the result.
const NOT_IN_A_CONFIG: [&str; 5] = ["out", "force", "json", "config", "help"];

/// Parses the command line; with `train --config FILE`, the options of the file come
/// before those of the line, which override them.
pub(crate) fn parse(
    args: impl IntoIterator<Item = OsString>,
) -> Result<(Cli, ArgMatches), CliError> {
    let args: Vec<OsString> = args.into_iter().collect();
    let (cli, matches) = parse_once(&args)?;
    let Command::Train(train) = &cli.command else { return Ok((cli, matches)) };
    let Some(path) = &train.config else { return Ok((cli, matches)) };

    let mut from_file = read(path)?;
    if train.data.is_some() {
        from_file.data = None;
    }
    // The program and its command come first.
    let (command, options) = args.split_at(2);
    let all = [command, &from_file.options, options, from_file.data.as_slice()].concat();
    parse_once(&all)
}

fn parse_once(args: &[OsString]) -> Result<(Cli, ArgMatches), CliError> {
    let matches = Cli::command().try_get_matches_from(args)?;
    let cli = Cli::from_arg_matches(&matches)?;
    let (_, matches) = matches.subcommand().expect("clap requires a command");
    Ok((cli, matches.clone()))
}

struct Options {
    options: Vec<OsString>,
    data: Option<OsString>,
}

fn read(path: &Path) -> Result<Options, CliError> {
    let text = std::fs::read_to_string(path).map_err(CliError::file(path))?;
    let refuse = |message: String| {
        let message = format!("{}: {message}", path.display());
        Cli::command().error(clap::error::ErrorKind::InvalidValue, message)
    };
    let table: Table =
        text.parse().map_err(|error: toml::de::Error| refuse(error.message().to_owned()))?;
    let known = option_names();
    let mut read = Options { options: Vec::new(), data: None };
    for (key, value) in table {
        if !known.contains(&key) {
            let options = known.join(", ");
            return Err(refuse(format!("unknown option \"{key}\"; there are {options}")).into());
        }
        match (key.as_str(), text_of(&value)) {
            (_, None) => return Err(refuse(format!("\"{key}\" cannot be a table")).into()),
            ("data", Some(data)) => read.data = Some(data.into()),
            (_, Some(_)) if value == Value::Boolean(false) => {}
            (_, Some(_)) if value == Value::Boolean(true) => {
                read.options.push(format!("--{key}").into());
            }
            (_, Some(text)) => read.options.push(format!("--{key}={text}").into()),
        }
    }
    Ok(read)
}

/// The value as it would be on the command line.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(values) => {
            values.iter().map(text_of).collect::<Option<Vec<_>>>().map(|texts| texts.join(","))
        }
        Value::Table(_) => None,
        other => Some(other.to_string()),
    }
}

/// The names of the options that a config may have, as on the command line.
fn option_names() -> Vec<String> {
    let cli = Cli::command();
    let train = cli.find_subcommand("train").expect("there is this command");
    let name = |arg: &clap::Arg| arg.get_long().unwrap_or(arg.get_id().as_str()).to_owned();
    let names = train.get_arguments().map(name);
    names.filter(|name| !NOT_IN_A_CONFIG.contains(&name.as_str())).collect()
}

/// Every option that has a value, by default or not, as text.
pub(crate) fn options(matches: &ArgMatches) -> Vec<(String, String)> {
    let value = |name: String| {
        let values = matches.get_raw(&name.replace('-', "_"))?;
        let texts: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
        Some((name, texts.join(",")))
    };
    option_names().into_iter().filter_map(value).collect()
}

/// The config that repeats a run.
pub(crate) fn write(matches: &ArgMatches) -> String {
    let value = |(name, text): (String, String)| (name, value_of(&text));
    options(matches).into_iter().map(value).collect::<Table>().to_string()
}

/// The value that the command line's text stands for.
fn value_of(text: &str) -> Value {
    if let Ok(integer) = text.parse() {
        Value::Integer(integer)
    } else if let Ok(float) = text.parse() {
        Value::Float(float)
    } else if let Ok(boolean) = text.parse() {
        Value::Boolean(boolean)
    } else {
        Value::String(text.to_owned())
    }
}
