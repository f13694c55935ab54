//! `densely runs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::args::RunsArgs;
use crate::config;
use crate::epoch_line::EpochLine;
use crate::error::CliError;
use crate::input;
use crate::output::{self, eprintln, metric, metric_name, short};
use crate::run_folder::{CONFIG, MODEL, is_judged, is_run};
use crate::visible::visible;

/// Metrics of the part that was held out, in the order in which people want to see them.
const METRIC_NAMES: [&str; 5] = ["accuracy", "r2", "rmse", "mae", "loss"];

/// Options that the result does not depend on.
const WITHOUT_EFFECT: [&str; 1] = ["threads"];

/// A run, as far as it is known from its folder.
struct Found {
    folder: PathBuf,
    options: BTreeMap<String, String>,
    results: BTreeMap<String, String>,
    epochs: Vec<EpochLine>,
}

pub(crate) fn run(args: &RunsArgs) -> Result<(), CliError> {
    let mut folders = Vec::new();
    for folder in &args.folders {
        folders.extend(runs_in(folder)?);
    }
    let (mut runs, mut unreadable) = (Vec::new(), Vec::new());
    for folder in &folders {
        match Found::read(folder) {
            Ok(run) => runs.push(run),
            Err(error) => unreadable.push(error.in_one_line()),
        }
    }
    let differing = differing(&runs);
    for error in &unreadable {
        eprintln!("a run that cannot be read is left out: {}", visible(error));
    }
    if args.json {
        let runs: Value = runs.iter().map(Found::json).collect();
        let line =
            json!({ "runs": runs, "differing_options": differing, "unreadable": unreadable });
        writeln!(std::io::stdout(), "{line}")?;
        return Ok(());
    }
    if runs.is_empty() && unreadable.is_empty() {
        let folders: Vec<_> = args.folders.iter().map(|of| of.display().to_string()).collect();
        eprintln!("{}: there are no runs", visible(&folders.join(", ")));
        return Ok(());
    }
    print(&runs, &differing)
}

/// A folder that is a run, or those in it that are, in the order of their names and numbers.
fn runs_in(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    if is_run(folder) {
        return Ok(vec![folder.to_owned()]);
    }
    let entries = match fs::read_dir(folder) {
        // Where runs are kept, if there was none yet.
        Err(error) if error.kind() == ErrorKind::NotFound && folder == Path::new("runs") => {
            return Ok(Vec::new());
        }
        entries => entries.map_err(CliError::file(folder))?,
    };
    let mut runs = Vec::new();
    for entry in entries {
        let path = entry.map_err(CliError::file(folder))?.path();
        if path.is_dir() && is_run(&path) {
            runs.push(path);
        }
    }
    runs.sort_by_cached_key(|path| numbered(&path.display().to_string()));
    Ok(runs)
}

/// A name before its number, so that `digits-2` comes before `digits-10`.
fn numbered(name: &str) -> (String, u64) {
    let split = name.rsplit_once('-').and_then(|(stem, number)| Some((stem, number.parse().ok()?)));
    split.map_or_else(|| (name.to_owned(), 1), |(stem, number)| (stem.to_owned(), number))
}

impl Found {
    fn read(folder: &Path) -> Result<Self, CliError> {
        let table = config::table(&folder.join(CONFIG))?;
        let text = |value: toml::Value| match value {
            toml::Value::String(text) => text,
            other => other.to_string(),
        };
        let options = table.into_iter().map(|(name, value)| (name, text(value))).collect();
        // A run that goes on may have no model yet.
        let results = match folder.join(MODEL).is_file() {
            false => BTreeMap::new(),
            true => input::provenance(folder)?.results,
        };
        Ok(Self { folder: folder.to_owned(), options, results, epochs: EpochLine::of_run(folder)? })
    }

    /// How it ended, if it did.
    fn state(&self) -> &'static str {
        match self.epochs.last() {
            Some(last) if last.diverged.is_some() => "diverged",
            _ if is_judged(&self.results) => "complete",
            _ => "unfinished",
        }
    }

    /// A metric of the test part, or where there is none, of validation.
    fn metric(&self, name: &str) -> Option<(&'static str, f64)> {
        ["test", "validation"].into_iter().find_map(|part| {
            let value = self.results.get(&format!("{part}_{name}"))?.parse().ok()?;
            Some((part, value))
        })
    }

    fn findings(&self) -> &[String] {
        self.epochs.last().map_or(&[], |last| &last.findings)
    }

    fn json(&self) -> Value {
        let number = |text: &String| text.parse::<f64>().map_or(Value::Null, Value::from);
        let results: BTreeMap<_, _> =
            self.results.iter().map(|(name, text)| (name, number(text))).collect();
        json!({
            "folder": self.folder.display().to_string(),
            "state": self.state(),
            "epochs": self.epochs.len(),
            "kept_epoch": EpochLine::kept(&self.epochs).map(|kept| kept.epoch),
            "results": results,
            "options": self.options,
            "findings": self.findings(),
        })
    }
}

