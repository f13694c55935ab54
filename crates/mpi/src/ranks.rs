use std::cell::RefCell;
use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use densely_models::ExchangeError;
use mpi::Tag;
use mpi::request::{Request, Scope, StaticScope};
use mpi::topology::{Process, SimpleCommunicator};
use mpi::traits::{Communicator, Destination, MatchedReceiveVec, Source};

use crate::beat::{Beat, INTERVAL, SILENCE};
use crate::bytes::gather;
use crate::job::{Answer, Job};
use crate::shared::Shared;

/// What a message is of.
pub(crate) const SUM: Tag = 1;
pub(crate) const GATHER: Tag = 2;
pub(crate) const FINISH: Tag = 3;
const FAULT: Tag = 4;
/// That a rank says why the processes end, which needs no other that does; of 5 are signs of life.
const SAID: Tag = 6;

/// So often a message that is not there yet is asked for at once. More would take the core, or half of what it can do,
/// from a rank that computes.
const AT_ONCE: u32 = 16;
/// From one question to the next, then.
const PAUSE: Duration = Duration::from_micros(20);

/// So many bytes of a reason are told: they have to leave without being asked for.
const REASON: usize = 2000;
/// So long a rank that has ended may still have sent what is waited for; and so long the training has to ask for something, and
/// learn that a rank has failed, before this thread says so and ends the processes.
const GRACE: Duration = Duration::from_secs(3);
/// So much longer each rank leaves it to those before it to say that.
const TURN: Duration = Duration::from_millis(200);
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
    beat: RefCell<Beat>,
}

impl Ranks {
    pub(crate) fn new(world: SimpleCommunicator, jobs: Receiver<Job>, shared: Arc<Shared>) -> Self {
        let (rank, ranks) = (world.rank() as usize, world.size() as usize);
        Self {
            world,
            rank,
            ranks,
            jobs,
            current: RefCell::new(Answer::Nobody),
            shared,
            beat: RefCell::default(),
        }
    }

    /// What to do next, if ever anybody asks for something.
    pub(crate) fn next_job(&self) -> Option<Job> {
        let job = loop {
            self.beat();
            match self.jobs.recv_timeout(INTERVAL) {
                Ok(job) => break job,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        };
        self.current.replace(Answer::of(&job));
        Some(job)
    }

    pub(crate) fn process(&self, rank: usize) -> Process<'_> {
        self.world.process_at_rank(rank as i32)
    }

    /// Waits for two messages, to another rank and from it.
    pub(crate) fn both<'a, S: Scope<'a>, A: ?Sized, B: ?Sized>(
        &self,
        other: usize,
        sent: Request<'a, A, S>,
        received: Request<'a, B, S>,
    ) {
        let (mut sent, mut received) = (Some(sent), Some(received));
        self.until(other, || {
            sent = sent.take().and_then(|request| request.test().err());
            received = received.take().and_then(|request| request.test().err());
            (sent.is_none() && received.is_none()).then_some(())
        });
    }

    /// Asks until there is an answer, which another rank has to give.
    pub(crate) fn until<R>(&self, other: usize, mut ask: impl FnMut() -> Option<R>) -> R {
        let mut ended = None;
        let mut asked = 0_u32;
        loop {
            if let Some(answer) = ask() {
                return answer;
            }
            asked += 1;
            if asked < AT_ONCE {
                thread::yield_now();
                continue;
            }
            asked = AT_ONCE;
            self.beat();
            self.look();
            self.look_for_the_end(other, &mut ended);
            thread::sleep(PAUSE);
        }
    }

    /// Tells the next rank that this one goes on, and looks whether the rank before does.
    fn beat(&self) {
        if self.ranks == 1 {
            return;
        }
        let before = (self.rank + self.ranks - 1) % self.ranks;
        let next = self.process((self.rank + 1) % self.ranks);
        if self.beat.borrow_mut().is_missed(&self.process(before), &next) {
            let why = format!("has not been heard of for {} s", SILENCE.as_secs());
            self.lose(before, why);
        }
    }

