use std::time::Duration;

use densely::models::Epoch;
use indicatif::{ProgressBar, ProgressStyle};

/// A bar of epochs, with the losses; only on a terminal.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(crate) fn new(epochs: usize) -> Self {
        let bar = ProgressBar::new(epochs as u64);
        let template = "  {bar:30} epoch {pos}/{len}  {msg}  {elapsed}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    pub(crate) fn show(&self, epoch: &Epoch) {
        let validation = match epoch.validation {
            None => String::new(),
            Some(validation) => format!(", validation {:.4}", validation.loss()),
        };
        self.0.set_message(format!("loss {:.4}{validation}", epoch.train_loss));
        self.0.set_position(epoch.epoch as u64);
    }

    pub(crate) fn clear(&self) {
        self.0.finish_and_clear();
    }
}
