//! Options from a file: they become arguments, so that there is one place that knows
//! which options there are, what they may be, and what to say if they are wrong.

use std::any::TypeId;
use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, CommandFactory, FromArgMatches};
use densely::parts::nearest;
use toml::{Table, Value};

use crate::args::{Cli, Command, Names, OF_OPTIMIZERS, TrainArgs, TuneArgs};
use crate::commands::tune::stored_options;
use crate::error::{CliError, wrong_use};
use crate::run_folder::CONFIG;
use crate::split::whole;
use crate::visible::visible;

/// Options of `train` that say nothing about the result.
const NOT_IN_A_CONFIG: [&str; 9] =
    ["out", "force", "resume", "json", "config", "help", "progress", "no-report", "tensorboard"];

/// The files of the data; and what is between several files in one text: no name has it.
const DATA: &str = "data";
pub(crate) const SEPARATOR: &str = "\0";

/// How the config of a run begins.
const MARK: &str = "# A run of densely";

/// An option, by its name on the command line, and its value as it would be there.
pub(crate) type OptionText = (String, String);

/// Parses the command line; with `train --config FILE`, or `--resume` of a folder that has such a
/// file, the options of the file come before those of the line, which override them.
pub(crate) fn parse(
    args: impl IntoIterator<Item = OsString>,
) -> Result<(Cli, ArgMatches), CliError> {
    let args: Vec<OsString> = args.into_iter().collect();
    let (cli, matches) = match parse_once(&args) {
        // What goes with data may be on the line, and the data in the file.
        Err(error) if error.kind() == ErrorKind::MissingRequiredArgument => {
            let with_data = [&args[..], &["DATA".into()]].concat();
            match parse_once(&with_data) {
                Ok((Cli { command: Command::Train(mut train) }, matches))
                    if config_of(&train).is_some() =>
                {
                    train.data.clear();
                    (Cli { command: Command::Train(train) }, matches)
                }
                Ok((Cli { command: Command::Tune(mut tune) }, matches)) if tune.train.resume => {
                    tune.train.data.clear();
                    (Cli { command: Command::Tune(tune) }, matches)
                }
                _ => return Err(error.into()),
            }
        }
        parsed => parsed?,
    };
    check_line(&cli.command, &matches)?;
    let train = match &cli.command {
        Command::Train(train) => train,
        Command::Tune(tune) if tune.train.resume => {
            return Ok(parse_once(&resumed(&args, tune, &matches)?)?);
        }
        _ => return Ok((cli, matches)),
    };
    let Some(path) = &config_of(train) else { return Ok((cli, matches)) };

    if train.resume && !path.exists() {
        return Err(CliError::NoRun(train.out.clone().unwrap_or_default()));
    }
    let mut from_file = read(path)?;
    if !train.data.is_empty() {
        from_file.data.clear();
    }
    from_file.leave_out_given(&known_options(), &matches);
    if matches.value_source("optimizer") == Some(ValueSource::CommandLine) {
        // Another optimiser has options of its own, and those of the file are of the one in it.
        from_file.options.retain(|option| {
            let option = option.to_string_lossy();
            let name = option.trim_start_matches("--").split('=').next().unwrap_or_default();
            !matches!(name, "optimizer" | "clip-norm") && !OF_OPTIMIZERS.contains(&name)
        });
    }
    // The program and its command come first.
    let (command, options) = args.split_at(2);
    let alone = [command, &from_file.options, &from_file.data].concat();
    if let Err(error) = parse_once(&alone)
        && matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue)
    {
        return Err(in_file(path, &error).into());
    }
    let all = [command, &from_file.options, options, &from_file.data].concat();
    Ok(parse_once(&all)?)
}

