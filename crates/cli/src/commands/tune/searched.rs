//! What is searched, and what is as it was given.

use clap::ArgMatches;
use clap::parser::ValueSource;
use densely::models::{Influence, ModelError, NetworkOptions, Search, SearchSpace, Values};

use crate::args::{Activations, TrainArgs, TuneArgs, Widths};
use crate::config::OptionText;
use crate::error::{CliError, wrong_use};

/// The space of a search, without what was given for `train`.
pub(super) struct Searched {
    space: SearchSpace,
    hidden: bool,
    activation: bool,
    dropout: bool,
    learning_rate: bool,
    weight_decay: bool,
    batch_size: bool,
    /// Whether the first candidate is what `train` would do.
    begins_with_default: bool,
    seed: u64,
}

impl Searched {
    pub(super) fn new(args: &TuneArgs, matches: &ArgMatches) -> Result<Self, CliError> {
        let is_free = |id: &str| matches.value_source(id) != Some(ValueSource::CommandLine);
        let train = &args.train;
        let numbers = |free: bool, values: &Values, given: Option<f64>| match given {
            Some(value) if !free => Values::OneOf(vec![value]),
            _ => values.clone(),
        };
        let (hidden, activation) = (is_free("hidden"), is_free("activation"));
        let (dropout, batch_size) = (is_free("dropout"), is_free("batch_size"));
        let (rate, decay) = (is_free("learning_rate"), is_free("weight_decay"));
        let space = SearchSpace {
            depths: if hidden { args.depths.0.clone() } else { vec![train.hidden.0.len()] },
            widths: if hidden { args.widths.0.clone() } else { vec![1] },
            activations: if activation {
                args.activations.0.clone()
            } else {
                train.activation.0.clone()
            },
            dropouts: numbers(dropout, &args.dropouts.0, Some(train.dropout)),
            learning_rates: numbers(rate, &args.learning_rates.0, train.learning_rate),
            weight_decays: numbers(decay, &args.weight_decays.0, train.weight_decay),
            batch_sizes: if batch_size {
                args.batch_sizes.0.clone()
            } else {
                vec![train.batch_size]
            },
        };
        space.check().map_err(|error| refused(&error))?;
        // Without a hidden layer, nothing is behind one.
        let has_hidden = space.depths.iter().any(|&depth| depth > 0);
        let (activation, dropout) = (activation && has_hidden, dropout && has_hidden);
        Ok(Self {
            space,
            hidden,
            activation,
            dropout,
            learning_rate: rate,
            weight_decay: decay,
            batch_size,
            begins_with_default: is_free("optimizer"),
            seed: train.seed,
        })
    }

    /// So many candidates; more of them begin with the same ones.
    pub(super) fn candidates(&self, count: usize) -> Result<Vec<NetworkOptions>, CliError> {
        let candidates = self.space.candidates(count, self.seed);
        let mut candidates = candidates.map_err(|error| refused(&error))?;
        let default = NetworkOptions::default();
        if self.begins_with_default && self.space.contains(&default) {
            candidates[0] = default;
        }
        Ok(candidates)
    }

    /// The options of `train` that a candidate is.
    pub(super) fn options(&self, of: &NetworkOptions) -> Vec<OptionText> {
        let all = [
            (self.hidden, "hidden", Widths(of.hidden.clone()).to_string()),
            (self.activation, "activation", of.activation.to_string()),
            (self.dropout, "dropout", of.dropout.to_string()),
            (self.learning_rate, "learning-rate", of.learning_rate.to_string()),
            (self.weight_decay, "weight-decay", of.weight_decay.to_string()),
            (self.batch_size, "batch-size", of.batch_size.to_string()),
        ];
        let free = all.into_iter().filter(|(free, ..)| *free);
        free.map(|(_, name, value)| (name.to_owned(), value)).collect()
    }

    /// The arguments of `train` with those of a candidate.
    pub(super) fn apply(&self, args: &TrainArgs, of: &NetworkOptions) -> TrainArgs {
        let mut args = args.clone();
        if self.hidden {
            args.hidden = Widths(of.hidden.clone());
        }
        if self.activation {
            args.activation = Activations(vec![of.activation.clone()]);
        }
        if self.dropout {
            args.dropout = of.dropout;
        }
        if self.learning_rate {
            args.learning_rate = Some(of.learning_rate);
        }
        if self.weight_decay {
            args.weight_decay = Some(of.weight_decay);
        }
        if self.batch_size {
            args.batch_size = of.batch_size;
        }
        args
    }

    /// How much what is searched matters, those that matter most first.
    pub(super) fn influences(&self, search: &Search<NetworkOptions>) -> Vec<Influence> {
        let of = search.influences().into_iter();
        of.filter(|influence| self.is_searched(influence.option)).collect()
    }

    fn has_hidden(&self) -> bool {
        self.space.depths.iter().any(|&depth| depth > 0)
    }

    /// What may differ from one candidate to another, by the names that influences have.
    fn is_searched(&self, name: &str) -> bool {
        match name {
            "depth" => self.hidden && self.space.depths.len() > 1,
            "width" => self.hidden && self.has_hidden() && self.space.widths.len() > 1,
            "activation" => self.activation && self.space.activations.len() > 1,
            "dropout" => self.dropout && is_several(&self.space.dropouts),
            "learning rate" => self.learning_rate && is_several(&self.space.learning_rates),
            "weight decay" => self.weight_decay && is_several(&self.space.weight_decays),
            _ => self.batch_size && self.space.batch_sizes.len() > 1,
        }
    }
}

fn is_several(values: &Values) -> bool {
    match values {
        Values::OneOf(values) => values.len() > 1,
        Values::LogUniform(low, high) => low < high,
    }
}

/// A space that cannot be searched is a wrong use.
fn refused(error: &ModelError) -> CliError {
    wrong_use(&error.to_string())
}
