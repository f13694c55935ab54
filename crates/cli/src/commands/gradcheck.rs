//! `densely gradcheck`.

mod bar;
mod model;
mod table;

use std::io::Write;
use std::time::Instant;

use densely_gradcheck::{Config, Failure, Report};
use densely_proofs::{Proof, activations, layers, losses, optimizers};
use serde_json::{Value, json};

use crate::args::GradcheckArgs;
use crate::error::CliError;
use crate::output::{DIM, counted, eprintln};

/// Cases of each thing in the library.
const CASES: u32 = 256;
/// Batches that go through a model.
const BATCHES: u32 = 8;

/// Things that are checked together, under one title.
struct Section {
    title: String,
    checked: Vec<Checked>,
}

/// What was checked, and what came out.
struct Checked {
    name: String,
    outcome: Result<Report, Box<Failure>>,
}

impl Checked {
    fn report(&self) -> &Report {
        self.outcome.as_ref().unwrap_or_else(|failure| &failure.report)
    }
}

pub(crate) fn run(args: &GradcheckArgs) -> Result<(), CliError> {
    let start = Instant::now();
    let config = |default| Config { cases: args.cases.unwrap_or(default), seed: args.seed };
    let sections = match &args.model {
        Some(path) => {
            let section = model::section(path, config(BATCHES))?;
            table::print(&section);
            vec![section]
        }
        None => {
            let lists = [
                ("Layers", layers()),
                ("Activations", activations()),
                ("Losses", losses()),
                ("Optimisers", optimizers()),
            ];
            let print = |(title, list): (&str, Vec<Proof>)| {
                let section = proven(title, &list, config(CASES));
                table::print(&section);
                section
            };
            lists.map(print).into()
        }
    };
    for explanation in explanations(&sections, args.model.is_some()) {
        eprintln!("{explanation}");
    }
    let seconds = start.elapsed().as_secs_f64();
    // As wide, however long it took.
    let decimals = usize::from(seconds < 10.0);
    eprintln!(
        "{}; seed {}, {seconds:.decimals$} s {DIM}(│ is what is allowed; a character is a decade, from 1e-16){DIM:#}",
        summary(&sections, args.model.is_some()),
        args.seed,
    );
    if args.json {
        writeln!(std::io::stdout(), "{}", to_json(&sections, args, seconds))?;
    }
    // Its JSON says which are wrong.
    verdict(&sections)
        .map_err(|error| if args.json { CliError::Told(Box::new(error)) } else { error })
}

/// A list of the library's.
fn proven(title: &str, proofs: &[Proof], config: Config) -> Section {
    let check =
        |proof: &Proof| Checked { name: proof.name().to_owned(), outcome: proof.run(config) };
    Section { title: title.to_owned(), checked: proofs.iter().map(check).collect() }
}

fn all(sections: &[Section]) -> impl DoubleEndedIterator<Item = &Checked> {
    sections.iter().flat_map(|section| &section.checked)
}

/// Says what is wrong. In a network, a wrong layer makes those before it wrong, too: only the
/// last is of interest, and the network as a whole only if all layers are right.
fn explanations(sections: &[Section], network: bool) -> Vec<String> {
    let mut failures: Vec<_> =
        all(sections).filter_map(|checked| checked.outcome.as_ref().err()).collect();
    if network && failures.len() > 1 {
        failures.retain(|failure| failure.subject != "network");
        failures.drain(..failures.len() - 1);
    }
    failures.iter().map(|failure| failure.explanation()).collect()
}

/// How many are right, in how many cases: those of a network go through all of its parts.
fn summary(sections: &[Section], network: bool) -> String {
    let lines: Vec<_> = all(sections).flat_map(table::lines).collect();
    let right = lines.iter().filter(|line| line.passed()).count();
    let cases = all(sections).map(|checked| checked.report().cases() as usize);
    let cases = if network { cases.max().unwrap_or(0) } else { cases.sum() };
    let share = if right == lines.len() { "all".to_owned() } else { format!("{right} of") };
    format!("{share} {} right in {}", lines.len(), counted(cases, "case"))
}

/// An error, if anything is wrong.
fn verdict(sections: &[Section]) -> Result<(), CliError> {
    let wrong = all(sections).filter(|checked| checked.outcome.is_err());
    let names: Vec<_> = wrong.map(|checked| checked.name.clone()).collect();
    if names.is_empty() { Ok(()) } else { Err(CliError::WrongGradients(names)) }
}

fn to_json(sections: &[Section], args: &GradcheckArgs, seconds: f64) -> Value {
    let subject = |checked: &Checked| {
        let rows = checked.report().rows().iter().map(|row| {
            json!({
                "target": row.target,
                "check": row.check.name(),
                "error": row.error,
                "allowed": row.tolerance,
                "passed": row.passed(),
            })
        });
        json!({
            "name": checked.name,
            "cases": checked.report().cases(),
            "passed": checked.outcome.is_ok(),
            "checks": rows.collect::<Vec<_>>(),
            "failure": checked.outcome.as_ref().err().map(|failure| failure_to_json(failure)),
        })
    };
    json!({
        "model": args.model,
        "seed": args.seed,
        "passed": verdict(sections).is_ok(),
        "seconds": seconds,
        "subjects": all(sections).map(subject).collect::<Vec<_>>(),
    })
}

fn failure_to_json(failure: &Failure) -> Value {
    json!({
        "check": failure.check.name(),
        "target": failure.target,
        "entry": failure.entry,
        "actual": failure.actual,
        "expected": failure.expected,
        "error": failure.error,
        "allowed": failure.tolerance,
        "guess": failure.guess.map(|guess| guess.to_string()),
    })
}

#[cfg(test)]
mod tests;
