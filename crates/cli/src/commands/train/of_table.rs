//! The data of a run that come from a table.

use std::path::{Path, PathBuf};

use densely::data::{
    DataError, Target, fold_groups, fold_indices, fold_ordered, mean_weight, split_groups,
    split_indices, split_ordered,
};
use densely::models::Part as ShownPart;
use densely::prelude::*;
use densely::table::{Column, ColumnKind, Encoder, Naming, StandIn, TableError};

use super::overlap::{Targeted, repeats, tell_copies, tell_groups, tell_order};
use super::parts::{FoldParts, Judged, Part, Parts, cannot_hold_out, for_loss, name};
use crate::args::{ColumnsArgs, DialectArgs, Names, TargetTransform, TaskArg, TrainArgs};
use crate::error::{CliError, wrong_use};
use crate::input::{self, Wanted};
use crate::left_out::WEIGHT;
use crate::output::{counted, eprintln, taken_for_gaps};
use crate::schema;
use crate::split::{Reading, Split, TestData, hash, whole};
use crate::visible::visible;

/// Rows of a table that have a target, and these.
#[derive(Clone)]
struct Examples {
    rows: Vec<usize>,
    target: Target<f64>,
}

/// A table, what is to be predicted, and which rows are to be learnt from and to be tested on.
pub(crate) struct Source<'a> {
    args: &'a TrainArgs,
    /// What the files are called together.
    label: PathBuf,
    columns: ColumnsArgs,
    dialect: DialectArgs,
    table: Table,
    target: TargetColumns,
    rest: Examples,
    test: Option<Examples>,
}

/// What is learnt from rows about how a network takes them.
struct Fitted {
    schema: Schema,
    encoding: Encoding,
    preparation: Preparation,
    /// The mean of what rows count, by which it is divided.
    mean_weight: Option<f64>,
}

impl<'a> Source<'a> {
    pub(super) fn read(args: &'a TrainArgs, threads: &Threads) -> Result<Self, CliError> {
        let label = input::label(&args.data);
        let path = &*label;
        let source = path.display().to_string();
        check_weight(args)?;
        let (columns, dialect) = schema::with_file(&args.columns, &args.dialect)?;
        input::check_different(args.data.iter().chain(&args.test_data))?;
        input::check_dialect(args.data.iter().chain(&args.test_data), &dialect)?;
        tell_copies(&args.data, &args.test_data)?;
        let table = input::tables(&args.data, &dialect, Wanted::All(&columns), threads)?;
        let in_table = || CliError::table(path);
        let is_empty = |name: &str| {
            Ok(table.column(name).map_err(in_table())?).map(|column| column.gaps() == column.len())
        };
        let names = targets(args, &columns, &table.names().collect::<Vec<_>>(), is_empty)?;
        let target = TargetColumns::infer(&table, &names, task(args, &columns, &names, path)?);
        let target = target.map_err(in_table())?;
        if table.columns().len() == target.columns().len() {
            return Err(in_table()(TableError::NoFeatures { columns: Vec::new() }));
        }
        let all = Rows::all(&table);
        let (rows, values) = target.read(&all).map_err(in_table())?;
        let without = table.rows() - rows.len();
        if without > 0 {
            let words = target.columns().iter().flat_map(|name| table.column(name).ok());
            let words = words.flat_map(Column::gap_words).collect::<Vec<_>>();
            tell_without(&source, without, &words, &target);
        }
        if args.target_transform == TargetTransform::Log && target.classes().is_none() {
            target.check_positive(&all).map_err(in_table())?;
        }
        // Whichever part a row will be in.
        if let Some(column) = &args.weight_column {
            Rows::of(&table, &rows).weights(column).map_err(in_table())?;
        }
        let all = Examples { rows, target: values };
        let (rest, test) = match args.test_data.is_empty() {
            false => (all, None),
            true => split(all, "test", args.test, args, &table, path)?,
        };
        Ok(Self { args, label, columns, dialect, table, target, rest, test })
    }

    pub(super) fn name(&self) -> String {
        name(&self.args.data[0])
    }

    pub(super) fn source(&self) -> String {
        self.label.display().to_string()
    }

