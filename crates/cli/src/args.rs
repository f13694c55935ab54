//! What can be asked of the program: the text of its help.

use std::ffi::OsStr;
use std::fmt;
use std::marker::PhantomData;
#[cfg(feature = "serve")]
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{ArgAction, ArgGroup, Args, Parser, Subcommand, ValueEnum};
use densely::models::{ModelError, SearchSpace, Values};
use densely::optim::{Described, KindError, Opt, OptimizerKinds, Plateau, Schedule, ScheduleKinds};
use densely::parts::{Spec, shortened};
use densely::prelude::{
    EncodingOptions, Kind, LayerKinds, LossKinds, SchemaOptions, TransformKinds,
};
use densely::table::{ColumnKind, Impute, Missing, Separator};
use densely_notes::{Experiment, find};
#[cfg(feature = "serve")]
use densely_serve::ServeOptions;

use crate::error::{CliError, wrong_use};

/// Fully-connected neural networks from a CSV file.
#[derive(Debug, Parser)]
#[command(name = "densely", version, max_term_width = 100, infer_subcommands = false)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Train a network; without DATA, on the embedded handwritten digits
    Train(Box<TrainArgs>),
    /// Find the options that suit the data, and train the best network
    Tune(Box<TuneArgs>),
    /// Predict a class or a number for each row of a table
    Predict(PredictArgs),
    /// Measure a model on a table that has the answers
    Evaluate(EvaluateArgs),
    /// Make numbers of a table as a network takes them
    Preprocess(PreprocessArgs),
    /// Show what is in a model: layers, parameters, preprocessing, how it was trained
    Inspect(InspectArgs),
    /// Write a model for other programs
    Export(ExportArgs),
    /// Make a model of another program's network: a state dict of PyTorch, a model of Keras, or arrays of scikit-learn
    Import(ImportArgs),
    /// Answer requests for predictions over HTTP, with a page to try the model on
    #[cfg(feature = "serve")]
    Serve(ServeArgs),
    /// Compare analytic gradients with numerical ones: of the whole library, or of a model
    Gradcheck(GradcheckArgs),
    /// Try the claims of the CS231n notes, and draw what comes out
    Notes(NotesArgs),
    /// List runs side by side: what came out, and the options in which they differ
    Runs(RunsArgs),
    /// Write the report of a run again: report.html in its folder
    Report(ReportArgs),
    /// Print what lets a shell complete commands and options
    Completions(CompletionsArgs),
    /// Write manual pages, one for each command
    Man(ManArgs),
}

impl Command {
    /// Whether its last line is to be a JSON object, also of an error. Of what is proven or tried, the
    /// object itself says what failed.
    pub(crate) fn json(&self) -> bool {
        match self {
            Self::Train(args) => args.json,
            Self::Tune(args) => args.train.json,
            Self::Evaluate(args) => args.json,
            Self::Inspect(args) => args.json,
            Self::Runs(args) => args.json,
            Self::Gradcheck(args) => args.json,
            _ => false,
        }
    }
}

/// Candidates are trained on folds of all that is not to be tested on, first for a few epochs, and the best of them
/// for more (successive halving). What is best has the highest accuracy or R2, or, where the loss is another than mse or
/// rows or classes have weights, the lowest loss. The best network is then trained on all of that, as `train` does,
/// and tested. An option of `train` that is given here is as given, and not searched.
#[derive(Debug, Args)]
#[command(mut_arg("validation", |arg| arg.hide(true)), mut_arg("config", |arg| arg.hide(true)))]
#[command(mut_arg("schedule", |arg| arg.hide(true)), mut_arg("memory", |arg| arg.hide(true)))]
pub(crate) struct TuneArgs {
    /// Candidates to try [default: 81, which take about a minute on a table of 2,000 rows]
    #[arg(long, value_name = "COUNT", help_heading = "Search", allow_negative_numbers = true, value_parser = trials, conflicts_with = "budget")]
    pub(crate) trials: Option<usize>,
    /// Time to search, as 90s, 10m or 2h: as many candidates as can be tried, 27 at a time
    #[arg(long, value_name = "TIME", help_heading = "Search")]
    pub(crate) budget: Option<Budget>,
    /// Parts that are held out, one after the other
    #[arg(long, help_heading = "Search", default_value = "3", allow_negative_numbers = true, value_parser = folds)]
    pub(crate) folds: usize,
    /// Numbers of hidden layers to choose from
    #[arg(long, value_name = "COUNTS", help_heading = "Search", default_value_t = Counts(SearchSpace::default().depths))]
    pub(crate) depths: Counts,
    /// Widths of the hidden layers to choose from; all of a network have the same
    #[arg(long, value_name = "COUNTS", help_heading = "Search", default_value_t = Counts(SearchSpace::default().widths))]
    pub(crate) widths: Counts,
    /// Activations to choose from, as relu,tanh
    #[arg(long, value_name = "KINDS", help_heading = "Search", default_value_t = Activations(SearchSpace::default().activations))]
    pub(crate) activations: Activations,
    /// Probabilities of dropout to choose from, as 0,0.5, or as 0.1..0.5 for all between, of which all orders of
    /// magnitude are as likely
    #[arg(long, value_name = "NUMBERS", help_heading = "Search", default_value_t = Numbers(SearchSpace::default().dropouts))]
    pub(crate) dropouts: Numbers,
    /// Step sizes to choose from, written in the same way
    #[arg(long, value_name = "NUMBERS", help_heading = "Search", default_value_t = Numbers(SearchSpace::default().learning_rates))]
    pub(crate) learning_rates: Numbers,
    /// Strengths of weight decay to choose from, written in the same way
    #[arg(long, value_name = "NUMBERS", help_heading = "Search", default_value_t = Numbers(SearchSpace::default().weight_decays))]
    pub(crate) weight_decays: Numbers,
    /// Batch sizes to choose from
    #[arg(long, value_name = "COUNTS", help_heading = "Search", default_value_t = Counts(SearchSpace::default().batch_sizes))]
    pub(crate) batch_sizes: Counts,
    #[command(flatten)]
    pub(crate) train: TrainArgs,
}

