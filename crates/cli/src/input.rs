//! Models, tables and threads, with errors that name the file.

mod numbered;
mod unknown;

use std::path::{Path, PathBuf};

use densely::prelude::{AnyModel, Encoding, Preparation, Provenance, Rows, Schema, Table, Threads};
use densely::table::{Dialect, EncodedRows, Missing, StoredTableWriter, TableError, TextOptions};
use densely_files::{FileError, Format, ReadOptions, Reason};
use same_file::is_same_file;

use crate::args::{ColumnsArgs, DecimalArg, DialectArgs, YesNo};
use crate::error::{CliError, has_names, wrong_use};
use crate::output::{counted, eprintln};
use crate::run_folder::{MODEL, goes_on, is_run};
use crate::visible::visible;

/// Reads a model, from its file or from the folder of its run.
pub(crate) fn model(path: &Path) -> Result<AnyModel, CliError> {
    let file = model_path(path);
    if is_run(path) && !file.exists() {
        return Err(match goes_on(path) {
            Some(holder) => CliError::NoWeightsYet { folder: path.to_owned(), holder },
            None => CliError::NoWeights(path.to_owned()),
        });
    }
    Ok(AnyModel::load(file)?)
}

/// How a model came to be.
pub(crate) fn provenance(path: &Path) -> Result<Provenance, CliError> {
    Ok(match model(path)? {
        AnyModel::F32(file) => file.provenance,
        AnyModel::F64(file) => file.provenance,
    })
}

/// What a model does to data before its network sees them.
pub(crate) fn preparation(path: &Path) -> Result<Preparation, CliError> {
    Ok(match model(path)? {
        AnyModel::F32(file) => file.predictor.preparation().clone(),
        AnyModel::F64(file) => file.predictor.preparation().clone(),
    })
}

/// Whether what is read there can be read once only: standard input, or a pipe.
pub(crate) fn is_piped(path: &Path) -> bool {
    is_standard_input(path) || path.exists() && !path.is_file() && !path.is_dir()
}

fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What follows a command that reads the same data again: where they came on standard input, they have to come so once more.
pub(crate) fn again(data: &[PathBuf]) -> &'static str {
    if data.iter().any(|path| is_standard_input(path)) {
        " <DATA (what standard input had)"
    } else {
        ""
    }
}

/// Says of a run that goes on that its data came on standard input.
pub(crate) fn tell_again(data: &[PathBuf]) {
    for path in data.iter().filter(|path| is_standard_input(path)) {
        tell(
            path,
            "the run goes on with what it has read from standard input, which is wanted there again",
        );
    }
}

/// What files are called together.
pub(crate) fn label(paths: &[PathBuf]) -> PathBuf {
    match paths {
        [] => PathBuf::new(),
        [path] => path.clone(),
        [first, others @ ..] => {
            let others = counted(others.len(), "other");
            format!("{} and {others}", first.display()).into()
        }
    }
}

/// The columns that are wanted of files. Of others nobody asks what is in them.
#[derive(Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// All but those that are dropped.
    All(&'a ColumnsArgs),
    /// Those that a model was trained on to predict its targets, and some besides.
    Of { schema: &'a Schema, targets: &'a [String], besides: &'a [String] },
}

impl<'a> Wanted<'a> {
    /// Of a model, if there is one.
    fn schema(self) -> Option<&'a Schema> {
        match self {
            Self::All(_) => None,
            Self::Of { schema, .. } => Some(schema),
        }
    }

    fn names(schema: &'a Schema, besides: &'a [String]) -> impl Iterator<Item = &'a String> {
        schema.features().map(|column| &column.name).chain(besides)
    }

    fn reading(self, options: ReadOptions) -> ReadOptions {
        match self {
            Self::All(columns) => options.unneeded(columns.dropped()),
            Self::Of { schema, besides, .. } => options.needed(Self::names(schema, besides)),
        }
    }

    /// These alone of those of a model: files that are one table have others as they like.
    fn of(self, table: Table) -> Result<Table, TableError> {
        match self {
            Self::All(_) => Ok(table),
            Self::Of { schema, besides, .. } => table.select(Self::names(schema, besides)),
        }
    }
}

/// That no file comes twice, under whatever name.
pub(crate) fn check_different<'a>(
    paths: impl IntoIterator<Item = &'a PathBuf>,
) -> Result<(), CliError> {
    let mut seen: Vec<&PathBuf> = Vec::new();
    for path in paths {
        // To open a pipe would wait for somebody at its other end.
        let is_same = |other: &&PathBuf| {
            path == *other || path.is_file() && is_same_file(path, other).unwrap_or(false)
        };
        if seen.iter().any(is_same) {
            return Err(CliError::GivenTwice(path.clone()));
        }
        seen.push(path);
    }
    Ok(())
}

