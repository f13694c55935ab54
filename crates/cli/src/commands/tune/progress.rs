use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use super::log::Line;
use super::running::JudgedBy;
use crate::args::ProgressArg;
use crate::output::{counted, eprintln, metric, metric_name};
use crate::progress;

/// From one line of a log to the next.
const PAUSE: Duration = Duration::from_secs(1);

/// What is shown of a search while it goes on.
pub(super) struct Progress {
    bar: ProgressBar,
    judged_by: JudgedBy,
    state: Mutex<State>,
    plain: bool,
}

#[derive(Default)]
struct State {
    judged: usize,
    tried: usize,
    rung: usize,
    best: Option<f64>,
    last: Option<Instant>,
}

impl State {
    fn take(&mut self, line: &Line, judged_by: JudgedBy) {
        self.judged += 1;
        self.tried = self.tried.max(line.trial + 1);
        let (figure, better): (_, fn(f64, f64) -> f64) = match judged_by.is_loss() {
            true => (line.loss, f64::min),
            false => (line.score, f64::max),
        };
        if line.rung >= self.rung && figure.is_some() {
            // Figures of more epochs count more.
            let before = self.best.filter(|_| line.rung == self.rung);
            self.best = before.into_iter().chain(figure).reduce(better);
            self.rung = line.rung;
        }
    }
}

impl Progress {
    /// Of a search that is judged by this, in which candidates are judged so often, if that is known.
    pub(super) fn new(how: ProgressArg, total: Option<usize>, judged_by: JudgedBy) -> Self {
        let bar = match total {
            Some(total) => ProgressBar::new(total as u64),
            None => ProgressBar::no_length(),
        };
        let template = match total {
            Some(_) => "  {bar:20} {msg}  {elapsed}, about {eta} left",
            None => "  {spinner} {msg}  {elapsed}",
        };
        let bar = progress::bar(how, bar, template);
        Self { bar, judged_by, state: Mutex::default(), plain: how == ProgressArg::Plain }
    }

    /// Takes a result of before the search was stopped.
    pub(super) fn know(&self, line: &Line) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.take(line, self.judged_by);
    }

    pub(super) fn show(&self, line: &Line) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.take(line, self.judged_by);
        let name = self.judged_by.name();
        let best = state.best.map_or("none yet".to_owned(), |best| metric(name, best));
        let message = format!(
            "{}, {}  best {} {best}",
            counted(state.tried, "candidate"),
            counted(state.judged.saturating_sub(state.tried), "promotion"),
            metric_name(name),
        );
        self.bar.set_message(message.clone());
        self.bar.inc(1);
        if self.plain && state.last.is_none_or(|last| last.elapsed() >= PAUSE) {
            eprintln!("  {message}");
            state.last = Some(Instant::now());
        }
    }

    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