#[derive(Debug, Clone, Args)]
#[command(args_override_self = true)]
pub(crate) struct TrainArgs {
    /// A table: delimited text, Parquet, Arrow, NPY or NPZ, a sheet of Excel or OpenDocument, JSON lines,
    /// IDX, libsvm or ARFF, also compressed by gzip or zstd; - is standard input. None: 1,797 images of
    /// handwritten digits. Several files of the same columns are one table
    pub(crate) data: Vec<PathBuf>,

    /// The column to predict; several of numbers are separated by commas [default: the last one]
    #[arg(long, value_name = "NAMES", help_heading = "Data", requires = "data")]
    pub(crate) target: Vec<Names>,
    #[command(flatten)]
    pub(crate) columns: ColumnsArgs,
    #[command(flatten)]
    pub(crate) dialect: DialectArgs,
    #[command(flatten)]
    pub(crate) encoding: EncodingArgs,
    /// How much examples of each class count in training: balanced, so that all classes count as
    /// much, or a number for each class in order, separated by commas; what counts is one beside another
    #[arg(long, value_name = "WEIGHTS", help_heading = "Data", allow_hyphen_values = true)]
    pub(crate) class_weights: Option<ClassWeights>,
    /// A column of how much each row counts beside others: weights are divided by their mean in the training part
    #[arg(long, value_name = "NAME", help_heading = "Data", requires = "data")]
    pub(crate) weight_column: Option<String>,
    /// A column of groups, such as patients, that are whole in one of train, validation and test
    #[arg(
        long,
        value_name = "NAME",
        help_heading = "Data",
        requires = "data",
        conflicts_with = "split_by"
    )]
    pub(crate) group: Option<String>,
    /// A column of times or numbers, whose last rows are to test on, and those before to validate
    #[arg(long, value_name = "NAME", help_heading = "Data", requires = "data")]
    pub(crate) split_by: Option<String>,
    /// What to learn [default: told from the target]. A class is what has the same label: the
    /// same text, or the same number (1 and 1.0; but 007 is text)
    #[arg(long, help_heading = "Data", requires = "data")]
    pub(crate) task: Option<TaskArg>,
    /// What numbers become to be learnt: log for their logarithms, which suit prices and counts above 0.
    /// Predictions and metrics are in the units of the data
    #[arg(long, value_name = "HOW", help_heading = "Data", default_value = "none")]
    pub(crate) target_transform: TargetTransform,
    /// Share of the examples to test on, the same of each class
    #[arg(long, value_name = "FRACTION", help_heading = "Data", default_value = "0.2", allow_negative_numbers = true, value_parser = fraction)]
    pub(crate) test: f64,
    /// A table to test on, instead of a share of DATA; given several times, the files are one table
    #[arg(long, value_name = "FILE", help_heading = "Data", requires = "data", action = ArgAction::Append)]
    pub(crate) test_data: Vec<PathBuf>,
    /// Share of the remaining examples to validate on, for early stopping; 0 for none
    #[arg(long, value_name = "FRACTION", help_heading = "Data", default_value = "0.1", allow_negative_numbers = true, value_parser = fraction)]
    pub(crate) validation: f64,
    #[arg(long, value_name = "METHODS", help_heading = "Data", help = preprocess_help(), default_value = "standardize(keep-binary)", value_parser = Named::<Transformations>::new(&TransformKinds::new().names()))]
    pub(crate) preprocess: Transformations,

    /// Widths of the hidden layers, as 64,64; none for a linear model; of images, 256 if nothing is said
    #[arg(long, value_name = "WIDTHS", help_heading = "Network", default_value = "64")]
    pub(crate) hidden: Widths,
    #[arg(long, help = activation_help(), help_heading = "Network", default_value = "relu", value_parser = Named::<Activations>::new(&LayerKinds::<f32>::new().activation_names()))]
    pub(crate) activation: Activations,
    #[arg(long, help = loss_help(), help_heading = "Network", value_parser = Named::<LossArg>::new(&LossKinds::<f32>::new().names()))]
    pub(crate) loss: Option<LossArg>,
    /// Number type of the network
    #[arg(long, help_heading = "Network", default_value = "f32")]
    pub(crate) dtype: Dtype,

    #[arg(long, help_heading = "Training", help = optimizer_help(), default_value = "adam", value_parser = Named::<OptimizerArg>::new(&OptimizerKinds::<f32>::new().names()))]
    pub(crate) optimizer: OptimizerArg,
    #[arg(long, value_name = "RATE", help_heading = "Training", help = of_optimizers("Step size", "learning-rate"), allow_negative_numbers = true, value_parser = positive)]
    pub(crate) learning_rate: Option<f64>,
    #[arg(long, value_name = "SCHEDULE", help_heading = "Training", help = schedule_help(), default_value = "plateau", value_parser = Named::<ScheduleArg>::new(&schedules()))]
    pub(crate) schedule: ScheduleArg,
    /// Epochs in which the step size rises at first
    #[arg(long, value_name = "EPOCHS", help_heading = "Training", default_value = "0", allow_negative_numbers = true, value_parser = non_negative)]
    pub(crate) warm_up: f64,
    #[arg(long, value_name = "SHARE", help_heading = "Training", help = of_optimizers("Share of the last step that goes into the next", "momentum"), allow_negative_numbers = true, value_parser = momentum)]
    pub(crate) momentum: Option<f64>,
    /// Take the gradient where the momentum leads
    #[arg(long, help_heading = "Training")]
    pub(crate) nesterov: bool,
    #[arg(long, value_name = "STRENGTH", help_heading = "Training", help = of_optimizers("Strength λ of the penalty ½ λ |W|² on weights (not biases); of decoupled decay for adamw; if nothing is said, less for more than 1,000 examples, and 0 for images", "weight-decay"), allow_negative_numbers = true, value_parser = non_negative)]
    pub(crate) weight_decay: Option<f64>,
    /// Strength λ of the penalty λ Σ |w| on weights [default: 0]
    #[arg(long, value_name = "STRENGTH", help_heading = "Training", allow_negative_numbers = true, value_parser = non_negative)]
    pub(crate) l1: Option<f64>,
    /// Limit of the norm of each unit's incoming weights
    #[arg(long, value_name = "NORM", help_heading = "Training", allow_negative_numbers = true, value_parser = positive)]
    pub(crate) max_norm: Option<f64>,
    /// Limit of the norm of the gradient; 0 for none [default: 5, unless the optimiser has its own]
    #[arg(long, value_name = "NORM", help_heading = "Training", allow_negative_numbers = true, value_parser = non_negative)]
    pub(crate) clip_norm: Option<f64>,
    /// Probability to drop a unit of a hidden layer in training; of images, 0.3 if nothing is said
    #[arg(long, value_name = "PROBABILITY", help_heading = "Training", default_value = "0", allow_negative_numbers = true, value_parser = fraction)]
    pub(crate) dropout: f64,
    /// Standard deviation of noise on the preprocessed features in training
    #[arg(long, value_name = "DEVIATION", help_heading = "Training", default_value = "0", allow_negative_numbers = true, value_parser = non_negative)]
    pub(crate) input_noise: f64,
    /// Passes over the training data, at most
    #[arg(long, help_heading = "Training", default_value = "200", allow_negative_numbers = true, value_parser = count)]
    pub(crate) epochs: usize,
    /// Examples in a mini-batch
    #[arg(long, value_name = "EXAMPLES", help_heading = "Training", default_value = "32", allow_negative_numbers = true, value_parser = count)]
    pub(crate) batch_size: usize,
    /// Parts of a mini-batch whose gradients are added in a fixed order, a power of two: as many processes
    /// may share them and have the same result
    #[arg(long, help_heading = "Training", default_value = "1", allow_negative_numbers = true, value_parser = shards)]
    pub(crate) shards: usize,
    /// Stop when the validation loss has not fallen for so many epochs [default: 20]
    #[arg(long, value_name = "EPOCHS", help_heading = "Training", allow_negative_numbers = true, value_parser = count)]
    pub(crate) patience: Option<usize>,
    /// Seed of the weights, the splits and the order of the examples
    #[arg(long, help_heading = "Training", default_value = "0", allow_negative_numbers = true, value_parser = whole)]
    pub(crate) seed: u64,
    /// Threads; 0 for one per processor. The result does not depend on it
    #[arg(long, help_heading = "Training", default_value = "0", allow_negative_numbers = true, value_parser = threads)]
    pub(crate) threads: usize,

    /// Keep to so much memory, as 512M or 2G: delimited text that does not fit is put on the disk ($TMPDIR, or /var/tmp),
    /// and shuffled in blocks. The result does not depend on how much it is
    #[arg(
        long,
        value_name = "SIZE",
        help_heading = "Training",
        requires = "data",
        conflicts_with_all = ["test_data", "group", "split_by", "class_weights", "weight_column"],
        value_parser = size
    )]
    pub(crate) memory: Option<u64>,

    /// Folder for the run [default: runs/<name of the data>, numbered if there is one]
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub(crate) out: Option<PathBuf>,
    /// Overwrite a run that is in the folder; with train --resume, go on though options or data are others
    #[arg(long, help_heading = "Output")]
    pub(crate) force: bool,
    /// Go on with the run in the folder of --out where it was stopped, with its options: it ends as
    /// if it had never been. One that diverged goes on with another --learning-rate, and one that has
    /// made all epochs with more --epochs; any other change needs --force
    #[arg(long, help_heading = "Output", requires = "out", conflicts_with = "config")]
    pub(crate) resume: bool,
    /// What is shown while it trains: a line that changes (on a terminal), a line every second for
    /// logs, or nothing
    #[arg(long, value_name = "HOW", help_heading = "Output", default_value = "bar")]
    pub(crate) progress: ProgressArg,
    /// Write no report.html
    #[arg(long, help_heading = "Output")]
    pub(crate) no_report: bool,
    /// Also write what happened in each epoch as TensorBoard reads it
    #[arg(long, help_heading = "Output")]
    pub(crate) tensorboard: bool,
    /// Print the result as one line of JSON
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
    /// Read options from a file, as that of a run, which repeats it from any folder; those of the
    /// command line come first. A path in it is as on the command line: from the working folder,
    /// unless it is a whole one
    #[arg(long, value_name = "FILE.toml", help_heading = "Output")]
    pub(crate) config: Option<PathBuf>,
}

