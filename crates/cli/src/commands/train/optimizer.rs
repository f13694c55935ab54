use std::fmt::Display;

use clap::CommandFactory;
use clap::error::ErrorKind;
use densely::models::ModelError;
use densely::optim::{Described, KindError, Opt, OptimizerKinds, Plateau, ScheduleKinds, Value};
use densely::prelude::*;

use crate::args::{Cli, LossArg, OF_OPTIMIZERS, OptimizerArg, ScheduleArg, TrainArgs};
use crate::config::OptionText;
use crate::error::{CliError, wrong_use};

/// The limit of the gradient's norm, if nothing else is asked for.
const CLIP_NORM: f64 = 5.0;

/// The optimiser that was asked for.
pub(crate) struct Chosen {
    resolved: Resolved,
    /// 0 for none.
    clip_norm: f64,
}

/// A kind with the options that were given for themselves, which are those of the innermost of
/// optimisers around others.
struct Resolved {
    kind: Kind,
    /// Without the options that `train` has too.
    told_kind: Kind,
    /// The values of these.
    told: Vec<OptionText>,
}

impl Resolved {
    fn new(
        kind: Kind,
        given: &[OptionText],
        known: &OptimizerKinds<f32>,
    ) -> Result<Self, KindError> {
        let (spec, options) = known.read(&kind)?;
        if let Some(Value::Kind(inner)) = options.value("optimizer") {
            let inner = Self::new(inner.clone(), given, known)?;
            let around = |inner: Kind| {
                let values = options.values().iter().map(|value| match value {
                    Value::Kind(_) => Value::Kind(inner.clone()),
                    value => value.clone(),
                });
                spec.kind(&values.collect::<Vec<_>>())
            };
            let (kind, told_kind) = (around(inner.kind), around(inner.told_kind));
            return Ok(Self { kind, told_kind, told: inner.told });
        }
        let set = |kind: Kind, (name, value): &OptionText| kind.with_option(name, value);
        let kind = given.iter().fold(kind, set);
        let (spec, options) = known.read(&kind)?;
        let is_told = |opt: &Opt| OF_OPTIMIZERS.iter().any(|name| opt.is_called(name));
        let values = spec.opts().iter().zip(options.values());
        let values: Vec<Value> = values
            .map(|(opt, value)| opt.default().filter(|_| is_told(opt)).unwrap_or(value.clone()))
            .collect();
        let told = OF_OPTIMIZERS
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), options.value(name)?.to_string())));
        Ok(Self { kind, told_kind: spec.kind(&values), told: told.collect() })
    }
}

impl Chosen {
    pub(crate) fn read(args: &TrainArgs) -> Result<Self, CliError> {
        let numbers = [args.learning_rate, args.momentum, args.weight_decay, args.l1];
        let names = ["learning-rate", "momentum", "weight-decay", "l1"];
        let given = names.into_iter().zip(numbers);
        let given = given.filter_map(|(name, number)| Some((name.to_owned(), number?.to_string())));
        let nesterov = args.nesterov.then(|| ("nesterov".to_owned(), "true".to_owned()));
        let given: Vec<OptionText> = given.chain(nesterov).collect();
        let (OptimizerArg(kind), known) = (args.optimizer.clone(), OptimizerKinds::<f32>::new());
        for (name, value) in &given {
            if says_already(&kind, (name.as_str(), value.as_str()), &known) {
                let option = if name == "nesterov" {
                    "--nesterov".to_owned()
                } else {
                    format!("--{name} {value}")
                };
                return Err(given_twice(&option, "--optimizer", &kind, name));
            }
        }
        let resolved = Resolved::new(kind.clone(), &given, &known).map_err(refused)?;
        let limits = known.get(&resolved.kind).map_err(refused)?.limits();
        // A limit of 0 is none.
        let asked = [
            ("clip-norm", args.clip_norm.filter(|&limit| limit > 0.0), limits.clip_norm),
            ("max-norm", args.max_norm, limits.max_norm),
        ];
        for (name, asked, own) in asked {
            if let (Some(asked), Some(_)) = (asked, own) {
                return Err(given_twice(&format!("--{name} {asked}"), "--optimizer", &kind, name));
            }
        }
        let own = limits.clips();
        let clip_norm = args.clip_norm.unwrap_or(if own { 0.0 } else { CLIP_NORM });
        Ok(Self { resolved, clip_norm })
    }

    /// The optimiser, within its limits.
    pub(crate) fn optimizer<T: Scalar>(
        &self,
        args: &TrainArgs,
    ) -> Result<Box<dyn Optimizer<T>>, CliError> {
        let known = OptimizerKinds::<T>::new();
        // One that is thrown away makes a step of nothing: its options are judged before there is
        // a folder.
        let mut tried = known.get(&self.resolved.kind).map_err(refused)?;
        let nothing = &mut Sequential::<T>::new(1).map_err(ModelError::from)?;
        tried.step(nothing, &Threads::single()).map_err(refused)?;
        let mut optimizer = known.get(&self.resolved.kind).map_err(refused)?;
        if self.clip_norm > 0.0 {
            optimizer = Box::new(optimizer.clip_norm(self.clip_norm));
        }
        if let Some(limit) = args.max_norm {
            optimizer = Box::new(optimizer.max_norm(limit));
        }
        Ok(optimizer)
    }

