use std::collections::BTreeMap;
use std::path::Path;

use densely::formats::weights_hash;
use densely::models::metrics::Baseline;
use densely::models::{Diagnosis, Epoch, History, LayerReport, Statistics};
use densely::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::parts::{Part, Parts};
use crate::error::CliError;
use crate::output;
use crate::signals::Signal;
use crate::targets::Targets;

/// What came out of a run: the fields that `--json` promises.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    task: &'static str,
    train_examples: usize,
    validation_examples: usize,
    test_examples: usize,
    parameters: usize,
    epochs: usize,
    seconds: f64,
    train_loss: f64,
    validation_loss: Option<f64>,
    test_loss: Option<f64>,
    #[serde(flatten)]
    test_metrics: BTreeMap<String, Option<f64>>,
    /// Of the test data; in their place those of training, if there are none.
    #[serde(flatten)]
    baseline: BTreeMap<&'static str, f64>,
    /// Of each, if there are several.
    #[serde(rename = "targets", skip_serializing_if = "is_empty")]
    targets_json: Value,
    #[serde(skip)]
    targets: Targets,
    dead_units: Option<usize>,
    saturated_units: Option<usize>,
    findings: Vec<String>,
    weights_hash: String,
    /// None if it could not be saved.
    model: Option<String>,
    #[serde(skip)]
    pub(crate) evaluations: Vec<(&'static str, Evaluation)>,
}

impl Report {
    pub(crate) fn new<T: Scalar>(
        parts: &Parts<T>,
        predictor: &Predictor<T>,
        history: &History,
        diagnosis: &Diagnosis,
        seconds: f64,
        model: &Path,
        threads: &Threads,
    ) -> Result<Self, CliError> {
        let judge = |part: &Part<T>, source: &str| {
            part.judge(predictor, threads).map_err(CliError::in_data(source))
        };
        let (train, mut of_outputs) = judge(&parts.train, &parts.source)?;
        let of_some = |part: &Option<Part<T>>, source| {
            part.as_ref().map(|part| judge(part, source)).transpose()
        };
        let validation =
            of_some(&parts.validation, &parts.source)?.map(|(evaluation, _)| evaluation);
        let test = of_some(&parts.test, &parts.test_source)?.map(|(evaluation, of_test)| {
            of_outputs = of_test;
            evaluation
        });
        // Without a test there are the same fields, and nothing in them.
        let names = output::metrics(&train).into_iter().filter(|&(name, _)| name != "loss");
        let tested: BTreeMap<_, _> = test.iter().flat_map(output::metrics).collect();
        let test_metrics =
            names.map(|(name, _)| (format!("test_{name}"), tested.get(name).copied())).collect();
        let judged = parts.test.as_ref().unwrap_or(&parts.train);
        let baseline = match &judged.stored {
            Some(judged) => predictor.baseline_stored(judged, judged)?,
            None => Baseline::new(&judged.target, &judged.target)?,
        };
        let names = predictor.preparation().output_names();
        let targets = Targets::of(names, &baseline, of_outputs.as_ref());
        let len = |part: &Option<Part<T>>| part.as_ref().map_or(0, Part::len);
        let named = [("train", Some(train)), ("validation", validation), ("test", test)];
        Ok(Self {
            task: if parts.train.target.labels().is_some() { "classify" } else { "regress" },
            train_examples: parts.train.len(),
            validation_examples: len(&parts.validation),
            test_examples: len(&parts.test),
            parameters: predictor.model().parameters(),
            epochs: history.epochs.len(),
            seconds,
            train_loss: train.loss(),
            validation_loss: validation.map(|evaluation| evaluation.loss()),
            test_loss: test.map(|evaluation| evaluation.loss()),
            test_metrics,
            baseline: output::baseline(&baseline).into_iter().collect(),
            targets_json: targets.json("test_", parts.test.is_some()),
            targets,
            dead_units: history.kept().dead_units,
            saturated_units: history.kept().saturated_units,
            findings: diagnosis.findings.iter().map(ToString::to_string).collect(),
            weights_hash: weights_hash(predictor.model()),
            model: Some(model.display().to_string()),
            evaluations: named
                .into_iter()
                .filter_map(|(name, evaluation)| Some((name, evaluation?)))
                .collect(),
        })
    }

