use std::cell::RefCell;
use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use densely_models::ExchangeError;
use mpi::Tag;
use mpi::request::{Request, Scope, scope};
use mpi::topology::{Process, SimpleCommunicator};
use mpi::traits::{Communicator, Destination, MatchedReceiveVec, Source};

use crate::job::{Answer, Job};
use crate::shared::Shared;

/// What a message is of.
pub(crate) const SUM: Tag = 1;
pub(crate) const GATHER: Tag = 2;
pub(crate) const FINISH: Tag = 3;
const FAULT: Tag = 4;

/// So long a message that is not there yet is asked for again and again, if somebody waits for it.
const EAGER: Duration = Duration::from_micros(500);
/// And so long if nobody does, since the training could compute instead.
const PATIENT: Duration = Duration::from_micros(50);
/// From one question to the next, then.
const PAUSE: Duration = Duration::from_micros(50);
/// After so many questions it is asked whether a rank has failed.
const LOOK: u32 = 64;

/// So many bytes of a reason are told: they have to leave without being asked for.
const REASON: usize = 2000;
/// So long others have to say why this rank has failed, before it says so itself; and so long a rank that has ended may
/// still have sent what is waited for.
const GRACE: Duration = Duration::from_secs(5);
/// So long what this rank tells the others may take to leave.
const TELLING: Duration = Duration::from_secs(1);

/// All ranks, as the thread that calls MPI sees them, with what it is asked for. Of a method that finds out that a rank
/// has failed, it never comes back: messages that are on their way stay so until the process ends.
pub(crate) struct Ranks {
    world: SimpleCommunicator,
    pub(crate) rank: usize,
    pub(crate) ranks: usize,
    jobs: Receiver<Job>,
    /// Who waits for what goes on.
    current: RefCell<Answer>,
    shared: Arc<Shared>,
}

enum Then {
    /// All processes end.
    Part,
    /// The training is told.
    GiveUp(ExchangeError),
}

impl Ranks {
    pub(crate) fn new(world: SimpleCommunicator, jobs: Receiver<Job>, shared: Arc<Shared>) -> Self {
        let (rank, ranks) = (world.rank() as usize, world.size() as usize);
        Self { world, rank, ranks, jobs, current: RefCell::new(Answer::Nobody), shared }
    }

    /// What to do next, if ever anybody asks for something.
    pub(crate) fn next_job(&self) -> Option<Job> {
        let job = self.jobs.recv().ok()?;
        self.current.replace(Answer::of(&job));
        Some(job)
    }

    pub(crate) fn process(&self, rank: usize) -> Process<'_> {
        self.world.process_at_rank(rank as i32)
    }

    /// Does something while two messages are on their way, to another rank and from it, and waits for them.
    pub(crate) fn both<'a, S: Scope<'a>, A: ?Sized, B: ?Sized>(
        &self,
        other: usize,
        sent: Request<'a, A, S>,
        received: Request<'a, B, S>,
        meanwhile: impl FnOnce(),
    ) {
        let (mut sent, mut received) = (Some(sent), Some(received));
        meanwhile();
        self.until(other, || {
            sent = sent.take().and_then(|request| request.test().err());
            received = received.take().and_then(|request| request.test().err());
            (sent.is_none() && received.is_none()).then_some(())
        });
    }

    /// Asks until there is an answer, which another rank has to give.
    pub(crate) fn until<R>(&self, other: usize, mut ask: impl FnMut() -> Option<R>) -> R {
        let started = Instant::now();
        let mut ended = None;
        let mut asked = 0_u32;
        loop {
            if let Some(answer) = ask() {
                return answer;
            }
            asked = asked.wrapping_add(1);
            let patience = if self.shared.is_needed() { EAGER } else { PATIENT };
            let waits = started.elapsed() >= patience;
            if waits || asked.is_multiple_of(LOOK) {
                self.look();
                self.look_for_the_end(other, &mut ended);
            }
            if waits {
                thread::sleep(PAUSE);
            } else {
                thread::yield_now();
            }
        }
    }

    /// Looks whether a rank has failed.
    pub(crate) fn look(&self) {
        if let Some(why) = self.shared.failed() {
            self.tell(&why, Then::Part);
        }
        let told = self.world.any_process().immediate_matched_probe_with_tag(FAULT);
        if let Some(message) = told {
            let (why, status) = message.matched_receive_vec::<u8>();
            let why = String::from_utf8_lossy(&why).into_owned();
            self.give_up(ExchangeError::Failed { rank: status.source_rank() as usize, why });
        }
    }

    /// Looks whether a rank has ended that is waited for.
    fn look_for_the_end(&self, other: usize, ended: &mut Option<Instant>) {
        if matches!(*self.current.borrow(), Answer::Finish(_))
            || self.process(other).immediate_probe_with_tag(FINISH).is_none()
        {
            return;
        }
        if ended.get_or_insert_with(Instant::now).elapsed() >= GRACE {
            let why = "has ended before the others".to_owned();
            let error = ExchangeError::Lost { rank: Some(other), why };
            self.tell(&error.to_string(), Then::GiveUp(error));
        }
    }

    /// Tells all others why this rank fails.
    fn tell(&self, why: &str, then: Then) -> ! {
        let end = (0..=REASON.min(why.len())).rev().find(|&end| why.is_char_boundary(end));
        let why = &why.as_bytes()[..end.unwrap_or(0)];
        scope(|scope| {
            let others = (0..self.ranks).filter(|&rank| rank != self.rank);
            let send = |rank| self.process(rank).immediate_send_with_tag(scope, why, FAULT);
            let mut sent: Vec<_> = others.map(send).collect();
            let started = Instant::now();
            while !sent.is_empty() && started.elapsed() < TELLING {
                sent = sent.into_iter().filter_map(|request| request.test().err()).collect();
                thread::sleep(PAUSE);
            }
            match then {
                Then::Part => self.part(&String::from_utf8_lossy(why)),
                Then::GiveUp(error) => self.give_up(error),
            }
        })
    }

    /// Has no answer any more but this error, until the process ends.
    #[allow(clippy::needless_pass_by_value, reason = "the process ends with it")]
    fn give_up(&self, error: ExchangeError) -> ! {
        self.current.borrow().fail(error.clone());
        loop {
            match self.jobs.recv_timeout(PAUSE) {
                Ok(job) => Answer::of(&job).fail(error.clone()),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => thread::sleep(PAUSE),
            }
            if let Some(why) = self.shared.failed() {
                self.part(&why);
            }
        }
    }

    /// Ends the processes of all ranks: the first one at once, since it has said why, and others if it does not.
    fn part(&self, why: &str) -> ! {
        let started = Instant::now();
        while self.rank != 0 && started.elapsed() < GRACE {
            // What was told goes on only while MPI is called.
            let _ = self.world.any_process().immediate_probe_with_tag(FAULT);
            thread::sleep(PAUSE);
        }
        if self.rank != 0 {
            let _ = writeln!(std::io::stderr(), "error: rank {}: {why}", self.rank);
        }
        self.world.abort(1)
    }
}
