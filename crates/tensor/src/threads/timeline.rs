use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What the time of some work is made of: what one thread does alone, and panels that threads share.
///
/// It says how long the work would take on any number of threads if handing panels over took no time and threads did
/// not compete for memory: a bound, which is the work's own and not the machine's.
///
/// ```
/// use densely_tensor::Threads;
///
/// let mut values = vec![1.0_f64; 1 << 16];
/// let ((), timeline) = Threads::timeline(4, |threads| {
///     threads.panels(values.as_mut_slice(), 1 << 12, |_, panel| {
///         panel.iter_mut().for_each(|value| *value = value.sin());
///     });
/// });
/// assert!(timeline.critical_path(4) < timeline.work());
/// assert_eq!(timeline.critical_path(1), timeline.work());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timeline {
    spans: Vec<Span>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Span {
    Alone(Duration),
    Panels(Vec<Duration>),
}

impl Timeline {
    /// The time of all parts together: that of one thread.
    #[must_use]
    pub fn work(&self) -> Duration {
        self.spans.iter().map(Span::work).sum()
    }

    /// The time of so many threads, of which each takes the next panel when it is done with one.
    ///
    /// # Panics
    /// If there are none.
    #[must_use]
    pub fn critical_path(&self, threads: usize) -> Duration {
        assert!(threads > 0, "Timeline::critical_path: no thread");
        self.spans.iter().map(|span| span.shared_among(threads)).sum()
    }
}

impl Span {
    fn work(&self) -> Duration {
        match self {
            Self::Alone(time) => *time,
            Self::Panels(times) => times.iter().sum(),
        }
    }

    fn shared_among(&self, threads: usize) -> Duration {
        let times = match self {
            Self::Alone(time) => return *time,
            Self::Panels(times) => times,
        };
        let mut busy = vec![Duration::ZERO; threads.min(times.len())];
        for time in times {
            if let Some(first) = busy.iter_mut().min() {
                *first += *time;
            }
        }
        busy.into_iter().max().unwrap_or_default()
    }
}

/// One thread that does the work of several, and keeps a timeline.
#[derive(Debug)]
pub(super) struct Recorder {
    count: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    timeline: Timeline,
    /// Until when there is an account.
    until: Instant,
    /// Panels within a panel are the work of its thread.
    in_panel: bool,
}

impl State {
    /// The time since the account ended; now it does.
    fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now.duration_since(std::mem::replace(&mut self.until, now))
    }

    fn alone(&mut self) {
        let time = self.lap();
        self.timeline.spans.push(Span::Alone(time));
    }

    fn panel(&mut self) {
        let time = self.lap();
        match self.timeline.spans.last_mut() {
            Some(Span::Panels(times)) => times.push(time),
            _ => self.timeline.spans.push(Span::Panels(vec![time])),
        }
    }
}

impl Recorder {
    pub(super) fn new(count: usize) -> Self {
        let timeline = Timeline::default();
        let state = State { timeline, until: Instant::now(), in_panel: false };
        Self { count, state: Mutex::new(state) }
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn finish(&self) -> Timeline {
        let mut state = self.state();
        state.alone();
        std::mem::take(&mut state.timeline)
    }

    /// Calls `one` until it has no panel left.
    pub(super) fn panels(&self, one: &mut dyn FnMut() -> bool) {
        if self.state().in_panel {
            while one() {}
            return;
        }
        self.state().alone();
        while self.panel(one) {}
    }

    /// `right` is as one more panel of `left`'s last.
    pub(super) fn join(&self, left: &mut dyn FnMut(), right: &mut dyn FnMut()) {
        if self.state().in_panel {
            left();
            return right();
        }
        self.state().alone();
        let spans = self.state().timeline.spans.len();
        left();
        // What has no panels is one.
        if self.state().timeline.spans.len() == spans {
            self.state().panel();
        }
        self.panel(&mut || {
            right();
            true
        });
    }

    fn panel(&self, work: &mut dyn FnMut() -> bool) -> bool {
        self.state().in_panel = true;
        let is_done = work();
        let mut state = self.state();
        state.in_panel = false;
        if is_done {
            state.panel();
        }
        is_done
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Threads;

    fn timeline(spans: &[&[u64]]) -> Timeline {
        let ms = |&time: &u64| Duration::from_millis(time);
        let span = |times: &&[u64]| match times {
            [time] => Span::Alone(ms(time)),
            times => Span::Panels(times.iter().map(ms).collect()),
        };
        Timeline { spans: spans.iter().map(span).collect() }
    }

    /// Each thread takes the next panel as soon as it is free.
    #[test]
    fn panels_are_shared_and_the_rest_is_not() {
        let timeline = timeline(&[&[5], &[4, 3, 2, 1, 1], &[2], &[7, 7]]);
        let path = |threads| timeline.critical_path(threads).as_millis();
        // Of two threads, one takes 4, 1 and one of 1 more, the other 3, 2 and 1.
        assert_eq!([1, 2, 3, 5, 64].map(path), [32, 5 + 6 + 2 + 7, 5 + 4 + 2 + 7, 18, 18]);
        assert_eq!(timeline.work().as_millis(), 32);
        assert_eq!(Timeline::default().critical_path(3), Duration::ZERO);
    }

    /// The work is done as by others, and each part of it is in the account.
    #[test]
    fn each_part_of_the_work_is_kept() {
        let mut marks = [0; 10];
        let (count, timeline) = Threads::timeline(6, |threads| {
            threads.panels(marks.as_mut_slice(), 4, |first, marks| {
                // Not shared any further.
                threads.panels(marks, 1, |j, mark| mark[0] = first + j);
                threads.join(|| (), || ());
            });
            threads.join(|| (), || ());
            let mut others = [0; 6];
            threads.join(|| threads.panels(others.as_mut_slice(), 2, |_, _| ()), || ());
            threads.install(|| threads.attend(5, || threads.count()))
        });
        assert_eq!(count, 6);
        assert_eq!(marks, std::array::from_fn(|j| j));
        let parts = timeline.spans.iter().map(|span| match span {
            Span::Alone(_) => 1,
            Span::Panels(times) => 10 + times.len(),
        });
        let expected = [1, 13, 1, 12, 1, 1, 14, 1];
        assert_eq!(parts.collect::<Vec<_>>(), expected);
    }
}