    /// Ends the signs of life, once all ranks are about to end: messages without a receiver must not be left.
    pub(crate) fn quieten(&self) {
        if self.ranks == 1 {
            return;
        }
        let before = (self.rank + self.ranks - 1) % self.ranks;
        self.beat.borrow_mut().is_over = true;
        let sent = self.beat.borrow().sent.to_le_bytes();
        let all = gather(self, FINISH, &sent);
        let of_before = all[before].first_chunk().map_or(0, |sent| u64::from_le_bytes(*sent));
        let beat = &self.beat;
        self.until(before, || {
            beat.borrow_mut().hear(&self.process(before));
            (beat.borrow().come == of_before && beat.borrow_mut().leave()).then_some(())
        });
    }

    /// Looks whether a rank has failed.
    pub(crate) fn look(&self) {
        if let Some(why) = self.shared.failed() {
            self.tell(self.rank, &why);
            self.part(&why);
        }
        let told = self.world.any_process().immediate_matched_probe_with_tag(FAULT);
        if let Some(message) = told {
            let (told, status) = message.matched_receive_vec::<u8>();
            self.give_up(fault(&told, status.source_rank() as usize));
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
            self.lose(other, "has ended before the others".to_owned());
        }
    }

    /// Tells all others that a rank is lost, and the training.
    fn lose(&self, rank: usize, why: String) -> ! {
        self.tell(rank, &why);
        self.give_up(ExchangeError::Lost { rank: Some(rank), why })
    }

    /// Tells all others why this rank fails, or has lost another `rank`.
    fn tell(&self, rank: usize, why: &str) {
        let end = (0..=REASON.min(why.len())).rev().find(|&end| why.is_char_boundary(end));
        let mut told = (rank as u64).to_le_bytes().to_vec();
        told.extend(&why.as_bytes()[..end.unwrap_or(0)]);
        // It stays until the process ends: to a rank that is gone it may never leave.
        self.tell_others(told.leak(), FAULT);
    }

    fn tell_others(&self, told: &'static [u8], what: Tag) {
        let others = (0..self.ranks).filter(|&other| other != self.rank);
        let send = |other| self.process(other).immediate_send_with_tag(StaticScope, told, what);
        let mut sent: Vec<_> = others.map(send).collect();
        let started = Instant::now();
        while !sent.is_empty() && started.elapsed() < TELLING {
            sent = sent.into_iter().filter_map(|request| request.test().err()).collect();
            thread::sleep(PAUSE);
        }
        sent.into_iter().for_each(std::mem::forget);
    }

    /// Has no answer any more but this error, until the process ends.
    #[allow(clippy::needless_pass_by_value, reason = "the process ends with it")]
    fn give_up(&self, error: ExchangeError) -> ! {
        let started = Instant::now();
        self.end_if_said();
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
            // What was told goes on only while MPI is called.
            self.end_if_said();
            if !self.shared.is_told() && started.elapsed() >= self.patience() {
                self.say(&error.to_string());
            }
        }
    }

    /// Ends the processes of all ranks: the first one at once, since it has said why, and others if it does not.
    fn part(&self, why: &str) -> ! {
        let started = Instant::now();
        while self.rank != 0 && started.elapsed() < self.patience() {
            self.end_if_said();
            thread::sleep(PAUSE);
        }
        if self.rank != 0 {
            self.say(&format!("rank {}: {why}", self.rank));
        }
        self.world.abort(1)
    }

    fn patience(&self) -> Duration {
        GRACE + TURN * self.rank.min(8) as u32
    }

    /// Says it where nobody else does, and ends the processes of all ranks. Launchers take their time for that, and
    /// wake a process that stands still before they end it, so all are told that it has been said.
    fn say(&self, why: &str) -> ! {
        let _ = writeln!(std::io::stderr(), "error: {why}");
        self.tell_others(&[], SAID);
        self.world.abort(1)
    }

    /// Ends this process, too, where another has said why.
    fn end_if_said(&self) {
        if self.world.any_process().immediate_probe_with_tag(SAID).is_some() {
            self.world.abort(1)
        }
    }
}

/// What a rank has told of itself, or of another.
fn fault(told: &[u8], by: usize) -> ExchangeError {
    let (rank, why) = told.split_first_chunk().unwrap_or((&[0; 8], &[]));
    let (rank, why) =
        (u64::from_le_bytes(*rank) as usize, String::from_utf8_lossy(why).into_owned());
    match rank == by {
        true => ExchangeError::Failed { rank, why },
        false => ExchangeError::Lost { rank: Some(rank), why },
    }
}
