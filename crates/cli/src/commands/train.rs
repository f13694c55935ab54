//! `densely train`.

mod defaults;
mod diverged;
mod images;
mod keeper;
mod of_disk;
mod of_table;
mod optimizer;
mod overlap;
mod parts;
mod report;
mod resume;
mod summary;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use clap::ArgMatches;
use densely::loss::TargetKind;
use densely::models::{Diagnosis, Finding, History, ModelError};
use densely::prelude::*;
use densely::table::StandIn;
use densely::tensor::ShapeError;
use serde_json::{Map, Value};

use crate::args::{Dtype, LossArg, TrainArgs};
use crate::config::{self, OptionText};
use crate::epoch_line::EpochLine;
use crate::error::CliError;
use crate::input;
use crate::output::{self, eprintln};
use crate::progress::Progress;
use crate::ranks::Ranks;
use crate::report::Run;
use crate::run_folder::{RunFolder, save_report};
use crate::signals::Signals;
use crate::split::Split;
use keeper::Keeper;
pub(crate) use optimizer::Chosen;
pub(crate) use optimizer::check_class_weights;
use optimizer::{check_schedule, idle_schedule, scheduled};
pub(crate) use parts::{
    DIGITS, FoldParts, Judged, Part, Parts, Raw, class_weights, held_out_digits,
};
use report::Report;
use resume::Stored;
pub(crate) use resume::{Typed, changes};

/// The patience where there is validation, unless told otherwise.
pub(crate) const PATIENCE: usize = 20;

pub(crate) fn run(
    args: &TrainArgs,
    matches: &ArgMatches,
    ranks: Option<&dyn Ranks>,
    signals: &Signals,
) -> Result<(), CliError> {
    let args = images::suited(args, matches)?;
    match args.dtype {
        Dtype::F32 => train::<f32>(&args, matches, ranks, signals),
        Dtype::F64 => train::<f64>(&args, matches, ranks, signals),
    }
}

fn train<T: Typed>(
    args: &TrainArgs,
    matches: &ArgMatches,
    ranks: Option<&dyn Ranks>,
    signals: &Signals,
) -> Result<(), CliError> {
    let threads = input::threads(args.threads)?;
    let read = || Raw::read(args, &threads);
    let trained = train_on::<T>(args, matches, read, false, &threads, ranks, signals)?;
    if let Some(trained) = trained {
        trained.tell(args.json, Map::new())?;
    }
    match signals.caught() {
        None => Ok(()),
        Some(signal) => Err(CliError::Stopped(signal)),
    }
}

/// What came of a training, and why not all of it is in its folder, if that is so.
pub(crate) struct Trained {
    report: Report,
    unsaved: Option<CliError>,
}

impl Trained {
    /// With another reason, unless there is one.
    pub(crate) fn and_unsaved(self, error: Option<CliError>) -> Self {
        Self { unsaved: self.unsaved.or(error), ..self }
    }

    /// Prints the figures as JSON, if that is asked for, with `others` and what went wrong.
    pub(crate) fn tell(self, json: bool, others: Map<String, Value>) -> Result<(), CliError> {
        let Self { report, unsaved } = self;
        if json {
            let mut fields = report.json()?;
            fields.extend(others);
            if let Some(error) = &unsaved {
                fields.insert("error".to_owned(), Value::from(error.to_string()));
            }
            output::print_json(&fields)?;
        }
        match unsaved {
            None => Ok(()),
            Some(error) if json => Err(CliError::Told(Box::new(error))),
            Some(error) => Err(error),
        }
    }
}

