//! `mpirun -n RANKS steps THREADS STEPS BATCH SIZES...`: training steps of a network with BATCH examples for each rank, as a
//! line of JSON: seconds per step, and the memory of a rank. It waits for a line on its input before each round, so
//! that rounds of several programs take turns: see `benches/peers/distributed`.

use std::io;
use std::time::Instant;

use densely_data::Dataset;
use densely_models::{Exchange, Mlp, Trainer};
use densely_mpi::World;
use densely_optim::Sgd;
use densely_tensor::{Mat, Threads};

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let numbers: Result<Vec<usize>, _> =
        std::env::args().skip(1).map(|text| text.parse()).collect();
    let numbers = numbers?;
    let [threads, steps, batch, sizes @ ..] = &numbers[..] else {
        return Err("THREADS STEPS BATCH SIZES...".into());
    };
    let [inputs, hidden @ .., classes] = sizes else { return Err("two sizes at least".into()) };
    let world = World::join()?;
    let examples = batch * world.ranks() * 4;
    let number = |i: usize, j: usize| ((i * 31 + j * 17) % 97) as f32 / 48.0 - 1.0;
    let x = Mat::from_fn(*inputs, examples, number);
    let labels = (0..examples).map(|j| j * 7 % classes).collect();
    let data = Dataset::classification(x, labels, *classes)?;
    let mut model = Mlp::classifier(*inputs, *classes).hidden(hidden).build::<f32>()?;
    let threads = Threads::new(*threads)?;
    let trainer = Trainer::new(Sgd::new(0.001).momentum(0.9))
        .epochs(usize::MAX)
        .batch_size(batch * world.ranks())
        .shards(world.ranks())
        .monitor(false)
        .threads(threads.clone())
        .exchange(world.exchange());
    let mut training = trainer.start(&mut model, &data)?;
    let mut joint = world.exchange::<f32>();
    threads.install(|| -> Result<(), Failure> {
        for _ in 0..3 {
            training.step()?;
        }
        loop {
            let mut line = String::new();
            if world.rank() == 0 {
                io::stdin().read_line(&mut line)?;
            }
            if joint.gather(line.as_bytes())?[0].is_empty() {
                return Ok(());
            }
            let started = Instant::now();
            for _ in 0..*steps {
                training.step()?;
            }
            let seconds = started.elapsed().as_secs_f64() / *steps as f64;
            if world.rank() == 0 {
                println!("{{\"seconds\": {seconds}, \"MiB\": {}}}", peak());
            }
        }
    })?;
    drop(training);
    drop(joint);
    Ok(world.finish()?)
}

/// The most memory that this process has had, in MiB, where the system says.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    number.unwrap_or(f64::NAN) / 1024.0
}
