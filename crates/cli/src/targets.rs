//! How good a model is at each of several targets.

use densely::models::metrics::{Baseline, OutputScores, RegressionScores};
use serde_json::{Map, Value};

use crate::output::{metric, metric_name, short, table};

/// What so many targets are that are no classes, with the verb.
pub(crate) fn are_numbers(targets: usize) -> &'static str {
    if targets > 1 { "are numbers" } else { "is a number" }
}

/// The scores of each target, beside those of always its mean; none where one figure for all is as good.
#[derive(Debug, Default)]
pub(crate) struct Targets(Vec<(String, OutputScores, OutputScores)>);

impl Targets {
    /// Targets that have a line each, for people.
    const MOST: usize = 100;

    /// Of these names, and examples that the baseline is of, too.
    pub(crate) fn of(
        names: &[String],
        baseline: &Baseline,
        scores: Option<&RegressionScores>,
    ) -> Self {
        let (Baseline::Mean(baseline), Some(scores)) = (baseline, scores) else {
            return Self::default();
        };
        if names.len() < 2 {
            return Self::default();
        }
        let both = scores.outputs().zip(baseline.outputs());
        let both = names.iter().cloned().zip(both).map(|(name, (of, mean))| (name, of, mean));
        Self(both.collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// An object for each, whose figures are called so; null where the part that they would be of is missing.
    pub(crate) fn json(&self, prefix: &str, is_there: bool) -> Value {
        let target = |(name, of, mean): &(String, OutputScores, OutputScores)| {
            let mut fields = Map::from_iter([("target".to_owned(), Value::from(&**name))]);
            for (figure, value) in [("r2", of.r2), ("rmse", of.rmse), ("mae", of.mae)] {
                let value = if is_there { Value::from(value) } else { Value::Null };
                fields.insert(format!("{prefix}{figure}"), value);
            }
            fields.insert("constant".to_owned(), Value::from(of.constant));
            fields.insert("baseline_rmse".to_owned(), Value::from(mean.rmse));
            fields.insert("baseline_mae".to_owned(), Value::from(mean.mae));
            fields
        };
        self.0.iter().map(target).collect()
    }

    /// What the columns of [`rows`](Self::rows) are.
    pub(crate) fn header() -> [&'static str; 5] {
        ["r2", "rmse", "mae", "baseline_rmse", "baseline_mae"].map(metric_name)
    }

    /// The first of them for people. What is constant has no R².
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&str, [String; 5])> {
        self.0.iter().take(Self::MOST).map(|(name, of, mean)| {
            let r2 = if of.constant { "constant".to_owned() } else { metric("r2", of.r2) };
            let figure = |name, value| metric(name, value);
            let others = [
                figure("rmse", of.rmse),
                figure("mae", of.mae),
                figure("rmse", mean.rmse),
                figure("mae", mean.mae),
            ];
            let [rmse, mae, mean_rmse, mean_mae] = others;
            (&**name, [r2, rmse, mae, mean_rmse, mean_mae])
        })
    }

    /// A line for each, below a header.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut header = vec![""];
        header.extend(Self::header());
        let mut figures = table(&header);
        for (name, cells) in self.rows() {
            figures.add_row([short(name)].into_iter().chain(cells));
        }
        let mut lines: Vec<String> =
            figures.lines().map(|line| line.trim_end().to_owned()).collect();
        if self.0.len() > Self::MOST {
            lines.push("and more: --json has all".to_owned());
        }
        lines
    }
}
