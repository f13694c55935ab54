//! What shards cost: whole training steps (forward, backward, sums of the shards, SGD with momentum) in one process, as
//! multiples of the time without shards. Steps of all take turns, so that a machine's moods strike all alike.
//!
//! `cargo bench -p densely --bench shards`

mod steps;

use std::hint::black_box;
use std::time::{Duration, Instant};

use densely::prelude::*;

use crate::steps::{Batch, LARGE, MNIST, Network, lower_quartile};

/// With the examples in a batch.
const NETWORKS: [(Network, usize); 4] = [(MNIST, 128), (MNIST, 512), (MNIST, 1024), (LARGE, 512)];
const SHARDS: [usize; 4] = [1, 2, 4, 8];
/// So long all steps of a network are made, with so many threads.
const TIME: Duration = Duration::from_secs(10);

struct Training {
    model: Model<f32>,
    sgd: Sgd<f32>,
    step: TrainingStep<f32>,
    times: Vec<f64>,
}

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    println!(
        "network, examples, threads: a step without shards; times that with {:?}",
        &SHARDS[1..]
    );
    for (network, n) in NETWORKS {
        let batch = Batch::new(network, n);
        for count in [1, 2] {
            let threads = Threads::new(count)?;
            let mut trainings = Vec::new();
            for shards in SHARDS {
                trainings.push(Training {
                    model: network.model(),
                    sgd: Sgd::new(1e-3).momentum(0.9),
                    step: TrainingStep::new().shards(shards),
                    times: Vec::new(),
                });
            }
            let started = Instant::now();
            while started.elapsed() < TIME {
                for of in &mut trainings {
                    let (x, targets) = (batch.x.as_ref(), batch.targets());
                    threads.install(|| -> Result<(), densely::models::ModelError> {
                        let began = Instant::now();
                        let Training { model, sgd, step, times } = of;
                        black_box(step.run(model, sgd, x, targets, At::default(), &threads)?);
                        times.push(began.elapsed().as_secs_f64());
                        Ok(())
                    })?;
                }
            }
            let whole = lower_quartile(&trainings[0].times);
            let ratio = |of: &Training| format!("{:.2}", lower_quartile(&of.times) / whole);
            let ratios: Vec<_> = trainings[1..].iter().map(ratio).collect();
            println!("{}, {n}, {count}: {:.2} ms; {}", network.0, 1e3 * whole, ratios.join(" "));
        }
    }
    Ok(())
}