/// Trains on data that are read once the options are known to fit each other, and says what came out;
/// also in the folder of a search. Of several `ranks`, the first one writes and says it.
pub(crate) fn train_on<'a, T: Typed>(
    args: &TrainArgs,
    matches: &ArgMatches,
    read: impl FnOnce() -> Result<Raw<'a>, CliError>,
    of_search: bool,
    threads: &Threads,
    ranks: Option<&dyn Ranks>,
    signals: &Signals,
) -> Result<Option<Trained>, CliError> {
    // What is wrong with options is said before anything is read.
    Chosen::read(args)?.optimizer::<T>(args)?;
    check_schedule(args)?;
    check_class_weights(args)?;
    let parts = read()?.parts(threads)?;
    let args = &*defaults::suited(args, matches, parts.train.len(), parts.validation.is_some())?;
    let chosen = Chosen::read(args)?;
    let optimizer = chosen.optimizer::<T>(args)?;
    let mut parts = match &args.class_weights {
        None => parts,
        Some(weights) => parts.weigh_classes(weights)?,
    };
    let spec = network(args, &parts.train.data);
    let patience = args.patience.or(parts.validation.as_ref().map(|_| PATIENCE));
    let mut told = told(args, &parts, &spec, patience);
    told.extend(chosen.told());
    let options = config::options(matches, &[chosen.told_kind()], &told)?;
    let predictor = Predictor::<T>::new(parts.preparation.clone(), spec.clone());
    let predictor = predictor.map_err(|error| cannot_build(args, error))?;
    let mut model = spec.build::<T>().map_err(|error| cannot_build(args, error))?;
    model.initialize_for_tables(args.seed);
    // Before the work, so that none is done that cannot be judged or kept.
    let config = config::write(&config::from_anywhere(&options));
    let mut split = parts.split.take();
    // For people, several files are a list.
    let shown = |(name, text): OptionText| (name, text.replace(config::SEPARATOR, ", "));
    let provenance = Provenance {
        program: format!("densely {}", env!("CARGO_PKG_VERSION")),
        data: parts.source.clone(),
        options: options.into_iter().map(shown).collect(),
        results: BTreeMap::new(),
    };
    let now = (&provenance.options, split.as_ref());
    let (folder, stored) = folder(args, &parts, config, now, of_search, ranks, signals)?;
    if let Some((split, stored)) = split.as_mut().zip(stored.as_ref()) {
        split.has_other_data = stored.has_other_data;
    }
    let split = split.map(|split| split.text()).transpose();
    let folder = folder.with_split(split.map_err(io::Error::from)?);
    let file = ModelFile { predictor, provenance };
    folder.try_model(&file)?;
    summary::before(args, &parts, &file.predictor);
    if let Some(line) = idle_schedule(args, patience) {
        eprintln!("  {line}");
    }
    let mut keeper = Keeper::new(folder, file).with_events(args.tensorboard);

    let trainer = trainer(args, optimizer, patience, threads)?;
    let mut others = ranks.map(T::exchange);
    let trainer = match &mut others {
        None => trainer,
        Some(others) => trainer.exchange(&mut **others),
    };
    let trainer = match &parts.validation {
        None => trainer,
        Some(validation) => trainer.validation_data(validation.examples()),
    };
    let trainer = trainer.target_units(parts.preparation.target_units().cloned());
    signals.wait_for_saving().map_err(CliError::Signals)?;
    let fitted = match stored {
        None => trainer.start(&mut model, parts.train.examples()).map_err(CliError::from),
        // What is refused here leaves the run as it was.
        Some(stored) => {
            let examples = parts.train.examples();
            Ok(stored.resume(trainer, &mut model, examples, args.force, &mut keeper)?)
        }
    }
    .and_then(|training| threads.install(|| fit(args, training, signals, &mut keeper)));
    let history = match fitted {
        Ok(history) => history,
        Err(error) => return Err(cannot_train(args, keeper.rescue(error))),
    };
    let seconds = keeper.seconds();

    // First of all what took so long; what is said of it comes after, whether it has a place or not.
    let signal = signals.caught();
    let saved = keeper.finish(&history, &model, signal.is_some());
    if let Some(signal) = signal {
        saved?;
        summary::stopped(signal, &history, keeper.folder().path(), &args.data);
        if args.json {
            report::print_stopped(signal, &history, &keeper.folder().model())?;
        }
        return Err(CliError::Stopped(signal));
    }
    if keeper.folder().is_elsewhere() {
        signals.all_is_saved();
        return Ok(None);
    }
    let diagnosed = diagnosis(args, &parts, &history, keeper.predictor(), of_search, threads);
    let reported = diagnosed.and_then(|diagnosis| {
        let path = keeper.folder().model();
        let predictor = keeper.predictor();
        let report = Report::new(&parts, predictor, &history, &diagnosis, seconds, &path, threads)?;
        Ok((report, summary::confused(&parts, predictor, threads)?, diagnosis))
    });
    let (mut report, confused, diagnosis) = reported.map_err(|error| keeper.unreported(error))?;
    let saved = saved.and(save(args, &parts, &history, &report, &diagnosis, &mut keeper, threads));
    signals.all_is_saved();
    let folder = keeper.has_saved().then(|| keeper.folder().path());
    if folder.is_none() {
        report.has_no_model();
    }
    summary::after(&report, &history, &confused, folder);
    Ok(Some(Trained { report, unsaved: saved.err().map(|error| keeper.unsaved(error)) }))
}

