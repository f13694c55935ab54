use std::path::Path;

use densely::data::{DataError, Place, StoredDataset, Target, balanced_weights, mean_weight};
use densely::models::metrics::RegressionScores;
use densely::models::{Examples, Finding, ModelError, TargetUnits};
use densely::prelude::*;
use densely::table::StandIn;
use densely::tensor::column;

use super::of_disk;
use super::of_table::Source;
use crate::args::{ClassWeights, LossArg, TrainArgs};
use crate::error::CliError;
use crate::input;
use crate::output::{counted, few};
use crate::split::{HeldOut, Split};

/// The data of a run: what is trained on, validated on and tested on.
pub(crate) struct Parts<T: Scalar> {
    /// A short name, for the folder of the run.
    pub(crate) name: String,
    /// Where the data come from.
    pub(crate) source: String,
    pub(crate) train: Part<T>,
    pub(crate) validation: Option<Part<T>>,
    pub(crate) test: Option<Part<T>>,
    /// Where the test data come from.
    pub(crate) test_source: String,
    /// What was done to them, fitted to what is trained on.
    pub(crate) preparation: Preparation,
    /// The targets of a table that there are, by their columns.
    pub(crate) target: Option<TargetColumns>,
    /// Which rows of a file are which part.
    pub(crate) split: Option<Split>,
    /// Numbers of the table that may stand for gaps.
    pub(crate) stand_ins: Vec<StandIn>,
    /// That many rows of the part that the model is judged by are like ones that are learnt from.
    pub(crate) repeated: Option<Finding>,
    /// Of the part that the model is judged by, as it was before.
    pub(crate) sample: Judged,
}

/// The parts of a fold of a cross-validation.
pub(crate) struct FoldParts<T: Scalar> {
    /// What is learnt from, and what is held out meanwhile.
    pub(crate) train: Part<T>,
    pub(crate) held_out: Part<T>,
    /// In which units real targets are learnt.
    pub(crate) units: Option<TargetUnits>,
}

/// What the loss wants of real targets.
pub(super) fn for_loss(
    args: &TrainArgs,
    preparation: Preparation,
) -> Result<Preparation, CliError> {
    let Some(LossArg(kind)) = &args.loss else { return Ok(preparation) };
    let loss = LossKinds::<f64>::new().get(kind).map_err(ModelError::from)?;
    let (options, remedy) = (format!("--loss {kind}"), "leave out --target-transform log");
    preparation.for_loss(&*loss).map_err(CliError::options(options, remedy))
}

/// Examples as they were before they were prepared: all of a part, or as many as are enough to look
/// at.
pub(crate) struct Judged {
    /// Which examples of the part, in order.
    examples: Vec<usize>,
    pub(crate) data: Dataset<f64>,
}

impl Judged {
    pub(super) fn new(examples: Vec<usize>, data: Dataset<f64>) -> Self {
        Self { examples, data }
    }

    /// Which of so many examples are kept, of so many features.
    pub(super) fn choose(examples: usize, features: usize) -> Vec<usize> {
        const NUMBERS: usize = 1 << 20;
        const EXAMPLES: usize = 2000;
        let most = (NUMBERS / features.max(1)).clamp(1, EXAMPLES).min(examples);
        (0..most).map(|i| i * examples / most).collect()
    }

    /// The features of an example of the part, if it was kept.
    pub(crate) fn features(&self, example: usize) -> Option<&[f64]> {
        let at = self.examples.binary_search(&example).ok()?;
        Some(column(self.data.x(), at))
    }
}

/// Examples as the network takes them, and what there is to predict as it was before.
pub(crate) struct Part<T: Scalar> {
    pub(crate) data: Dataset<T>,
    pub(crate) target: Target<f64>,
    /// All of them, if they are on the disk, and those above are some.
    pub(crate) stored: Option<StoredDataset<T>>,
}

