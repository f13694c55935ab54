//! What is said of a classifier besides accuracy and loss.

use anstream::eprintln;
use densely::models::ModelError;
use densely::models::metrics::{
    Average, Calibration, ConfusionMatrix, brier_score, log_loss, roc_auc_against_rest,
};
use densely::prelude::*;
use densely::tensor::column;
use serde_json::{Value, json};

use crate::output::{figure, percent, table};

/// Bins of the calibration, as usual.
const BINS: usize = 10;

/// Classes whose confusion matrix fits on a screen.
const MOST_CLASSES: usize = 12;

pub(crate) struct Classification<'a> {
    names: &'a [String],
    confusion: ConfusionMatrix,
    /// The area under the ROC curve of each class against all others, unless it has no
    /// examples, or all.
    areas: Vec<Option<f64>>,
    probabilistic: Option<Probabilistic>,
}

/// What is said of probabilities, of a loss that defines some.
struct Probabilistic {
    log_loss: f64,
    brier_score: f64,
    calibration_error: f64,
}

impl<'a> Classification<'a> {
    pub(crate) fn new<T: Scalar>(
        predictor: &Predictor<T>,
        x: MatRef<'_, f64>,
        labels: &[usize],
        names: &'a [String],
        threads: &Threads,
    ) -> Result<Self, ModelError> {
        let prepared = predictor.preparation().inputs::<T>(x)?;
        let model = predictor.model();
        let scores = model.scores(prepared.as_ref(), threads)?;
        let classify = |j| model.loss().classify(column(scores.as_ref(), j));
        let predicted: Vec<usize> = (0..labels.len()).map(classify).collect();
        let probabilities = model.probabilities_of(scores.as_ref())?;
        let probabilistic = match &probabilities {
            None => None,
            Some(p) => Some(Probabilistic {
                log_loss: log_loss(labels, p.as_ref())?,
                brier_score: brier_score(labels, p.as_ref())?,
                calibration_error: Calibration::new(labels, p.as_ref(), BINS)?.expected_error(),
            }),
        };
        // Where there are no probabilities, scores rank the examples as well.
        let ranks = match probabilities {
            Some(probabilities) => probabilities,
            // One score of two classes speaks for the second.
            None if scores.nrows() == 1 => Mat::from_fn(2, scores.ncols(), |class, j| {
                if class == 0 { -scores[(0, j)] } else { scores[(0, j)] }
            }),
            None => scores,
        };
        let area = |class| roc_auc_against_rest(labels, ranks.as_ref(), class).ok();
        Ok(Self {
            names,
            confusion: ConfusionMatrix::new(labels, &predicted, names.len())?,
            areas: (0..names.len()).map(area).collect(),
            probabilistic,
        })
    }

    /// The figures over all classes, by name; precision, recall, F1 and the area under the
    /// ROC curve are means over the classes.
    pub(crate) fn metrics(&self) -> Vec<(&'static str, f64)> {
        let mean = self.confusion.average(Average::Macro);
        let mut metrics =
            vec![("precision", mean.precision), ("recall", mean.recall), ("f1", mean.f1)];
        if let Some(areas) = self.areas.iter().copied().collect::<Option<Vec<f64>>>() {
            metrics.push(("roc_auc", areas.iter().sum::<f64>() / areas.len() as f64));
        }
        if let Some(of) = &self.probabilistic {
            metrics.extend([
                ("log_loss", of.log_loss),
                ("brier_score", of.brier_score),
                ("calibration_error", of.calibration_error),
            ]);
        }
        metrics
    }

    /// The figures of each class.
    pub(crate) fn classes(&self) -> Value {
        let class = |(class, name): (usize, &String)| {
            let of = self.confusion.class(class);
            json!({
                "class": name,
                "examples": self.confusion.support(class),
                "precision": of.precision,
                "recall": of.recall,
                "f1": of.f1,
                "roc_auc": self.areas[class],
            })
        };
        self.names.iter().enumerate().map(class).collect()
    }

    /// A row of counts for each class, of what it was taken for.
    pub(crate) fn confusion(&self) -> Value {
        let classes = 0..self.names.len();
        let row = |label| -> Value {
            classes.clone().map(|predicted| self.confusion.count(label, predicted)).collect()
        };
        classes.clone().map(row).collect()
    }

    /// The same for people.
    pub(crate) fn print(&self) {
        let mut figures = table(&["", "examples", "precision", "recall", "F1", "ROC AUC"]);
        for (class, name) in self.names.iter().enumerate() {
            let of = self.confusion.class(class);
            figures.add_row([
                name.clone(),
                self.confusion.support(class).to_string(),
                percent(of.precision),
                percent(of.recall),
                percent(of.f1),
                self.areas[class].map_or("-".to_owned(), figure),
            ]);
        }
        eprintln!("\n{}", figures.trim_fmt());
        if self.names.len() > MOST_CLASSES {
            return;
        }
        let header = ["is \\ taken for"].into_iter().chain(self.names.iter().map(String::as_str));
        let mut matrix = table(&header.collect::<Vec<_>>());
        for (label, name) in self.names.iter().enumerate() {
            let count = |predicted| match self.confusion.count(label, predicted) {
                0 => "·".to_owned(),
                count => count.to_string(),
            };
            matrix.add_row([name.clone()].into_iter().chain((0..self.names.len()).map(count)));
        }
        eprintln!("\n{}", matrix.trim_fmt());
    }
}