/// The error of a training, with the options that look at validation data where there are none.
fn cannot_train(args: &TrainArgs, error: CliError) -> CliError {
    let CliError::Model(ModelError::Option { option, .. }) = &error else { return error };
    let options = match args.patience {
        Some(epochs) if option.contains("patience") => format!("--patience {epochs}"),
        _ if option.contains("plateau") => "--schedule plateau".to_owned(),
        _ => return error,
    };
    let options = format!("{options} --validation {}", args.validation);
    CliError::Named { options, source: Box::new(error) }
}

/// Which options a network cannot be built with.
pub(crate) fn cannot_build(args: &TrainArgs, error: ModelError) -> CliError {
    let loss = args.loss.as_ref().map(|LossArg(kind)| format!("--loss {kind}"));
    let network = format!("--hidden {} --activation {}", args.hidden, args.activation);
    match (&error, loss) {
        (ModelError::Targets { .. }, Some(loss)) => {
            let remedy = format!(
                "choose {} for numbers, and {} for classes, or say with --task which of them the target is",
                losses(|loss| loss.target_kind() == TargetKind::Values),
                losses(|loss| loss.target_kind() == TargetKind::Labels),
            );
            CliError::options(loss, remedy)(error)
        }
        (ModelError::Shape(ShapeError::Count { operation: "Mlp", .. }), _) => {
            let remedy = "give one activation for all hidden layers, or one for each";
            CliError::options(network, remedy)(error)
        }
        (ModelError::Shape(ShapeError::Count { .. }), Some(loss)) => {
            let of_many = losses(|loss| {
                loss.target_kind() == TargetKind::Labels && loss.outputs(MANY) == MANY
            });
            let remedy = format!("it tells two classes apart: choose {of_many} for more");
            CliError::options(loss, remedy)(error)
        }
        (ModelError::TooLarge { .. }, _) => {
            let remedy = "or give maxout fewer pieces (in memory, each column of a weight matrix \
                          takes whole lines of 64 bytes, and its gradient as much)";
            CliError::options(network, remedy)(error)
        }
        _ => error.into(),
    }
}

/// A number of classes that no loss of two has.
const MANY: usize = 3;

/// The losses of which this is so, as "a, b or c".
fn losses(are: impl Fn(&dyn Loss<f64>) -> bool) -> String {
    let known = LossKinds::<f64>::new();
    let mut names = known.names();
    names.retain(|name| known.get(*name).is_ok_and(|loss| are(&*loss)));
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.concat(),
    }
}

/// Stores what came out with the model, and tells it on a page.
fn save<T: Scalar>(
    args: &TrainArgs,
    parts: &Parts<T>,
    history: &History,
    report: &Report,
    diagnosis: &Diagnosis,
    keeper: &mut Keeper<T>,
    threads: &Threads,
) -> Result<(), CliError> {
    let lines = report::lines(&history.epochs, Some(history), diagnosis);
    if *diagnosis != history.diagnosis() {
        keeper.set_lines(lines.clone());
    }
    keeper.save_with(report.results())?;
    if !args.no_report {
        let (folder, provenance) = (keeper.folder().path(), keeper.provenance());
        let epochs = &EpochLine::all(&lines).expect("lines of ours")[..];
        let (predictor, seed) = (keeper.predictor(), args.seed);
        let page =
            Run { folder, predictor, provenance, epochs, parts, tested: None, seed, threads }
                .page()?;
        save_report(folder, &page)?;
    }
    Ok(())
}

