//! What a step takes where threads have no core of their own: more threads than processors, two trainings at once, and
//! inside a pool of rayon's. A figure is a multiple of what one thread takes under the same load; all take turns.
//!
//! `cargo bench -p densely --bench crowded`, and under a quota of a processor, as root on Linux:
//! `systemd-run --scope -p CPUQuota=50% cargo bench -p densely --bench crowded`

mod steps;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use densely::prelude::*;
use rayon::prelude::*;

use crate::steps::{Batch, MNIST, Network, TABULAR};

/// With the examples in a batch.
const NETWORKS: [(Network, usize); 3] = [(TABULAR, 256), (MNIST, 128), (MNIST, 1024)];
/// Turns of each, and how long each lasts.
const TURNS: usize = 15;
const TURN: Duration = Duration::from_millis(200);

struct Training {
    model: Model<f32>,
    sgd: Sgd<f32>,
    step: TrainingStep<f32>,
    batch: Batch<f32>,
}

impl Training {
    fn new(network: Network, n: usize) -> Self {
        Self {
            model: network.model(),
            sgd: Sgd::new(1e-3).momentum(0.9),
            step: TrainingStep::new(),
            batch: Batch::new(network, n),
        }
    }

    /// Seconds of a step, as long as it goes on: the mean, with the time until there was a thread for the first.
    fn turn(&mut self, threads: &Threads, goes_on: impl Fn(u32) -> bool + Sync) -> f64 {
        let Self { model, sgd, step, batch } = self;
        let started = Instant::now();
        let steps = threads.install(|| {
            let mut steps = 0;
            while goes_on(steps) {
                let (x, targets) = (batch.x.as_ref(), batch.targets());
                step.run(model, sgd, x, targets, At::default(), threads).expect("a step");
                steps += 1;
            }
            steps
        });
        started.elapsed().as_secs_f64() / f64::from(steps.max(1))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let processors = thread::available_parallelism()?.get();
    println!("on {processors} processors; multiples of one thread's time");
    println!(
        "| network, batch | one thread | {processors} threads | twice as many | four times as many | in a pool | two at once |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|");
    let counts = [1, processors, 2 * processors, 4 * processors];
    let threads = counts.map(Threads::new);
    let [one, all, twice, four_times] = threads;
    let [one, all, twice, four_times] = [one?, all?, twice?, four_times?];
    let others = Threads::new(processors)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(processors).build()?;
    for (network, n) in NETWORKS {
        let (mut training, mut other) = (Training::new(network, n), Training::new(network, n));
        let mut times: [Vec<f64>; 8] = Default::default();
        let first = training.turn(&one, |steps| steps < 10);
        let most = (TURN.as_secs_f64() / first) as u32 + 1;
        let goes_on = |steps| steps < most;
        for _ in 0..TURNS {
            for (times, threads) in times.iter_mut().zip([&one, &all, &twice, &four_times]) {
                times.push(training.turn(threads, goes_on));
            }
            // Each thread of the pool has a training of its own, and all share the same threads; the last to end counts.
            let time = |threads: &Threads| {
                let time = |_| Training::new(network, n).turn(threads, goes_on);
                (0..processors).into_par_iter().map(time).max_by(f64::total_cmp)
            };
            times[4].extend(pool.install(|| time(&one)));
            times[5].extend(pool.install(|| time(&all)));
            for (place, pair) in [(6, [&one, &one]), (7, [&all, &others])] {
                let end = AtomicBool::new(false);
                let time = thread::scope(|scope| {
                    scope.spawn(|| other.turn(pair[1], |_| !end.load(Ordering::Relaxed)));
                    let time = training.turn(pair[0], goes_on);
                    end.store(true, Ordering::Relaxed);
                    time
                });
                times[place].push(time);
            }
        }
        let [one, all, twice, four_times, within_of_one, within, pair_of_one, pair] =
            times.map(median);
        let ratios =
            [all / one, twice / one, four_times / one, within / within_of_one, pair / pair_of_one];
        let ratios: Vec<_> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
        println!("| {}, {n} | {:.2} ms | {} |", network.0, 1e3 * one, ratios.join(" | "));
    }
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
