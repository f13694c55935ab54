//! `densely predict`.

use std::ops::Range;
use std::path::PathBuf;

use densely::models::ModelError;
use densely::prelude::*;
use densely::table::{Column, TableError};
use densely::tensor::{Buffer, Reborrow, ReborrowMut};
use densely_files::WriteFormat;

use crate::args::{Names, PredictArgs};
use crate::error::CliError;
use crate::input::{self, Wanted};
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
    let keep = &*Names::all(&args.keep);
    let wanted = Wanted::Of { schema, targets: preparation.answer_names(), besides: keep };
    input::check_different(&args.data)?;
    input::check_dialect(&args.data, &args.dialect)?;
    let table = input::tables(&args.data, &args.dialect, wanted, &threads)?;
    let label = input::label(&args.data);
    let in_table = || CliError::table(&label);
    let kept = keep.iter().map(|name| table.column(name));
    let kept = kept.collect::<Result<Vec<_>, _>>().map_err(in_table())?;
    let all = Rows::all(&table);
    let encoded = input::encoded_alone(preparation.encoding(), &all, &args.data, &threads)?;
    let names = names(preparation, &kept);
    // A matrix that is used again: new memory is slow at first.
    let mut memory = Buffer::new();
    let part = |rows: Range<usize>| {
        let failed = |error: ModelError| {
            let error = error.placed(|example| table.place(rows.start + example));
            CliError::in_data(&label)(error)
        };
        let mut x = memory.view_mut(preparation.feature_names().len(), rows.len());
        encoded.write_on(rows.start, x.rb_mut(), &threads);
        let answers = predictor.answers(x.rb(), &threads).map_err(failed)?;
        let mut columns: Vec<Column> = kept.iter().map(|kept| kept.rows(rows.clone())).collect();
        columns.extend(answers.columns(&names, &threads).map_err(failed)?);
        if args.proba {
            let none = || match preparation.class_names() {
                Some(_) => CliError::NoProbabilities(predictor.model().loss().name()),
                None => CliError::NumbersHaveNone,
            };
            columns
                .extend(answers.probability_columns(&threads).map_err(failed)?.ok_or_else(none)?);
        }
        Table::from_columns(columns).map_err(|error| match error {
            TableError::DuplicateColumn(name) => CliError::KeptTwice(name),
            error => in_table()(error),
        })
    };
    sink.fill_parts(format, all.len(), encoded.parts().map(part))
}

/// What predictions are called: as their targets, unless these are kept beside them.
fn names(preparation: &Preparation, kept: &[&Column]) -> Vec<String> {
    let name = |name: &String| match kept.iter().any(|column| column.name() == name) {
        true => format!("predicted_{name}"),
        false => name.clone(),
    };
    preparation.answer_names().iter().map(name).collect()
}
