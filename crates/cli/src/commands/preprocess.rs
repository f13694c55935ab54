//! `densely preprocess`.

use std::ops::Range;
use std::path::PathBuf;

use densely::prelude::*;
use densely::table::Column;
use densely::tensor::Mat;

use crate::args::{ColumnsArgs, DialectArgs, Names, PreprocessArgs};
use crate::error::CliError;
use crate::input::{self, Wanted};
use crate::left_out::left_out;
use crate::output::eprintln;
use crate::schema;
use crate::sink::Sink;
use crate::visible::visible;

pub(crate) fn run(args: &PreprocessArgs) -> Result<(), CliError> {
    let model = args.with.as_deref().map(input::model_path);
    let data = args.data.iter().map(PathBuf::as_path);
    let inputs: Vec<_> = model.as_deref().into_iter().chain(data).collect();
    // Before the work, so that none is done that cannot be kept.
    let sink = Sink::open(args.output.as_deref(), args.force, &inputs)?;
    let format = sink.format()?;
    let threads = input::threads(args.threads)?;
    let fitted = args.with.as_deref().map(input::preparation).transpose()?;
    let targets = &*Names::all(&args.target);
    let (columns, dialect) = schema::with_file(&args.columns, &args.dialect)?;
    let wanted = match &fitted {
        Some(fitted) => Wanted::Of {
            schema: fitted.encoding().schema(),
            targets: fitted.answer_names(),
            besides: targets,
        },
        None => Wanted::All(&columns),
    };
    input::check_different(&args.data)?;
    input::check_dialect(&args.data, &dialect)?;
    let table = input::tables(&args.data, &dialect, wanted, &threads)?;
    let label = input::label(&args.data);
    let in_table = || CliError::table(&label);
    let targets = targets.iter().map(|name| table.column(name));
    let targets = targets.collect::<Result<Vec<_>, _>>().map_err(in_table())?;
    let all = Rows::all(&table);
    let preparation = match fitted {
        Some(fitted) => fitted,
        None => fit(args, &columns, &dialect, &all, &targets, &threads)?,
    };
    let encoded = match args.with {
        Some(_) => input::encoded_alone(preparation.encoding(), &all, &args.data, &threads)?,
        None => preparation.encoding().rows(&all, &threads).map_err(in_table())?,
    };
    let names = preparation.input_names();
    let part = |rows: Range<usize>| {
        let mut x = Mat::zeros(preparation.feature_names().len(), rows.len());
        encoded.write_on(rows.start, x.as_mut(), &threads);
        let inputs = preparation.inputs::<f64>(x.as_ref()).map_err(|error| {
            let error = error.placed(|example| table.place(rows.start + example));
            CliError::in_data(&label)(error)
        })?;
        let columns = names.iter().enumerate().map(|(i, name)| {
            Column::numbers(name, (0..inputs.ncols()).map(|j| inputs[(i, j)]).collect())
        });
        let targets = targets.iter().map(|target| target.rows(rows.clone()));
        Table::from_columns(columns.chain(targets).collect()).map_err(in_table())
    };
    sink.fill_parts(format, all.len(), encoded.parts().map(part))
}

/// As `train` fits it, to all rows.
fn fit(
    args: &PreprocessArgs,
    columns: &ColumnsArgs,
    dialect: &DialectArgs,
    rows: &Rows<'_>,
    targets: &[&Column],
    threads: &Threads,
) -> Result<Preparation, CliError> {
    let label = input::label(&args.data);
    let in_table = || CliError::table(&label);
    let options = columns.schema_options();
    let options = targets.iter().map(|column| column.name()).fold(options, SchemaOptions::target);
    let schema = schema::infer(rows, options, &args.encoding, dialect).map_err(in_table())?;
    for line in left_out(&schema, "") {
        eprintln!("{}: {line}", visible(&label.display().to_string()));
    }
    let encoding = Encoding::fit_on(&schema, rows, &args.encoding.options(), threads);
    let encoding = encoding.map_err(in_table())?;
    let encoded = encoding.rows(rows, threads).map_err(in_table())?;
    let (methods, known) = (&args.preprocess, TransformKinds::new());
    let fitted = Preparation::fit_features(&methods.0, &encoded, &known, threads);
    fitted.map_err(CliError::preparing(methods, &label))
}
