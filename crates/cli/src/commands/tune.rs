//! `densely tune`.

mod kept;
mod log;
mod progress;
mod running;
mod searched;
mod summary;

use std::collections::BTreeMap;

use clap::ArgMatches;
use clap::parser::ValueSource;
use densely::models::{NetworkOptions, Trial};
use serde_json::{Value, json};

use super::train::{self, Raw, Typed};
use crate::args::{Dtype, TuneArgs};
use crate::config::{self, OptionText};
use crate::error::{CliError, wrong_use};
use crate::input;
use crate::output;
use crate::report::TrialsPage;
use crate::signals::Signals;
pub(crate) use log::{is_trials, stored_options};
use running::{JudgedBy, Running};
use searched::Searched;

/// Candidates to try, unless told otherwise.
const CANDIDATES: usize = 81;

/// Candidates of which the best are found, before others are tried in what is left of the time.
const AT_A_TIME: usize = 27;

pub(crate) fn run(
    args: &TuneArgs,
    matches: &ArgMatches,
    signals: &Signals,
) -> Result<(), CliError> {
    match args.train.dtype {
        Dtype::F32 => tune::<f32>(args, matches, signals),
        Dtype::F64 => tune::<f64>(args, matches, signals),
    }
}

fn tune<T: Typed>(
    args: &TuneArgs,
    matches: &ArgMatches,
    signals: &Signals,
) -> Result<(), CliError> {
    refuse(args, matches)?;
    let given = config::given(matches)?;
    // Of all that is searched on, nothing is held out once more.
    let of_train = |chosen: Vec<OptionText>| {
        let is_of_search = |name: &str| matches!(name, "patience" | "validation" | "schedule");
        let given = given.iter().filter(|(name, _)| !is_of_search(name)).cloned();
        let none = [("validation", "0"), ("schedule", "constant")];
        let none = none.map(|(name, value)| (name.to_owned(), value.to_owned()));
        config::train(&given.chain(none).chain(chosen).collect::<Vec<_>>())
    };
    let (base, _) = of_train(Vec::new())?;
    let searched = Searched::new(args, matches)?;
    let threads = input::threads(args.train.threads)?;
    let raw = Raw::read(&base, &threads)?;
    let folds = running::folds::<T>(&raw, args, &threads)?;
    let first = searched.candidates(1)?.remove(0);
    let first = searched.apply(&base, &first);
    running::try_options(&first, &folds[0].train)?;
    let judged_by = JudgedBy::of(&first, &folds[0].train)?;

    let kept = kept::open(args, &given, &raw, signals)?;
    summary::before(&raw, args, &folds, judged_by);
    let search = Running { args, base: &base, searched: &searched, folds: &folds, judged_by };
    let found = search.run(&kept.log, kept.seconds, &threads, signals);
    let lines = kept.finish()?;
    let folder = kept.folder;
    if let Some(signal) = signals.caught() {
        summary::stopped(signal, lines.len(), folder.path(), &base.data);
        return Err(CliError::Stopped(signal));
    }
    let found = found?;
    let best = found.best().map_err(|error| CliError::NoCandidate(error.to_string()))?;
    let scores = best.scores.as_ref().expect("the best has them");
    let influences = searched.influences(&found);
    summary::after(&found, &searched, &influences, judged_by);
    let options = |trial: &Trial<NetworkOptions>| searched.options(&trial.options);
    let path = folder.path().to_owned();
    let page =
        TrialsPage { folder: &path, search: &found, options: &options, influences: &influences };
    let page = page.page().and_then(|page| folder.write_page(&page));

    let mut chosen = options(best);
    chosen.push(("epochs".to_owned(), scores.epochs()[0].to_string()));
    let (mut last, matches) = of_train(chosen.clone())?;
    last.out = Some(path);
    (last.progress, last.no_report) = (args.train.progress, args.train.no_report);
    last.tensorboard = args.train.tensorboard;
    // What is in the folder is of this search, then.
    last.force = args.train.force || args.train.resume;
    drop(folder);
    let failed = found.trials().iter().filter(|trial| trial.scores.is_err()).count();
    let seconds = lines.iter().map(|line| line.seconds).fold(0.0, f64::max);
    let of_search = json!({
        "trials": found.trials().len(),
        "failed_trials": failed,
        "best_trial": best.number,
        "ranked_by": judged_by.name(),
        "best_score": scores.mean(),
        "best_score_deviation": scores.standard_deviation(),
        "search_seconds": seconds,
        "options": chosen.into_iter().collect::<BTreeMap<_, _>>(),
        "influences": influences.iter().map(|of| (of.option, of.share)).collect::<BTreeMap<_, _>>(),
    });
    let Value::Object(mut of_search) = of_search else { unreachable!("it has fields") };
    let trained = train::train_on::<T>(&last, &matches, || Ok(raw), true, &threads, None, signals);
    match trained {
        Ok(trained) => {
            let trained = trained.expect("one process searches, and writes the folder");
            trained.and_unsaved(page.err()).tell(args.train.json, of_search)?;
        }
        Err(error @ CliError::Stopped(_)) => return Err(error),
        // What was found is known, and took longer.
        Err(error) if args.train.json => {
            of_search.insert("error".to_owned(), Value::from(error.to_string()));
            output::print_json(&of_search)?;
            return Err(CliError::Told(Box::new(error)));
        }
        Err(error) => return Err(error),
    }
    match signals.caught() {
        None => Ok(()),
        Some(signal) => Err(CliError::Stopped(signal)),
    }
}

/// Refuses options of `train` that a search has no use for.
fn refuse(args: &TuneArgs, matches: &ArgMatches) -> Result<(), CliError> {
    for (id, message) in [
        ("config", "--config: give the options of a search on the command line"),
        (
            "memory",
            "--memory: a search keeps its table in memory; `densely train` takes it afterwards",
        ),
        ("validation", "--validation: folds are held out instead; --folds says how many"),
        (
            "schedule",
            "--schedule: the number of epochs is what is searched, and schedules depend on it; give \
             it to `densely train` afterwards",
        ),
    ] {
        if matches.value_source(id) == Some(ValueSource::CommandLine) {
            return Err(wrong_use(message));
        }
    }
    train::check_class_weights(&args.train)?;
    let is_given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    for (given, searched) in [
        ("hidden", "depths"),
        ("hidden", "widths"),
        ("activation", "activations"),
        ("dropout", "dropouts"),
        ("learning_rate", "learning_rates"),
        ("weight_decay", "weight_decays"),
        ("batch_size", "batch_sizes"),
    ] {
        if is_given(given) && is_given(searched) {
            let [given, searched] = [given, searched].map(|id| id.replace('_', "-"));
            return Err(wrong_use(&format!(
                "--{searched}: --{given} says what it is, so that nothing is left to choose: give one of them"
            )));
        }
    }
    let has_hidden = match is_given("hidden") {
        true => !args.train.hidden.0.is_empty(),
        false => args.depths.0.iter().any(|&depth| depth > 0),
    };
    for id in ["widths", "activations", "dropouts"] {
        if !has_hidden && is_given(id) {
            return Err(wrong_use(&format!(
                "--{id}: there is no hidden layer, so that it has no effect"
            )));
        }
    }
    if args.train.activation.0.len() > 1 && is_given("activation") && !is_given("hidden") {
        return Err(wrong_use(
            "--activation: one for each layer needs --hidden, which says how many",
        ));
    }
    Ok(())
}
