use std::io;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use clap::error::ErrorKind;
use densely::data::DataError;
use densely::formats::{FormatError, Reason};
use densely::models::ModelError;
use densely::parts::shortened;
use densely::table::{BadCells, Cell, Naming, TableError};
use densely_files::{FileError, Format, ReadOptions};
use densely_notes::NotesError;
use densely_picture::PictureError;
use thiserror::Error;

use crate::args::{Cli, Transformations};
use crate::run_folder::{CONFIG, SPLIT, TRIALS};
use crate::signals::Signal;

/// Why the program ends with a status other than 0.
#[derive(Debug, Error)]
pub(crate) enum CliError {
    /// Wrong usage: status 2.
    #[error(transparent)]
    Usage(#[from] clap::Error),
    /// A table that cannot be read, or is not fit to learn from.
    #[error("{}: {source}{}", .path.display(), option_for_data(.source))]
    Data { path: PathBuf, source: DataError },
    #[error("{}: {source}{}", .path.display(), option_for_table(.source, .path))]
    Table { path: PathBuf, source: Box<TableError> },
    /// A table with values that a model cannot work with.
    #[error("{}: {source}{}", .path.display(), option_for(.source))]
    Values { path: PathBuf, source: Box<ModelError> },
    #[error("{}{}", .0, option_for(.0))]
    Model(#[from] ModelError),
    #[error(
        "{}: its name is not UTF-8, so that the config that repeats the run could not have it: \
         rename it, or give a link to it that has another name", .0.display()
    )]
    NotText(PathBuf),
    /// A file that is not read as a table.
    #[error(transparent)]
    Files(#[from] FileError),
    #[error("{}", of_file(.0))]
    Format(#[from] FormatError),
    #[error("{}: {source}", .path.display())]
    Export { path: PathBuf, source: densely_export::ExportError },
    #[error("{}: {source}", .path.display())]
    Import { path: PathBuf, source: Box<densely_import::ImportError> },
    #[cfg(feature = "serve")]
    #[error("{0} (--listen ADDRESS for another address or port)")]
    Serve(#[from] densely_serve::ServeError),
    #[error(transparent)]
    Notes(#[from] NotesError),
    /// Options that do not go with the data, or with each other.
    #[error("{options}: {source}; {remedy}")]
    Options { options: String, source: Box<CliError>, remedy: String },
    /// The same of an error that says itself what would mend it.
    #[error("{options}: {source}")]
    Named { options: String, source: Box<CliError> },
    /// A file that cannot be read or written.
    #[error("{}: {source}", .path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
    #[error("{}: there is such a file; write another, or overwrite it with --force", .0.display())]
    FileExists(PathBuf),
    #[error(
        "{}: there is such a file that densely has not written, and it is not overwritten: choose \
         another folder with --out", .0.display()
    )]
    ForeignFile(PathBuf),
    #[error(
        "{}: {} is {what}, where a folder is needed: choose another with --out", .folder.display(),
        if .folder == .other { "it".into() } else { .other.display().to_string() }
    )]
    NoFolder { folder: PathBuf, other: PathBuf, what: &'static str },
    /// The same of one that no option names.
    #[error("{}: {what} is in its place, where a folder is needed: name another", .folder.display())]
    NoFolderHere { folder: PathBuf, what: &'static str },
    /// What went wrong after some of the work had been kept, and where that is.
    #[error("{source}; {kept}")]
    Kept { source: Box<CliError>, kept: String },
    /// An error that the JSON of what was done says already.
    #[error(transparent)]
    Told(Box<CliError>),
    /// A file of a run that is not as it was written.
    #[error("{}: {what}; the run can be repeated with its config, or remove the file", .path.display())]
    Damaged { path: PathBuf, what: String },
    #[error(
        "{0} processes were started, and only `train` is for several: start one, or `densely` without MPI"
    )]
    NotTogether(usize),
    #[error("signals cannot be caught: {0}")]
    Signals(io::Error),
    /// A signal that came in training, after which everything was kept.
    #[error("stopped by {}", .0.name())]
    Stopped(Signal),
    #[error(
        "--memory: a table of {rows} rows needs {per_row} bytes for each and {} MiB besides, which is \
         more: give --memory {}M", .fixed >> 20, .needed.div_ceil(1 << 20)
    )]
    Memory { rows: usize, per_row: u64, fixed: u64, needed: u64 },
    /// Weights of classes that do not go with the classes.
    #[error("--class-weights: {0}")]
    ClassWeights(String),
    #[error("--threads {0}: threads cannot be started: {1}")]
    Threads(usize, String),
    #[error(
        "{} already holds a run: choose another folder with --out, go on with that run with \
         --resume, or overwrite it with --force", .0.display()
    )]
    RunExists(PathBuf),
    #[error(
        "{} already holds a run, which goes on{}: wait for its end, or choose another folder with \
         --out", .folder.display(), in_process(*.holder)
    )]
    RunGoesOn { folder: PathBuf, holder: Option<u32> },
    #[error("{}: there is no run to go on with: it has no {}", .0.display(), CONFIG)]
    NoRun(PathBuf),
    #[error(
        "{}: this run is complete, and has no checkpoint to go on from, as short ones have none, so its epochs would be \
         made again: with more --epochs, or as they were with --force", .0.display()
    )]
    RunComplete(PathBuf),
    #[error(
        "{}: the run to go on with is another: {}; leave these as they were, or go on with \
         them with --force", .folder.display(), .differences.join("; ")
    )]
    OtherRun { folder: PathBuf, differences: Vec<String> },
    #[error(
        "{}: other rows would be held out, of which some have been learnt from: {}; leave these as they were, or begin a \
         new run, without --resume", .folder.display(), .differences.join("; ")
    )]
    OtherParts { folder: PathBuf, differences: Vec<String> },
    #[error("{}: there is no search to go on with: it has no {} of one", .0.display(), TRIALS)]
    NoSearch(PathBuf),
    #[error(
        "{}: the search to go on with is another: {}; leave these as they were, or begin a new one \
         with --force and without --resume", .folder.display(), .differences.join("; ")
    )]
    OtherSearch { folder: PathBuf, differences: Vec<String> },
    #[error("no candidate could be trained; the first: {0}")]
    NoCandidate(String),
    #[error(
        "{}: the run is in {dtype}, and goes on in no other number type: leave --dtype out",
        .folder.display()
    )]
    OtherDtype { folder: PathBuf, dtype: &'static str },
    #[error("{}: it is what is read; write another file", .0.display())]
    OutputIsInput(PathBuf),
    #[error(
        "--proba needs a classifier with probabilities, and this model's loss is {0}: \
         train it with --loss softmax (or logistic, for two classes)"
    )]
    NoProbabilities(&'static str),
    #[error("--proba: the model predicts numbers, which have no probabilities: leave it out")]
    NumbersHaveNone,
    #[error(
        "{}: it is not the file that the run had any more, or is read otherwise: say \
         which data to evaluate on", .0.display()
    )]
    OtherData(PathBuf),
    #[error(
        "{}: there is no {} beside the model, which says which rows were held out: say which data to \
         evaluate on", .0.display(), SPLIT
    )]
    NoSplit(PathBuf),
    #[error(
        "{}: its data came from a pipe, or were learnt from with --memory, so that nothing says which rows were \
         held out: say which data to evaluate on", .0.display()
    )]
    NothingHeldOut(PathBuf),
    #[error(
        "{}: this run has kept no weights: it was stopped, or diverged, before any were saved, which is every few seconds; \
         densely train --resume goes on with it, or begins anew", .0.display()
    )]
    NoWeights(PathBuf),
    #[error(
        "{}: this run goes on{}, and has kept no weights yet: wait for some seconds, or the end of its first epoch", .folder.display(),
        in_process(*.holder)
    )]
    NoWeightsYet { folder: PathBuf, holder: Option<u32> },
    #[error("{}: it is no folder of a run: it has no {}", .0.display(), CONFIG)]
    NotARun(PathBuf),
    #[error(
        "{}: the data of this run came from a pipe, so that its report cannot be made again",
        .0.display()
    )]
    PipedData(PathBuf),
    #[error(
        "{}: it is not what the model was trained and tested on any more, so that its report cannot be made \
         again", .0.display()
    )]
    ChangedData(PathBuf),
    #[error(
        "--keep: two columns beside each other would be called `{}`: name each column once, and none that is \
         called as what is predicted is", shortened(.0)
    )]
    KeptTwice(String),
    #[error(
        "{}: its columns are called after numbers from `{table}` on, and those of the model from `{model}` on, so that each \
         would be taken for the one beside it: write it in the format that the model was trained on, or as CSV with the \
         model's names", .path.display()
    )]
    OtherNumbers { path: PathBuf, table: &'static str, model: &'static str },
    #[error(
        "{}: it is given twice, so that its rows would count twice, or be tested on though they were learnt from: \
         name each file once", .0.display()
    )]
    GivenTwice(PathBuf),
    #[error(
        "{}: {source} (the model was trained on a table without names of columns: if this one has them, leave them out, as \
         `tail -n +2` does)", .path.display()
    )]
    WithNames { path: PathBuf, source: Box<TableError> },
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error("wrong gradients in {}", .0.join(", "))]
    WrongGradients(Vec<String>),
}

