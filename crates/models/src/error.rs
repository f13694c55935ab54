use densely_data::{DataError, Place};
use densely_layers::KindError;
use densely_loss::LossError;
use densely_optim::OptimError;
use densely_parts::listed;
use densely_preprocess::PreprocessError;
use densely_table::TableError;
use densely_tensor::{Figure, Scalar, ShapeError};
use thiserror::Error;

use crate::monitor::Diagnosis;
use crate::number_type::{most, smallest};
use crate::{Difference, ExchangeError};

/// Why a model could not be built, trained or used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ModelError {
    /// Sizes that do not fit.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A layer that cannot be made as asked.
    #[error(transparent)]
    Kind(#[from] KindError),
    /// Targets that do not fit the model's loss.
    #[error(transparent)]
    Loss(#[from] LossError),
    /// An optimiser that cannot make a step.
    #[error(transparent)]
    Optim(#[from] OptimError),
    /// Data that cannot be split as asked.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A table that is not as it should be.
    #[error(transparent)]
    Table(#[from] TableError),
    /// An encoding of other features than those that a model was trained on.
    #[error(
        "expected an encoding of the features {}, got one of {}", listed(.expected), listed(.actual)
    )]
    Features {
        /// Those that the model was trained on.
        expected: Vec<String>,
        /// Those of the encoding.
        actual: Vec<String>,
    },
    /// Preprocessing that cannot be fitted or made.
    #[error(transparent)]
    Preprocess(#[from] PreprocessError),
    /// A value that the model's numbers cannot hold.
    #[error(
        "column `{column}`, {place}: {}; correct the value{}", out_of_range(*.value, *.prepared, .scalar),
        wider(.scalar)
    )]
    OutOfRange {
        /// Where it is.
        place: Place,
        /// The name of the feature or the output.
        column: String,
        /// The value.
        value: f64,
        /// What preprocessing makes of it.
        prepared: f64,
        /// The type of the model's numbers, `"f32"` or `"f64"`.
        scalar: &'static str,
    },
    /// A real target that is negative, for a loss whose predictions never are.
    #[error(
        "column `{column}`, {place}: expected a target that is not negative, as the loss wants it, got {value}; correct \
         the value, or take another loss"
    )]
    Negative {
        /// Where it is.
        place: Place,
        /// The name of the output.
        column: String,
        /// The value.
        value: f64,
    },
    /// A real target without a logarithm, where that is learnt.
    #[error(
        "column `{column}`, {place}: a target must be above 0 for its logarithm, which is learnt, got {value}; correct \
         the value, or leave the row out"
    )]
    NotPositive {
        /// Where it is.
        place: Place,
        /// The name of the output.
        column: String,
        /// The value.
        value: f64,
    },
    /// A network that puts out an infinity or NaN, though its inputs are finite.
    #[error(
        "{place}: the network's output is {output}, which is no prediction; the values there are \
         too large for its weights in {scalar}: correct them{}", wider(.scalar)
    )]
    NotFiniteOutput {
        /// Which example it is for.
        place: Place,
        /// The output.
        output: f64,
        /// The type of the model's numbers, `"f32"` or `"f64"`.
        scalar: &'static str,
    },
    /// A prediction that is no finite number in the units of the target.
    #[error(
        "{place}: the network's output is {score:.3} times the deviation of `{column}` in training, \
         {deviation:.3e}, {} its mean, {mean:.3e}, a prediction too large for f64 (at most {:.3e}): \
         correct the row, or train on the target in larger units, as `{column}` divided by 1000",
        if *.score < 0.0 { "below" } else { "above" }, f64::MAX, score = Figure(.score.abs())
    )]
    PredictionTooLarge {
        /// Which example it is for.
        place: Place,
        /// The name of the output.
        column: String,
        /// The network's output.
        score: f64,
        /// The mean of the target in training.
        mean: f64,
        /// The standard deviation of the target in training.
        deviation: f64,
    },
    /// A prediction that is the exponential of what the network says, and no finite number.
    #[error(
        "{place}: {logarithm:.3} is predicted for the logarithm of `{column}`, whose exponential is too large for f64 (at \
         most {:.3e}): correct the row, which is far from all that the model was trained on",
        f64::MAX, logarithm = Figure(*.logarithm)
    )]
    ExponentialTooLarge {
        /// Which example it is for.
        place: Place,
        /// The name of the output.
        column: String,
        /// The logarithm.
        logarithm: f64,
    },
    /// Training data of which statistics are no finite numbers.
    #[error(
        "column `{column}`: its values are so large that their mean or deviation is no finite \
         number (at most {:.3e}): correct them, divide them by a power of ten, or leave the column \
         out",
        f64::MAX
    )]
    TooFarApart {
        /// The name of the feature or the output.
        column: String,
    },
    /// Targets of another kind than the model's.
    #[error("the targets must be {expected}, but they are {actual}")]
    Targets {
        /// What the model predicts.
        expected: &'static str,
        /// What the data or the loss are for.
        actual: &'static str,
    },
    /// An option outside its range.
    #[error("{option} must be {expected}, got {value}")]
    Option {
        /// The option.
        option: &'static str,
        /// Its range, in words.
        expected: &'static str,
        /// The value it has.
        value: String,
    },
    /// An option that is no finite number of the model's type, or is next to 0 in it.
    #[error(
        "{option}: {} is too {}: choose a {} one{}", Figure(*.value), beyond(*.value, .scalar),
        if .value.abs() < 1.0 { "larger" } else { "smaller" }, wider(.scalar)
    )]
    NumberType {
        /// The option, or the kind that has it.
        option: String,
        /// Its value.
        value: f64,
        /// The type of the model's numbers, `"f32"` or `"f64"`.
        scalar: &'static str,
    },
    /// A network for which there is no memory.
    #[error(
        "the network would have {} parameters, which take {} bytes with their gradients, more \
         than there is memory: make its layers narrower", count(*.parameters), count(*.bytes)
    )]
    TooLarge {
        /// The number of parameters; `u128::MAX` stands for more than that.
        parameters: u128,
        /// The bytes of the parameters and of their gradients, as they are in memory: each
        /// column of a weight matrix begins on a cache line.
        bytes: u128,
    },
    /// Numbers became infinite or NaN in training.
    #[error(
        "{} in epoch {epoch}, step {step}: training diverged{}{}",
        overflow.of(*loss), advice(.diagnosis), overflow.led_to(*.previous_loss, *.layer, *.rank)
    )]
    Diverged {
        /// Epoch, from 1.
        epoch: usize,
        /// Step within the epoch, from 1.
        step: usize,
        /// What became infinite or NaN.
        overflow: Overflow,
        /// The loss of the step.
        loss: f64,
        /// The learning rate then.
        learning_rate: f64,
        /// The loss of the step before, if it was not the first.
        previous_loss: Option<f64>,
        /// The first layer, as people count them, with an output or a weight that is infinite
        /// or NaN, if there is one: an activation belongs to the weights before it, and 0 is
        /// what comes before the first weights.
        layer: Option<usize>,
        /// The first of several ranks whose losses are infinite or NaN.
        rank: Option<usize>,
        /// Why, and what to change.
        diagnosis: Box<Diagnosis>,
    },
    /// A training that is to go on, and is not the one that was stored.
    #[error(
        "the training that was stored is another: {}; give it what it began with, or let it go on \
         with the changes, as `Trainer::resume_changed` does", list(.differences)
    )]
    Resume {
        /// In what they differ.
        differences: Vec<Difference>,
    },
    /// A checkpoint that does not hold what a training is.
    #[error("the checkpoint does not fit: `{part}` {problem}")]
    Checkpoint {
        /// The part of the checkpoint, by its name.
        part: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A training that was ended for an error outside it, as [`Training::give_up`](crate::Training::give_up) does.
    #[error("{why}")]
    GivenUp {
        /// What was told.
        why: String,
    },
    /// A step of a training that has failed before.
    #[error("this training has failed and cannot go on: resume it from a checkpoint")]
    Failed,
    /// Ranks that cannot train together, or no more.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// A search that was ended before it had a result.
    #[error("the search was stopped before any candidate was judged")]
    Stopped,
    /// The loss on data that were held out is infinite or NaN, so that there is no score to
    /// compare.
    #[error(
        "the loss on the part that was held out is {}, though training did not diverge: see how \
         its values differ from those of the other parts", Figure(*loss)
    )]
    HeldOutLoss {
        /// The loss.
        loss: f64,
    },
}