/// Which columns there are, and what they are, if not as told from the cells.
#[derive(Debug, Clone, Args)]
pub(crate) struct ColumnsArgs {
    /// Columns to leave out, separated by commas; as in a table, "a, b" in quotes is one name.
    /// May be given several times
    #[arg(long, value_name = "NAMES", help_heading = "Data", requires = "data", action = ArgAction::Append)]
    pub(crate) drop: Vec<Names>,
    /// Columns to keep though they look like identifiers, or like text without use, or are those of --group or --split-by.
    /// Of one that has a single value, nothing can be learnt
    #[arg(long, value_name = "NAMES", help_heading = "Data", requires = "data", action = ArgAction::Append)]
    pub(crate) keep_column: Vec<Names>,
    /// What columns are, as zip=category,day=time; there are number, category, boolean, time and
    /// text [default: told from the cells]
    #[arg(long = "type", value_name = "NAME=KIND", help_heading = "Data", requires = "data", action = ArgAction::Append)]
    pub(crate) kinds: Vec<Kinds>,
    /// A file that says what columns are, as `densely inspect MODEL --schema` writes it; the options
    /// above come first
    #[arg(long, value_name = "FILE.toml", help_heading = "Data", requires = "data")]
    pub(crate) schema: Option<PathBuf>,
}

