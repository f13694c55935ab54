//! `densely export`: all formats are made before one of them is written.

use std::fs;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use densely::prelude::*;
use densely::table::Missing;
use densely_export::{ExportError, to_c, to_onnx, to_pytorch, to_rust};

use crate::args::ExportArgs;
use crate::error::CliError;
use crate::input;
use crate::output::eprintln;
use crate::sink::Sink;

pub(crate) fn run(args: &ExportArgs) -> Result<(), CliError> {
    let formats = formats(args);
    let paths: Vec<&PathBuf> = formats.iter().flat_map(|format| &format.paths).collect();
    if let Some(twice) =
        paths.iter().enumerate().find(|(index, path)| paths[..*index].contains(path))
    {
        let message = format!("{}: two formats cannot go to the same place\n", twice.1.display());
        return Err(clap::Error::raw(ErrorKind::ArgumentConflict, message).into());
    }
    let model = input::model_path(&args.model);
    let loaded = input::model(&args.model)?;
    if let Some(folder) = &args.pytorch {
        fs::create_dir_all(folder).map_err(CliError::file(folder))?;
    }
    let sinks: Result<Vec<Sink>, CliError> =
        paths.into_iter().map(|path| Sink::open(Some(path), args.force, &[&*model])).collect();
    let sinks = sinks?;
    let (files, preparation) = match &loaded {
        AnyModel::F32(file) => (files(&formats, &file.predictor), file.predictor.preparation()),
        AnyModel::F64(file) => (files(&formats, &file.predictor), file.predictor.preparation()),
    };
    let (missing, features) = (preparation.encoding().schema().missing(), preparation.encoding());
    let is_feature = |name: &str| features.feature_names_in().any(|feature| feature == name);
    let own = missing.columns().filter(|(name, _)| is_feature(name)).flat_map(|(name, words)| {
        let words = Missing::new(words);
        let numbers = words.numbers().map(|number| format!("{number} of `{name}`"));
        numbers.collect::<Vec<_>>()
    });
    let numbers: Vec<String> = missing.numbers().map(str::to_owned).chain(own).collect();
    let files = files.map_err(|source| CliError::Export { path: args.model.clone(), source })?;
    for (sink, file) in sinks.into_iter().zip(files) {
        sink.fill(|to| to.write_all(&file))?;
    }
    if !numbers.is_empty() {
        let numbers = numbers.join(", ");
        eprintln!(
            "what is exported takes {numbers} for a number, and not for a gap as the model does: give NaN instead"
        );
    }
    Ok(())
}

/// One that was asked for, and where its files go.
struct Format {
    kind: FormatKind,
    paths: Vec<PathBuf>,
}

enum FormatKind {
    Onnx,
    Rust,
    C,
    PyTorch,
}

fn formats(args: &ExportArgs) -> Vec<Format> {
    let in_folder = |folder: &Path| ["model.py", "model.safetensors"].map(|name| folder.join(name));
    let one = |path: &Option<PathBuf>| path.clone().map(|path| vec![path]);
    let all = [
        (FormatKind::Onnx, one(&args.onnx)),
        (FormatKind::Rust, one(&args.rust)),
        (FormatKind::C, one(&args.c)),
        (FormatKind::PyTorch, args.pytorch.as_deref().map(|folder| in_folder(folder).into())),
    ];
    all.into_iter().filter_map(|(kind, paths)| Some(Format { kind, paths: paths? })).collect()
}

/// The files of all formats, in the order of their paths.
fn files<T: Scalar>(
    formats: &[Format],
    predictor: &Predictor<T>,
) -> Result<Vec<Vec<u8>>, ExportError> {
    let mut files = Vec::new();
    for format in formats {
        match format.kind {
            FormatKind::Onnx => files.push(to_onnx(predictor)?),
            FormatKind::Rust => files.push(to_rust(predictor)?.into_bytes()),
            FormatKind::C => {
                let stem = format.paths[0].file_stem().unwrap_or_default().to_string_lossy();
                let name = if stem == "-" { "model" } else { &*stem };
                files.push(to_c(predictor, name)?.into_bytes());
            }
            FormatKind::PyTorch => {
                let pytorch = to_pytorch(predictor)?;
                files.extend([pytorch.module.into_bytes(), pytorch.state]);
            }
        }
    }
    Ok(files)
}