impl<T: Scalar> Parts<T> {
    pub(crate) fn read(args: &TrainArgs, threads: &Threads) -> Result<Self, CliError> {
        Raw::read(args, threads)?.parts(threads)
    }

    /// The part that the model is judged by, and what it is called.
    pub(crate) fn judged(&self) -> (&'static str, &Part<T>) {
        match (&self.test, &self.validation) {
            (Some(test), _) => ("test", test),
            (None, Some(validation)) => ("validation", validation),
            (None, None) => ("training", &self.train),
        }
    }

    /// All parts there are, and what they are called.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&'static str, &Part<T>)> {
        let others = [("validation", &self.validation), ("test", &self.test)];
        let others = others.into_iter().filter_map(|(name, part)| Some((name, part.as_ref()?)));
        [("train", &self.train)].into_iter().chain(others)
    }

    /// With weights of classes, besides those of rows, for what is learnt from and judged by in
    /// training.
    pub(crate) fn weigh_classes(self, weights: &ClassWeights) -> Result<Self, CliError> {
        let weights = class_weights(weights, &self.train)?;
        let validation = self.validation.map(|part| part.weighed(&weights)).transpose()?;
        Ok(Self { train: self.train.weighed(&weights)?, validation, ..self })
    }
}

/// How much each class counts, by what is learnt from.
pub(crate) fn class_weights<T: Scalar>(
    weights: &ClassWeights,
    train: &Part<T>,
) -> Result<Vec<T>, CliError> {
    let Target::Classes { labels, names } = &train.target else {
        let source = ModelError::Targets { expected: "classes", actual: "real values" };
        return Err(CliError::options("--class-weights", "leave it out for numbers")(source));
    };
    let own = train.data.weights();
    let weights = match weights {
        ClassWeights::Balanced => balanced_weights(labels, names.len(), own),
        ClassWeights::List(weights) => weights.clone(),
    };
    expect_weight_of_each(names, &weights)?;
    let own = |example: usize| own.map_or(1.0, |own| own[example].to_f64());
    let of_examples: Vec<f64> =
        labels.iter().enumerate().map(|(i, &label)| weights[label] * own(i)).collect();
    // How much a class counts beside others is what is said.
    let mean = mean_weight(&of_examples);
    if mean == 0.0 {
        let message =
            "all weights are 0 of classes that there are, so that nothing counts: give one above 0";
        return Err(CliError::ClassWeights(message.to_owned()));
    }
    Ok(weights.into_iter().map(|weight| T::from_f64(weight / mean)).collect())
}

/// As many weights as there are classes, whose order it says.
fn expect_weight_of_each(names: &[String], weights: &[f64]) -> Result<(), CliError> {
    if names.len() == weights.len() {
        return Ok(());
    }
    Err(CliError::ClassWeights(format!(
        "{} for {}: give one for each, in their order: {}",
        counted(weights.len(), "weight"),
        counted(names.len(), "class"),
        few(names)
    )))
}

/// The data of a run as they were read, of which some are to be tested on.
pub(crate) enum Raw<'a> {
    Digits(Box<Digits<'a>>),
    Table(Box<Source<'a>>),
    /// A table that is put on the disk, so that so many bytes of memory are enough.
    Disk {
        args: &'a TrainArgs,
        memory: u64,
    },
}

/// The digits, of which some are to be tested on.
pub(crate) struct Digits<'a> {
    args: &'a TrainArgs,
    rest: Dataset<f64>,
    test: Option<Dataset<f64>>,
}

/// Where the digits come from.
pub(crate) const DIGITS: &str = "the embedded digits";
const DIGITS_NAME: &str = "digits";

impl<'a> Raw<'a> {
    pub(crate) fn read(args: &'a TrainArgs, threads: &Threads) -> Result<Self, CliError> {
        if args.resume {
            input::tell_again(&args.data);
        }
        if !args.data.is_empty() {
            return Ok(match args.memory {
                None => Self::Table(Box::new(Source::read(args, threads)?)),
                Some(memory) => Self::Disk { args, memory },
            });
        }
        let (rest, test) = split_digits(placed(digits())?, "test", args.test, args.seed)?;
        Ok(Self::Digits(Box::new(Digits { args, rest, test })))
    }