/// How columns become numbers.
#[derive(Debug, Clone, Args)]
pub(crate) struct EncodingArgs {
    /// What stands for a gap in a column of numbers: median, mean, most-frequent or a number
    #[arg(
        long,
        value_name = "HOW",
        help_heading = "Data",
        default_value = "median",
        allow_negative_numbers = true
    )]
    pub(crate) impute: Impute,
    /// Rows that a category needs to be one of its own [default: 10, or 0.1 % of all if that is
    /// more; 1 % of fewer than 1,000]
    #[arg(long, value_name = "ROWS", help_heading = "Data", allow_negative_numbers = true, value_parser = count)]
    pub(crate) rare: Option<usize>,
    /// Categories of a column that are ones of their own, at most: the most frequent
    #[arg(long, value_name = "COUNT", help_heading = "Data", default_value_t = EncodingOptions::CATEGORIES, allow_negative_numbers = true, value_parser = count)]
    pub(crate) categories: usize,
}

/// How a file is read, if not as found.
#[derive(Debug, Default, Clone, Args)]
pub(crate) struct DialectArgs {
    /// What separates cells: comma, semicolon, tab, bar, spaces, or a character [default: told
    /// from the file]
    #[arg(long, value_name = "SEPARATOR", help_heading = "Data")]
    pub(crate) separator: Option<Separator>,
    /// Whether the first row names the columns [default: told from the file]
    #[arg(long, help_heading = "Data")]
    pub(crate) header: Option<YesNo>,
    /// What stands before decimals [default: told from the file]
    #[arg(long, help_heading = "Data")]
    pub(crate) decimal: Option<DecimalArg>,
    /// Words and numbers for gaps, besides empty cells, in files of every format, as unknown,-999, or of one column, as
    /// age=0; numbers alone, and those of one column, are so besides the words of text. May be given several times
    /// [default: of text NA, N/A, NaN, null, None, ?, - and the like; of a model, as in its training]
    #[arg(long, value_name = "WORDS", help_heading = "Data", allow_hyphen_values = true, action = ArgAction::Append)]
    pub(crate) missing: Vec<Names>,
    /// The sheet of a workbook [default: the first with anything in it]
    #[arg(long, value_name = "NAME", help_heading = "Data")]
    pub(crate) sheet: Option<String>,
    /// A file whose only column is taken as the last, `label`: as MNIST has its labels
    #[arg(long, value_name = "FILE", help_heading = "Data")]
    pub(crate) labels: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TargetTransform {
    None,
    Log,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum YesNo {
    Yes,
    No,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DecimalArg {
    #[value(alias = ".")]
    Point,
    #[value(alias = ",")]
    Comma,
}

#[derive(Debug, Args)]
pub(crate) struct PredictArgs {
    /// The model, or the folder of its run
    pub(crate) model: PathBuf,
    /// The table: it needs the columns that the model was trained on; several files are one table
    #[arg(required = true)]
    pub(crate) data: Vec<PathBuf>,
    /// Add the probability of each class
    #[arg(long)]
    pub(crate) proba: bool,
    /// Columns of the table to write beside the predictions, separated by commas
    #[arg(long, value_name = "NAMES")]
    pub(crate) keep: Vec<Names>,
    #[command(flatten)]
    pub(crate) dialect: DialectArgs,
    /// Write to a file instead of the standard output: NPY, Parquet or TSV if its name ends so,
    /// and else CSV
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Overwrite the file if there is one
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EvaluateArgs {
    /// The model, or the folder of its run
    pub(crate) model: PathBuf,
    /// The table: it needs the columns that the model was trained on, and the target; none: the
    /// rows that were held out when the model of this folder was trained
    pub(crate) data: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) dialect: DialectArgs,
    /// Also the rows that the model learned from, if the table is that which it was trained on
    #[arg(long)]
    pub(crate) all_rows: bool,
    /// Print the result as one line of JSON; with more than 1,000 classes, the mistakes are in it,
    /// and the confusion matrix is null
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PreprocessArgs {
    /// The table; the preprocessing is fitted to all of its rows. Several files are one table
    #[arg(required = true)]
    pub(crate) data: Vec<PathBuf>,
    /// A model, or the folder of its run, whose preprocessing is used, as it was fitted in training
    #[arg(
        long,
        value_name = "MODEL",
        conflicts_with_all = ["drop", "keep_column", "kinds", "schema", "impute", "rare", "categories", "preprocess"]
    )]
    pub(crate) with: Option<PathBuf>,
    /// Columns that are no features, and written last as they are; several are separated by commas
    #[arg(long, value_name = "NAMES", help_heading = "Data")]
    pub(crate) target: Vec<Names>,
    #[command(flatten)]
    pub(crate) columns: ColumnsArgs,
    #[command(flatten)]
    pub(crate) dialect: DialectArgs,
    #[command(flatten)]
    pub(crate) encoding: EncodingArgs,
    #[arg(long, value_name = "METHODS", help_heading = "Data", help = preprocess_help(), default_value = "standardize(keep-binary)", value_parser = Named::<Transformations>::new(&TransformKinds::new().names()))]
    pub(crate) preprocess: Transformations,
    /// Write to a file instead of the standard output: NPY, Parquet or TSV if its name ends so,
    /// and else CSV
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Overwrite the file if there is one
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    /// Threads; 0 for one per processor. The result does not depend on it
    #[arg(long, default_value = "0", allow_negative_numbers = true, value_parser = threads)]
    pub(crate) threads: usize,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The model, or the folder of its run
    pub(crate) model: PathBuf,
    /// Print everything as one line of JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Print what the columns of tables are, as a file for `train --schema`
    #[arg(long, conflicts_with = "json")]
    pub(crate) schema: bool,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("formats").required(true).multiple(true)))]
pub(crate) struct ExportArgs {
    /// The model, or the folder of its run
    pub(crate) model: PathBuf,
    /// ONNX: the whole predictor, from the columns of a table to labels, probabilities or values, in one
    /// graph; - is standard output
    #[arg(long, value_name = "FILE", group = "formats")]
    pub(crate) onnx: Option<PathBuf>,
    /// Rust: the same as one source file, without std, allocation or dependencies
    #[arg(long, value_name = "FILE", group = "formats")]
    pub(crate) rust: Option<PathBuf>,
    /// C99: the same as one header; what it has is called as the file
    #[arg(long, value_name = "FILE", group = "formats")]
    pub(crate) c: Option<PathBuf>,
    /// PyTorch: the same as a module, model.py, and its state dict, model.safetensors, in this folder
    #[arg(long, value_name = "DIR", group = "formats")]
    pub(crate) pytorch: Option<PathBuf>,
    /// Overwrite files
    #[arg(long)]
    pub(crate) force: bool,
}

