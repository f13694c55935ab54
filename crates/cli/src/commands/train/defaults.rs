//! What suits the data, where options do not say otherwise.

use std::borrow::Cow;

use clap::ArgMatches;
use clap::parser::ValueSource;
use densely::optim::{ConstantRate, Described, Penalty, Value};

use super::Chosen;
use crate::args::TrainArgs;
use crate::error::CliError;

/// The weight decay that suits so many examples is this, divided by their number: the penalty stands for what is thought
/// of weights before any example is seen, and each example counts against it. See `docs/defaults.md`.
const OF_ALL: f64 = 1.5;

/// The options, with what suits so many examples, of which it may be validated how they are learnt.
pub(super) fn suited<'a>(
    args: &'a TrainArgs,
    matches: &ArgMatches,
    examples: usize,
    validates: bool,
) -> Result<Cow<'a, TrainArgs>, CliError> {
    let is_open = |id: &str| matches.value_source(id) == Some(ValueSource::DefaultValue);
    let mut suited = Cow::Borrowed(args);
    if is_open("schedule") && !validates {
        suited.to_mut().schedule = ConstantRate::SPEC.name().parse().expect("it has no options");
    }
    let default = Penalty::WEIGHT_DECAY.default();
    let decay = Chosen::read(args)?.told().find(|(name, _)| name == Penalty::WEIGHT_DECAY.name());
    let is_own =
        |(_, decay): &(String, String)| default.as_ref().is_some_and(|d| d.to_string() == *decay);
    if args.weight_decay.is_none()
        && args.optimizer.is_plain()
        && decay.as_ref().is_some_and(is_own)
        && let Some(Value::Number(most)) = default
    {
        suited.to_mut().weight_decay = Some(rounded(OF_ALL / examples as f64).min(most));
    }
    Ok(suited)
}

/// A positive number with two significant digits, to be read.
fn rounded(number: f64) -> f64 {
    format!("{number:.1e}").parse().expect("it is a number")
}
