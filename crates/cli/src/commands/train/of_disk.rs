//! The data of a run that come from a table which does not fit into memory.

use std::env;
use std::path::{Path, PathBuf};

use densely::data::{
    MOST_STRATIFIED, StoredDataset, StoredDatasetWriter, Target, split_labels, value_strata,
};
use densely::models::ModelError;
use densely::prelude::*;
use densely::preprocess::PreprocessError;
use densely::table::{StoredRows, StoredTable, StoredTableWriter, TableError};

use super::of_table::{schema_options, targets, task, tell_without};
use super::overlap::tell_copies;
use super::parts::{Judged, Part, Parts, cannot_hold_out, for_loss, name};
use crate::args::{DialectArgs, TargetTransform, TrainArgs};
use crate::error::CliError;
use crate::input::{self, Wanted};
use crate::schema;

/// Which part a row is in; one without a target is in none.
const TRAIN: u8 = 0;
const VALIDATION: u8 = 1;
const TEST: u8 = 2;
const NONE: u8 = u8::MAX;

/// Bytes that do not depend on the table: blocks of text, what is read ahead, samples, the program itself.
const FIXED: u64 = 80 << 20;

/// Bytes for each row: its part, and while a column is fitted, its cells or numbers and which rows are learnt from;
/// and eight more where numbers are sorted.
const PER_ROW: u64 = 13;
const SORTED: u64 = 8;

pub(super) fn read<T: Scalar>(
    paths: &[PathBuf],
    args: &TrainArgs,
    memory: u64,
    threads: &Threads,
) -> Result<Parts<T>, CliError> {
    let path = &*input::label(paths);
    let source = path.display().to_string();
    let in_table = || CliError::table(path);
    let (columns, dialect) = schema::with_file(&args.columns, &args.dialect)?;
    input::check_different(paths)?;
    tell_copies(paths, &[])?;
    input::check_dialect(paths, &dialect)?;
    let (methods, known) = (&args.preprocess, TransformKinds::new());
    // Better now than when all is read.
    if let Some(kind) = together(methods.0.iter(), &known)? {
        let options = format!("--preprocess {methods} --memory");
        let remedy =
            "which examples on the disk cannot be: choose another method, or leave --memory out";
        let error = ModelError::from(PreprocessError::Together { kind });
        return Err(CliError::options(options, remedy)(error));
    }
    let folder = folder();
    let table = stored(paths, &dialect, &folder, memory, threads)?;
    let names = table.names().iter().map(String::as_str);
    input::check_missing(path, &dialect, Wanted::All(&columns), names)?;
    check_memory(args, &table, memory)?;

    let is_empty = |name: &str| {
        let column = table.column(name).map_err(in_table())?;
        Ok(column.gaps() == column.len())
    };
    let names: Vec<&str> = table.names().iter().map(String::as_str).collect();
    let names = targets(args, &columns, &names, is_empty)?;
    let target = TargetColumns::infer_stored(&table, &names, task(args, &columns, &names, path)?);
    let target = target.map_err(in_table())?;
    if names.len() == table.names().len() {
        return Err(in_table()(TableError::NoFeatures { columns: Vec::new() }));
    }
    let parts = split(args, &table, &target, path)?;
    let rows = |part| StoredRows::of(&table, &parts, part);
    let without = rows(NONE).len();
    if without > 0 {
        let words = target.columns().iter().map(|name| table.gap_words(name));
        let words = words.collect::<Result<Vec<_>, _>>().map_err(in_table())?.concat();
        tell_without(&source, without, &words, &target);
    }
    let logs = args.target_transform == TargetTransform::Log;
    if logs && target.classes().is_some() {
        let classes = ModelError::Targets { expected: "real values", actual: "classes" };
        let options = "--target-transform log";
        return Err(CliError::options(options, "leave it out for classes")(classes));
    }
    if logs {
        check_positive(&table, &target).map_err(in_table())?;
    }
    let train = rows(TRAIN);
    let options = schema_options(args, &columns, &target);
    let schema = schema::infer_stored(&train, options, &args.encoding, &dialect);
    let encoding =
        Encoding::fit_stored(&schema.map_err(in_table())?, &train, &args.encoding.options());
    let encoding = encoding.map_err(in_table())?;
    let most = (memory / 8) as usize;
    let preparation = Preparation::fit_stored(
        &methods.0, &encoding, &train, &target, logs, &known, most, threads,
    );
    let preparation = for_loss(args, preparation.map_err(CliError::preparing(methods, &source))?)?;

    let held_out = [VALIDATION, TEST].map(rows).into_iter().filter(|rows| !rows.is_empty());
    let has_test = held_out.clone().count() == 2 || (args.validation == 0.0 && args.test > 0.0);
    let mut writers = Vec::new();
    for rows in [train].into_iter().chain(held_out) {
        let writer = StoredDatasetWriter::<T>::new(&folder).map_err(ModelError::from)?;
        writers.push((rows, writer));
    }
    preparation
        .store(&table, &target, &mut writers, threads)
        .map_err(CliError::in_data(&source))?;
    let (judged, _) = writers.last().expect("there is a part to train on");
    let raw = sample(&table, judged, &encoding, &target, &folder).map_err(in_table())?;
    let mut parts = Vec::new();
    for (_, writer) in writers {
        let examples = writer.finish().map_err(ModelError::from)?;
        parts.push(part(examples, &preparation)?);
    }
    // What the report shows, it shows as it was in the table.
    let shown = Part {
        data: preparation.dataset(&raw).map_err(CliError::in_data(&source))?,
        target: raw.target().clone(),
        stored: parts.pop().and_then(|part| part.stored),
    };
    parts.push(shown);
    let mut parts = parts.into_iter();
    let train = parts.next().expect("there is a part to train on");
    let (validation, test) = match (parts.next(), parts.next()) {
        (Some(only), None) if has_test => (None, Some(only)),
        both => both,
    };
    let sample = Judged::new((0..raw.len()).collect(), raw);
    Ok(Parts {
        name: name(&paths[0]),
        test_source: source.clone(),
        source,
        train,
        validation,
        test,
        preparation,
        target: Some(target),
        split: None,
        stand_ins: Vec::new(),
        repeated: None,
        sample,
    })
}