/// That what is said of how files are read is of one of them, and says something.
pub(crate) fn check_dialect<'a>(
    paths: impl IntoIterator<Item = &'a PathBuf>,
    args: &'a DialectArgs,
) -> Result<(), CliError> {
    if let Some(column) = args.needless_gap() {
        return Err(wrong_use(&format!(
            "--missing {column}=: an empty cell is a gap in every column: leave it out, or name a word or number after `=`"
        )));
    }
    let of_text = [
        ("--separator", args.separator.is_some()),
        ("--header", args.header.is_some()),
        ("--decimal", args.decimal.is_some()),
    ];
    let of_text = of_text.into_iter().find_map(|(option, is_given)| is_given.then_some(option));
    let of_sheet = args.sheet.is_some().then_some("--sheet");
    if of_text.is_none() && of_sheet.is_none() {
        return Ok(());
    }
    let (mut formats, reading) = (Vec::new(), ReadOptions::new());
    for path in paths.into_iter().chain(&args.labels) {
        // What cannot be read is told when it is.
        match reading.format_of_file(path) {
            Ok(Some(format)) => formats.push(format),
            _ => return Ok(()),
        }
    }
    let Some(first) = formats.first() else { return Ok(()) };
    for (option, format) in [(of_text, Format::Text), (of_sheet, Format::Sheet)] {
        if let Some(option) = option.filter(|_| !formats.contains(&format)) {
            return Err(wrong_use(&format!(
                "{option}: it is for {}, and what is read is {}: leave it out",
                format.name(),
                first.name()
            )));
        }
    }
    Ok(())
}

/// Reads files of the same columns, or with those that are wanted, as one table: each as [`table`] does.
pub(crate) fn tables(
    paths: &[PathBuf],
    args: &DialectArgs,
    wanted: Wanted<'_>,
    threads: &Threads,
) -> Result<Table, CliError> {
    if let [path] = paths {
        return table(path, args, wanted, threads);
    }
    let read = |path: &PathBuf| {
        let table = table(path, args, wanted, threads)?;
        wanted.of(table).map_err(|error| match wanted {
            Wanted::All(_) => CliError::table(path)(error),
            Wanted::Of { schema, .. } => not_of_model(path, schema)(error),
        })
    };
    let mut tables = paths.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    if let Wanted::All(_) = wanted {
        tables = numbered::together(paths, tables, args.missing().as_ref())?;
    }
    Table::concat(tables).map_err(|error| match error {
        TableError::Part { part, source } => CliError::table(&paths[part - 1])(*source),
        error => CliError::table(label(paths))(error),
    })
}

/// The features of files that a model was trained on, of which nothing is said again; where they can be read still.
pub(crate) fn known_features(
    paths: &[PathBuf],
    args: &DialectArgs,
    schema: &Schema,
    threads: &Threads,
) -> Option<Table> {
    let wanted = Wanted::Of { schema, targets: &[], besides: &[] };
    let read = |path| {
        let reading = wanted.reading(reading(args, wanted.schema(), threads));
        wanted.of(reading.read(path).ok()?).ok()
    };
    Table::concat(paths.iter().map(read).collect::<Option<Vec<_>>>()?).ok()
}

/// The file of a model, or that in the folder of its run.
pub(crate) fn model_path(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(MODEL) } else { path.to_owned() }
}

/// Reads a table, in the dialect that is asked for or found; gaps are those of the model, if there
/// is one, unless they are said.
fn table(
    path: &Path,
    args: &DialectArgs,
    wanted: Wanted<'_>,
    threads: &Threads,
) -> Result<Table, CliError> {
    let reading = wanted.reading(reading(args, wanted.schema(), threads));
    let table = reading.read(path).map_err(unreadable)?;
    match (table.dialect(), args.header, wanted.schema()) {
        (Some(dialect), None, Some(schema)) => tell_dialect_of_model(path, dialect, schema),
        (dialect, ..) => tell_dialect(path, dialect),
    }
    check_missing(path, args, wanted, table.names())?;
    match wanted {
        Wanted::All(_) => Ok(table),
        Wanted::Of { schema, targets, besides } => {
            let needed = Wanted::names(schema, besides).map(String::as_str);
            let known = numbered::Known { schema, targets };
            known.table(path, table, needed, missing(args, Some(schema)).as_ref())
        }
    }
}

/// That there are the columns of which words for gaps are named: in the file, or known to the model.
pub(crate) fn check_missing<'a>(
    path: &Path,
    args: &DialectArgs,
    wanted: Wanted<'_>,
    names: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), CliError> {
    let is_known = |name: &str| match wanted {
        Wanted::All(_) => false,
        Wanted::Of { schema, besides, .. } => {
            schema.columns().iter().any(|column| column.name == name)
                || besides.iter().any(|other| other == name)
        }
    };
    for (name, words) in args.missing().iter().flat_map(Missing::columns) {
        if !names.clone().any(|column| column == name) && !is_known(name) {
            let options = format!("--missing {name}={}", words.join(","));
            let source = CliError::table(path)(TableError::unknown_column(name, names));
            return Err(CliError::Named { options, source: Box::new(source) });
        }
    }
    Ok(())
}