    /// The parts of a run.
    pub(super) fn parts<T: Scalar>(self, threads: &Threads) -> Result<Parts<T>, CliError> {
        let Self { args, label, dialect, table, target, test, .. } = &self;
        let source = self.source();
        let in_table = || CliError::table(label);
        let rest = self.rest.clone();
        let (train, validation) = split(rest, "validation", args.validation, args, table, label)?;
        let split = split_of(args, dialect, &train, validation.as_ref(), test.as_ref())?;
        let fitted = self.fit(&train, threads)?;
        let Fitted { encoding, .. } = &fitted;
        let mut rows = self.rest.rows.clone();
        rows.extend(test.iter().flat_map(|test| &test.rows));
        // It merges two runs, each in order already.
        rows.sort();
        let all = Rows::of(table, &rows);
        let stand_ins = stand_ins(&all, &fitted.preparation, target, threads);
        let sample = |table: &Table, rows: &[usize]| {
            let examples = Judged::choose(rows.len(), encoding.width());
            let rows: Vec<usize> = examples.iter().map(|&example| rows[example]).collect();
            let data = encoding.dataset(&Rows::of(table, &rows), target)?;
            Ok::<_, TableError>(Judged::new(examples, data))
        };
        let judged = test.as_ref().or(validation.as_ref()).unwrap_or(&train);
        let own_sample = match args.test_data.is_empty() {
            true => Some(sample(table, &judged.rows).map_err(in_table())?),
            false => None,
        };
        let part = |of: &Examples| self.part(of, &fitted, fitted.mean_weight, false, threads);
        let learnt = Targeted { rows: Rows::of(table, &train.rows), targets: &train.target };
        let features: Vec<&str> = encoding.feature_names_in().collect();
        let held_out = match (&test, &validation, args.test_data.is_empty()) {
            (Some(test), _, true) => Some((test, ShownPart::Test)),
            (None, Some(validation), true) => Some((validation, ShownPart::Validation)),
            _ => None,
        };
        let repeated = held_out.map(|(of, part)| {
            let held_out = Targeted { rows: Rows::of(table, &of.rows), targets: &of.target };
            repeats(&learnt, &held_out, &features, part)
        });
        let mut repeated = repeated.transpose().map_err(in_table())?.flatten();
        let (own_train, validation) = (part(&train)?, validation.as_ref().map(part).transpose()?);
        // Of those that are tested on, all count alike.
        // Of rows that were drawn by lot, nothing is new but what is rare.
        let tells_new = args.group.is_some() || args.split_by.is_some();
        let part = |of: &Examples| self.part(of, &fitted, None, tells_new, threads);
        let Fitted { schema, preparation, .. } = &fitted;
        let mut other_sample = None;
        let (test, test_source) = match &args.test_data[..] {
            [] => (test.as_ref().map(part).transpose()?, source.clone()),
            paths => {
                let path = &*input::label(paths);
                let source = path.display().to_string();
                let targets = target.columns();
                let wanted = Wanted::Of { schema, targets, besides: targets };
                let table = input::tables(paths, dialect, wanted, threads)?;
                if let Some(group) = &args.group {
                    tell_groups(group, &self.table, &table, path).map_err(CliError::table(path))?;
                }
                if let Some(column) = &args.split_by {
                    tell_order(column, &self.table, &table, path).map_err(CliError::table(path))?;
                }
                let all = Rows::all(&table);
                let (kept, read) = target.read(&all).map_err(CliError::table(path))?;
                let rows = Rows::of(&table, &kept);
                let encoded = input::encoded(encoding, &rows, paths, threads)?;
                let held_out = Targeted { rows, targets: &read };
                repeated = repeats(&learnt, &held_out, &features, ShownPart::Test)
                    .map_err(CliError::table(path))?;
                let data = preparation.rows(&encoded, &read, None, threads);
                let data = data.map_err(CliError::in_data(&source))?;
                other_sample = Some(sample(&table, &kept).map_err(CliError::table(path))?);
                (Some(Part { data, target: read, stored: None }), source)
            }
        };
        let sample = own_sample.or(other_sample).expect("one of them is judged by");
        Ok(Parts {
            name: self.name(),
            source,
            train: own_train,
            validation,
            test,
            test_source,
            preparation: fitted.preparation,
            target: Some(self.target),
            split,
            stand_ins,
            repeated,
            sample,
        })
    }

