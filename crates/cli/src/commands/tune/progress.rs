use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use super::log::Line;
use crate::args::ProgressArg;
use crate::output::{counted, eprintln, metric, metric_name};
use crate::progress;

/// From one line of a log to the next.
const PAUSE: Duration = Duration::from_secs(1);

/// What is shown of a search while it goes on.
pub(super) struct Progress {
    bar: ProgressBar,
    score: &'static str,
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

impl Progress {
    /// Of a search by this score, in which candidates are judged so often, if that is known.
    pub(super) fn new(how: ProgressArg, total: Option<usize>, score: &'static str) -> Self {
        let bar = match total {
            Some(total) => ProgressBar::new(total as u64),
            None => ProgressBar::no_length(),
        };
        let template = match total {
            Some(_) => "  {bar:20} {msg}  {elapsed}, about {eta} left",
            None => "  {spinner} {msg}  {elapsed}",
        };
        let bar = progress::bar(how, bar, template);
        Self { bar, score, state: Mutex::default(), plain: how == ProgressArg::Plain }
    }

    pub(super) fn show(&self, line: &Line) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.judged += 1;
        state.tried = state.tried.max(line.trial + 1);
        if line.rung >= state.rung && line.score.is_some() {
            // Scores of more epochs count more.
            let before = state.best.filter(|_| line.rung == state.rung);
            state.best = before.into_iter().chain(line.score).reduce(f64::max);
            state.rung = line.rung;
        }
        let best = state.best.map_or("none yet".to_owned(), |best| metric(self.score, best));
        let message = format!(
            "{}, {}  best {} {best}",
            counted(state.tried, "candidate"),
            counted(state.judged.saturating_sub(state.tried), "promotion"),
            metric_name(self.score),
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
