//! `densely import`.

use densely::formats::FormatError;
use densely::layers::Kind;
use densely::prelude::*;
use densely_import::{ImportOptions, Task, import};

use crate::args::{Activations, ImportArgs, Names, TaskArg};
use crate::error::CliError;
use crate::output::{eprintln, thousands};
use crate::sink::Sink;

pub(crate) fn run(args: ImportArgs) -> Result<(), CliError> {
    let sink = Sink::open(Some(&args.output), args.force, &[&*args.file])?;
    let file = args.file.clone();
    let loaded = import(&file, &options(args)).map_err(|source| {
        let path = file.clone();
        CliError::Import { path, source: Box::new(source) }
    })?;
    let (bytes, kinds) = match &loaded {
        AnyModel::F32(file) => (file.to_vec(), file.predictor.model().network().kinds()),
        AnyModel::F64(file) => (file.to_vec(), file.predictor.model().network().kinds()),
    };
    let bytes =
        bytes.map_err(|reason| FormatError::Invalid { path: file, reason: reason.into() })?;
    sink.fill(|to| to.write_all(&bytes))?;
    eprintln!("{}", listed(&kinds));
    Ok(())
}

/// The layers; of very many, the first and the last.
fn listed(kinds: &[Kind]) -> String {
    /// Layers that are shown at the beginning, and at the end.
    const SHOWN: usize = 12;
    let list = |kinds: &[Kind]| kinds.iter().map(Kind::to_string).collect::<Vec<_>>().join(", ");
    match kinds.len().saturating_sub(2 * SHOWN) {
        0 => list(kinds),
        more => {
            let (first, last) = (&kinds[..SHOWN], &kinds[kinds.len() - SHOWN..]);
            format!("{}, ... {} more layers ..., {}", list(first), thousands(more), list(last))
        }
    }
}

fn options(args: ImportArgs) -> ImportOptions {
    let mut options = ImportOptions::new();
    if let Some(Activations(kinds)) = args.activation {
        options = options.activation(kinds);
    }
    options = match args.task {
        Some(TaskArg::Classify) => options.task(Task::Classify),
        Some(TaskArg::Regress) => options.task(Task::Regress),
        None => options,
    };
    if !args.classes.is_empty() {
        options = options.classes(Names::all(&args.classes));
    }
    if !args.columns.is_empty() {
        options = options.columns(Names::all(&args.columns));
    }
    if !args.target.is_empty() {
        options = options.targets(Names::all(&args.target));
    }
    if !args.layers.is_empty() {
        options = options.layers(Names::all(&args.layers));
    }
    match args.prefix {
        Some(prefix) => options.prefix(prefix),
        None => options,
    }
}