#[cfg(feature = "serve")]
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// A model, or the folder of its run; SIGHUP reads it again, and requests go on meanwhile
    pub(crate) model: PathBuf,
    /// Where to listen: this machine alone reaches the default. Port 0 is any that is free
    #[arg(long, value_name = "ADDRESS", default_value_t = ServeOptions::new().address(), value_parser = address)]
    pub(crate) listen: SocketAddr,
    /// The most bytes of a request's body
    #[arg(long, value_name = "BYTES", default_value_t = ServeOptions::BODY, allow_negative_numbers = true, value_parser = count)]
    pub(crate) max_body: usize,
    /// The most requests at a time; more are refused at once, with status 503
    #[arg(long, value_name = "N", default_value_t = ServeOptions::CONCURRENCY, allow_negative_numbers = true, value_parser = count)]
    pub(crate) max_requests: usize,
    /// The most seconds that a request may take to come, its answer to go, and the silence between two
    #[arg(long, value_name = "SECONDS", default_value_t = ServeOptions::TIME.as_secs_f64(), allow_negative_numbers = true, value_parser = seconds)]
    pub(crate) max_seconds: f64,
    /// Threads; 0 for one per processor. Answers do not depend on it
    #[arg(long, default_value = "0", allow_negative_numbers = true, value_parser = threads)]
    pub(crate) threads: usize,
    /// Round weights to bf16, 8 significant bits: a row that comes alone waits for half as many bytes, and scores
    /// change by some thousandths
    #[arg(long)]
    pub(crate) bf16: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// A state dict of fully-connected layers, as safetensors or as torch.save writes it; or an NPZ file of
    /// the weights and biases of scikit-learn or Keras
    pub(crate) file: PathBuf,
    /// The model to write; - is standard output
    #[arg(short, long, value_name = "MODEL")]
    pub(crate) output: PathBuf,
    #[arg(long, help = activation_help(), value_parser = Named::<Activations>::new(&LayerKinds::<f32>::new().activation_names()))]
    pub(crate) activation: Option<Activations>,
    /// Whether the outputs are scores of classes or numbers
    #[arg(long)]
    pub(crate) task: Option<TaskArg>,
    /// The classes in the order of the outputs, separated by commas [default: 0,1,...]
    #[arg(long, value_name = "NAMES")]
    pub(crate) classes: Vec<Names>,
    /// The columns in the order of the inputs [default: x0,x1,...]
    #[arg(long, value_name = "NAMES")]
    pub(crate) columns: Vec<Names>,
    /// What is predicted; of a regression, for each output [default: y, or y0,y1,...]
    #[arg(long, value_name = "NAMES")]
    pub(crate) target: Vec<Names>,
    /// The layers in their order, where their names do not say it, as first,second
    #[arg(long, value_name = "NAMES")]
    pub(crate) layers: Vec<Names>,
    /// Only tensors whose names begin so, as actor of actor.0.weight
    #[arg(long, value_name = "NAME")]
    pub(crate) prefix: Option<String>,
    /// Overwrite the model if there is one
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct GradcheckArgs {
    /// A model, or the folder of its run: its network with its weights and loss, layer by layer;
    /// none: every activation, layer, loss and optimiser
    pub(crate) model: Option<PathBuf>,
    /// Random cases of each [default: 256; of a model, 8 batches]
    #[arg(long, allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) cases: Option<u32>,
    /// Seed of the cases
    #[arg(long, default_value = "0", allow_negative_numbers = true, value_parser = whole)]
    pub(crate) seed: u64,
    /// Print every check as one line of JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct NotesArgs {
    /// The experiments [default: all]
    #[arg(value_name = "NAME", value_parser = find)]
    pub(crate) experiments: Vec<Experiment>,
    /// Folder for the pictures, and for a page of them if all experiments are run
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Overwrite the pictures and the page that are in the folder
    #[arg(long, requires = "out")]
    pub(crate) force: bool,
    /// List the experiments
    #[arg(long)]
    pub(crate) list: bool,
    /// Print each outcome as one line of JSON
    #[arg(long, conflicts_with = "list")]
    pub(crate) json: bool,
    /// Threads; 0 for one per processor. The result does not depend on it
    #[arg(long, default_value = "0", allow_negative_numbers = true, value_parser = threads)]
    pub(crate) threads: usize,
}

#[derive(Debug, Args)]
pub(crate) struct RunsArgs {
    /// Folders of runs, or folders with such folders in them
    #[arg(value_name = "FOLDER", default_value = "runs")]
    pub(crate) folders: Vec<PathBuf>,
    /// Print everything as one line of JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The folder of a run
    pub(crate) run: PathBuf,
    /// Threads; 0 for one per processor. The result does not depend on it
    #[arg(long, default_value = "0", allow_negative_numbers = true, value_parser = threads)]
    pub(crate) threads: usize,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The folder for the pages
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Overwrite pages that are in the folder
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressArg {
    #[value(alias = "live")]
    Bar,
    Plain,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TaskArg {
    Classify,
    Regress,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dtype {
    F32,
    F64,
}

/// Names of columns, as a line of a table has them: `a,"b, c"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Names(pub(crate) Vec<String>);

impl Names {
    /// Those of all lists.
    pub(crate) fn all(lists: &[Self]) -> Vec<String> {
        lists.iter().flat_map(|Self(names)| names).cloned().collect()
    }
}

impl FromStr for Names {
    type Err = csv::Error;

    fn from_str(text: &str) -> Result<Self, csv::Error> {
        let mut line = csv::StringRecord::new();
        csv::ReaderBuilder::new()
            .has_headers(false)
            .trim(csv::Trim::All)
            // No argument has this character, and all that it has is of one line.
            .terminator(csv::Terminator::Any(0))
            .from_reader(text.as_bytes())
            .read_record(&mut line)?;
        Ok(Self(line.iter().map(str::to_owned).collect()))
    }
}

/// What columns are: `zip=category,"a, b=number"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kinds(pub(crate) Vec<(String, ColumnKind)>);

impl FromStr for Kinds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Names(parts) = text.parse::<Names>().map_err(|error| error.to_string())?;
        let kind = |part: &String| {
            let (name, kind) = part.rsplit_once('=').ok_or_else(|| {
                format!("expected NAME=KIND, as zip=category; got \"{}\"", shortened(part))
            })?;
            let kind = kind.trim().parse::<ColumnKind>().map_err(|error| error.to_string())?;
            Ok((name.trim().to_owned(), kind))
        };
        parts.iter().map(kind).collect::<Result<_, _>>().map(Self)
    }
}

/// How much examples of each class count.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ClassWeights {
    Balanced,
    List(Vec<f64>),
}