impl CliError {
    /// In one line: of wrong arguments which these are, without how to use them.
    pub(crate) fn in_one_line(&self) -> String {
        let text = self.to_string();
        match self {
            Self::Usage(_) => {
                let lines = text.lines().take_while(|line| !line.is_empty()).map(str::trim);
                let lines = lines.collect::<Vec<_>>().join(" ");
                lines.strip_prefix("error: ").map_or(lines.clone(), str::to_owned)
            }
            _ => text,
        }
    }

    /// Whether it says which of several processes it is of.
    pub(crate) fn names_a_rank(&self) -> bool {
        match self {
            Self::Model(ModelError::Exchange(_)) => true,
            Self::Kept { source, .. }
            | Self::Options { source, .. }
            | Self::Named { source, .. }
            | Self::Told(source) => source.names_a_rank(),
            _ => false,
        }
    }

    /// An error about the contents of a file.
    pub(crate) fn data(path: impl Into<PathBuf>) -> impl FnOnce(DataError) -> Self {
        let path = path.into();
        move |source| Self::Data { path, source }
    }

    /// An error about a table, unless it names the file already.
    pub(crate) fn table(path: impl Into<PathBuf>) -> impl FnOnce(TableError) -> Self {
        let path = path.into();
        move |source| match source {
            TableError::File { path, source } => Self::File { path, source },
            TableError::Data(source) => Self::Data { path, source },
            source => Self::Table { path, source: Box::new(source) },
        }
    }

