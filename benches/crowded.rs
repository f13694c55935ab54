//! What a step takes where threads have no core of their own: more threads than processors, two trainings at once, and
//! inside a pool of rayon's. A figure is a multiple of what one thread takes under the same load; all take turns.
//!
//! `cargo bench -p densely --bench crowded`, and under a quota of a processor, as root on Linux:
//! `systemd-run --scope -p CPUQuota=50% cargo bench -p densely --bench crowded`

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use densely::models::ModelError;
use densely::prelude::*;
use rayon::prelude::*;

/// Name, widths of the layers with inputs and outputs, and examples in a batch.
const NETWORKS: [(&str, &[usize], usize); 3] = [
    ("tabular", &[32, 256, 256, 10], 256),
    ("mnist", &[784, 512, 256, 10], 128),
    ("mnist", &[784, 512, 256, 10], 1024),
];
/// Turns of each, and how long each lasts.
const TURNS: usize = 15;
const TURN: Duration = Duration::from_millis(200);

struct Training {
    model: Model<f32>,
    sgd: Sgd<f32>,
    step: TrainingStep<f32>,
    x: Mat<f32>,
    labels: Vec<usize>,
}

impl Training {
    fn new(widths: &[usize], n: usize) -> Result<Self, ModelError> {
        let (inputs, classes) = (widths[0], widths[widths.len() - 1]);
        let mlp = Mlp::classifier(inputs, classes).hidden(widths[1..widths.len() - 1].to_vec());
        let mut stream = Stream::new(1, Purpose::Other, Key::default());
        Ok(Self {
            model: mlp.build()?,
            sgd: Sgd::new(1e-3).momentum(0.9),
            step: TrainingStep::new(),
            x: Mat::from_fn(inputs, n, |_, _| stream.normal()),
            labels: (0..n).map(|_| stream.below(classes)).collect(),
        })
    }

    /// Seconds of a step, as long as it goes on: the mean, with the time until there was a thread for the first.
    fn turn(&mut self, threads: &Threads, goes_on: impl Fn(u32) -> bool + Sync) -> f64 {
        let Self { model, sgd, step, x, labels } = self;
        let started = Instant::now();
        let steps = threads.install(|| {
            let mut steps = 0;
            while goes_on(steps) {
                let targets = labels.as_slice().into();
                step.run(model, sgd, x.as_ref(), targets, At::default(), threads).expect("a step");
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
    for (name, widths, n) in NETWORKS {
        let (mut training, mut other) = (Training::new(widths, n)?, Training::new(widths, n)?);
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
                let time = |_| Training::new(widths, n).expect("a network").turn(threads, goes_on);
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
        println!("| {name}, {n} | {:.2} ms | {} |", 1e3 * one, ratios.join(" | "));
    }
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