impl fmt::Display for ClassWeights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Balanced => f.write_str("balanced"),
            Self::List(weights) => {
                f.write_str(&weights.iter().map(f64::to_string).collect::<Vec<_>>().join(","))
            }
        }
    }
}

impl FromStr for ClassWeights {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "balanced" => Ok(Self::Balanced),
            list => {
                let weights = list.split(',').map(|weight| non_negative(weight.trim()));
                weights.collect::<Result<_, _>>().map(Self::List).map_err(|_| {
                    "expected a number of at least 0 for each class, as 1,2.5, or balanced"
                        .to_owned()
                })
            }
        }
    }
}

impl ColumnsArgs {
    /// The columns to leave out.
    pub(crate) fn dropped(&self) -> impl Iterator<Item = &String> {
        self.drop.iter().flat_map(|names| &names.0)
    }

    /// What is said of columns.
    pub(crate) fn kinds(&self) -> impl DoubleEndedIterator<Item = &(String, ColumnKind)> {
        self.kinds.iter().flat_map(|kinds| &kinds.0)
    }

    /// The same for a schema.
    pub(crate) fn schema_options(&self) -> SchemaOptions {
        let options = self.dropped().fold(SchemaOptions::new(), SchemaOptions::drop);
        let options = self.kept().fold(options, SchemaOptions::keep);
        self.kinds().fold(options, |options, (name, kind)| options.kind(name, *kind))
    }

    /// That no column is to be left out and to be a feature.
    pub(crate) fn check(&self) -> Result<(), CliError> {
        let kept = self.kept().map(|name| (name, format!("--keep-column {name}")));
        let of_kind = self.kinds().map(|(name, kind)| (name, format!("--type {name}={kind}")));
        match kept.chain(of_kind).find(|(name, _)| self.dropped().any(|dropped| dropped == *name)) {
            None => Ok(()),
            Some((name, option)) => Err(wrong_use(&format!(
                "--drop {name}, {option}: one leaves the column out, and the other makes a feature of it: leave one \
                 of them out"
            ))),
        }
    }

    /// That no column is said to be of two kinds.
    pub(crate) fn check_kinds(&self) -> Result<(), CliError> {
        for (i, (name, kind)) in self.kinds().enumerate() {
            let mut before = self.kinds().take(i);
            if let Some((_, other)) = before.find(|(one, other)| one == name && other != kind) {
                return Err(wrong_use(&format!(
                    "--type {name}={other}, {name}={kind}: a column is of one kind: leave one of them out"
                )));
            }
        }
        Ok(())
    }

    /// The columns to keep.
    pub(crate) fn kept(&self) -> impl Iterator<Item = &String> {
        self.keep_column.iter().flat_map(|names| &names.0)
    }
}

impl DialectArgs {
    /// The words for gaps, if some are named, or that there are none.
    pub(crate) fn missing_words(&self) -> Option<Vec<String>> {
        (!self.missing.is_empty()).then(|| Names::all(&self.missing))
    }

    /// A column of which it is said that what is empty is a gap, as `age=`, which it always is.
    pub(crate) fn needless_gap(&self) -> Option<String> {
        let of_column = |word: &String| Some(word.strip_suffix('=')?.trim().to_owned());
        self.missing_words()?.iter().filter_map(of_column).find(|column| !column.is_empty())
    }

    /// What is a gap, if that is said.
    pub(crate) fn missing(&self) -> Option<Missing> {
        let (own, all): (Vec<_>, Vec<_>) =
            self.missing_words()?.into_iter().partition(|word| of_column(word).is_some());
        let own = own.iter().filter_map(|word| of_column(word));
        Some(
            own.fold(Missing::new(all), |missing, (column, word)| {
                missing.with_column(column, [word])
            }),
        )
    }
}

/// The column and the word of one that is a gap there alone, as `age=0`.
fn of_column(word: &str) -> Option<(&str, &str)> {
    let (column, word) = word.rsplit_once('=')?;
    let both = (column.trim(), word.trim());
    (!both.0.is_empty() && !both.1.is_empty()).then_some(both)
}

impl EncodingArgs {
    pub(crate) fn options(&self) -> EncodingOptions {
        let options = EncodingOptions::new().impute(self.impute).categories(self.categories);
        self.rare.map_or(options.clone(), |rare| options.rare(rare))
    }
}

/// Widths of layers: `64,32`, or `none`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Widths(pub(crate) Vec<usize>);

impl FromStr for Widths {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(Vec::new()));
        }
        let width = |text: &str| match text.trim().parse::<usize>() {
            Ok(0) | Err(_) => {
                let got = match text.trim() {
                    "" => "nothing".to_owned(),
                    text => format!("\"{}\"", shortened(text)),
                };
                Err(format!("expected widths of at least 1 as 64,64, or none; got {got}"))
            }
            Ok(width) => Ok(width),
        };
        text.split(',').map(width).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Widths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths: Vec<String> = self.0.iter().map(usize::to_string).collect();
        let joined = widths.join(",");
        f.write_str(if widths.is_empty() { "none" } else { &joined })
    }
}

/// Activations of hidden layers: `relu`, or `relu,tanh`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Activations(pub(crate) Vec<Kind>);

