use std::iter::successors;
use std::time::Instant;

use densely::models::{Fold, Halving, HalvingResult, ModelError, NetworkOptions, Search, Trial};
use densely::prelude::*;

use super::log::{Line, Log};
use super::progress::Progress;
use super::searched::Searched;
use super::{AT_A_TIME, CANDIDATES};
use crate::args::{Budget, TrainArgs, TuneArgs};
use crate::commands::train::{
    Chosen, FoldParts, PATIENCE, Raw, cannot_build, class_weights, network, trainer,
};
use crate::error::CliError;
use crate::signals::Signals;

/// The folds, with the weights of classes that were asked for.
pub(super) fn folds<T: Scalar>(
    raw: &Raw<'_>,
    args: &TuneArgs,
    threads: &Threads,
) -> Result<Vec<Fold<T>>, CliError> {
    let fold = |FoldParts { train, held_out, units }: FoldParts<T>| {
        let (train, held_out) = match &args.train.class_weights {
            None => (train, held_out),
            Some(weights) => {
                let weights = class_weights(weights, &train)?;
                (train.weighed(&weights)?, held_out.weighed(&weights)?)
            }
        };
        Ok(Fold { train: train.data, held_out: held_out.data, units })
    };
    raw.folds::<T>(args.folds, threads)?.into_iter().map(fold).collect()
}

/// The network of a candidate, as `train` has it.
fn model<T: Scalar>(args: &TrainArgs, data: &Dataset<T>) -> Result<Model<T>, ModelError> {
    let mut model = network(args, data).build::<T>()?;
    model.initialize_for_tables(args.seed);
    Ok(model)
}

/// Its trainer.
fn trainer_of<T: Scalar>(args: &TrainArgs) -> Result<Trainer<'static, T>, CliError> {
    let optimizer = Chosen::read(args)?.optimizer::<T>(args)?;
    trainer(args, optimizer, None, &Threads::single())
}

/// Tries the options of a candidate before any is trained.
///
/// # Errors
/// If they do not fit each other or the data.
pub(super) fn try_options<T: Scalar>(args: &TrainArgs, data: &Dataset<T>) -> Result<(), CliError> {
    trainer_of::<T>(args)?;
    model(args, data).map(drop).map_err(|error| cannot_build(args, error))
}

/// A search that goes on.
pub(super) struct Running<'a, T: Scalar> {
    pub(super) args: &'a TuneArgs,
    pub(super) base: &'a TrainArgs,
    pub(super) searched: &'a Searched,
    pub(super) folds: &'a [Fold<T>],
    pub(super) judged_by: JudgedBy,
}

/// What says which candidate is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JudgedBy {
    Accuracy,
    R2,
    /// Of what the score does not measure.
    Loss,
}

impl JudgedBy {
    /// R² follows from the mean squared error alone, and neither it nor the accuracy from weights.
    pub(super) fn of<T: Scalar>(args: &TrainArgs, data: &Dataset<T>) -> Result<Self, CliError> {
        let loss = model(args, data).map_err(|error| cannot_build(args, error))?.loss().kind();
        Ok(match (data.weights(), data.labels()) {
            (Some(_), _) => Self::Loss,
            (None, Some(_)) => Self::Accuracy,
            (None, None) if loss.name() == "mse" => Self::R2,
            (None, None) => Self::Loss,
        })
    }

    pub(super) fn is_loss(self) -> bool {
        self == Self::Loss
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::R2 => "r2",
            Self::Loss => "loss",
        }
    }
}

impl<T: Scalar> Running<'_, T> {
    /// All that was asked for, or until a signal comes.
    pub(super) fn run(
        &self,
        log: &Log,
        before: f64,
        threads: &Threads,
        signals: &Signals,
    ) -> Result<Search<NetworkOptions>, CliError> {
        signals.wait_for_saving().map_err(CliError::Signals)?;
        let args = self.args;
        let at_a_time = match args.budget {
            None => args.trials.unwrap_or(CANDIDATES),
            Some(_) => AT_A_TIME,
        };
        let begun = Instant::now();
        let seconds = || before + begun.elapsed().as_secs_f64();
        let is_over = || args.budget.is_some_and(|Budget(time)| seconds() >= time.as_secs_f64());
        let stop = || signals.is_caught() || is_over() || log.has_failed();
        let halving = || {
            Halving::new(self.base.epochs)
                .patience(args.train.patience.unwrap_or(PATIENCE))
                .rank_by_loss(self.judged_by.is_loss())
                .threads(threads.clone())
                .stop_when(stop)
        };
        let rungs = halving().rungs(at_a_time).len();
        let judged = successors(Some(at_a_time), |left| Some(left / 3)).take(rungs).sum::<usize>();
        let known = log.lines();
        let left = |judged: usize| judged.saturating_sub(known.len());
        let total = args.budget.is_none().then_some(left(judged));
        let progress = Progress::new(args.train.progress, total, self.judged_by);
        known.iter().for_each(|line| progress.know(line));
        let mut trials: Vec<Trial<NetworkOptions>> = Vec::new();
        for first in (0..).step_by(at_a_time) {
            let candidates = self.searched.candidates(first + at_a_time)?.split_off(first);
            // So that none is refused when others have been trained.
            for candidate in &candidates {
                trainer_of::<T>(&self.searched.apply(self.base, candidate))?;
            }
            let note = |result: &HalvingResult<'_>| {
                let options = self.searched.options(&candidates[result.trial]);
                let line = Line::new(first, result, options, seconds());
                progress.show(&line);
                log.add(line);
            };
            let of_these = |line: &&Line| (first..first + at_a_time).contains(&line.trial);
            let halving =
                known.iter().filter(of_these).fold(halving().on_result(note), |halving, line| {
                    match line.scores() {
                        Some(scores) => {
                            halving.known(line.trial - first, line.rung, scores, line.epochs)
                        }
                        // Why one failed is found out again.
                        None => halving,
                    }
                });
            let build = |of: &NetworkOptions, data: &Dataset<T>| {
                let args = self.searched.apply(self.base, of);
                (model(&args, data), trainer_of(&args).expect("it was tried"))
            };
            let found = halving.search(self.folds, candidates.clone(), build);
            match found {
                Ok(found) => trials.extend(
                    found
                        .into_trials()
                        .into_iter()
                        .map(|trial| Trial { number: first + trial.number, ..trial }),
                ),
                Err(ModelError::Stopped) if !trials.is_empty() => {}
                Err(error) => {
                    progress.clear();
                    let too_short = matches!(error, ModelError::Stopped) && is_over();
                    let remedy = CliError::options("--budget", "give it more time");
                    return Err(if too_short { remedy(error) } else { error.into() });
                }
            }
            if args.budget.is_none() || stop() {
                break;
            }
        }
        progress.clear();
        Ok(Search::new(trials))
    }
}