/// The options that are not the same in all runs.
fn differing(runs: &[Found]) -> Vec<&str> {
    let names: BTreeSet<&String> = runs.iter().flat_map(|run| run.options.keys()).collect();
    let differs = |name: &&String| {
        let values: BTreeSet<_> = runs.iter().map(|run| run.options.get(*name)).collect();
        values.len() > 1 && !WITHOUT_EFFECT.contains(&name.as_str())
    };
    names.into_iter().filter(differs).map(String::as_str).collect()
}

fn print(runs: &[Found], differing: &[&str]) -> Result<(), CliError> {
    let metrics: Vec<&str> = METRIC_NAMES
        .into_iter()
        .filter(|name| runs.iter().any(|run| run.metric(name).is_some()))
        .collect();
    let mut out = anstream::stdout();
    let options = side_by_side(runs, &metrics, differing);
    if fits(&options) {
        writeln!(out, "{options}")?;
    } else {
        writeln!(out, "{}", side_by_side(runs, &metrics, &[]))?;
        // Too many, or too long, to stand beside each other.
        for run in runs {
            writeln!(out, "{}", options_of(run, differing))?;
        }
    }
    let of_validation = |run: &Found| {
        metrics.iter().any(|name| run.metric(name).is_some_and(|(part, _)| part != "test"))
    };
    if runs.iter().any(of_validation) {
        writeln!(out, "* of the validation part; all others of the test part")?;
    }
    for run in runs.iter().filter(|run| !run.findings().is_empty()) {
        let folder = run.folder.display().to_string();
        writeln!(out, "{}: {}", visible(&folder), visible(&run.findings().join("; ")))?;
    }
    Ok(())
}

/// Columns of a terminal that is not asked for more.
const WIDTH: usize = 80;

fn fits(table: &str) -> bool {
    table.lines().all(|line| line.chars().count() <= WIDTH)
}

/// The options of a run in which runs differ, in lines of their own.
fn options_of(run: &Found, differing: &[&str]) -> String {
    let option = |name: &&str| {
        let value = run.options.get(*name);
        let value = value.map_or_else(|| "left out".to_owned(), |value| quoted(short(value)));
        format!("--{name} {value}")
    };
    let (mut text, mut width) = (visible(&run.folder.display().to_string()).into_owned(), WIDTH);
    for option in differing.iter().map(option) {
        let more = option.chars().count() + 1;
        if width + more > WIDTH {
            text += "\n   ";
            width = 3;
        }
        text += " ";
        text += &option;
        width += more;
    }
    text
}

/// A value as one word.
fn quoted(value: String) -> String {
    let is_word = !value.is_empty() && !value.contains(char::is_whitespace);
    if is_word { value } else { format!("\"{value}\"") }
}

/// A table of runs and what came out, with these options.
fn side_by_side(runs: &[Found], metrics: &[&str], differing: &[&str]) -> String {
    let mut header = vec!["run", "state", "epochs"];
    header.extend(metrics.iter().map(|name| metric_name(name)));
    // As they are typed: there is a column of epochs already.
    let typed: Vec<String> = differing.iter().map(|name| format!("--{name}")).collect();
    header.extend(typed.iter().map(String::as_str));
    let mut table = output::table(&header);
    for run in runs {
        let mut cells = vec![
            visible(&run.folder.display().to_string()).into_owned(),
            run.state().to_owned(),
            run.epochs.len().to_string(),
        ];
        cells.extend(metrics.iter().map(|name| match run.metric(name) {
            None => "-".to_owned(),
            Some(("test", value)) => metric(name, value),
            // Of real values, in training these are in standard deviations of the target.
            Some((_, value)) => format!("{}*", metric(name, value)),
        }));
        cells.extend(differing.iter().map(|name| {
            run.options.get(*name).map_or_else(|| "-".to_owned(), |value| short(value))
        }));
        table.add_row(cells);
    }
    table.trim_fmt()
}