impl FromStr for Activations {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        let known = LayerKinds::<f32>::new();
        let kinds = Kind::list(text)?.into_iter();
        Ok(Self(
            kinds
                .map(|kind| Ok(known.activation(&kind)?.kind()))
                .collect::<Result<_, ModelError>>()?,
        ))
    }
}

/// Transformations of features: `standardize`, or `standardize,pca(10)`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Transformations(pub(crate) Vec<Kind>);

impl FromStr for Transformations {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        let known = TransformKinds::new();
        let kinds = Kind::list(text)?.into_iter();
        Ok(Self(kinds.map(|kind| Ok(known.get(kind)?.kind())).collect::<Result<_, ModelError>>()?))
    }
}

impl fmt::Display for Transformations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&joined(&self.0))
    }
}

/// Whole numbers to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counts(pub(crate) Vec<usize>);

impl FromStr for Counts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let whole = |text: &str| text.trim().parse::<usize>();
        let counts = text.split(',').map(whole).collect::<Result<_, _>>();
        counts.map(Self).map_err(|_| "expected whole numbers, as 1,2,3".to_owned())
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(usize::to_string).collect::<Vec<_>>().join(","))
    }
}

/// Numbers to choose from, or a range of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Numbers(pub(crate) Values);

impl FromStr for Numbers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.trim().parse::<f64>();
        let values = match text.split_once("..") {
            Some((low, high)) => {
                let low = number(low);
                low.and_then(|low| Ok(Values::LogUniform(low, number(high)?)))
            }
            None => text.split(',').map(number).collect::<Result<_, _>>().map(Values::OneOf),
        };
        let expected = "expected numbers, as 0,0.5, or two with .. between, as 0.001..0.1";
        values.map(Self).map_err(|_| expected.to_owned())
    }
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Values::LogUniform(low, high) => write!(f, "{low}..{high}"),
            Values::OneOf(values) => {
                f.write_str(&values.iter().map(f64::to_string).collect::<Vec<_>>().join(","))
            }
        }
    }
}

/// How long something may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget(pub(crate) Duration);

impl FromStr for Budget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let units = [("s", 1.0), ("m", 60.0), ("h", 3600.0)];
        let seconds = units.into_iter().find_map(|(unit, seconds)| {
            Some(seconds * text.strip_suffix(unit)?.parse::<f64>().ok()?)
        });
        seconds
            .filter(|seconds| *seconds > 0.0)
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .map(Self)
            .ok_or_else(|| "expected a time, as 90s, 10m or 2h".to_owned())
    }
}

/// A loss.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LossArg(pub(crate) Kind);

impl FromStr for LossArg {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        let kind: Kind = text.parse()?;
        Ok(Self(LossKinds::<f32>::new().get(kind)?.kind()))
    }
}

/// Options of optimisers that `train` has too.
pub(crate) const OF_OPTIMIZERS: [&str; 5] =
    ["learning-rate", "momentum", "nesterov", "weight-decay", "l1"];

/// An optimiser, with the options that were given with it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OptimizerArg(pub(crate) Kind);

impl OptimizerArg {
    /// Whether no options were given with it.
    pub(crate) fn is_plain(&self) -> bool {
        self.0 == Kind::new(self.0.name())
    }
}

impl FromStr for OptimizerArg {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Self, KindError> {
        let kind: Kind = text.parse()?;
        OptimizerKinds::<f32>::new().get(&kind)?;
        Ok(Self(kind))
    }
}

/// A schedule, or what the validation loss decides.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ScheduleArg {
    Schedule(Kind),
    Plateau(Plateau),
}

/// Why a text says no schedule.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScheduleError {
    #[error(transparent)]
    Kind(#[from] KindError),
    #[error(
        "plateau follows no times, and so is in no other schedule: for one after a warm-up, give --schedule plateau and \
         --warm-up EPOCHS; what may be in another are {0}"
    )]
    PlateauInside(String),
}

impl fmt::Display for ScheduleArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schedule(kind) => kind.fmt(f),
            Self::Plateau(plateau) => Kind::from(*plateau).fmt(f),
        }
    }
}

impl FromStr for ScheduleArg {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let kind: Kind = text.parse()?;
        if kind.name() == Plateau::SPEC.name() {
            return Ok(Self::Plateau(Plateau::from_kind(&kind)?));
        }
        let known = ScheduleKinds::new();
        // Of names that are none, all are told that there are.
        let mut names = densely::parts::Kinds::new("schedule");
        known.specs().chain(&[Plateau::SPEC]).for_each(|spec| names.push(*spec, ()));
        names.get(&kind)?;
        match known.get(kind) {
            Ok(schedule) => Ok(Self::Schedule(schedule.kind())),
            Err(KindError::Unknown { name, .. }) if name == Plateau::SPEC.name() => {
                Err(ScheduleError::PlateauInside(known.names().join(", ")))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The names of what changes the step size.
fn schedules() -> Vec<&'static str> {
    [ScheduleKinds::new().names(), vec![Plateau::SPEC.name()]].concat()
}

/// What an option of optimisers is, and what it is by default in each.
fn of_optimizers(what: &str, option: &str) -> String {
    let mut defaults: Vec<(String, Vec<&str>)> = Vec::new();
    for spec in OptimizerKinds::<f32>::new().specs() {
        let opt = spec.opts().iter().find(|opt| opt.is_called(option));
        let Some(default) = opt.and_then(Opt::default) else { continue };
        match defaults.iter_mut().find(|(value, _)| *value == default.to_string()) {
            None => defaults.push((default.to_string(), vec![spec.name()])),
            Some((_, names)) => names.push(spec.name()),
        }
    }
    let defaults =
        defaults.iter().map(|(value, names)| format!("{value} for {}", names.join(", ")));
    format!("{what} [default: {}]", defaults.collect::<Vec<_>>().join("; "))
}

impl fmt::Display for Activations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&joined(&self.0))
    }
}

fn joined(kinds: &[Kind]) -> String {
    kinds.iter().map(Kind::to_string).collect::<Vec<_>>().join(",")
}

