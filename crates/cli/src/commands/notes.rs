//! `densely notes`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use densely::formats::WholeFile;
use densely_notes::{EXPERIMENTS, Experiment, Lab, Outcome, Verdict, page};
use serde_json::json;

use crate::args::NotesArgs;
use crate::error::CliError;
use crate::input;
use crate::output::{self, BOLD, DIM};
use crate::run_folder::no_folder;

pub(crate) fn run(args: &NotesArgs) -> Result<(), CliError> {
    let experiments = match args.experiments.as_slice() {
        [] => EXPERIMENTS,
        some => some,
    };
    if args.list {
        return list(experiments);
    }
    if let Some(folder) = &args.out {
        fs::create_dir_all(folder).map_err(|error| no_folder(folder, error))?;
        // Before the work, so that none is done that cannot be kept.
        let pictures = experiments.iter().map(|experiment| picture(folder, experiment));
        let page = args.experiments.is_empty().then(|| folder.join(PAGE));
        for path in pictures.chain(page) {
            check(&path, args.force)?;
        }
    }
    let lab = Lab { threads: input::threads(args.threads)?, ..Lab::default() };
    let mut results = Vec::with_capacity(experiments.len());
    for experiment in experiments {
        let start = Instant::now();
        let outcome = experiment.run(&lab)?;
        match args.json {
            true => print_json(experiment, &outcome)?,
            false => print(experiment, &outcome, start.elapsed().as_secs_f64())?,
        }
        if let Some(folder) = &args.out {
            let path = picture(folder, experiment);
            WholeFile::write(&path, &outcome.picture).map_err(CliError::file(path))?;
        }
        results.push((*experiment, outcome));
    }
    // A page of some experiments would replace that of all.
    if let (Some(folder), true) = (&args.out, args.experiments.is_empty()) {
        let path = folder.join(PAGE);
        WholeFile::write(&path, page(&results)).map_err(CliError::file(path))?;
    }
    Ok(())
}

/// The page of all experiments.
const PAGE: &str = "README.md";

fn picture(folder: &Path, experiment: &Experiment) -> PathBuf {
    folder.join(format!("{}.svg", experiment.name()))
}

/// Whether a file may be written: if there is none, or it is ours and may be overwritten.
fn check(path: &Path, overwrite: bool) -> Result<(), CliError> {
    if fs::symlink_metadata(path).is_err() {
        // Tried, and not kept.
        return WholeFile::create(path).map(drop).map_err(CliError::file(path));
    }
    // To read a pipe would wait for somebody to write into it.
    let file = fs::metadata(path).is_ok_and(|found| found.is_file());
    let text = if file { fs::read_to_string(path).unwrap_or_default() } else { String::new() };
    let ours = if path.ends_with(PAGE) { is_page(&text) } else { is_picture(&text) };
    match (ours, overwrite) {
        (false, _) => Err(CliError::ForeignFile(path.to_owned())),
        (true, false) => Err(CliError::FileExists(path.to_owned())),
        (true, true) => Ok(()),
    }
}

/// Whether this is a page of ours: it has our title, and says how it is written. Other pages may
/// say that, too.
fn is_page(text: &str) -> bool {
    let title = page(&[]).lines().next().map(str::to_owned);
    text.lines().next() == title.as_deref() && text.contains("densely notes --out")
}

/// Whether this is a picture of ours, which is drawn four times as large as it is shown.
fn is_picture(text: &str) -> bool {
    let number = |name: &str| {
        let (_, rest) = text.lines().next()?.split_once(&format!("{name}=\""))?;
        rest.split(['"', ' ']).next()?.parse::<u32>().ok()
    };
    let (Some(width), Some(height)) = (number("<svg width"), number(" height")) else {
        return false;
    };
    let size = format!("viewBox=\"0 0 {} {}\"", 4 * u64::from(width), 4 * u64::from(height));
    text.lines().next().is_some_and(|line| line.contains(&size))
}

fn list(experiments: &[Experiment]) -> Result<(), CliError> {
    let mut table = output::table(&["experiment", ""]);
    for column in table.column_iter_mut() {
        column.set_cell_alignment(comfy_table::CellAlignment::Left);
    }
    for experiment in experiments {
        table.add_row([experiment.name(), experiment.title()]);
    }
    Ok(writeln!(anstream::stdout(), "{}", table.trim_fmt())?)
}

fn print_json(experiment: &Experiment, outcome: &Outcome) -> Result<(), CliError> {
    let fields = json!({
        "name": experiment.name(),
        "claim": experiment.claim(),
        "source": experiment.source(),
        "link": experiment.link(),
        "verdict": outcome.verdict,
        "finding": outcome.finding,
        "statements": outcome.statements,
        "figures": outcome.figures,
    });
    Ok(writeln!(std::io::stdout(), "{fields}")?)
}

fn print(experiment: &Experiment, outcome: &Outcome, seconds: f64) -> Result<(), CliError> {
    let mut table = output::table(&outcome.figures.header);
    for row in &outcome.figures.rows {
        table.add_row(row);
    }
    let color = match outcome.verdict {
        Verdict::Held => anstyle::AnsiColor::Green,
        Verdict::InPart => anstyle::AnsiColor::Yellow,
        Verdict::NotHeld => anstyle::AnsiColor::Red,
    };
    let style = color.on_default().bold();
    let mut out = anstream::stdout();
    writeln!(
        out,
        "{BOLD}{}{BOLD:#} {DIM}({}, {seconds:.1} s){DIM:#}",
        experiment.title(),
        experiment.name()
    )?;
    writeln!(out, "  {}\n  {DIM}{}{DIM:#}\n", experiment.claim(), experiment.link())?;
    writeln!(out, "{}\n", table.trim_fmt())?;
    writeln!(out, "{style}The claim {}.{style:#} {}", outcome.verdict, outcome.finding)?;
    for statement in &outcome.statements {
        writeln!(out, "  {statement}")?;
    }
    writeln!(out)?;
    Ok(())
}