/// A value that its type cannot hold, or not after preprocessing.
fn out_of_range(value: f64, prepared: f64, scalar: &str) -> String {
    if !value.is_finite() {
        return format!("{value} is not a finite number");
    }
    let largest = largest(scalar);
    let becomes = if value == prepared {
        String::new()
    } else {
        format!("becomes {prepared:.3e} in preprocessing, which ")
    };
    format!("{} {becomes}is too large for {scalar} (at most {largest:.3e})", Figure(value))
}

/// The largest number of a type.
pub(crate) fn largest(scalar: &str) -> f64 {
    if scalar == f32::NAME { f64::from(f32::MAX) } else { f64::MAX }
}

/// Which end of a type's numbers a value is beyond.
fn beyond(value: f64, scalar: &str) -> String {
    match value.abs() < 1.0 {
        true => format!("small for {scalar} (at least {:.3e}, or 0)", smallest(scalar)),
        false if value.abs() > largest(scalar) => {
            format!("large for {scalar} (at most {:.3e})", largest(scalar))
        }
        false => {
            format!("large for sums of its squares in {scalar} (at most {:.3e})", most(scalar))
        }
    }
}

/// A large number, roughly.
fn count(number: u128) -> String {
    let more = if number == u128::MAX { "more than " } else { "" };
    format!("{more}{:.1e}", number as f64)
}

