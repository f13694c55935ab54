//! `densely notes`.

use std::fs;
use std::io::Write;
use std::time::Instant;

use densely_notes::{EXPERIMENTS, Experiment, Lab, Outcome, Verdict, page};
use serde_json::json;

use crate::args::NotesArgs;
use crate::error::CliError;
use crate::input;
use crate::output::{self, BOLD, DIM};

pub(crate) fn run(args: &NotesArgs) -> Result<(), CliError> {
    let experiments = match args.experiments.as_slice() {
        [] => EXPERIMENTS,
        some => some,
    };
    if args.list {
        return list(experiments);
    }
    if let Some(folder) = &args.out {
        fs::create_dir_all(folder).map_err(CliError::file(folder))?;
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
            let path = folder.join(format!("{}.svg", experiment.name()));
            fs::write(&path, &outcome.picture).map_err(CliError::file(&path))?;
        }
        results.push((*experiment, outcome));
    }
    // A page of some experiments would replace that of all.
    if let (Some(folder), true) = (&args.out, args.experiments.is_empty()) {
        let path = folder.join("README.md");
        fs::write(&path, page(&results)).map_err(CliError::file(&path))?;
    }
    Ok(())
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
        "verdict": outcome.verdict,
        "finding": outcome.finding,
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
    writeln!(out, "  \"{}\"\n", experiment.claim())?;
    writeln!(out, "{}\n", table.trim_fmt())?;
    writeln!(out, "{style}The claim {}.{style:#} {}\n", outcome.verdict, outcome.finding)?;
    Ok(())
}
