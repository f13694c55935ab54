//! What happens, counted for those who watch over it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prometheus_client::encoding::{EncodeLabelSet, prometheus_text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::answer::Answer;
use crate::served::Served;

pub(crate) use prometheus_text::CONTENT_TYPE;

#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    seconds: Histogram,
    rows: Counter,
    predictions: Family<Label, Counter>,
    others: Family<Column, Counter>,
    pub(crate) in_work: Gauge,
    reloads: Family<Outcome, Counter>,
    model: Family<Model, Gauge>,
    loaded: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    path: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Label {
    label: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Column {
    column: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Model {
    hash: String,
    dtype: &'static str,
}

/// Limits of the classes of times, in seconds.
const SECONDS: [f64; 12] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0];

/// Classes that are counted: of more, each count would say nothing.
const CLASSES: usize = 100;

impl Metrics {
    pub(crate) fn new(served: &Served) -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("densely"),
            requests: Family::default(),
            seconds: Histogram::new(SECONDS),
            rows: Counter::default(),
            predictions: Family::default(),
            others: Family::default(),
            in_work: Gauge::default(),
            reloads: Family::default(),
            model: Family::default(),
            loaded: Gauge::default(),
        };
        for outcome in ["loaded", "failed"] {
            drop(metrics.reloads.get_or_create(&Outcome { outcome }));
        }
        metrics.serves(served);
        metrics.registered()
    }

    fn registered(mut self) -> Self {
        let to = &mut self.registry;
        to.register("requests", "Requests, by path and status", self.requests.clone());
        to.register_with_unit(
            "predict",
            "Time from the head of a request for predictions to its answer",
            Unit::Seconds,
            self.seconds.clone(),
        );
        to.register("rows", "Rows that were predicted", self.rows.clone());
        to.register("predictions", "Predictions, by class", self.predictions.clone());
        to.register(
            "other_categories",
            "Cells with a category that the model takes for any other, by column",
            self.others.clone(),
        );
        to.register("in_work", "Requests for predictions that are in work", self.in_work.clone());
        to.register(
            "reloads",
            "Models that were to take the place of the first",
            self.reloads.clone(),
        );
        to.register("model", "The model, by the hash of its weights", self.model.clone());
        to.register_with_unit(
            "model_loaded_timestamp",
            "When the model was loaded, since 1970",
            Unit::Seconds,
            self.loaded.clone(),
        );
        self
    }

    /// From now on by this model.
    fn serves(&self, served: &Served) {
        self.model.clear();
        let (hash, dtype) = (served.hash.clone(), served.dtype());
        self.model.get_or_create(&Model { hash, dtype }).set(1);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.loaded.set(i64::try_from(now.as_secs()).unwrap_or(i64::MAX));
    }

    /// A model that took the place of another; `None` for a file that was none.
    pub(crate) fn reload(&self, served: Option<&Served>) {
        let outcome = if served.is_some() { "loaded" } else { "failed" };
        self.reloads.get_or_create(&Outcome { outcome }).inc();
        served.into_iter().for_each(|served| self.serves(served));
    }

    pub(crate) fn request(&self, path: &'static str, status: u16) {
        self.requests.get_or_create(&Request { path, status }).inc();
    }

    /// How long a request for predictions took.
    pub(crate) fn took(&self, time: Duration) {
        self.seconds.observe(time.as_secs_f64());
    }

    pub(crate) fn answered(&self, answer: &Answer, served: &Served) {
        self.rows.inc_by(answer.rows as u64);
        if let Some(names) = served.preparation().class_names()
            && names.len() <= CLASSES
        {
            let counted = names.iter().zip(&answer.classes).filter(|(_, count)| **count > 0);
            for (label, &count) in counted {
                self.predictions.get_or_create(&Label { label: label.clone() }).inc_by(count);
            }
        }
        for (column, rows) in &answer.others {
            self.others.get_or_create(&Column { column: column.clone() }).inc_by(*rows as u64);
        }
    }

    /// All of it as text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // A string takes what is written.
        let _ = prometheus_text::encode(&mut text, &self.registry);
        text
    }
}
