//! How far the work of a training step can be shared: one thread does the panels that several would have, and the step
//! takes as long as the slowest of them. Handing over and sharing memory cost nothing here. A figure is the speed-up over one
//! thread, and in brackets which part of their time the threads work.
//!
//! `cargo bench -p densely --bench scaling`

mod steps;

use std::time::{Duration, Instant};

use densely::prelude::*;
use densely::tensor::Timeline;

use crate::steps::{Batch, LARGE, MNIST, Network, TABULAR, lower_quartile};

/// With the examples in a batch.
const NETWORKS: [(Network, usize); 7] = [
    (TABULAR, 256),
    (MNIST, 128),
    (MNIST, 512),
    (MNIST, 1024),
    (MNIST, 4096),
    (LARGE, 512),
    (LARGE, 2048),
];
const THREADS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];
/// So long all steps of a network are made, at least three times.
const TIME: Duration = Duration::from_secs(10);

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let heads: Vec<_> = THREADS[1..].iter().map(|count| format!("{count} threads")).collect();
    println!("| network, batch | one thread | {} |", heads.join(" | "));
    println!("|---|--:|{}", "--:|".repeat(THREADS.len() - 1));
    for (network, n) in NETWORKS {
        let (mut model, batch) = (network.model::<f32>(), Batch::new(network, n));
        let (mut sgd, mut step) = (Sgd::new(1e-3).momentum(0.9), TrainingStep::new());
        let mut paths = THREADS.map(|_| Vec::new());
        let mut shares = THREADS.map(|_| Vec::new());
        let started = Instant::now();
        while started.elapsed() < TIME || paths[0].len() < 4 {
            for ((paths, shares), count) in paths.iter_mut().zip(&mut shares).zip(THREADS) {
                let (made, timeline): (_, Timeline) = Threads::timeline(count, |threads| {
                    let (x, targets) = (batch.x.as_ref(), batch.targets());
                    step.run(&mut model, &mut sgd, x, targets, At::default(), threads)
                });
                made?;
                let path = timeline.critical_path(count).as_secs_f64();
                paths.push(path);
                shares.push(timeline.work().as_secs_f64() / (count as f64 * path));
            }
        }
        let (times, shares) = (paths.each_ref(), shares.each_ref());
        let times = times.map(|of| lower_quartile(of));
        let shares = shares.map(|of| lower_quartile(of));
        let speedups = times.iter().zip(shares).skip(1);
        let speedups = speedups.map(|(time, share)| format!("{:.1} ({share:.2})", times[0] / time));
        let speedups = speedups.collect::<Vec<_>>().join(" | ");
        println!("| {}, {n} | {:.2} ms | {speedups} |", network.0, 1e3 * times[0]);
    }
    Ok(())
}
