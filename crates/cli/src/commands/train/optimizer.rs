use densely::optim::{KindError, Opt, OptimizerKinds, Options, ScheduleKinds, Spec, Value};
use densely::prelude::*;

use crate::args::{Cli, OptimizerArg, ScheduleArg, TrainArgs};
use crate::config::OptionText;
use crate::error::CliError;
use clap::CommandFactory;
use clap::error::ErrorKind;

/// Options of optimisers that `train` has too.
const OPTIONS: [&str; 5] = ["learning-rate", "momentum", "nesterov", "weight-decay", "l1"];

/// The optimiser that was asked for: its kind with the options that were given for themselves.
pub(crate) struct Chosen {
    kind: Kind,
    spec: Spec,
    options: Options,
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
        match OptimizerKinds::<f32>::new().read(&kind) {
            Ok((spec, options)) => Ok(Self { kind, spec, options }),
            Err(error) => Err(refused(&error)),
        }
    }

    /// The optimiser, within its limits.
    pub(crate) fn optimizer<T: Scalar>(
        &self,
        args: &TrainArgs,
    ) -> Result<Box<dyn Optimizer<T>>, CliError> {
        let known = OptimizerKinds::<T>::new();
        let mut optimizer = known.get(&self.kind).map_err(|error| refused(&error))?;
        if args.clip_norm > 0.0 {
            optimizer = Box::new(optimizer.clip_norm(args.clip_norm));
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
        OPTIONS.into_iter().filter_map(move |name| Some((name.to_owned(), value(name)?)))
    }
}

fn refused(error: &KindError) -> CliError {
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
    let schedule = ScheduleKinds::new().get(kind).map_err(|error| refused(&error))?;
    Ok(trainer.schedule(schedule.warm_up(args.warm_up)))
}