    /// The folds of a cross-validation of the rows that are not to be tested on, each encoded and prepared
    /// by what is learnt of its own training rows: by class, of whole groups, or in order.
    pub(super) fn folds<T: Scalar>(
        &self,
        folds: usize,
        threads: &Threads,
    ) -> Result<Vec<FoldParts<T>>, CliError> {
        let Self { args, label, table, rest, .. } = self;
        let rows = Rows::of(table, &rest.rows);
        // As `Dataset::folds` has it.
        let key = Key { epoch: 2, ..Key::default() };
        let mut stream = Stream::new(args.seed, Purpose::Split, key);
        let all = 0..rest.rows.len();
        let others = |held_out: Vec<usize>| {
            let rest = all.clone().filter(|example| held_out.binary_search(example).is_err());
            [rest.collect::<Vec<_>>(), held_out]
        };
        let cut = match (&args.group, &args.split_by) {
            (Some(group), _) => {
                let groups = rows.groups(group).map_err(CliError::table(label))?;
                fold_groups(&groups, folds, &mut stream)
                    .map(|folds| folds.into_iter().map(others).collect())
            }
            (None, Some(column)) => {
                fold_ordered(&rows.order(column).map_err(CliError::table(label))?, folds)
            }
            (None, None) => fold_indices(&rest.target, folds, &mut stream)
                .map(|folds| folds.into_iter().map(others).collect()),
        };
        let options = format!("--folds {folds}");
        let remedy = "choose fewer of them";
        let refused = |error| CliError::options(options, remedy)(CliError::data(label)(error));
        let cut: Vec<[Vec<usize>; 2]> = cut.map_err(refused)?;
        let fold = |[train, held_out]: [Vec<usize>; 2]| {
            let of = |indices: &[usize]| rest.subset(indices).map_err(CliError::data(label));
            let (train, held_out) = (of(&train)?, of(&held_out)?);
            let fitted = self.fit(&train, threads)?;
            let part = |of: &Examples| self.part(of, &fitted, fitted.mean_weight, false, threads);
            let units = fitted.preparation.target_units().cloned();
            Ok(FoldParts { train: part(&train)?, held_out: part(&held_out)?, units })
        };
        cut.into_iter().map(fold).collect()
    }

    /// What is learnt of these rows.
    fn fit(&self, train: &Examples, threads: &Threads) -> Result<Fitted, CliError> {
        let Self { args, label, columns, dialect, table, target, .. } = self;
        let in_table = || CliError::table(label);
        let rows = Rows::of(table, &train.rows);
        let options = schema_options(args, columns, target);
        let schema = schema::infer(&rows, options, &args.encoding, dialect);
        let schema = schema.map_err(in_table())?;
        let encoding = Encoding::fit_on(&schema, &rows, &args.encoding.options(), threads);
        let encoding = encoding.map_err(in_table())?;
        let encoded = encoding.rows(&rows, threads).map_err(in_table())?;
        let (methods, known) = (&args.preprocess, TransformKinds::new());
        let preparation =
            Preparation::fit_rows(&methods.0, &encoded, target, &train.target, &known, threads);
        let source = self.source();
        let preparation = preparation.map_err(CliError::preparing(methods, &source))?;
        let preparation = match args.target_transform {
            TargetTransform::None => preparation,
            TargetTransform::Log => {
                let options = "--target-transform log";
                let logs = preparation.with_log_targets(&train.target);
                logs.map_err(CliError::options(options, "leave it out for classes"))?
            }
        };
        let weights = args.weight_column.as_ref().map(|column| rows.weights(column)).transpose();
        let mean_weight = weights.map_err(in_table())?.map(|weights| mean_weight(&weights));
        if let (Some(column), Some(mean)) = (&args.weight_column, mean_weight)
            && mean < f64::MIN_POSITIVE
        {
            return Err(in_table()(TableError::TinyWeights(column.clone())));
        }
        Ok(Fitted { schema, encoding, preparation: for_loss(args, preparation)?, mean_weight })
    }