/// That no option on the line takes another's effect away. A config has all options, those of no effect too.
fn check_line(command: &Command, matches: &ArgMatches) -> Result<(), CliError> {
    let train = match command {
        Command::Train(train) => train,
        Command::Tune(tune) => &tune.train,
        Command::Preprocess(preprocess) => return preprocess.columns.check_kinds(),
        _ => return Ok(()),
    };
    train.columns.check_kinds()?;
    let is_given = |id| matches.value_source(id) == Some(ValueSource::CommandLine);
    if is_given("test") && is_given("test_data") {
        return Err(wrong_use(
            "--test: what --test-data names is tested on, and no share of DATA: leave one of them out",
        ));
    }
    if is_given("hidden") && train.hidden.0.is_empty() {
        let of_hidden = [
            ("--dropout", is_given("dropout") && train.dropout > 0.0),
            ("--activation", is_given("activation")),
        ];
        if let Some((option, _)) = of_hidden.into_iter().find(|(_, is_given)| *is_given) {
            return Err(wrong_use(&format!(
                "{option}: it is of hidden layers, and --hidden none has none: leave one of them out"
            )));
        }
    }
    Ok(())
}

/// The options of the run in a folder.
pub(crate) fn of_run(folder: &Path) -> Result<Box<TrainArgs>, CliError> {
    let config = folder.join(CONFIG).into_os_string();
    let line = ["densely".into(), "train".into(), "--config".into(), config];
    let (cli, _) = parse(line)?;
    let Command::Train(train) = cli.command else { unreachable!("it was asked for") };
    Ok(train)
}

/// The file that the options of a training are read from: of a run that goes on, its own.
fn config_of(train: &TrainArgs) -> Option<PathBuf> {
    let of_run = || train.out.as_ref().filter(|_| train.resume).map(|folder| folder.join(CONFIG));
    train.config.clone().or_else(of_run)
}

/// An error of a value that is in a file.
fn in_file(path: &Path, error: &clap::Error) -> clap::Error {
    let text = error.render().to_string();
    // The sentence, and the values to choose from, without the hint at the help.
    let sentence = text.split("\n\n").next().unwrap_or_default();
    let sentence = sentence.strip_prefix("error: ").unwrap_or(sentence);
    refused(path, &sentence.lines().map(str::trim).collect::<Vec<_>>().join(" "))
}

fn refused(path: &Path, message: &str) -> clap::Error {
    let message = without_its_middle(message);
    let message = visible(&format!("{}: {message}", path.display())).into_owned();
    Cli::command().error(ErrorKind::InvalidValue, message)
}

/// A message in which a value is not repeated that nobody could read.
fn without_its_middle(message: &str) -> Cow<'_, str> {
    /// Characters that are left at the beginning, and at the end.
    const SHOWN: usize = 600;
    let mut places = message.char_indices();
    let (Some((begin, _)), Some((end, _))) =
        (places.nth(SHOWN), message.char_indices().nth_back(SHOWN))
    else {
        return Cow::Borrowed(message);
    };
    match begin < end {
        true => Cow::Owned(format!("{} … {}", &message[..begin], &message[end..])),
        false => Cow::Borrowed(message),
    }
}

fn parse_once(args: &[OsString]) -> Result<(Cli, ArgMatches), clap::Error> {
    let matches = Cli::command().try_get_matches_from(args)?;
    let cli = Cli::from_arg_matches(&matches)?;
    let (_, matches) = matches.subcommand().expect("clap requires a command");
    Ok((cli, matches.clone()))
}

#[derive(Default)]
struct Options {
    options: Vec<OsString>,
    /// The data after what says that they are no option, whatever their name.
    data: Vec<OsString>,
}

impl Options {
    /// Leaves out those that the line has, too, where the values of both would add up. Of all others, the last value counts.
    fn leave_out_given(&mut self, known: &[KnownOption], line: &ArgMatches) {
        let is_given =
            |option: &&KnownOption| line.value_source(&option.id) == Some(ValueSource::CommandLine);
        for option in known.iter().filter(|option| option.adds_up).filter(is_given) {
            let begins = format!("--{}=", option.name);
            self.options.retain(|option| !option.to_string_lossy().starts_with(&begins));
        }
    }
}

/// The options in a file, by name.
pub(crate) fn table(path: &Path) -> Result<Table, CliError> {
    let text = read_text(path).map_err(CliError::file(path))?;
    let refuse = |error: toml::de::Error| refused(path, &with_its_place(&error, &text));
    Ok(text.parse().map_err(refuse)?)
}

