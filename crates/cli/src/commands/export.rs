//! `densely export`: all formats are made before one of them is written.

use std::path::PathBuf;

use clap::error::ErrorKind;
use densely::prelude::*;
use densely_export::{ExportError, to_c, to_onnx, to_rust};

use crate::args::ExportArgs;
use crate::error::CliError;
use crate::input;
use crate::sink::Sink;

pub(crate) fn run(args: &ExportArgs) -> Result<(), CliError> {
    let paths = [&args.onnx, &args.rust, &args.c];
    let given: Vec<&PathBuf> = paths.into_iter().flatten().collect();
    if let Some(twice) =
        given.iter().enumerate().find(|(index, path)| given[..*index].contains(path))
    {
        let message = format!("{}: two formats cannot go to the same place\n", twice.1.display());
        return Err(clap::Error::raw(ErrorKind::ArgumentConflict, message).into());
    }
    let model = input::model_path(&args.model);
    let sink = |path: &Option<PathBuf>| match path {
        Some(path) => Sink::open(Some(path), args.force, &[&*model]).map(Some),
        None => Ok(None),
    };
    let sinks = [sink(&args.onnx)?, sink(&args.rust)?, sink(&args.c)?];
    let files = match input::model(&args.model)? {
        AnyModel::F32(file) => files(args, &file.predictor),
        AnyModel::F64(file) => files(args, &file.predictor),
    };
    let files = files.map_err(|source| CliError::Export { path: args.model.clone(), source })?;
    for (sink, file) in sinks.into_iter().zip(files) {
        if let (Some(sink), Some(file)) = (sink, file) {
            sink.fill(|to| to.write_all(&file))?;
        }
    }
    Ok(())
}

fn files<T: Scalar>(
    args: &ExportArgs,
    predictor: &Predictor<T>,
) -> Result<[Option<Vec<u8>>; 3], ExportError> {
    let onnx = args.onnx.as_ref().map(|_| to_onnx(predictor));
    let rust = args.rust.as_ref().map(|_| to_rust(predictor).map(String::into_bytes));
    let c = args.c.as_ref().map(|path| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let name = if stem == "-" { "model" } else { &*stem };
        to_c(predictor, name).map(String::into_bytes)
    });
    Ok([onnx.transpose()?, rust.transpose()?, c.transpose()?])
}