    /// What kept the network from learning as it might.
    pub(crate) fn findings(&self) -> &[String] {
        &self.findings
    }

    /// What can be had without the network, by name.
    pub(crate) fn baseline(&self) -> &BTreeMap<&'static str, f64> {
        &self.baseline
    }

    /// The same of each target, if there are several.
    pub(crate) fn targets(&self) -> &Targets {
        &self.targets
    }

    /// The seconds of training.
    pub(crate) fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Losses and metrics, for the model's file.
    pub(crate) fn results(&self) -> BTreeMap<String, String> {
        let named = |(part, evaluation): &(&str, Evaluation)| {
            let part = (*part).to_owned();
            output::metrics(evaluation)
                .into_iter()
                .map(move |(name, value)| (format!("{part}_{name}"), value.to_string()))
        };
        self.evaluations.iter().flat_map(named).collect()
    }

    /// From now on it says that there is no model of it.
    pub(crate) fn has_no_model(&mut self) {
        self.model = None;
    }

    /// All fields.
    pub(crate) fn json(&self) -> Result<Map<String, Value>, CliError> {
        match serde_json::to_value(self).map_err(std::io::Error::from)? {
            Value::Object(fields) => Ok(fields),
            _ => unreachable!("it has fields"),
        }
    }
}

fn is_empty(targets: &Value) -> bool {
    targets.as_array().is_some_and(Vec::is_empty)
}

/// Prints what is kept of a training that a signal ended.
pub(super) fn print_stopped(
    signal: Signal,
    history: &History,
    model: &Path,
) -> Result<(), CliError> {
    output::print_json(&json!({
        "stopped": signal.name(),
        "epochs": history.epochs.len(),
        "kept_epoch": history.kept_epoch,
        "model": model.display().to_string(),
    }))
}

/// A line of JSON for each epoch. Of a training that came to its end, they have what the layers
/// did, and the last has the findings.
pub(crate) fn lines(epochs: &[Epoch], history: Option<&History>, diagnosis: &Diagnosis) -> String {
    let line = |epoch: &Epoch| {
        let mut fields = json!({
            "epoch": epoch.epoch,
            "train_loss": epoch.train_loss,
            "learning_rate": epoch.learning_rate,
            "best": epoch.best,
            "dead_units": epoch.dead_units,
            "saturated_units": epoch.saturated_units,
        });
        for (name, value) in epoch.validation.iter().flat_map(output::metrics) {
            fields[format!("validation_{name}")] = Value::from(value);
        }
        let layers = history.into_iter().flat_map(|history| history.layers_in(epoch.epoch));
        let layers: Vec<Value> = layers.map(layer).collect();
        if !layers.is_empty() {
            fields["layers"] = Value::from(layers);
        }
        if history.is_some() && epoch.epoch == epochs.len() {
            fields["findings"] = diagnosis.findings.iter().map(ToString::to_string).collect();
        }
        format!("{fields}\n")
    };
    epochs.iter().map(line).collect()
}

/// What a layer did in an epoch.
fn layer(of: &LayerReport) -> Value {
    let statistics = |of: Statistics| {
        json!({
            "mean": of.mean,
            "standard_deviation": of.standard_deviation,
            "zeros": of.zeros,
        })
    };
    json!({
        "layer": of.layer,
        "kind": &*of.kind,
        "units": of.units,
        "activations": statistics(of.activations),
        "gradients": of.gradients.map(statistics),
        "dead_units": of.dead_units,
        "saturated_units": of.saturated_units,
        "update_ratio": of.update_ratio,
    })
}
