use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::Deserialize;

use crate::error::CliError;
use crate::run_folder::METRICS;

/// A line of a run's metrics, as far as it is read again. What is infinite or NaN has none there.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct EpochLine {
    pub(crate) epoch: usize,
    pub(crate) train_loss: Option<f64>,
    pub(crate) learning_rate: Option<f64>,
    #[serde(default)]
    pub(crate) best: bool,
    pub(crate) validation_loss: Option<f64>,
    pub(crate) validation_accuracy: Option<f64>,
    pub(crate) validation_r2: Option<f64>,
    pub(crate) dead_units: Option<usize>,
    pub(crate) saturated_units: Option<usize>,
    #[serde(default)]
    pub(crate) layers: Vec<LayerLine>,
    #[serde(default)]
    pub(crate) findings: Vec<String>,
    /// How the training diverged in it.
    pub(crate) diverged: Option<String>,
}

/// What a layer did in an epoch.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct LayerLine {
    pub(crate) layer: usize,
    pub(crate) kind: String,
    pub(crate) units: usize,
    pub(crate) activations: StatisticsLine,
    pub(crate) gradients: Option<StatisticsLine>,
    pub(crate) dead_units: Option<usize>,
    pub(crate) saturated_units: Option<usize>,
    pub(crate) update_ratio: Option<f64>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct StatisticsLine {
    pub(crate) mean: Option<f64>,
    pub(crate) standard_deviation: Option<f64>,
    pub(crate) zeros: Option<f64>,
}

impl EpochLine {
    /// Of all lines, or what is wrong with the first that is none.
    pub(crate) fn all(lines: &str) -> Result<Vec<Self>, String> {
        let read = |(index, line)| {
            serde_json::from_str(line).map_err(|error| {
                // Where in the line is of no help without the line itself.
                let error = error.to_string();
                let what = error.split(" at line ").next().unwrap_or_default();
                format!("line {} tells of no epoch of a run: {what}", index + 1)
            })
        };
        lines.lines().enumerate().map(read).collect()
    }

    /// Those of the run in a folder: none, if it has no epoch yet.
    pub(crate) fn of_run(folder: &Path) -> Result<Vec<Self>, CliError> {
        let path = folder.join(METRICS);
        let lines = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            lines => lines.map_err(CliError::file(&path))?,
        };
        Self::all(&lines).map_err(|what| CliError::Damaged { path, what })
    }

    /// The epoch whose weights were kept: the best by validation, or else the last.
    pub(crate) fn kept(epochs: &[Self]) -> Option<&Self> {
        let validated = epochs.iter().any(|epoch| epoch.validation_loss.is_some());
        let best = epochs.iter().rfind(|epoch| validated && epoch.best);
        best.or(epochs.iter().rfind(|epoch| epoch.diverged.is_none()))
    }
}
