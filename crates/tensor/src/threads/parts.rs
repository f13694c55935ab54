use std::sync::Mutex;

use super::Split;

/// Work in panels that are handed out as threads come for them: a thread that is slow, or has lost its core to
/// somebody else, does fewer, and holds up no more than the one it has in hand.
///
/// The thread whose work it is takes panels from the front and helpers take them from the back, so that each goes
/// over neighbouring columns, and two threads meet wherever they meet.
pub(super) struct Parts<'a, W, F> {
    /// What nobody has begun, and its first column: a multiple of `width`.
    rest: Mutex<Option<(usize, W)>>,
    width: usize,
    body: &'a F,
}

/// From where panels are taken.
#[derive(Clone, Copy)]
pub(super) enum End {
    Front,
    Back,
}

impl<'a, W: Split, F: Fn(usize, W) + Sync> Parts<'a, W, F> {
    pub(super) fn new(work: W, width: usize, body: &'a F) -> Self {
        Self { rest: Mutex::new(Some((0, work))), width, body }
    }

    /// Does the next panel from this end, if there is one.
    pub(super) fn work_on(&self, end: End) -> bool {
        let next = self.take(end);
        let is_some = next.is_some();
        if let Some((first, panel)) = next {
            (self.body)(first, panel);
        }
        is_some
    }

    fn take(&self, end: End) -> Option<(usize, W)> {
        let mut rest = self.rest.lock().expect("no panel is computed under the lock");
        let (first, work) = rest.take()?;
        if work.columns() <= self.width {
            return Some((first, work));
        }
        let cut = match end {
            End::Front => self.width,
            End::Back => (work.columns() - 1) / self.width * self.width,
        };
        let (left, right) = work.split_at(cut);
        let (left, right) = ((first, left), (first + cut, right));
        let (panel, others) = match end {
            End::Front => (left, right),
            End::Back => (right, left),
        };
        *rest = Some(others);
        Some(panel)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;
    use crate::Threads;

    #[test]
    fn both_ends_hand_out_the_same_panels() {
        for columns in 1..40_usize {
            for width in 1..10 {
                let mut all: Vec<_> = (0..columns)
                    .step_by(width)
                    .map(|first| (first, width.min(columns - first)))
                    .collect();
                let mut marks = vec![0_u8; columns];
                let body = |_: usize, _: &mut [u8]| ();
                let parts = Parts::new(marks.as_mut_slice(), width, &body);
                while !all.is_empty() {
                    let (expected, taken) = match all.len() % 3 {
                        0 => (all.remove(0), parts.take(End::Front)),
                        _ => (all.pop().unwrap(), parts.take(End::Back)),
                    };
                    assert_eq!(taken.map(|(first, panel)| (first, panel.len())), Some(expected));
                }
                assert!(parts.take(End::Front).is_none() && parts.take(End::Back).is_none());
            }
        }
    }

    /// Whoever does a panel may be held up in it: the other threads do all others meanwhile.
    #[test]
    fn a_thread_that_is_held_up_holds_up_one_panel() {
        for held in [0, 5, 9] {
            for count in [2, 3] {
                let (others, wait) = mpsc::channel();
                let (others, wait) = (Mutex::new(others), Mutex::new(wait));
                let seen = AtomicUsize::new(0);
                let waited = Mutex::new(None);
                Threads::new(count).unwrap().panels([0_u8; 10].as_mut_slice(), 1, |first, _| {
                    if first == held {
                        let wait = wait.lock().unwrap().recv_timeout(Duration::from_secs(60));
                        *waited.lock().unwrap() = Some(wait);
                    } else if seen.fetch_add(1, Ordering::SeqCst) == 8 {
                        others.lock().unwrap().send(()).unwrap();
                    }
                });
                assert_eq!(waited.into_inner().unwrap(), Some(Ok(())), "panel {held} of 10");
            }
        }
    }
}