/// The first of these that learns of all features together.
fn together<'a>(
    mut kinds: impl Iterator<Item = &'a Kind>,
    known: &TransformKinds,
) -> Result<Option<Kind>, ModelError> {
    let alone = |kind: &Kind| known.are_featurewise([kind.clone()]).map_err(ModelError::from);
    kinds
        .find_map(|kind| match alone(kind) {
            Ok(true) => None,
            Ok(false) => Some(Ok(kind.clone())),
            Err(error) => Some(Err(error)),
        })
        .transpose()
}

/// Where temporary files are: many systems have `/tmp` in memory.
fn folder() -> PathBuf {
    let lasting = Path::new("/var/tmp");
    match env::var_os("TMPDIR") {
        None if lasting.is_dir() => lasting.to_owned(),
        _ => env::temp_dir(),
    }
}

/// All files as one table.
fn stored(
    paths: &[PathBuf],
    dialect: &DialectArgs,
    folder: &Path,
    memory: u64,
    threads: &Threads,
) -> Result<StoredTable, CliError> {
    let writer = StoredTableWriter::new(folder).map_err(CliError::table(folder))?;
    let mut writer = writer.most_text((memory / 8) as usize);
    for path in paths {
        input::store(path, dialect, &mut writer, threads)?;
    }
    let path = input::label(paths);
    let table = writer.finish().map_err(CliError::table(&path))?;
    input::tell_dialect(&path, table.dialect());
    Ok(table)
}

/// Whether the limit is enough for a table of so many rows.
fn check_memory(args: &TrainArgs, table: &StoredTable, memory: u64) -> Result<(), CliError> {
    let sorts = args.preprocess.0.iter().any(|kind| kind.name() == "robust");
    let per_row = PER_ROW + if sorts { SORTED } else { 0 };
    let needed = FIXED + table.rows() as u64 * per_row;
    match needed > memory {
        true => Err(CliError::Memory { rows: table.rows(), per_row, fixed: FIXED, needed }),
        false => Ok(()),
    }
}

