//! `densely predict`.

use std::fmt::Write;
use std::ops::Range;
use std::path::PathBuf;

use densely::models::ModelError;
use densely::prelude::*;
use densely::table::{Cells, Column};
use densely::tensor::Mat;
use densely_files::WriteFormat;

use crate::args::PredictArgs;
use crate::chunks::chunks;
use crate::error::CliError;
use crate::input;
use crate::sink::Sink;

pub(crate) fn run(args: &PredictArgs) -> Result<(), CliError> {
    // Before the work, so that none is done that cannot be kept.
    let model = input::model_path(&args.model);
    let data = args.data.iter().map(PathBuf::as_path);
    let inputs: Vec<_> = [&*model].into_iter().chain(data).collect();
    let sink = Sink::open(args.output.as_deref(), args.force, &inputs)?;
    let format = sink.format()?;
    match input::model(&args.model)? {
        AnyModel::F32(file) => predict(args, &file.predictor, sink, format),
        AnyModel::F64(file) => predict(args, &file.predictor, sink, format),
    }
}

fn predict<T: Scalar>(
    args: &PredictArgs,
    predictor: &Predictor<T>,
    sink: Sink,
    format: WriteFormat,
) -> Result<(), CliError> {
    let threads = input::threads(0)?;
    let preparation = predictor.preparation();
    let schema = preparation.encoding().schema();
    let table = input::tables(&args.data, &args.dialect, Some(schema), &threads)?;
    let label = input::label(&args.data);
    let in_table = || CliError::table(&label);
    let kept = args.keep.iter().flat_map(|names| &names.0).map(|name| table.column(name));
    let kept = kept.collect::<Result<Vec<_>, _>>().map_err(in_table())?;
    let all = Rows::all(&table);
    let encoded = preparation.encoding().rows(&all, &threads).map_err(in_table())?;
    input::tell_others(&encoded, &args.data);
    let (names, classes) = (names(preparation, &kept), classes(preparation));
    let part = |rows: Range<usize>| {
        let failed = |error: ModelError| {
            let error = error.placed(|example| table.place(rows.start + example));
            CliError::in_data(&label)(error)
        };
        let mut x = Mat::zeros(preparation.feature_names().len(), rows.len());
        encoded.write(rows.start, x.as_mut());
        let prediction = predictor.predict(x.as_ref(), &threads).map_err(failed)?;
        let mut columns: Vec<Column> = kept.iter().map(|kept| kept.rows(rows.clone())).collect();
        columns.extend(match prediction {
            Prediction::Classes(indices) => vec![of_classes(&classes, &names[0], &indices)],
            Prediction::Values(values) => of_rows(&values, &names, &threads),
        });
        if args.proba {
            let probabilities = predictor.probabilities(x.as_ref(), &threads).map_err(failed)?;
            let none = || CliError::NoProbabilities(predictor.model().loss().name());
            let names: Vec<_> =
                preparation.output_names().iter().map(|name| format!("p_{name}")).collect();
            columns.extend(of_rows(&probabilities.ok_or_else(none)?, &names, &threads));
        }
        Table::from_columns(columns).map_err(in_table())
    };
    let width = preparation.feature_names().len();
    sink.fill_parts(format, all.len(), chunks(all.len(), width).map(part))
}

/// What predictions are called: as their targets, unless these are kept beside them.
fn names(preparation: &Preparation, kept: &[&Column]) -> Vec<String> {
    let name = |name: &String| match kept.iter().any(|column| column.name() == name) {
        true => format!("predicted_{name}"),
        false => name.clone(),
    };
    match preparation.class_names() {
        Some(_) => vec![name(&preparation.target_name().to_owned())],
        None => preparation.output_names().iter().map(name).collect(),
    }
}

/// The names of the classes as cells: numbers if all are, as they were in the table then.
fn classes(preparation: &Preparation) -> Column {
    let names = preparation.output_names();
    let column = Column::of_cells("", names);
    let is_same = |(i, name): (usize, &String)| column.text(i).as_deref() == Some(name);
    match names.iter().enumerate().all(is_same) {
        true => column,
        false => Column::texts("", names.iter().map(Some)),
    }
}

fn of_classes(classes: &Column, name: &str, indices: &[usize]) -> Column {
    let indices = indices.iter().copied();
    match classes.cells() {
        Cells::Numbers(numbers) => {
            Column::numbers(name, indices.map(|class| numbers.get(class)).collect())
        }
        Cells::Texts(texts) => Column::texts(name, indices.map(|class| texts.get(class))),
    }
}

/// The rows of a matrix as columns. An `f32` becomes the number of the same text: with the digits that it has, and
/// no others.
fn of_rows<T: Scalar>(x: &Mat<T>, names: &[String], threads: &Threads) -> Vec<Column> {
    threads.map(names.len(), |i| {
        let mut text = String::new();
        let mut widened = |value: T| {
            if T::NAME == f64::NAME {
                return value.to_f64();
            }
            text.clear();
            write!(text, "{value:?}").expect("a string takes what is written");
            text.parse().expect("the text of a number")
        };
        Column::numbers(&names[i], (0..x.ncols()).map(|j| widened(x[(i, j)])).collect())
    })
}