/// Adds the rows of a file to a table on the disk.
pub(crate) fn store(
    path: &Path,
    args: &DialectArgs,
    to: &mut StoredTableWriter,
    threads: &Threads,
) -> Result<(), CliError> {
    reading(args, None, threads).store(path, to).map_err(unreadable)
}

/// Says how a text was read, if it is not plain.
pub(crate) fn tell_dialect(path: &Path, dialect: Option<&Dialect>) {
    let Some(dialect) = dialect else { return };
    let mut notes = dialect.notes();
    if let (Some(_), Some(last)) = (&dialect.numbers, notes.last_mut())
        && dialect.header_is_told
    {
        last.push_str(" (--header no, if it is data)");
    }
    tell_all(path, &notes);
}

/// The same of a text that is read as that which a model was trained on.
fn tell_dialect_of_model(path: &Path, dialect: &Dialect, schema: &Schema) {
    let mut notes = dialect.notes();
    match &dialect.numbers {
        _ if dialect.header_is_told => return tell_dialect(path, Some(dialect)),
        Some(row) => {
            notes.push(format!("the first row, {row}, names the columns, as in the model's table"));
        }
        None if !dialect.header && schema.is_unnamed() => {
            notes.push("as the model's table had no header, the first row is data".to_owned());
        }
        None => {}
    }
    tell_all(path, &notes);
}

fn tell_all(path: &Path, notes: &[String]) {
    if !notes.is_empty() {
        tell(path, &notes.join("; "));
    }
}

/// Says something of a file.
fn tell(path: &Path, note: &str) {
    eprintln!("{}", visible(&format!("{}: {note}", path.display())));
}

fn unreadable(error: FileError) -> CliError {
    match error {
        FileError::Invalid { path, reason } => match *reason {
            Reason::Table(source) => CliError::table(path)(source),
            reason => FileError::Invalid { path, reason: Box::new(reason) }.into(),
        },
        FileError::File { path, source } => CliError::File { path, source },
        error => error.into(),
    }
}

/// The rows as a model takes them, of which it is said what the model does not know, but for numbers.
pub(crate) fn encoded<'a>(
    encoding: &'a Encoding,
    rows: &Rows<'a>,
    paths: &[PathBuf],
    threads: &Threads,
) -> Result<EncodedRows<'a>, CliError> {
    let encoded = encoding.rows(rows, threads);
    let encoded = encoded.map_err(not_of_model(&label(paths), encoding.schema()))?;
    unknown::tell_others(&encoded, paths);
    Ok(encoded)
}

/// The same, with numbers: of a training, a diagnosis says more of them.
pub(crate) fn encoded_alone<'a>(
    encoding: &'a Encoding,
    rows: &Rows<'a>,
    paths: &[PathBuf],
    threads: &Threads,
) -> Result<EncodedRows<'a>, CliError> {
    let encoded = encoded(encoding, rows, paths, threads)?;
    unknown::tell_far(&encoded, paths, threads);
    Ok(encoded)
}

/// An error of a table that a model cannot take.
fn not_of_model(path: &Path, schema: &Schema) -> impl FnOnce(TableError) -> CliError {
    let is_unnamed = schema.is_unnamed();
    move |error| match is_unnamed && has_names(&error) {
        true => CliError::WithNames { path: path.to_owned(), source: Box::new(error) },
        false => CliError::table(path)(error),
    }
}

/// Words that were named to be gaps, now or when the model was trained.
fn missing(args: &DialectArgs, schema: Option<&Schema>) -> Option<Missing> {
    args.missing().or_else(|| schema?.named_missing().cloned())
}

/// How a file is read.
fn reading(args: &DialectArgs, schema: Option<&Schema>, threads: &Threads) -> ReadOptions {
    let mut options = TextOptions::new().threads(threads.clone());
    if let Some(separator) = args.separator {
        options = options.separator(separator);
    }
    if let Some(header) = args.header {
        options = options.header(header == YesNo::Yes);
    }
    if let Some(decimal) = args.decimal {
        options = options.decimal_comma(decimal == DecimalArg::Comma);
    }
    // A model that was trained without names of columns is used without them, and one with numbers for names is with
    // these, though they may look like data.
    if let (None, Some(schema)) = (args.header, schema) {
        if schema.is_unnamed() {
            options = options.header(false);
        } else if schema.columns().iter().all(|column| column.name.parse::<u64>().is_ok()) {
            options = options.header(true);
        }
    }
    let mut reading = ReadOptions::new().text(options);
    // Words that were named are gaps in every format, the usual ones where the format has no gaps of its own.
    if let Some(missing) = missing(args, schema) {
        reading = reading.missing(missing);
    }
    if let Some(sheet) = &args.sheet {
        reading = reading.sheet(sheet);
    }
    if let Some(labels) = &args.labels {
        reading = reading.labels(labels);
    }
    reading
}

pub(crate) fn threads(count: usize) -> Result<Threads, CliError> {
    Threads::new(count).map_err(|error| CliError::Threads(count, error.to_string()))
}