fn read(path: &Path) -> Result<Options, CliError> {
    let refuse = |message: String| refused(path, &message);
    let table = table(path)?;
    let known = known_options();
    let mut read = Options::default();
    for (key, value) in table {
        let Some(option) = known.iter().find(|option| option.name == key) else {
            let names = || known.iter().map(|option| option.name.as_str());
            let like = nearest(&key, names()).map(|like| format!(" (did you mean {like}?)"));
            let (like, names) = (like.unwrap_or_default(), names().collect::<Vec<_>>().join(", "));
            return Err(refuse(format!("unknown option \"{key}\"{like}; there are {names}")).into());
        };
        match (key.as_str(), text_of(&value)) {
            (_, None) => return Err(refuse(format!("\"{key}\" cannot be a table")).into()),
            ("data", Some(data)) => {
                let several = value.as_array();
                let several = several.map(|values| values.iter().filter_map(text_of).collect());
                let paths: Vec<String> = several.unwrap_or_else(|| vec![data]);
                read.data = [OsString::from("--")]
                    .into_iter()
                    .chain(paths.into_iter().map(Into::into))
                    .collect();
            }
            (_, Some(_)) if option.is_flag && value == Value::Boolean(false) => {}
            (_, Some(_)) if option.is_flag && value == Value::Boolean(true) => {
                read.options.push(format!("--{key}").into());
            }
            (_, Some(text)) => {
                // Of widths, an empty list is no less clear than the word.
                let is_empty = value.as_array().is_some_and(Vec::is_empty);
                let text = if is_empty && key == "hidden" { "none".to_owned() } else { text };
                // Several names, and several files, are those of one each, whatever is in them.
                let several = value.as_array().filter(|_| option.is_names || option.is_files);
                match several.map(|values| values.iter().filter_map(text_of).collect::<Vec<_>>()) {
                    None => read.options.push(format!("--{key}={text}").into()),
                    Some(names) => read.options.extend(names.into_iter().map(|name| {
                        let name = if option.is_names { quoted(&name) } else { name };
                        format!("--{key}={name}").into()
                    })),
                }
            }
        }
    }
    Ok(read)
}

/// What is wrong with a text that is no TOML, and where.
fn with_its_place(error: &toml::de::Error, text: &str) -> String {
    let message = error.message();
    let before = error.span().and_then(|span| text.get(..span.start));
    before.map_or(message.to_owned(), |before| {
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("line {line}, column {column}: {message}")
    })
}

/// The text of a config, which may come from a pipe, but has an end.
fn read_text(path: &Path) -> io::Result<String> {
    const LONGEST: u64 = 1 << 24;
    let mut text = String::new();
    File::open(path)?.take(LONGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too long for a config"));
    }
    Ok(text)
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

/// A name as a table has it in which others follow.
pub(crate) fn quoted(name: &str) -> String {
    if name.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", name.replace('"', "\"\""))
    } else {
        name.to_owned()
    }
}

/// An option that a config may have.
struct KnownOption {
    /// As on the command line.
    name: String,
    id: String,
    /// It is there or not, and has no value.
    is_flag: bool,
    is_number: bool,
    is_path: bool,
    /// It is a list of names.
    is_names: bool,
    /// Given several times, it has all of the values, not the last one.
    adds_up: bool,
    /// It is a list of files.
    is_files: bool,
}

fn known_options() -> Vec<KnownOption> {
    let options = options_of("train").into_iter();
    options.filter(|option| !NOT_IN_A_CONFIG.contains(&option.name.as_str())).collect()
}

