use densely::models::{Diagnosis, ModelError};
use serde_json::json;

use crate::error::CliError;

/// How a training diverged.
pub(super) struct Diverged {
    pub(super) error: String,
    epoch: usize,
    pub(super) learning_rate: f64,
    findings: Vec<String>,
}

impl Diverged {
    pub(super) fn of(error: &CliError) -> Option<Self> {
        let CliError::Model(ModelError::Diverged { epoch, learning_rate, diagnosis, .. }) = error
        else {
            return None;
        };
        let Diagnosis { findings, .. } = &**diagnosis;
        Some(Self {
            error: error.to_string(),
            epoch: *epoch,
            learning_rate: *learning_rate,
            findings: findings.iter().map(ToString::to_string).collect(),
        })
    }

    /// The line of the epoch in which it happened.
    pub(super) fn line(&self) -> String {
        let Self { error, epoch, learning_rate, findings } = self;
        let line = json!({
            "epoch": epoch,
            "train_loss": null,
            "learning_rate": learning_rate,
            "best": false,
            "diverged": error,
            "findings": findings,
        });
        format!("{line}\n")
    }
}