/// The advice to take a wider type, if there is one.
fn wider(scalar: &str) -> &'static str {
    if scalar == f32::NAME { ", or train in f64" } else { "" }
}

/// All differences in one sentence.
fn list(differences: &[Difference]) -> String {
    let all: Vec<_> = differences.iter().map(Difference::to_string).collect();
    all.join("; ")
}

/// What became infinite or NaN first in a training that diverged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// The loss, before the update of the step.
    Loss,
    /// The norm of the gradient, before the update.
    Gradient,
    /// Weights, in the last update of an epoch or in one before.
    Weights,
}

impl Overflow {
    fn of(self, loss: f64) -> String {
        match self {
            Self::Loss => format!("the loss became {loss}"),
            Self::Gradient => "the gradient became infinite or NaN".to_owned(),
            Self::Weights => "weights became infinite or NaN".to_owned(),
        }
    }

    /// What happened before.
    fn led_to(
        self,
        previous_loss: Option<f64>,
        layer: Option<usize>,
        rank: Option<usize>,
    ) -> String {
        let numbers = if self == Self::Weights { "weights" } else { "outputs" };
        let previous =
            previous_loss.map(|loss| format!("; the loss was {:.3} a step before", Figure(loss)));
        let layer =
            layer.map(|layer| format!("; layer {layer} has the first {numbers} out of range"));
        let rank = rank.map(|rank| format!("; rank {rank} has the first losses out of range"));
        [previous, layer, rank].into_iter().flatten().collect()
    }
}

/// The findings, in the middle of a sentence.
fn advice(diagnosis: &Diagnosis) -> String {
    diagnosis.findings.iter().map(|finding| format!("; {finding}")).collect()
}

impl ModelError {
    /// The same with the places of examples that were counted from 0, as data in memory are.
    /// For those who know where the data are from.
    #[must_use]
    pub fn placed(mut self, at: impl FnOnce(usize) -> Place) -> Self {
        if let Self::OutOfRange { place, .. }
        | Self::Negative { place, .. }
        | Self::NotPositive { place, .. }
        | Self::ExponentialTooLarge { place, .. }
        | Self::NotFiniteOutput { place, .. }
        | Self::PredictionTooLarge { place, .. } = &mut self
            && let Place::Example(example) = *place
        {
            *place = at(example);
        }
        self
    }

    pub(crate) fn option(
        option: &'static str,
        expected: &'static str,
        value: &dyn std::fmt::Display,
    ) -> Self {
        Self::Option { option, expected, value: value.to_string() }
    }
}
