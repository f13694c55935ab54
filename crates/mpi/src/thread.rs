use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use densely_models::ExchangeError;
use mpi::Threading;
use mpi::traits::Communicator;

use crate::bytes::gather;
use crate::job::{Job, Values};
use crate::ranks::{FINISH, GATHER, Ranks};
use crate::shared::Shared;
use crate::sum::{Scratch, sum};
use crate::world::MpiError;

/// Begins MPI, says of what rank it is among how many, and does what it is asked for until it is to finish.
pub(crate) fn run(
    jobs: Receiver<Job>,
    shared: Arc<Shared>,
    joined: &Sender<Result<(usize, usize), MpiError>>,
) {
    // A panic here would leave the training waiting; the launcher ends the others.
    if catch_unwind(AssertUnwindSafe(move || serve(jobs, shared, joined))).is_err() {
        process::abort();
    }
}

fn serve(
    jobs: Receiver<Job>,
    shared: Arc<Shared>,
    joined: &Sender<Result<(usize, usize), MpiError>>,
) {
    // This thread is all that calls it.
    let Some((universe, _)) = mpi::initialize_with_threading(Threading::Funneled) else {
        let _ = joined.send(Err(MpiError::Begun));
        return;
    };
    let world = universe.world();
    let (rank, size) = (world.rank() as usize, world.size() as usize);
    if !size.is_power_of_two() {
        drop(universe);
        let _ = joined.send(Err(MpiError::Ranks { rank, ranks: size }));
        return;
    }
    let ranks = Ranks::new(world, jobs, shared);
    if joined.send(Ok((ranks.rank, ranks.ranks))).is_err() {
        return;
    }
    if let Some(finished) = work(&ranks) {
        drop(universe);
        let _ = finished.send(Ok(()));
    }
}

/// Does what is asked for. Returns whom to tell when all is over.
fn work(ranks: &Ranks) -> Option<Sender<Result<(), ExchangeError>>> {
    let mut scratch = Scratch::default();
    loop {
        match ranks.next_job()? {
            Job::Sum(mut values, to) => {
                match &mut values {
                    Values::Single(values) => sum(ranks, values, &mut scratch),
                    Values::Double(values) => sum(ranks, values, &mut scratch),
                }
                // Nobody may want to know any more.
                let _ = to.send(Ok(values));
            }
            Job::Gather(bytes, to) => {
                let _ = to.send(Ok(gather(ranks, GATHER, &bytes)));
            }
            Job::Finish(to) => {
                gather(ranks, FINISH, &[]);
                ranks.quieten();
                return Some(to);
            }
            Job::Look => ranks.look(),
        }
    }
}