/// The part of each row: of each class the same shares, those that a table in memory has.
fn split(
    args: &TrainArgs,
    table: &StoredTable,
    target: &TargetColumns,
    path: &Path,
) -> Result<Vec<u8>, CliError> {
    let (mut parts, mut labels) = (vec![NONE; table.rows()], vec![0_u32; table.rows()]);
    let read = target.read_stored(&StoredRows::all(table), |rows, target| {
        rows.iter().for_each(|&row| parts[row] = TRAIN);
        let own = target.labels().unwrap_or_default();
        // Classes are counted in memory by their names, which are fewer.
        rows.iter().zip(own).for_each(|(&row, &label)| labels[row] = label as u32);
        Ok::<_, TableError>(())
    });
    read.map_err(CliError::table(path))?;
    for (part, of, fraction) in
        [(TEST, "test", args.test), (VALIDATION, "validation", args.validation)]
    {
        if fraction == 0.0 {
            continue;
        }
        // As for a table in memory.
        let mut stream = Stream::new(args.seed, Purpose::Split, Key::default());
        let (rows, values) = values_of(table, target, &parts).map_err(CliError::table(path))?;
        if values.len() <= MOST_STRATIFIED {
            let strata = value_strata(&values, fraction);
            rows.iter().zip(strata).for_each(|(&row, stratum)| labels[row] = stratum as u32);
        }
        let own = parts.iter().zip(&labels).filter(|&(&part, _)| part == TRAIN);
        let own = own.map(|(_, &label)| label as usize);
        let is_held_out = split_labels(own, fraction, &mut stream);
        let source = path.display().to_string();
        let is_held_out =
            is_held_out.map_err(|error| cannot_hold_out(error, of, fraction, &source))?;
        let rest = parts.iter_mut().filter(|part| **part == TRAIN);
        rest.zip(is_held_out).filter(|(_, is)| *is).for_each(|(own, _)| *own = part);
    }
    Ok(parts)
}

/// The rows to train on and their targets, if each has one number: up to one more than are stratified.
fn values_of(
    table: &StoredTable,
    target: &TargetColumns,
    parts: &[u8],
) -> Result<(Vec<usize>, Vec<f64>), TableError> {
    let (mut all, mut values) = (Vec::new(), Vec::new());
    if target.classes().is_none() && target.columns().len() == 1 {
        target.read_stored(&StoredRows::of(table, parts, TRAIN), |rows, read| {
            let own = read
                .values()
                .into_iter()
                .flat_map(|own| (0..own.ncols()).map(move |j| own[(0, j)]));
            let room = (MOST_STRATIFIED + 1).saturating_sub(values.len());
            values.extend(own.take(room));
            all.extend(rows.iter().take(room));
            Ok::<_, TableError>(())
        })?;
    }
    Ok((all, values))
}

fn check_positive(table: &StoredTable, target: &TargetColumns) -> Result<(), TableError> {
    let positions = target.columns().iter().map(|name| table.position(name));
    let positions = positions.collect::<Result<Vec<_>, _>>()?;
    (0..table.chunks().len())
        .try_for_each(|chunk| target.check_positive(&Rows::all(&table.chunk(chunk, &positions)?)))
}

/// Some rows of a part at equal distances, as they are in the table.
fn sample(
    table: &StoredTable,
    rows: &StoredRows<'_>,
    encoding: &Encoding,
    target: &TargetColumns,
    folder: &Path,
) -> Result<Dataset<f64>, TableError> {
    let chosen = Judged::choose(rows.len(), encoding.width());
    let names = encoding.feature_names_in().chain(target.columns().iter().map(String::as_str));
    let positions = names.map(|name| table.position(name)).collect::<Result<Vec<_>, _>>()?;
    let mut writer = StoredDatasetWriter::<f64>::new(folder)?;
    let mut before = 0;
    for chunk in 0..table.chunks().len() {
        let own = rows.in_chunk(chunk);
        let first = chosen.partition_point(|&example| example < before);
        let end = chosen.partition_point(|&example| example < before + own.len());
        let own_chosen: Vec<usize> =
            chosen[first..end].iter().map(|&example| own[example - before]).collect();
        if !own_chosen.is_empty() {
            let part = table.chunk(chunk, &positions)?;
            writer.push(&encoding.dataset(&Rows::of(&part, &own_chosen), target)?)?;
        }
        before += own.len();
    }
    // They are so few that all are in its sample.
    Ok(writer.finish()?.sample().clone())
}

/// Examples on the disk, of which some stand for all where all are not needed.
fn part<T: Scalar>(
    examples: StoredDataset<T>,
    preparation: &Preparation,
) -> Result<Part<T>, CliError> {
    let data = examples.sample().clone();
    let target = match data.target() {
        Target::Classes { labels, names } => {
            Target::Classes { labels: labels.clone(), names: names.clone() }
        }
        Target::Values { values, names } => {
            let wide = Mat::from_fn(values.nrows(), values.ncols(), |k, j| values[(k, j)].to_f64());
            let values = preparation.raw_targets(wide.as_ref())?.unwrap_or(wide);
            Target::Values { values, names: names.clone() }
        }
    };
    Ok(Part { data, target, stored: Some(examples) })
}
