use std::time::{Duration, Instant};

use mpi::Tag;
use mpi::request::{Request, StaticScope};
use mpi::topology::Process;
use mpi::traits::{Destination, MatchedReceiveVec, Source};

/// What such a message holds, and what it is of.
const NOTHING: &[u8] = &[];
const BEAT: Tag = 5;
/// From one to the next.
pub(crate) const INTERVAL: Duration = Duration::from_millis(500);
/// After so long without one the rank before is taken for lost.
pub(crate) const SILENCE: Duration = Duration::from_secs(5);

/// Signs of life, of which each rank sends one to the next rank all the time, the last to the first: so a rank is missed
/// whose end no launcher tells, since its machine is gone, or it stands still.
#[derive(Default)]
pub(crate) struct Beat {
    at: Option<Instant>,
    silence: Duration,
    /// Whether no more are sent and missed.
    pub(crate) is_over: bool,
    /// The last one, until it has left.
    leaving: Option<Request<'static, [u8], StaticScope>>,
    pub(crate) sent: u64,
    pub(crate) come: u64,
}

impl Beat {
    /// To be called all the time. Whether nothing has come for too long: only time counts in which this rank could have
    /// heard something, since a launcher may stop all ranks for a while.
    pub(crate) fn is_missed(&mut self, before: &Process<'_>, next: &Process<'_>) -> bool {
        let now = Instant::now();
        let since = self.at.map_or(INTERVAL, |at| now - at);
        if since < INTERVAL || self.is_over {
            return false;
        }
        self.at = Some(now);
        self.silence += since.min(2 * INTERVAL);
        if self.leave() {
            self.leaving = Some(next.immediate_send_with_tag(StaticScope, NOTHING, BEAT));
            self.sent += 1;
        }
        while self.hear(before) {}
        self.silence > SILENCE
    }

    /// Whether all that were sent have left.
    pub(crate) fn leave(&mut self) -> bool {
        self.leaving = self.leaving.take().and_then(|request| request.test().err());
        self.leaving.is_none()
    }

    /// Whether one has come.
    pub(crate) fn hear(&mut self, before: &Process<'_>) -> bool {
        let message = before.immediate_matched_probe_with_tag(BEAT);
        let come = message.is_some();
        if let Some(message) = message {
            // It has no bytes, so it is here.
            message.matched_receive_vec::<u8>();
            self.silence = Duration::ZERO;
            self.come += 1;
        }
        come
    }
}