    /// Rows as the network takes them.
    fn part<T: Scalar>(
        &self,
        of: &Examples,
        fitted: &Fitted,
        mean_weight: Option<f64>,
        tells_new: bool,
        threads: &Threads,
    ) -> Result<Part<T>, CliError> {
        let Self { args, label, table, .. } = self;
        let in_table = || CliError::table(label);
        let rows = Rows::of(table, &of.rows);
        let encoded = match tells_new {
            true => input::encoded(&fitted.encoding, &rows, &args.data, threads)?,
            false => fitted.encoding.rows(&rows, threads).map_err(in_table())?,
        };
        let weighed = args.weight_column.as_ref().zip(mean_weight);
        let weights = weighed.map(|(column, mean)| {
            let weights = rows.weights(column)?;
            Ok(weights.into_iter().map(|weight| weight / mean).collect::<Vec<_>>())
        });
        let weights = weights.transpose().map_err(in_table())?;
        let data = fitted.preparation.rows(&encoded, &of.target, weights.as_deref(), threads);
        let source = self.source();
        let data = data.map_err(CliError::in_data(&source))?;
        Ok(Part { data, target: of.target.clone(), stored: None })
    }
}

/// Says how many rows have no target, and which words were taken for that.
pub(super) fn tell_without(
    source: &str,
    rows: usize,
    words: &[(String, usize)],
    target: &TargetColumns,
) {
    let line = format!(
        "{source}: {} without a target left out{}",
        counted(rows, "row"),
        taken_for_gaps(words, target.classes().is_some())
    );
    eprintln!("{}", visible(&line));
}

/// Numbers of columns that are learnt from, or are to be predicted, that may stand for gaps.
fn stand_ins(
    rows: &Rows<'_>,
    preparation: &Preparation,
    target: &TargetColumns,
    threads: &Threads,
) -> Vec<StandIn> {
    let encoders = preparation.encoding().encoders();
    let are_logs = preparation.log_targets();
    let numbers = encoders.iter().filter(|of| matches!(of.encoder, Encoder::Number(_)));
    let targets = target.columns().iter().filter(|_| target.classes().is_none());
    let names: Vec<&String> = numbers.map(|of| &of.column).chain(targets).collect();
    let find = |i: usize| {
        let position = rows.table().position(names[i]).ok()?;
        match are_logs && target.columns().contains(names[i]) {
            true => StandIn::find_in_logarithms(rows, position),
            false => StandIn::find(rows, position),
        }
    };
    threads.map(names.len(), find).into_iter().flatten().collect()
}

/// Which rows are which part, of a file that can be read again.
fn split_of(
    args: &TrainArgs,
    dialect: &DialectArgs,
    train: &Examples,
    validation: Option<&Examples>,
    test: Option<&Examples>,
) -> Result<Option<Split>, CliError> {
    let are_files = |paths: &[PathBuf]| paths.iter().all(|path| path.is_file());
    if !are_files(&args.data) {
        return Ok(None);
    }
    let rows = |part: Option<&Examples>| part.map_or(Vec::new(), |part| part.rows.clone());
    let all = |paths: &[PathBuf]| paths.iter().map(|path| whole(path)).collect();
    let test_data = Some(&*args.test_data).filter(|paths| !paths.is_empty() && are_files(paths));
    let test_data = test_data
        .map(|paths| Ok::<_, CliError>(TestData { data: all(paths), data_hash: hash(paths)? }));
    Ok(Some(Split {
        data: all(&args.data),
        data_hash: hash(&args.data)?,
        reading: Reading::of(dialect),
        train: train.rows.clone(),
        validation: rows(validation),
        test: rows(test),
        test_data: test_data.transpose()?,
        has_other_data: false,
    }))
}

/// The task that was asked for, also by what the target is said to be.
pub(super) fn task(
    args: &TrainArgs,
    columns: &ColumnsArgs,
    targets: &[String],
    path: &Path,
) -> Result<Option<Task>, CliError> {
    let told = columns.kinds().rev().find(|(name, _)| targets.contains(name));
    let told = match told {
        None => None,
        Some((_, ColumnKind::Number)) => Some(Task::Regression),
        Some((_, ColumnKind::Category | ColumnKind::Boolean)) => Some(Task::Classification),
        Some((column, kind @ (ColumnKind::Time | ColumnKind::Text))) => {
            let (column, role) = (column.clone(), kind.name().to_owned());
            return Err(CliError::table(path)(TableError::TwoRoles { column, role }));
        }
    };
    Ok(args
        .task
        .map(|task| match task {
            TaskArg::Classify => Task::Classification,
            TaskArg::Regress => Task::Regression,
        })
        .or(told))
}

