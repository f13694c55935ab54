use std::cell::Cell;
use std::time::{Duration, Instant};

use densely::models::{Epoch, Evaluation};
use densely_picture::number;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::ProgressArg;
use crate::output::{counted, eprintln, figure, is_heard, percent};

/// From one line of a log to the next.
const PAUSE: Duration = Duration::from_secs(1);

/// What is shown of a training while it goes on.
pub(crate) struct Progress {
    bar: ProgressBar,
    epochs: usize,
    /// When the last line of a log was written, if there is one.
    last: Option<Cell<Option<Instant>>>,
}

impl Progress {
    /// Of so many epochs at most.
    pub(crate) fn new(how: ProgressArg, epochs: usize) -> Self {
        let template = "  {bar:20} {msg}  {elapsed}, at most {eta} left";
        let bar = bar(how, ProgressBar::new(epochs as u64), template);
        let last = (how == ProgressArg::Plain).then(|| Cell::new(None));
        Self { bar, epochs, last }
    }

    pub(crate) fn show(&self, epoch: &Epoch) {
        match &self.last {
            None => {
                self.bar.set_position(epoch.epoch as u64);
                if !self.bar.is_hidden() {
                    // Epoch and losses change together.
                    self.bar.set_message(self.line(epoch));
                }
            }
            Some(last) => {
                let is_due = last.get().is_none_or(|last| last.elapsed() >= PAUSE);
                if is_due || epoch.epoch == self.epochs {
                    eprintln!("  {}", self.line(epoch));
                    last.set(Some(Instant::now()));
                }
            }
        }
    }

    fn line(&self, epoch: &Epoch) -> String {
        format!("epoch {}/{}  {}", epoch.epoch, self.epochs, message(epoch))
    }

    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// A line that changes on a terminal, and is nowhere else.
pub(crate) fn bar(how: ProgressArg, bar: ProgressBar, template: &str) -> ProgressBar {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    match how {
        _ if !is_heard() => bar.set_draw_target(ProgressDrawTarget::hidden()),
        // On what is no terminal, nothing.
        ProgressArg::Bar => bar.enable_steady_tick(Duration::from_millis(200)),
        ProgressArg::Plain | ProgressArg::None => {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
    }
    bar
}

/// A loss with four decimals, or as many digits as say something of a very small or large one.
fn shown(loss: f64) -> String {
    match loss.abs() {
        size if size == 0.0 || (1e-3..1e5).contains(&size) || size.is_nan() => format!("{loss:.4}"),
        _ => figure(loss),
    }
}

/// Losses, the learning rate, and what may be found of units.
fn message(epoch: &Epoch) -> String {
    let mut parts = vec![format!("loss {}", shown(epoch.train_loss))];
    match epoch.validation {
        Some(Evaluation::Classification { loss, accuracy, .. }) => {
            parts.push(format!("validation {}, {} right", shown(loss), percent(accuracy)));
        }
        Some(Evaluation::Regression { loss, r2, .. }) => {
            parts.push(format!("validation {}, R² {r2:.4}", shown(loss)));
        }
        Some(other) => parts.push(format!("validation {}", shown(other.loss()))),
        None => {}
    }
    parts.push(format!("rate {}", number(epoch.learning_rate)));
    for (units, what) in
        [(epoch.dead_units, "dead unit"), (epoch.saturated_units, "saturated unit")]
    {
        parts.extend(units.filter(|&units| units > 0).map(|units| counted(units, what)));
    }
    parts.join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_losses_have_digits() {
        let losses = [0.0, 2.5, 0.0123, 3e-7, 1.234e-4, 6.78e20, f64::INFINITY];
        let texts = ["0.0000", "2.5000", "0.0123", "3.0000e-7", "0.00012340", "6.7800e20", "inf"];
        assert_eq!(losses.map(shown), texts);
        assert!(shown(f64::NAN) == "NaN" && shown(-0.5) == "-0.5000");
    }
}
