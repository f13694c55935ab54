//! `densely inspect`.

use std::io::Write;

use densely::formats::weights_hash;
use densely::layers::parameter_count;
use densely::prelude::*;
use densely::table::ColumnSchema;
use serde_json::json;

use crate::args::InspectArgs;
use crate::error::CliError;
use crate::input;
use crate::output::{self, BOLD, counted, few, short, thousands};
use crate::schema;
use crate::targets::are_numbers;
use crate::visible::visible;

pub(crate) fn run(args: &InspectArgs) -> Result<(), CliError> {
    if args.schema {
        let preparation = input::preparation(&args.model)?;
        return Ok(write!(std::io::stdout(), "{}", schema::text(preparation.encoding().schema()))?);
    }
    match (input::model(&args.model)?, args.json) {
        (AnyModel::F32(file), true) => print_json(&file),
        (AnyModel::F64(file), true) => print_json(&file),
        (AnyModel::F32(file), false) => print(&file),
        (AnyModel::F64(file), false) => print(&file),
    }
}

/// Kind, inputs, outputs and parameters of each layer.
fn layers<T: Scalar>(file: &ModelFile<T>) -> impl Iterator<Item = (String, usize, usize, usize)> {
    let stages = file.predictor.model().network().stages().iter();
    stages.map(|stage| {
        let (layer, inputs) = (stage.layer(), stage.in_features());
        (layer.kind().to_string(), inputs, stage.out_features(), parameter_count(layer))
    })
}

/// The features that are held, and their values.
fn constants(preparation: &Preparation) -> impl Iterator<Item = (String, serde_json::Value)> {
    let names = preparation.feature_names();
    preparation.constants().iter().map(|&(feature, value)| (names[feature].clone(), value.into()))
}

/// What the columns of a table are, and which features come from each.
fn schema(preparation: &Preparation) -> Vec<serde_json::Value> {
    let encoding = preparation.encoding();
    let (mut sources, mut index) = (encoding.sources().into_iter().peekable(), 0);
    let mut features = preparation.feature_names().iter();
    let mut of = |column: &ColumnSchema| -> Vec<&String> {
        if column.left_out.is_some() {
            return Vec::new();
        }
        let mut names = Vec::new();
        while sources.next_if_eq(&index).is_some() {
            names.extend(features.next());
        }
        index += 1;
        names
    };
    let columns = encoding.schema().columns().iter();
    let column = |column: &ColumnSchema| {
        json!({
            "name": column.name,
            "kind": column.kind.name(),
            "left_out": column.left_out.as_ref().map(ToString::to_string),
            "features": of(column),
        })
    };
    columns.map(column).collect()
}

fn task(preparation: &Preparation) -> &'static str {
    if preparation.class_names().is_some() { "classify" } else { "regress" }
}

fn print_json<T: Scalar>(file: &ModelFile<T>) -> Result<(), CliError> {
    let (predictor, preparation) = (&file.predictor, file.predictor.preparation());
    let layer = |(kind, inputs, outputs, parameters)| json!({ "kind": kind, "in": inputs, "out": outputs, "parameters": parameters });
    let fields = json!({
        "task": task(preparation),
        "target": preparation.target_name(),
        "target_transform": if preparation.log_targets() { "log" } else { "none" },
        "features": preparation.feature_names(),
        "schema": schema(preparation),
        "constants": constants(preparation).collect::<serde_json::Map<_, _>>(),
        "classes": preparation.class_names(),
        "preprocess": preparation.pipeline().to_string(),
        "layers": layers(file).map(layer).collect::<Vec<_>>(),
        "loss": predictor.model().loss().kind().to_string(),
        "parameters": predictor.model().parameters(),
        "dtype": T::NAME,
        "weights_hash": weights_hash(predictor.model()),
        "program": file.provenance.program,
        "data": file.provenance.data,
        "options": file.provenance.options,
        "results": file.provenance.results,
    });
    Ok(writeln!(std::io::stdout(), "{fields}")?)
}

fn print<T: Scalar>(file: &ModelFile<T>) -> Result<(), CliError> {
    let (predictor, preparation) = (&file.predictor, file.predictor.preparation());
    let mut table = output::table(&["layer", "in", "out", "parameters"]);
    for (kind, inputs, outputs, parameters) in layers(file) {
        table.add_row([kind, thousands(inputs), thousands(outputs), thousands(parameters)]);
    }
    let features = preparation.feature_names();
    let targets = preparation.answer_names().len();
    let target = match preparation.class_names() {
        Some(classes) => {
            format!("is one of {}: {}", counted(classes.len(), "class"), few(classes))
        }
        None => are_numbers(targets).to_owned(),
    };
    let logarithm = match (preparation.log_targets(), targets) {
        (false, _) => "",
        (true, 1) => ", learnt as its logarithm",
        (true, _) => ", learnt as their logarithms",
    };
    let mut out = anstream::stdout();
    let target_name = short(preparation.target_name());
    writeln!(out, "{BOLD}{target_name}{BOLD:#} {target}{logarithm}")?;
    writeln!(out, "  from {}: {}", counted(features.len(), "feature"), few(features))?;
    let left_out: Vec<String> = (preparation.encoding().schema().columns().iter())
        .filter_map(|column| Some(format!("{} ({})", column.name, column.left_out.as_ref()?)))
        .collect();
    if !left_out.is_empty() {
        writeln!(out, "  columns left out: {}", few(&left_out))?;
    }
    let held: Vec<String> = constants(preparation).map(|(name, _)| name).collect();
    if !held.is_empty() {
        writeln!(out, "  of these, constant in training and so without effect: {}", few(&held))?;
    }
    writeln!(out, "  preprocessing: {}", preparation.pipeline())?;
    let (parameters, loss) = (predictor.model().parameters(), predictor.model().loss().kind());
    writeln!(out, "  {} in {}, loss {loss}\n", counted(parameters, "parameter"), T::NAME)?;
    writeln!(out, "{}\n", table.trim_fmt())?;
    let provenance = &file.provenance;
    let (program, data) = (visible(&provenance.program), visible(&provenance.data));
    writeln!(out, "trained by {program} on {data}")?;
    let named = [("options", &provenance.options), ("results", &provenance.results)];
    for (heading, entries) in named.into_iter().filter(|(_, entries)| !entries.is_empty()) {
        let entries: Vec<_> =
            entries.iter().map(|(name, value)| format!("{name}={value}")).collect();
        writeln!(out, "  {heading}: {}", visible(&entries.join(" ")))?;
    }
    Ok(())
}
