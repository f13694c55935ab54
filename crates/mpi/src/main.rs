//! `mpirun -n 4 densely-mpi train DATA ...`: the program `densely`, of which several processes train one network.

use std::process::ExitCode;

use densely_cli::Ranks;
use densely_models::Exchange;
use densely_mpi::{MpiError, World};

fn main() -> ExitCode {
    let world = match World::join() {
        Ok(world) => Together(world),
        Err(error) => {
            // One says what all see.
            if !matches!(error, MpiError::Ranks { rank: 1.., .. }) {
                eprintln!("error: {error}");
            }
            return ExitCode::from(1);
        }
    };
    let rank = world.0.rank();
    let code = densely_cli::main(Some(&world));
    match world.0.finish() {
        Ok(()) => code,
        Err(error) => {
            if rank == 0 {
                eprintln!("error: {error}");
            }
            ExitCode::from(1)
        }
    }
}

/// The processes that are joined, as the program knows them.
#[derive(Debug)]
struct Together(World);

impl Ranks for Together {
    fn rank(&self) -> usize {
        self.0.rank()
    }

    fn ranks(&self) -> usize {
        self.0.ranks()
    }

    fn single(&self) -> Box<dyn Exchange<f32>> {
        Box::new(self.0.exchange())
    }

    fn double(&self) -> Box<dyn Exchange<f64>> {
        Box::new(self.0.exchange())
    }

    fn fail(&self, why: &str) -> ! {
        self.0.fail(why)
    }
}