    /// An error that arose when a model worked with a file's contents: it names the file if
    /// these are to blame.
    pub(crate) fn in_data(path: impl Into<PathBuf>) -> impl FnOnce(ModelError) -> Self {
        let path = path.into();
        move |source| match source {
            ModelError::OutOfRange { .. }
            | ModelError::Negative { .. }
            | ModelError::NotFiniteOutput { .. }
            | ModelError::NotPositive { .. }
            | ModelError::ExponentialTooLarge { .. }
            | ModelError::PredictionTooLarge { .. }
            | ModelError::TooFarApart { .. } => Self::Values { path, source: Box::new(source) },
            ModelError::Table(source) => Self::table(path)(source),
            source => Self::Model(source),
        }
    }

    /// An error that other options would mend.
    pub(crate) fn options<E: Into<Self>>(
        options: impl Into<String>,
        remedy: impl Into<String>,
    ) -> impl FnOnce(E) -> Self {
        move |source| Self::Options {
            options: options.into(),
            source: Box::new(source.into()),
            remedy: remedy.into(),
        }
    }

    /// An error of preprocessing that is fitted by these methods to data from there.
    pub(crate) fn preparing(
        methods: &Transformations,
        source: impl Into<PathBuf>,
    ) -> impl FnOnce(ModelError) -> Self {
        move |error| match error {
            ModelError::Preprocess(_) => {
                let options = format!("--preprocess {methods}");
                Self::options(options, "choose another method, or another value for it")(error)
            }
            error => Self::in_data(source)(error),
        }
    }

    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    /// The same, of work that was kept, with more to say.
    pub(crate) fn and(self, more: &str) -> Self {
        match self {
            Self::Kept { source, kept } => Self::Kept { source, kept: kept + more },
            error => error,
        }
    }