    /// A short name, for the folder of the run.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Digits(_) => DIGITS_NAME.to_owned(),
            Self::Table(source) => source.name(),
            Self::Disk { args, .. } => name(&args.data[0]),
        }
    }

    /// Where the data come from.
    pub(crate) fn source(&self) -> String {
        match self {
            Self::Digits(_) => DIGITS.to_owned(),
            Self::Table(source) => source.source(),
            Self::Disk { args, .. } => input::label(&args.data).display().to_string(),
        }
    }

    /// The parts of a run.
    pub(crate) fn parts<T: Scalar>(self, threads: &Threads) -> Result<Parts<T>, CliError> {
        match self {
            Self::Digits(of) => of.parts(),
            Self::Table(source) => source.parts(threads),
            Self::Disk { args, memory } => of_disk::read(&args.data, args, memory, threads),
        }
    }

    /// The folds of a cross-validation of what is not to be tested on: what is learnt from, and what is
    /// held out meanwhile.
    pub(crate) fn folds<T: Scalar>(
        &self,
        folds: usize,
        threads: &Threads,
    ) -> Result<Vec<FoldParts<T>>, CliError> {
        match self {
            Self::Digits(of) => of.folds(folds),
            Self::Table(source) => source.folds(folds, threads),
            Self::Disk { .. } => unreachable!("a search refuses --memory"),
        }
    }
}

fn split_digits(
    data: Dataset<f64>,
    part: &str,
    fraction: f64,
    seed: u64,
) -> Result<(Dataset<f64>, Option<Dataset<f64>>), CliError> {
    match fraction {
        0.0 => Ok((data, None)),
        _ => match data.split(fraction, seed) {
            Ok((rest, held_out)) => Ok((rest, Some(held_out))),
            Err(error) => Err(cannot_hold_out(error, part, fraction, DIGITS)),
        },
    }
}

/// Those of the digits that a run held out, and for what; all, if it held out none.
pub(crate) fn held_out_digits(
    args: &TrainArgs,
) -> Result<(Option<HeldOut>, Dataset<f64>), CliError> {
    let (rest, test) = split_digits(placed(digits())?, "test", args.test, args.seed)?;
    if let Some(test) = test {
        return Ok((Some(HeldOut::Test), test));
    }
    let (rest, validation) = split_digits(rest, "validation", args.validation, args.seed)?;
    Ok(validation.map_or((None, rest), |validation| (Some(HeldOut::Validation), validation)))
}

impl Digits<'_> {
    fn fit(&self, train: &Dataset<f64>) -> Result<Preparation, CliError> {
        let methods = &self.args.preprocess;
        let fitted = Preparation::fit(&methods.0, train);
        fitted.map_err(CliError::preparing(methods, DIGITS))
    }

    fn folds<T: Scalar>(&self, folds: usize) -> Result<Vec<FoldParts<T>>, CliError> {
        let refused = CliError::options(format!("--folds {folds}"), "choose fewer of them");
        let cut = self.rest.folds(folds, self.args.seed).map_err(CliError::data(DIGITS));
        let fold = |(train, held_out): (Dataset<f64>, Dataset<f64>)| {
            let preparation = self.fit(&train)?;
            let (train, held_out) =
                (Part::new(&train, &preparation)?, Part::new(&held_out, &preparation)?);
            Ok(FoldParts { train, held_out, units: None })
        };
        cut.map_err(refused)?.into_iter().map(fold).collect()
    }

    fn parts<T: Scalar>(self) -> Result<Parts<T>, CliError> {
        let (fraction, seed) = (self.args.validation, self.args.seed);
        let (train, validation) = split_digits(self.rest.clone(), "validation", fraction, seed)?;
        let preparation = self.fit(&train)?;
        let test = self.test;
        let judged = test.as_ref().or(validation.as_ref()).unwrap_or(&train);
        let examples = Judged::choose(judged.len(), judged.features());
        let data = judged.subset(&examples).map_err(ModelError::from)?;
        let sample = Judged::new(examples, data);
        let part = |data: &Dataset<f64>| Part::new(data, &preparation);
        Ok(Parts {
            name: DIGITS_NAME.to_owned(),
            train: part(&train)?,
            validation: validation.as_ref().map(part).transpose()?,
            test: test.as_ref().map(part).transpose()?,
            test_source: DIGITS.to_owned(),
            source: DIGITS.to_owned(),
            preparation,
            target: None,
            split: None,
            stand_ins: Vec::new(),
            repeated: None,
            sample,
        })
    }
}

