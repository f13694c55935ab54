//! `densely train`.

mod optimizer;
mod parts;
mod report;
mod summary;

use std::ops::ControlFlow;
use std::time::Instant;

use clap::ArgMatches;
use densely::models::{Epoch, History};
use densely::prelude::*;

use crate::args::{Dtype, TrainArgs};
use crate::config;
use crate::error::CliError;
use crate::input;
use crate::progress::Progress;
use crate::run_folder::{self, CONFIG, METRICS, MODEL};
use optimizer::{optimizer, scheduled};
use parts::Parts;
use report::Report;

/// The share of the last layer's weights, as they are drawn, that training begins with.
const INITIAL_SCORES: f64 = 0.1;

/// The patience where there is validation, unless told otherwise.
const PATIENCE: usize = 20;

pub(crate) fn run(args: &TrainArgs, matches: &ArgMatches) -> Result<(), CliError> {
    match args.dtype {
        Dtype::F32 => train::<f32>(args, matches),
        Dtype::F64 => train::<f64>(args, matches),
    }
}

fn train<T: Scalar>(args: &TrainArgs, matches: &ArgMatches) -> Result<(), CliError> {
    let optimizer = optimizer::<T>(args)?;
    let threads = input::threads(args.threads)?;
    let parts = Parts::read(args)?;
    let preparation = Preparation::fit(&args.preprocess, &parts.train)
        .map_err(CliError::in_data(&parts.source))?;
    let mut predictor = Predictor::<T>::new(preparation.clone(), spec(args, &preparation, &parts))?;
    predictor.model_mut().scale_scores(INITIAL_SCORES);
    // Before the work, so that none is done that cannot be judged or kept.
    if let Some(test) = &parts.test {
        preparation.dataset::<T>(test).map_err(CliError::in_data(&parts.test_source))?;
    }
    let folder = run_folder::create(args.out.as_deref(), &parts.name, args.force)?;
    summary::before(args, &parts, &predictor);

    let started = Instant::now();
    let history = fit(args, optimizer, &parts, &preparation, predictor.model_mut(), &threads)?;
    let seconds = started.elapsed().as_secs_f64();

    let report = Report::new(&parts, &predictor, &history, seconds, &folder.join(MODEL), &threads)?;
    let provenance = Provenance {
        program: format!("densely {}", env!("CARGO_PKG_VERSION")),
        data: parts.source.clone(),
        options: config::options(matches).into_iter().collect(),
        results: report.results(),
    };
    let confused = summary::confused(&parts, &predictor, &threads)?;
    ModelFile { predictor, provenance }.save(folder.join(MODEL))?;
    run_folder::write(&folder, CONFIG, &config::write(matches))?;
    run_folder::write(&folder, METRICS, &report::lines(&history))?;
    summary::after(&report, &history, &confused, &folder);
    if args.json {
        report.print()?;
    }
    Ok(())
}

/// The network that was asked for.
fn spec(args: &TrainArgs, preparation: &Preparation, parts: &Parts) -> Mlp {
    let (inputs, outputs) = (preparation.preprocessor().out_features(), parts.train.outputs());
    let spec = match (parts.train.labels(), args.loss) {
        (Some(_), None) => Mlp::classifier(inputs, outputs),
        (Some(_), Some(loss)) => Mlp::classifier(inputs, loss.outputs(outputs)),
        (None, _) => Mlp::regressor(inputs, outputs),
    };
    let loss = args.loss.unwrap_or(spec.loss_kind());
    spec.hidden(&args.hidden.0[..])
        .activations(&args.activation.0[..])
        .dropout(args.dropout)
        .input_noise(args.input_noise)
        .loss(loss)
        .seed(args.seed)
}

fn fit<T: Scalar>(
    args: &TrainArgs,
    optimizer: Box<dyn Optimizer<T>>,
    parts: &Parts,
    preparation: &Preparation,
    model: &mut Model<T>,
    threads: &Threads,
) -> Result<History, CliError> {
    let prepared = |data: &Dataset<f64>| {
        preparation.dataset::<T>(data).map_err(CliError::in_data(&parts.source))
    };
    let train = prepared(&parts.train)?;
    let validation = parts.validation.as_ref().map(prepared).transpose()?;

    let progress = Progress::new(args.epochs);
    let mut trainer = Trainer::new(optimizer)
        .epochs(args.epochs)
        .batch_size(args.batch_size)
        .seed(args.seed)
        .threads(threads.clone())
        .on_epoch(|epoch: &Epoch| {
            progress.show(epoch);
            ControlFlow::Continue(())
        });
    if let Some(validation) = &validation {
        trainer = trainer.validation_data(validation);
    }
    if let Some(patience) = args.patience.or(validation.as_ref().map(|_| PATIENCE)) {
        trainer = trainer.patience(patience);
    }
    let history = scheduled(args, trainer).fit(model, &train);
    progress.clear();
    Ok(history?)
}
