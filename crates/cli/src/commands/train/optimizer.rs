use clap::CommandFactory;
use clap::error::ErrorKind;
use densely::prelude::*;

use crate::args::{Cli, OptimizerArg, ScheduleArg, TrainArgs};
use crate::error::CliError;

/// The optimiser that was asked for, within its limits.
pub(crate) fn optimizer<T: Scalar>(args: &TrainArgs) -> Result<Box<dyn Optimizer<T>>, CliError> {
    check(args)?;
    let (rate, momentum) = (args.learning_rate, args.momentum);
    let penalty = Penalty::elastic_net(args.l1, args.weight_decay);
    let mut optimizer: Box<dyn Optimizer<T>> = match args.optimizer {
        OptimizerArg::Sgd => {
            Box::new(Sgd::new(rate).momentum(momentum).nesterov(args.nesterov).penalty(penalty))
        }
        OptimizerArg::Adam => Box::new(Adam::new(rate).betas(momentum, 0.999).penalty(penalty)),
        OptimizerArg::Adamw => {
            let penalty = Penalty::none().l1(args.l1).decoupled(args.weight_decay);
            Box::new(AdamW::new(rate).betas(momentum, 0.999).penalty(penalty))
        }
        OptimizerArg::Rmsprop => Box::new(RmsProp::new(rate).momentum(momentum).penalty(penalty)),
        OptimizerArg::Adagrad => Box::new(Adagrad::new(rate).penalty(penalty)),
    };
    if args.clip_norm > 0.0 {
        optimizer = Box::new(optimizer.clip_norm(args.clip_norm));
    }
    if let Some(limit) = args.max_norm {
        optimizer = Box::new(optimizer.max_norm(limit));
    }
    Ok(optimizer)
}

/// Options that would do nothing are mistakes.
fn check(args: &TrainArgs) -> Result<(), CliError> {
    let refuse = |message: &str| {
        let error = Cli::command().error(ErrorKind::ArgumentConflict, message);
        Err(CliError::from(error))
    };
    if args.nesterov && args.optimizer != OptimizerArg::Sgd {
        return refuse("--nesterov goes with --optimizer sgd only");
    }
    if args.momentum > 0.0 && args.optimizer == OptimizerArg::Adagrad {
        return refuse("--optimizer adagrad has no momentum");
    }
    Ok(())
}

/// The trainer with the schedule that was asked for.
pub(crate) fn scheduled<'a, T: Scalar>(
    args: &TrainArgs,
    trainer: Trainer<'a, T>,
) -> Trainer<'a, T> {
    let trainer = match args.schedule {
        ScheduleArg::Plateau { patience, factor } => {
            trainer.plateau(Plateau::new(factor, patience))
        }
        _ => trainer,
    };
    let schedule: Box<dyn Schedule> = match args.schedule {
        ScheduleArg::Constant | ScheduleArg::Plateau { .. } => Box::new(ConstantRate),
        ScheduleArg::Step { every, factor } => Box::new(StepDecay::new(every, factor)),
        ScheduleArg::Exponential { factor } => Box::new(ExponentialDecay::new(factor)),
        ScheduleArg::Cosine => Box::new(CosineDecay::new()),
        ScheduleArg::OneCycle => Box::new(OneCycle::new()),
    };
    trainer.schedule(schedule.warm_up(args.warm_up))
}