/// What is said of the training, and of the test.
fn diagnosis<T: Scalar>(
    args: &TrainArgs,
    parts: &Parts<T>,
    history: &History,
    predictor: &Predictor<T>,
    of_search: bool,
    threads: &Threads,
) -> Result<Diagnosis, CliError> {
    let mut diagnosis = history.diagnosis();
    if of_search {
        // How many epochs are best was told by the folds.
        diagnosis.findings.retain(|finding| !matches!(finding, Finding::StillFalling { .. }));
    }
    if let Some(test) = &parts.test {
        let (model, train) = (predictor.model(), &parts.train.data);
        diagnosis = diagnosis.with_test(model, train, &test.data, threads)?;
    }
    let preparation = predictor.preparation();
    // Else they are learnt as logarithms already.
    let is_plain = !preparation.log_targets() && !preparation.log_link();
    let left = match history.kept().validation {
        Some(Evaluation::Regression { r2, .. }) => 1.0 - r2,
        // Of targets of variance 1.
        None if predictor.model().loss().kind().name() == "mse" => history.kept().train_loss,
        _ => 0.0,
    };
    /// The part of the variance of the target that is worth a sentence, if it is left.
    const SOME: f64 = 0.1;
    let is_target = |name: &String| predictor.preparation().answer_names().contains(name);
    let costs = |one: &StandIn| left > SOME && is_target(&one.column);
    let diagnosis = diagnosis.with_stand_ins(parts.stand_ins.iter().cloned(), costs);
    let mut diagnosis = match is_plain {
        true => {
            let others = parts.named().map(|(_, part)| &part.target);
            diagnosis.with_raw_targets(&parts.train.target, others, left)
        }
        false => diagnosis.without_logarithms(),
    };
    diagnosis.findings.extend(parts.repeated.clone());
    if scales(&args.preprocess.0) {
        diagnosis.findings.retain(|finding| !finding.asks_for_scale());
    }
    Ok(diagnosis)
}

/// Whether features have a scale that was asked for, and is another than their standard deviation.
fn scales(methods: &[Kind]) -> bool {
    const SCALES: [&str; 5] = ["max-abs", "min-max", "robust", "whiten", "zca"];
    methods.iter().any(|kind| SCALES.contains(&kind.name()))
}

/// The options that were left to be told from the data or from others, for the config: a later
/// version might tell otherwise.
fn told<T: Scalar>(
    args: &TrainArgs,
    parts: &Parts<T>,
    spec: &Mlp,
    patience: Option<usize>,
) -> Vec<OptionText> {
    let mut told = vec![
        ("loss", spec.loss_kind().to_string()),
        ("preprocess", args.preprocess.to_string()),
        ("hidden", args.hidden.to_string()),
        ("dropout", args.dropout.to_string()),
        ("schedule", args.schedule.to_string()),
    ];
    if !args.data.is_empty() {
        let task = if parts.train.target.labels().is_some() { "classify" } else { "regress" };
        told.push(("task", task.to_owned()));
        let columns = parts.target.iter().flat_map(TargetColumns::columns);
        told.push((
            "target",
            columns.map(|name| config::quoted(name)).collect::<Vec<_>>().join(","),
        ));
    }
    told.extend(patience.map(|epochs| ("patience", epochs.to_string())));
    told.extend(args.weight_decay.map(|decay| ("weight-decay", decay.to_string())));
    told.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}