/// All options of a command.
fn options_of(command: &str) -> Vec<KnownOption> {
    let cli = Cli::command();
    let command = cli.find_subcommand(command).expect("there is this command");
    let numbers = [TypeId::of::<f64>(), TypeId::of::<usize>(), TypeId::of::<u64>()];
    let is_path = |arg: &clap::Arg| arg.get_value_parser().type_id() == TypeId::of::<PathBuf>();
    let adds_up = |arg: &clap::Arg| matches!(arg.get_action(), ArgAction::Append);
    let known = |arg: &clap::Arg| KnownOption {
        name: arg.get_long().unwrap_or(arg.get_id().as_str()).to_owned(),
        id: arg.get_id().to_string(),
        is_flag: matches!(arg.get_action(), ArgAction::SetTrue),
        is_path: is_path(arg),
        is_files: is_path(arg) && adds_up(arg),
        is_names: arg.get_value_parser().type_id() == TypeId::of::<Names>(),
        adds_up: adds_up(arg),
        is_number: numbers.iter().any(|number| arg.get_value_parser().type_id() == *number),
    };
    command.get_arguments().map(known).collect()
}

/// The options that were given to `tune` and that its result depends on, with files by their whole paths.
///
/// # Errors
/// For the name of a file that is no text.
pub(crate) fn given(matches: &ArgMatches) -> Result<Vec<OptionText>, CliError> {
    let is_given = |option: &KnownOption| {
        matches.value_source(&option.id) == Some(ValueSource::CommandLine)
            && !NOT_IN_A_CONFIG.contains(&option.name.as_str())
    };
    let options = options_of("tune").into_iter().filter(is_given);
    let value = |option: KnownOption| {
        let text = text(matches, &option)?;
        Ok(text.map(|text| (option.name, text)))
    };
    let given = options.filter_map(|option| value(option).transpose());
    Ok(from_anywhere(&given.collect::<Result<Vec<_>, CliError>>()?))
}

/// The command line of `train` with those of these options that it has.
pub(crate) fn train(options: &[OptionText]) -> Result<(TrainArgs, ArgMatches), CliError> {
    let known = options_of("train");
    let is_known = |(name, _): &&OptionText| known.iter().any(|option| option.name == *name);
    let options: Vec<_> = options.iter().filter(is_known).cloned().collect();
    let (cli, matches) = parse_once(&as_line("train", &options).all())?;
    match cli.command {
        Command::Train(args) => Ok((*args, matches)),
        _ => unreachable!("it was asked for"),
    }
}

/// Options as they would be on a command line.
fn as_line(command: &str, options: &[OptionText]) -> Line {
    let known = options_of(command);
    let mut line =
        Line { command: ["densely", command].map(OsString::from), of: Options::default() };
    for (name, text) in options {
        if name == DATA {
            let paths = text.split(SEPARATOR).map(OsString::from);
            line.of.data = [OsString::from("--")].into_iter().chain(paths).collect();
        } else if known.iter().any(|option| option.name == *name && option.is_flag) {
            line.of.options.push(format!("--{name}").into());
        } else {
            let texts = text.split(SEPARATOR);
            line.of.options.extend(texts.map(|text| format!("--{name}={text}").into()));
        }
    }
    line
}

struct Line {
    command: [OsString; 2],
    of: Options,
}

impl Line {
    fn all(&self) -> Vec<OsString> {
        [&self.command[..], &self.of.options, &self.of.data].concat()
    }
}

/// The command line of a search that goes on: its options, and then those that are given now.
fn resumed(
    args: &[OsString],
    tune: &TuneArgs,
    matches: &ArgMatches,
) -> Result<Vec<OsString>, CliError> {
    let folder = tune.train.out.clone().unwrap_or_default();
    let Line { command, mut of } = as_line("tune", &stored_options(&folder)?);
    of.leave_out_given(&options_of("tune"), matches);
    if !tune.train.data.is_empty() {
        of.data.clear();
    }
    Ok([&command[..], &of.options, &args[2..], &of.data].concat())
}