    pub(crate) fn is_closed_pipe(&self) -> bool {
        match self {
            Self::Output(source) | Self::File { source, .. } => {
                source.kind() == io::ErrorKind::BrokenPipe
            }
            _ => false,
        }
    }
}

/// Options that do not go together.
pub(crate) fn wrong_use(message: &str) -> CliError {
    Cli::command().error(ErrorKind::ArgumentConflict, message).into()
}

/// Where a run goes on, if it is known.
fn in_process(holder: Option<u32>) -> String {
    holder.map_or_else(String::new, |holder| format!(" in process {holder}"))
}

/// What is wrong with a model file, for those who cannot register parts of their own.
fn of_file(error: &FormatError) -> String {
    let FormatError::Invalid { path, reason } = error else { return error.to_string() };
    match &**reason {
        Reason::Unknown { family, name } => format!(
            "{}: this program has no {family} `{}`: the file is of one that has it, or of a later \
             version",
            path.display(),
            shortened(name)
        ),
        _ => error.to_string(),
    }
}

/// What makes classes of words that are taken for gaps.
pub(crate) const NO_WORDS: &str = "--missing '' takes such words for classes";

/// Whether options for delimited text may help: not where a file is known to be something else.
fn is_text(path: &Path) -> bool {
    let format = ReadOptions::new().format_of_file(path).ok().flatten();
    format.is_none_or(|format| format == Format::Text)
}

/// The options that do what the message advises.
fn option_for_table(error: &TableError, path: &Path) -> String {
    match error {
        TableError::NotNumbers(bad) | TableError::TargetNotNumbers(bad)
            if bad.first.iter().any(has_decimal_comma) =>
        {
            " (if a comma stands before decimals: --decimal comma)".to_owned()
        }
        TableError::NotNumbers(bad) | TableError::TargetNotNumbers(bad)
            if is_header_taken_for_data(bad) =>
        {
            " (if the first row names the columns: --header yes)".to_owned()
        }
        TableError::UnknownColumn { columns, .. } if are_unnamed(columns) => {
            " (if the first row names the columns: --header yes)".to_owned()
        }
        TableError::NotNumbers(bad) => {
            let column = shortened(&bad.column);
            format!(
                " (--missing WORDS; of train, also --type '{column}=category' or --drop '{column}')"
            )
        }
        TableError::TargetNotNumbers(bad) => {
            let column = shortened(&bad.column);
            format!(" (--missing '{column}=WORD'; of train, also --task classify for classes)")
        }
        TableError::NotFinite(_) => " (--missing WORDS)".to_owned(),
        TableError::OneClass { gaps, .. } if !gaps.is_empty() => {
            format!(" ({NO_WORDS})")
        }
        TableError::NoFeatures { columns } if columns.is_empty() => {
            " (--separator, if there should be)".to_owned()
        }
        TableError::NoFeatures { .. } => " (--keep-column NAMES)".to_owned(),
        TableError::ManyClasses { .. } => " (--target NAME, --task classify)".to_owned(),
        TableError::FormattedTarget { .. } => {
            " (if a comma stands before decimals: --decimal comma)".to_owned()
        }
        TableError::MissingColumns { .. } if !is_text(path) => String::new(),
        TableError::MissingColumns { missing, columns, .. }
            if are_unnamed_some(missing) && are_unnamed(columns) =>
        {
            " (--separator, if cells are separated by something else)".to_owned()
        }
        TableError::MissingColumns { missing, .. } if are_unnamed_some(missing) => {
            " (if the table has no header: --header no)".to_owned()
        }
        TableError::MissingColumns { .. } => {
            " (if the table has no header, write one above it; if cells are separated by something else: \
             --separator)"
                .to_owned()
        }
        TableError::RaggedRow { .. } => " (--separator, if it is another)".to_owned(),
        _ => String::new(),
    }
}

