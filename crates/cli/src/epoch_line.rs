use serde::Deserialize;

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
    /// Of a file; lines that are none are left out.
    pub(crate) fn all(lines: &str) -> Vec<Self> {
        lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// The epoch whose weights were kept: the best by validation, or else the last.
    pub(crate) fn kept(epochs: &[Self]) -> Option<&Self> {
        let validated = epochs.iter().any(|epoch| epoch.validation_loss.is_some());
        let best = epochs.iter().rfind(|epoch| validated && epoch.best);
        best.or(epochs.iter().rfind(|epoch| epoch.diverged.is_none()))
    }
}