/// Every option that has a value, by default or not, as text. `told` are the values of options
/// whose default depends on the data or on other options, by their names; what was asked for
/// comes before them, and `resolved` before that.
///
/// # Errors
/// For the name of a file that is no text: a config could not have it.
pub(crate) fn options(
    matches: &ArgMatches,
    resolved: &[OptionText],
    told: &[OptionText],
) -> Result<Vec<OptionText>, CliError> {
    let value = |option: KnownOption| {
        let asked = match matches.value_source(&option.id) {
            None | Some(ValueSource::DefaultValue) => None,
            Some(_) => text(matches, &option)?,
        };
        let among = |texts: &[OptionText]| {
            texts.iter().find(|(name, _)| *name == option.name).map(|(_, text)| text.clone())
        };
        let text = match among(resolved).or(asked).or_else(|| among(told)) {
            None => text(matches, &option)?,
            text => text,
        };
        Ok(text.map(|text| (option.name, text)))
    };
    known_options().into_iter().filter_map(|option| value(option).transpose()).collect()
}

fn text(matches: &ArgMatches, option: &KnownOption) -> Result<Option<String>, CliError> {
    let Some(values) = matches.get_raw(&option.id) else { return Ok(None) };
    let text = |value: &OsStr| match value.to_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(CliError::NotText(value.into())),
    };
    let separator = if option.is_files { SEPARATOR } else { "," };
    Ok(Some(values.map(text).collect::<Result<Vec<_>, _>>()?.join(separator)))
}

/// The same options with files by their whole paths, so that they can be read from another folder.
/// A path that could not be written so stays as it was given.
pub(crate) fn from_anywhere(options: &[OptionText]) -> Vec<OptionText> {
    let known = known_options();
    let is_path = |name: &str| known.iter().any(|option| option.is_path && option.name == name);
    let whole = |path: &str| whole(Path::new(path)).into_os_string().into_string().ok();
    let text = |(name, text): &OptionText| {
        // Standard input is no file.
        let from_anywhere = |text: &str| match is_path(name) && text != "-" {
            true => whole(text).unwrap_or_else(|| text.to_owned()),
            false => text.to_owned(),
        };
        let texts = text.split(SEPARATOR).map(from_anywhere);
        (name.clone(), texts.collect::<Vec<_>>().join(SEPARATOR))
    };
    options.iter().map(text).collect()
}

/// The config that repeats a run with these options, also where defaults have changed: each is
/// read as the text that it was.
pub(crate) fn write(options: &[OptionText]) -> String {
    let known = known_options();
    let value = |(name, text): &OptionText| {
        let option = known.iter().find(|option| option.name == *name);
        (name.clone(), option.map_or(Value::String(text.clone()), |option| option.value(text)))
    };
    let table: Table = options.iter().map(value).collect();
    let version = env!("CARGO_PKG_VERSION");
    format!("{MARK} {version}, which `densely train --config` with this file repeats.\n{table}")
}

/// Whether a config with this first line is that of a run.
pub(crate) fn is_marked(line: &str) -> bool {
    line.starts_with(MARK)
}

/// Whether this may be the config of a run of an earlier version, which did not mark it: it has
/// nothing but options of ours, and all that there have always been.
pub(crate) fn is_whole(text: &str) -> bool {
    const ALWAYS: [&str; 5] = ["activation", "batch-size", "epochs", "hidden", "seed"];
    let known = known_options();
    let is_known = |key: &String| known.iter().any(|option| option.name == *key);
    text.parse::<Table>().is_ok_and(|table| {
        table.keys().all(is_known) && ALWAYS.iter().all(|name| table.contains_key(*name))
    })
}

impl KnownOption {
    /// The value that is read as this text.
    fn value(&self, text: &str) -> Value {
        if self.is_files && text.contains(SEPARATOR) {
            return Value::from(text.split(SEPARATOR).collect::<Vec<_>>());
        }
        let number = || match text.parse() {
            Ok(integer) => Some(Value::Integer(integer)),
            Err(_) => text.parse().ok().map(Value::Float),
        };
        let value = match text.parse() {
            Ok(set) if self.is_flag => Some(Value::Boolean(set)),
            _ if self.is_number => number(),
            _ => None,
        };
        // A number may be written in other ways than ours, as 1e-3.
        let same = value.filter(|value| text_of(value).as_deref() == Some(text));
        same.unwrap_or_else(|| Value::String(text.to_owned()))
    }
}

#[cfg(test)]
mod tests;