/// Whether a table has names of columns in its first row, which is taken for data or in the way of what has none.
pub(crate) fn has_names(error: &TableError) -> bool {
    match error {
        TableError::NotNumbers(bad)
        | TableError::NotTruths(bad)
        | TableError::NotTimes(bad)
        | TableError::NotClocks(bad) => is_header_taken_for_data(bad),
        TableError::MissingColumns { columns, .. } => !are_unnamed_some(columns),
        _ => false,
    }
}

/// Whether these are names of columns that the table was read without.
pub(crate) fn are_unnamed(columns: &[String]) -> bool {
    let mut columns = columns.iter().zip(1..);
    columns.all(|(name, number)| *name == Naming::unnamed(number))
}

/// Whether some of these are called as columns without a name.
fn are_unnamed_some(columns: &[String]) -> bool {
    columns.iter().any(|name| Naming::is_unnamed(name))
}

/// Whether the one cell that is no number is in the first row of a table without names of columns.
fn is_header_taken_for_data(bad: &BadCells) -> bool {
    let is_first = |cell: &Cell| {
        let place = cell.place.to_string();
        place == "row 1" || place.starts_with("row 1 ")
    };
    Naming::is_unnamed(&bad.column) && bad.count == 1 && bad.first.iter().all(is_first)
}

fn has_decimal_comma(cell: &Cell) -> bool {
    cell.text.as_deref().is_some_and(is_decimal_comma)
}

/// Whether a text is a number if a comma stands before its decimals, as `1,5`.
pub(crate) fn is_decimal_comma(text: &str) -> bool {
    let digits = text.trim().trim_start_matches(['-', '+']);
    let is_whole = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    digits.split_once(',').is_some_and(|(whole, decimals)| {
        is_whole(whole) && is_whole(decimals) && !decimals.is_empty()
    })
}

/// What names the folder that the message asks for.
fn option_for_data(error: &DataError) -> &'static str {
    if let DataError::Stored { .. } = error { " ($TMPDIR names it)" } else { "" }
}

/// The option that does what the message advises.
fn option_for(error: &ModelError) -> &'static str {
    match error {
        ModelError::OutOfRange { scalar: "f32", value, .. } if value.is_finite() => {
            " (--dtype f64)"
        }
        ModelError::Data(error) => option_for_data(error),
        ModelError::NotFiniteOutput { scalar: "f32", .. }
        | ModelError::NumberType { scalar: "f32", .. } => " (--dtype f64)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who has the program alone can register nothing.
    #[test]
    fn a_layer_that_is_not_ours_is_one_of_another_program() {
        let (family, name) = ("layer", "isru".to_owned());
        let reason = Box::new(Reason::Unknown { family, name });
        let error = CliError::from(FormatError::Invalid { path: "m".into(), reason }).to_string();
        assert!(
            error.starts_with("m: this program has no layer `isru`: the file is of one"),
            "{error}"
        );
        assert!(!error.contains("register"), "{error}");
    }
}