    /// Its kind without the options that `train` has too.
    pub(crate) fn told_kind(&self) -> OptionText {
        ("optimizer".to_owned(), self.resolved.told_kind.to_string())
    }

    /// The values of these.
    pub(crate) fn told(&self) -> impl Iterator<Item = OptionText> {
        let clip_norm = ("clip-norm".to_owned(), self.clip_norm.to_string());
        self.resolved.told.iter().cloned().chain([clip_norm])
    }
}

/// Whether a kind, or the innermost of optimisers around others, has this option already.
fn says_already(kind: &Kind, (name, value): (&str, &str), known: &OptimizerKinds<f32>) -> bool {
    let Ok((_, options)) = known.read(kind) else { return false };
    if let Some(Value::Kind(inner)) = options.value("optimizer") {
        return says_already(inner, (name, value), known);
    }
    let takes = |kind: Kind| known.read(&kind.with_option(name, value)).is_ok();
    takes(Kind::new(kind.name().to_owned())) && !takes(kind.clone())
}

/// An option beside another whose value says the same thing.
fn given_twice(option: &str, other: &str, kind: &Kind, what: &str) -> CliError {
    wrong_use(&format!("{option}: {other} \"{kind}\" says the {what}, too: leave one of them out"))
}

fn refused(error: impl Display) -> CliError {
    Cli::command().error(ErrorKind::ArgumentConflict, format!("--optimizer: {error}")).into()
}

/// Refuses weights of classes beside a loss that has some.
pub(crate) fn check_class_weights(args: &TrainArgs) -> Result<(), CliError> {
    const NAME: &str = "class-weights";
    let (Some(weights), Some(LossArg(kind))) = (&args.class_weights, &args.loss) else {
        return Ok(());
    };
    let loss = LossKinds::<f64>::new().get(kind).map_err(ModelError::from)?;
    // No other option of a loss is a list.
    match loss.kind().to_string().contains("list(") {
        true => Err(given_twice(&format!("--{NAME} {weights}"), "--loss", kind, NAME)),
        false => Ok(()),
    }
}

/// Refuses a schedule that does not go with the other options.
pub(crate) fn check_schedule(args: &TrainArgs) -> Result<(), CliError> {
    match &args.schedule {
        ScheduleArg::Schedule(kind) if args.warm_up > 0.0 && kind.name() == WARM_UP => {
            Err(given_twice(&format!("--warm-up {}", args.warm_up), "--schedule", kind, WARM_UP))
        }
        _ => Ok(()),
    }
}

const WARM_UP: &str = "warm-up";

/// A rate that is a smaller part of the largest is as good as none,
const NO_RATE: f64 = 1e-3;

/// and that is worth a sentence from this part of the epochs on.
const LONG_BEFORE: f64 = 0.5;

/// What a schedule does not do in so many epochs, or does too early.
pub(crate) fn idle_schedule(args: &TrainArgs, patience: Option<usize>) -> Option<String> {
    let (schedule, epochs) = (&args.schedule, args.epochs);
    match schedule {
        ScheduleArg::Plateau(plateau) => {
            let waits = plateau.patience();
            // That of an epoch is lowered before the next.
            let ends = match patience {
                Some(patience) if patience < waits => {
                    Some(format!("training ends after {patience} such epochs (--patience)"))
                }
                _ => None,
            };
            let is_own = Kind::from(*plateau) != Kind::from(default_plateau());
            let short =
                (is_own && waits + 2 > epochs).then(|| format!("there are {epochs} in all"));
            let why = ends.or(short)?;
            Some(format!(
                "--schedule {schedule}: it never lowers the rate, since it waits for {waits} epochs without a lower \
                 validation loss, and {why}"
            ))
        }
        ScheduleArg::Schedule(kind) => {
            let schedule = ScheduleKinds::new().get(kind.clone()).ok()?.warm_up(args.warm_up);
            let factors: Vec<f64> =
                (0..epochs).map(|epoch| schedule.factor(epoch as f64, epochs as f64)).collect();
            let largest = factors.iter().copied().fold(0.0, f64::max);
            let last = factors.iter().rposition(|&factor| factor > NO_RATE * largest)?;
            let is_early = epochs > 1 && (last + 1) as f64 <= LONG_BEFORE * epochs as f64;
            is_early.then(|| format!(
                "--schedule {kind}: from epoch {} of {epochs} on it leaves less than a thousandth of the learning rate: lower it \
                 later or by less, or train for fewer epochs",
                last + 2
            ))
        }
    }
}

fn default_plateau() -> Plateau {
    Plateau::from_kind(&Kind::new(Plateau::SPEC.name())).expect("all of its options have defaults")
}

/// The trainer with the schedule that was asked for.
pub(crate) fn scheduled<'a, T: Scalar>(
    args: &TrainArgs,
    trainer: Trainer<'a, T>,
) -> Result<Trainer<'a, T>, CliError> {
    let (trainer, kind) = match &args.schedule {
        ScheduleArg::Plateau(plateau) => (trainer.plateau(*plateau), Kind::from(ConstantRate)),
        ScheduleArg::Schedule(kind) => (trainer, kind.clone()),
    };
    let schedule = ScheduleKinds::new().get(kind).map_err(refused)?;
    Ok(trainer.schedule(schedule.warm_up(args.warm_up)))
}
