//! What is said of a classifier besides accuracy and loss.

use densely::models::ModelError;
use densely::models::metrics::{Average, Calibration, ClassificationScores, ConfusionMatrix};
use serde_json::{Value, json};

use crate::output::{counted, eprintln, figure, percent_of, shares, table};
use crate::visible::visible;

/// Bins of the calibration, as usual.
const BINS: usize = 10;

/// Classes whose confusion matrix fits on a screen.
const MOST_CLASSES: usize = 12;

/// Classes that have a line each.
const MOST_LINES: usize = 100;

/// Classes that have a row each in the confusion matrix of `--json`, a million counts.
const MOST_ROWS: usize = 1000;

pub(crate) struct Classification<'a> {
    names: &'a [String],
    scores: ClassificationScores,
    confusion: ConfusionMatrix,
    calibration: Option<Calibration>,
    /// The area under the ROC curve of each class against all others, unless it has no
    /// examples, or all.
    areas: Vec<Option<f64>>,
}

impl<'a> Classification<'a> {
    pub(crate) fn new(
        scores: ClassificationScores,
        names: &'a [String],
    ) -> Result<Self, ModelError> {
        let (confusion, calibration) = (scores.confusion()?, scores.calibration(BINS)?);
        let areas = (0..names.len()).map(|class| scores.roc_auc(class)).collect();
        Ok(Self { names, scores, confusion, calibration, areas })
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
        let of_probabilities = [
            ("log_loss", self.scores.log_loss()),
            ("brier_score", self.scores.brier_score()),
            ("calibration_error", self.calibration.as_ref().map(Calibration::expected_error)),
        ];
        metrics
            .extend(of_probabilities.into_iter().filter_map(|(name, value)| Some((name, value?))));
        metrics
    }

    /// The figures of each class.
    pub(crate) fn classes(&self) -> Value {
        let class = |(class, name): (usize, &String)| {
            let [precision, recall, f1] = shares(&self.confusion, class);
            json!({
                "class": name,
                "examples": self.confusion.support(class),
                "precision": precision,
                "recall": recall,
                "f1": f1,
                "roc_auc": self.areas[class],
            })
        };
        self.names.iter().enumerate().map(class).collect()
    }

    /// A row of counts for each class, of what it was taken for; null for so many classes that
    /// nobody could read it: [`mistakes`](Self::mistakes) are as many as there are, at most.
    pub(crate) fn confusion(&self) -> Value {
        let classes = 0..self.names.len();
        if classes.len() > MOST_ROWS {
            return Value::Null;
        }
        let row = |label| -> Value {
            classes.clone().map(|predicted| self.confusion.count(label, predicted)).collect()
        };
        classes.clone().map(row).collect()
    }

    /// What was taken for what, and how often, the most frequent first.
    pub(crate) fn mistakes(&self) -> Value {
        let mistake = |(class, taken_for, examples): (usize, usize, usize)| {
            let (class, taken_for) = (&self.names[class], &self.names[taken_for]);
            json!({ "class": class, "taken_for": taken_for, "examples": examples })
        };
        self.confusion.mistakes().into_iter().map(mistake).collect()
    }

    /// The same for people.
    pub(crate) fn print(&self) {
        let mut figures = table(&["", "examples", "precision", "recall", "F1", "ROC AUC"]);
        for (class, name) in self.names.iter().enumerate().take(MOST_LINES) {
            let [precision, recall, f1] = shares(&self.confusion, class);
            figures.add_row([
                visible(name).into_owned(),
                self.confusion.support(class).to_string(),
                percent_of(precision),
                percent_of(recall),
                percent_of(f1),
                self.areas[class].map_or("-".to_owned(), figure),
            ]);
        }
        eprintln!("\n{}", figures.trim_fmt());
        let others = self.names.len().saturating_sub(MOST_LINES);
        if others > 0 {
            eprintln!("and {} more: --json has all", counted(others, "class"));
        }
        if self.names.len() > MOST_CLASSES {
            return;
        }
        let names: Vec<_> = self.names.iter().map(|name| visible(name)).collect();
        let header = ["is \\ taken for"].into_iter().chain(names.iter().map(|name| &**name));
        let mut matrix = table(&header.collect::<Vec<_>>());
        for (label, name) in names.iter().enumerate() {
            let count = |predicted| match self.confusion.count(label, predicted) {
                0 => "·".to_owned(),
                count => count.to_string(),
            };
            matrix.add_row([name.to_string()].into_iter().chain((0..self.names.len()).map(count)));
        }
        eprintln!("\n{}", matrix.trim_fmt());
    }
}