fn activation_help() -> String {
    let known = LayerKinds::<f32>::new();
    let activations = known.specs().filter(|spec| known.activation(spec.name()).is_ok());
    format!(
        "Activation of the hidden layers: one for all, or one for each, as relu,tanh; with options \
         as {}",
        usages(activations)
    )
}

fn loss_help() -> String {
    let usages = usages(LossKinds::<f32>::new().specs());
    format!("Loss [default: softmax to classify, mse for numbers]; with options as {usages}")
}

fn preprocess_help() -> String {
    let usages = usages(TransformKinds::new().specs());
    format!(
        "What to do to the features, in order, as standardize,pca(10), where pca(0.95) keeps so \
         much of the variance; of images, min-max if nothing is said; with options as {usages}"
    )
}

fn optimizer_help() -> String {
    format!("Optimiser; with options as {}", usages(OptimizerKinds::<f32>::new().specs()))
}

fn schedule_help() -> String {
    let (known, plateau) = (ScheduleKinds::new(), [Plateau::SPEC]);
    let usages = usages(known.specs().chain(&plateau));
    format!(
        "How the step size changes, with times in epochs; constant without validation data if nothing is said; with options as \
         {usages}"
    )
}

/// The kinds that have options, each with these at their defaults.
fn usages<'a>(specs: impl Iterator<Item = &'a Spec>) -> String {
    let with_options = specs.filter(|spec| !spec.opts().is_empty());
    with_options.map(Spec::usage).collect::<Vec<_>>().join(", ")
}

/// A whole number of at least 1.
fn count(text: &str) -> Result<usize, String> {
    match whole(text).map_err(|_| "expected a whole number of at least 1".to_owned())? {
        0 => Err("0 is not in 1..: expected a whole number of at least 1".to_owned()),
        count => usize::try_from(count).map_err(|error| error.to_string()),
    }
}

/// A number of parts of a mini-batch.
fn shards(text: &str) -> Result<usize, String> {
    const MOST: usize = 1024;
    match count(text)? {
        shards if shards.is_power_of_two() && shards <= MOST => Ok(shards),
        _ => Err(format!("expected a power of two, as 1, 2 or 4, at most {MOST}")),
    }
}

/// A number of candidates, all of which are drawn before the first is trained.
fn trials(text: &str) -> Result<usize, String> {
    const MOST: usize = 100_000;
    match count(text)? {
        trials if trials > MOST => Err(format!("expected a whole number from 1 to {MOST}")),
        trials => Ok(trials),
    }
}

/// A number of folds.
fn folds(text: &str) -> Result<usize, String> {
    match count(text) {
        Ok(1) | Err(_) => Err("expected a whole number of at least 2".to_owned()),
        folds => folds,
    }
}

fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

/// A number of bytes, such as 512M.
fn size(text: &str) -> Result<u64, String> {
    let refused = || "expected a number of bytes, or of K, M or G: 512M, for example".to_owned();
    let unit = |unit: char| "KMG".find(unit.to_ascii_uppercase()).map(|i| 10 * (i as u32 + 1));
    let (number, shift) =
        match text.char_indices().next_back().and_then(|(i, c)| Some((i, unit(c)?))) {
            Some((end, shift)) => (&text[..end], shift),
            None => (text, 0),
        };
    let number: u64 = number.parse().map_err(|_| refused())?;
    number.checked_mul(1 << shift).filter(|&bytes| bytes > 0).ok_or_else(refused)
}

fn threads(text: &str) -> Result<usize, String> {
    usize::try_from(whole(text)?).map_err(|error| error.to_string())
}

/// One of several names, which the help lists; some take a value in parentheses.
#[derive(Clone)]
struct Named<K> {
    names: Vec<&'static str>,
    kind: PhantomData<fn() -> K>,
}

impl<K> Named<K> {
    fn new(names: &[&'static str]) -> Self {
        Self { names: names.to_vec(), kind: PhantomData }
    }
}

impl<K> TypedValueParser for Named<K>
where
    K: FromStr<Err: std::error::Error + Send + Sync + 'static> + Clone + Send + Sync + 'static,
{
    type Value = K;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<K, clap::Error> {
        str::parse::<K>.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.names.iter().copied().map(PossibleValue::new)))
    }
}

fn number(text: &str, expected: &str, valid: impl Fn(f64) -> bool) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if valid(value) => Ok(value),
        Ok(f64::INFINITY) => Err(format!("expected a number {expected}, and a finite one")),
        _ => Err(format!("expected a number {expected}")),
    }
}

/// An address and a port, or the name of a machine and a port.
#[cfg(feature = "serve")]
fn address(text: &str) -> Result<SocketAddr, String> {
    let found = text.to_socket_addrs().ok().and_then(|mut found| found.next());
    found.ok_or_else(|| {
        "expected an address of this machine and a port, as 127.0.0.1:8000".to_owned()
    })
}

/// Up to a year, of which clocks can do sums.
#[cfg(feature = "serve")]
fn seconds(text: &str) -> Result<f64, String> {
    const YEAR: f64 = 3.2e7;
    number(text, "above 0, of seconds, and no more than a year of them", |value| {
        (0.001..YEAR).contains(&value)
    })
}

fn positive(text: &str) -> Result<f64, String> {
    number(text, "above 0", |value| value > 0.0 && value.is_finite())
}

fn non_negative(text: &str) -> Result<f64, String> {
    number(text, "of at least 0", |value| value >= 0.0 && value.is_finite())
}

fn momentum(text: &str) -> Result<f64, String> {
    number(text, "from 0 to less than 1", |value| (0.0..1.0).contains(&value))
}

fn fraction(text: &str) -> Result<f64, String> {
    number(text, "from 0 to less than 1", |value| (0.0..1.0).contains(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bytes_or_a_number_of_units() {
        for (text, bytes) in [
            ("1", 1),
            ("4k", 4096),
            ("512M", 512 << 20),
            ("2G", 2 << 30),
            ("17179869183G", 17_179_869_183 << 30),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "M", "0", "0G", "-1", "1.5G", "1T", "17179869184G", "5 M", "5MB"] {
            let error = size(text).unwrap_err();
            assert!(error.starts_with("expected a number of bytes"), "{text}: {error}");
        }
    }
}
