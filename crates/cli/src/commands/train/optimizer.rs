use std::fmt::Display;

use densely::models::ModelError;
use densely::optim::{Opt, OptimizerKinds, Options, ScheduleKinds, Spec, Value};
use densely::prelude::*;

use crate::args::{Cli, OptimizerArg, ScheduleArg, TrainArgs};
use crate::config::OptionText;
use crate::error::CliError;
use clap::CommandFactory;
use clap::error::ErrorKind;

/// Options of optimisers that `train` has too.
const OPTIONS: [&str; 5] = ["learning-rate", "momentum", "nesterov", "weight-decay", "l1"];

/// The limit of the gradient's norm, if nothing else is asked for.
const CLIP_NORM: f64 = 5.0;

/// The optimiser that was asked for: its kind with the options that were given for themselves.
pub(crate) struct Chosen {
    kind: Kind,
    spec: Spec,
    options: Options,
    /// 0 for none.
    clip_norm: f64,
}

impl Chosen {
    pub(crate) fn read(args: &TrainArgs) -> Result<Self, CliError> {
        let OptimizerArg(mut kind) = args.optimizer.clone();
        let numbers = [args.learning_rate, args.momentum, args.weight_decay, args.l1];
        let names = ["learning-rate", "momentum", "weight-decay", "l1"];
        for (name, number) in names.into_iter().zip(numbers) {
            kind = number.into_iter().fold(kind, |kind, number| kind.with_option(name, number));
        }
        if args.nesterov {
            kind = kind.with_option("nesterov", true);
        }
        let known = OptimizerKinds::<f32>::new();
        let (spec, options) = known.read(&kind).map_err(refused)?;
        let own = known.get(&kind).map_err(refused)?.limits().clip_norm;
        let clip_norm = args.clip_norm.unwrap_or(if own.is_some() { 0.0 } else { CLIP_NORM });
        Ok(Self { kind, spec, options, clip_norm })
    }

    /// The optimiser, within its limits.
    pub(crate) fn optimizer<T: Scalar>(
        &self,
        args: &TrainArgs,
    ) -> Result<Box<dyn Optimizer<T>>, CliError> {
        let known = OptimizerKinds::<T>::new();
        // One that is thrown away makes a step of nothing: its options are judged before there is
        // a folder.
        let mut tried = known.get(&self.kind).map_err(refused)?;
        let nothing = &mut Sequential::<T>::new(1).map_err(ModelError::from)?;
        tried.step(nothing, &Threads::single()).map_err(refused)?;
        let mut optimizer = known.get(&self.kind).map_err(refused)?;
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
        let is_told = |opt: &Opt| OPTIONS.iter().any(|name| opt.is_called(name));
        let values = self.spec.opts().iter().zip(self.options.values());
        let values: Vec<Value> = values
            .map(|(opt, value)| opt.default().filter(|_| is_told(opt)).unwrap_or(value.clone()))
            .collect();
        ("optimizer".to_owned(), self.spec.kind(&values).to_string())
    }

    /// The values of these.
    pub(crate) fn told(&self) -> impl Iterator<Item = OptionText> {
        let value = |name: &str| self.options.value(name).map(ToString::to_string);
        let told =
            OPTIONS.into_iter().filter_map(move |name| Some((name.to_owned(), value(name)?)));
        told.chain([("clip-norm".to_owned(), self.clip_norm.to_string())])
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
