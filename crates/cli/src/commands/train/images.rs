//! What suits images, where options do not say otherwise.

use std::borrow::Cow;
use std::path::PathBuf;

use clap::ArgMatches;
use clap::parser::ValueSource;
use densely_files::ReadOptions;

use crate::args::TrainArgs;
use crate::error::CliError;
use crate::output::eprintln;
use crate::visible::visible;

/// Pixels keep what they are to each other: to be standardised makes most of those at the border, which hardly ever are
/// anything but 0.
const PREPROCESS: &str = "min-max";
const HIDDEN: &str = "256";
const DROPOUT: f64 = 0.3;
/// Dropout is enough.
const WEIGHT_DECAY: f64 = 0.0;

/// The options, with what suits images if the data are some.
pub(super) fn suited<'a>(
    args: &'a TrainArgs,
    matches: &ArgMatches,
) -> Result<Cow<'a, TrainArgs>, CliError> {
    let is_open = |id: &str| matches.value_source(id) == Some(ValueSource::DefaultValue);
    let mut suited = args.clone();
    let mut said = Vec::new();
    if is_open("preprocess") {
        suited.preprocess = PREPROCESS.parse()?;
        said.push(format!("--preprocess {PREPROCESS}"));
    }
    if is_open("hidden") {
        suited.hidden = HIDDEN.parse().expect("it is a width");
        said.push(format!("--hidden {HIDDEN}"));
    }
    if is_open("dropout") {
        suited.dropout = DROPOUT;
        said.push(format!("--dropout {DROPOUT}"));
    }
    if matches.value_source("weight_decay").is_none() && is_open("optimizer") {
        suited.weight_decay = Some(WEIGHT_DECAY);
        said.push(format!("--weight-decay {WEIGHT_DECAY}"));
    }
    if said.is_empty() || !are_images(args) {
        return Ok(Cow::Borrowed(args));
    }
    let source = crate::input::label(&args.data).display().to_string();
    eprintln!("{}: images, so {}", visible(&source), said.join(" "));
    Ok(Cow::Owned(suited))
}

/// What cannot be read is an error when it is.
fn are_images(args: &TrainArgs) -> bool {
    let are_images = |path: &PathBuf| ReadOptions::new().are_images(path).unwrap_or(false);
    !args.data.is_empty() && args.data.iter().all(are_images)
}