/// The network that was asked for, of such data.
pub(crate) fn network<T: Scalar>(args: &TrainArgs, train: &Dataset<T>) -> Mlp {
    let (inputs, outputs) = (train.features(), train.outputs());
    let loss = args.loss.as_ref().map(|LossArg(kind)| kind.clone());
    let spec = match (train.labels(), &loss) {
        (Some(_), None) => Mlp::classifier(inputs, outputs),
        (Some(_), Some(loss)) => Mlp::classifier(inputs, scores(loss, outputs)),
        (None, _) => Mlp::regressor(inputs, outputs),
    };
    let loss = loss.unwrap_or_else(|| spec.loss_kind().clone());
    spec.hidden(&args.hidden.0[..])
        .activations(&args.activation.0[..])
        .dropout(args.dropout)
        .input_noise(args.input_noise)
        .loss(loss)
        .seed(args.seed)
}

/// The number of scores with which a loss tells so many classes apart.
fn scores(loss: &Kind, classes: usize) -> usize {
    LossKinds::<f64>::new().get(loss).map_or(classes, |loss| loss.outputs(classes))
}

pub(crate) fn trainer<'a, T: Scalar>(
    args: &TrainArgs,
    optimizer: Box<dyn Optimizer<T>>,
    patience: Option<usize>,
    threads: &Threads,
) -> Result<Trainer<'a, T>, CliError> {
    let trainer = Trainer::new(optimizer)
        .epochs(args.epochs)
        .batch_size(args.batch_size)
        .shards(args.shards)
        .seed(args.seed)
        .threads(threads.clone());
    let trainer = match patience {
        None => trainer,
        Some(patience) => trainer.patience(patience),
    };
    scheduled(args, trainer)
}

/// The folder of a new run, or that of one that goes on, with where it was.
fn folder<T: Typed>(
    args: &TrainArgs,
    parts: &Parts<T>,
    config: String,
    now: (&BTreeMap<String, String>, Option<&Split>),
    of_search: bool,
    ranks: Option<&dyn Ranks>,
    signals: &Signals,
) -> Result<(RunFolder, Option<Stored<T>>), CliError> {
    let writes = ranks.is_none_or(|ranks| ranks.rank() == 0);
    match args.out.as_deref().filter(|_| args.resume) {
        None if !writes => {
            let path = args.out.clone().unwrap_or_else(|| Path::new("runs").join(&parts.name));
            Ok((RunFolder::elsewhere(path), None))
        }
        None => {
            let folder = match args.out.as_deref() {
                Some(out) if of_search => RunFolder::of_search(out, args.force, config, signals),
                out => RunFolder::create(out, &parts.name, args.force, config, signals),
            };
            Ok((folder?, None))
        }
        Some(out) => {
            let (mut folder, checkpoint) = match writes {
                true => RunFolder::resume(out, config)?,
                false => RunFolder::resume_elsewhere(out)?,
            };
            let stored = Stored::new(&mut folder, checkpoint, now, args.force)?;
            Ok((folder, stored))
        }
    }
}

/// Makes all steps that are left, or those until a signal comes.
fn fit<T: Scalar>(
    args: &TrainArgs,
    mut training: Training<'_, T>,
    signals: &Signals,
    keeper: &mut Keeper<T>,
) -> Result<History, CliError> {
    let progress = Progress::new(args.progress, args.epochs);
    let stopped = make_steps(&mut training, signals, &progress, keeper);
    progress.clear();
    let stopped = stopped?;
    keeper.end(&training, stopped)?;
    Ok(if stopped { training.interrupt() } else { training.finish() }?)
}

/// Whether a signal has stopped it.
fn make_steps<T: Scalar>(
    training: &mut Training<'_, T>,
    signals: &Signals,
    progress: &Progress,
    keeper: &mut Keeper<T>,
) -> Result<bool, ModelError> {
    let mut made = training.epochs().len();
    while training.step()?.is_some() {
        if let Some(epoch) = training.epochs().get(made) {
            progress.show(epoch);
            made += 1;
        }
        keeper.observe(training);
        // All ranks stop after the same step, whichever of them was asked to.
        if training.is_any(signals.is_caught()) {
            signals.has_come();
            return Ok(true);
        }
    }
    Ok(false)
}
