use std::fmt::Display;

use clap::CommandFactory;
use clap::error::ErrorKind;
use densely::models::ModelError;
use densely::optim::{KindError, Opt, OptimizerKinds, ScheduleKinds, Value};
use densely::prelude::*;

use crate::args::{Cli, OF_OPTIMIZERS, OptimizerArg, ScheduleArg, TrainArgs};
use crate::config::OptionText;
use crate::error::CliError;

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
        let resolved = Resolved::new(kind, &given, &known).map_err(refused)?;
        let own = known.get(&resolved.kind).map_err(refused)?.limits().clips();
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

fn refused(error: impl Display) -> CliError {
    Cli::command().error(ErrorKind::ArgumentConflict, format!("--optimizer: {error}")).into()
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