/// The columns that have a role of their own, and which.
fn roles(args: &TrainArgs) -> impl Iterator<Item = (&String, &'static str)> {
    let roles = [
        (&args.weight_column, WEIGHT),
        (&args.group, "group of rows"),
        (&args.split_by, "order of rows"),
    ];
    roles.into_iter().filter_map(|(column, role)| Some((column.as_ref()?, role)))
}

/// That the weight of rows is not to be a feature.
fn check_weight(args: &TrainArgs) -> Result<(), CliError> {
    let kept = |weight: &&String| args.columns.kept().any(|kept| kept == *weight);
    match args.weight_column.as_ref().filter(kept) {
        None => Ok(()),
        Some(column) => Err(wrong_use(&format!(
            "--weight-column {column}, --keep-column {column}: how much a row counts is not known of rows to predict, \
             and so is no feature: leave one of them out"
        ))),
    }
}

/// What to predict: by default, the last column that is for nothing else.
pub(super) fn targets(
    args: &TrainArgs,
    columns: &ColumnsArgs,
    names: &[&str],
    is_empty: impl Fn(&str) -> Result<bool, CliError>,
) -> Result<Vec<String>, CliError> {
    if !args.target.is_empty() {
        let names = Names::all(&args.target);
        if names.is_empty() {
            return Err(wrong_use(
                "--target: it names no column: name one, or leave it out for the last",
            ));
        }
        return Ok(names);
    }
    let is_taken = |name: &str| {
        columns.dropped().any(|dropped| dropped == name)
            || roles(args).any(|(role, _)| role == name)
    };
    for &name in names.iter().rev().filter(|name| !is_taken(name)) {
        // A separator at the end of each line makes a column without values.
        if !Naming::is_unnamed(name) || !is_empty(name)? {
            return Ok(vec![name.to_owned()]);
        }
    }
    Ok(names.last().map(|&name| name.to_owned()).into_iter().collect())
}

pub(super) fn schema_options(
    args: &TrainArgs,
    columns: &ColumnsArgs,
    target: &TargetColumns,
) -> SchemaOptions {
    let options = columns.schema_options();
    let options = target.columns().iter().fold(options, SchemaOptions::target);
    roles(args).fold(options, |options, (name, role)| options.role(name, role))
}

/// Cuts off a share: of each class, of whole groups, or of what comes last.
fn split(
    examples: Examples,
    part: &str,
    fraction: f64,
    args: &TrainArgs,
    table: &Table,
    path: &Path,
) -> Result<(Examples, Option<Examples>), CliError> {
    if fraction == 0.0 {
        return Ok((examples, None));
    }
    let rows = Rows::of(table, &examples.rows);
    // As `Dataset::split` has it.
    let mut stream = Stream::new(args.seed, Purpose::Split, Key::default());
    let cut = match (&args.group, &args.split_by) {
        (Some(group), _) => {
            let groups = rows.groups(group).map_err(CliError::table(path))?;
            split_groups(&groups, fraction, &mut stream)
        }
        (None, Some(column)) => {
            split_ordered(&rows.order(column).map_err(CliError::table(path))?, fraction)
        }
        (None, None) => split_indices(&examples.target, fraction, &mut stream),
    };
    let source = path.display().to_string();
    let cut = cut.and_then(|(rest, held_out)| {
        if held_out.is_empty() {
            let (examples, held_out) = (examples.rows.len(), 0);
            return Err(DataError::EmptyPart { fraction, examples, held_out });
        }
        Ok((examples.subset(&rest)?, Some(examples.subset(&held_out)?)))
    });
    cut.map_err(|error| cannot_hold_out(error, part, fraction, &source))
}

impl Examples {
    fn subset(&self, indices: &[usize]) -> Result<Self, DataError> {
        let rows = indices.iter().map(|&index| self.rows[index]).collect();
        Ok(Self { rows, target: self.target.subset(indices)? })
    }
}
