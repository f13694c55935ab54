//! How far the work of a training step can be shared: one thread does the panels that several would have, and the step
//! takes as long as the slowest of them. Handing over and sharing memory cost nothing here. A figure is the speed-up over one
//! thread, and in brackets which part of their time the threads work.
//!
//! `cargo bench -p densely --bench scaling`

use std::time::{Duration, Instant};

use densely::prelude::*;
use densely::tensor::Timeline;

/// Name, widths of the layers with inputs and outputs, and examples in a batch.
const NETWORKS: [(&str, &[usize], usize); 7] = [
    ("tabular", &[32, 256, 256, 1], 256),
    ("mnist", &[784, 512, 256, 10], 128),
    ("mnist", &[784, 512, 256, 10], 512),
    ("mnist", &[784, 512, 256, 10], 1024),
    ("mnist", &[784, 512, 256, 10], 4096),
    ("large", &[1024, 4096, 4096, 1000], 512),
    ("large", &[1024, 4096, 4096, 1000], 2048),
];
const THREADS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];
/// So long all steps of a network are made, at least three times.
const TIME: Duration = Duration::from_secs(10);

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let heads: Vec<_> = THREADS[1..].iter().map(|count| format!("{count} threads")).collect();
    println!("| network, batch | one thread | {} |", heads.join(" | "));
    println!("|---|--:|{}", "--:|".repeat(THREADS.len() - 1));
    for (name, widths, n) in NETWORKS {
        let [inputs, hidden @ .., outputs] = widths else { continue };
        let mlp = match outputs {
            1 => Mlp::regressor(*inputs, 1),
            &classes => Mlp::classifier(*inputs, classes),
        };
        let mut model = mlp.hidden(hidden.to_vec()).build::<f32>()?;
        let mut stream = Stream::new(1, Purpose::Other, Key::default());
        let x = Mat::<f32>::from_fn(*inputs, n, |_, _| stream.normal());
        let labels: Vec<usize> = (0..n).map(|_| stream.below(*outputs)).collect();
        let values = Mat::<f32>::from_fn(1, n, |_, _| stream.normal());
        let targets = match outputs {
            1 => Targets::Values(values.as_ref()),
            _ => Targets::Labels(&labels),
        };
        let (mut sgd, mut step) = (Sgd::new(1e-3).momentum(0.9), TrainingStep::new());
        let mut paths = THREADS.map(|_| Vec::new());
        let mut shares = THREADS.map(|_| Vec::new());
        let started = Instant::now();
        while started.elapsed() < TIME || paths[0].len() < 4 {
            for ((paths, shares), count) in paths.iter_mut().zip(&mut shares).zip(THREADS) {
                let (made, timeline): (_, Timeline) = Threads::timeline(count, |threads| {
                    step.run(&mut model, &mut sgd, x.as_ref(), targets, At::default(), threads)
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
        println!("| {name}, {n} | {:.2} ms | {speedups} |", 1e3 * times[0]);
    }
    Ok(())
}

/// The time of an undisturbed step, of the first in cold caches none.
fn lower_quartile(times: &[f64]) -> f64 {
    let mut times = times[1..].to_vec();
    times.sort_by(f64::total_cmp);
    times[times.len() / 4]
}