impl<T: Scalar> Part<T> {
    /// How good a model is on all of it, and of real values also at each output.
    pub(crate) fn judge(
        &self,
        predictor: &Predictor<T>,
        threads: &Threads,
    ) -> Result<(Evaluation, Option<RegressionScores>), ModelError> {
        match &self.stored {
            None => predictor.judge_prepared(&self.data, &self.target, threads),
            Some(stored) => predictor.judge_stored(stored, threads),
        }
    }

    /// Of the digits.
    fn new(data: &Dataset<f64>, preparation: &Preparation) -> Result<Self, CliError> {
        let prepared = preparation.dataset(data).map_err(CliError::in_data(DIGITS))?;
        Ok(Self { data: prepared, target: data.target().clone(), stored: None })
    }

    /// The number of all examples.
    pub(crate) fn len(&self) -> usize {
        self.stored.as_ref().map_or(self.data.len(), StoredDataset::len)
    }

    /// All of them, wherever they are.
    pub(crate) fn examples(&self) -> Examples<'_, T> {
        match &self.stored {
            None => Examples::Memory(&self.data),
            Some(stored) => Examples::Stored(stored),
        }
    }

    /// With weights of classes, besides those of rows.
    pub(crate) fn weighed(self, weights: &[T]) -> Result<Self, CliError> {
        let weighed = self.data.with_class_weights(weights).map_err(ModelError::from);
        let remedy = "let them be of about the same size";
        let data = weighed.map_err(CliError::options("--class-weights", remedy))?;
        Ok(Self { data, ..self })
    }
}

/// The same, of which each part knows what it was cut from.
fn placed(data: Dataset<f64>) -> Result<Dataset<f64>, CliError> {
    let places = (0..data.len()).map(Place::Example).collect();
    data.with_places(places).map_err(|error| ModelError::from(error).into())
}

/// The name of the file without its ending. What is no file, as a pipe, has a number for a name;
/// and dots alone are the name of another folder.
pub(super) fn name(path: &Path) -> String {
    let stem = path.file_stem().filter(|_| path.is_file()).map(|stem| stem.to_string_lossy());
    match stem {
        Some(stem) if !stem.trim_matches('.').is_empty() => stem.into_owned(),
        _ => "run".to_owned(),
    }
}

/// Why a share cannot be held out, and what to ask for instead.
pub(super) fn cannot_hold_out(
    error: DataError,
    part: &str,
    fraction: f64,
    source: &str,
) -> CliError {
    let remedy = match &error {
        DataError::EmptyPart { held_out: 0, .. } => {
            format!("choose a larger --{part}, or --{part} 0 for no such part")
        }
        // A part of any size has all of what stays together, or nothing.
        DataError::OneGroup { .. } => format!("leave --group out, or --{part} 0 for no such part"),
        DataError::NoOrder { .. } => {
            format!("leave --split-by out, or --{part} 0 for no such part")
        }
        _ => format!("choose a smaller --{part}, or --{part} 0 for no such part"),
    };
    let options = format!("--{part} {fraction}");
    CliError::options(options, remedy)(CliError::data(source)(error))
}
