//! What shards cost: whole training steps (forward, backward, sums of the shards, SGD with momentum) in one process, as
//! multiples of the time without shards. Steps of all take turns, so that a machine's moods strike all alike.
//!
//! `cargo bench -p densely --bench shards`

use std::hint::black_box;
use std::time::{Duration, Instant};

use densely::prelude::*;

/// Name, widths of the layers with inputs and outputs, and examples in a batch.
const NETWORKS: [(&str, &[usize], usize); 4] = [
    ("mnist", &[784, 512, 256, 10], 128),
    ("mnist", &[784, 512, 256, 10], 512),
    ("mnist", &[784, 512, 256, 10], 1024),
    ("large", &[1024, 4096, 4096, 1000], 512),
];
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
    for (name, widths, n) in NETWORKS {
        let [inputs, hidden @ .., classes] = widths else { continue };
        let mut stream = Stream::new(1, Purpose::Other, Key::default());
        let x = Mat::<f32>::from_fn(*inputs, n, |_, _| stream.normal());
        let labels: Vec<usize> = (0..n).map(|_| stream.below(*classes)).collect();
        for count in [1, 2] {
            let threads = Threads::new(count)?;
            let mut trainings = Vec::new();
            for shards in SHARDS {
                let mlp = Mlp::classifier(*inputs, *classes).hidden(hidden.to_vec());
                trainings.push(Training {
                    model: mlp.build()?,
                    sgd: Sgd::new(1e-3).momentum(0.9),
                    step: TrainingStep::new().shards(shards),
                    times: Vec::new(),
                });
            }
            let started = Instant::now();
            while started.elapsed() < TIME {
                for of in &mut trainings {
                    let (x, labels) = (x.as_ref(), Targets::Labels(&labels));
                    threads.install(|| -> Result<(), densely::models::ModelError> {
                        let began = Instant::now();
                        let Training { model, sgd, step, times } = of;
                        black_box(step.run(model, sgd, x, labels, At::default(), &threads)?);
                        times.push(began.elapsed().as_secs_f64());
                        Ok(())
                    })?;
                }
            }
            let whole = lower_quartile(&trainings[0].times);
            let ratio = |of: &Training| format!("{:.2}", lower_quartile(&of.times) / whole);
            let ratios: Vec<_> = trainings[1..].iter().map(ratio).collect();
            println!("{name}, {n}, {count}: {:.2} ms; {}", 1e3 * whole, ratios.join(" "));
        }
    }
    Ok(())
}

/// The time of an undisturbed step, of the first in cold caches none.
fn lower_quartile(times: &[f64]) -> f64 {
    let mut times = times[1..].to_vec();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 4).copied().unwrap_or(f64::NAN)
}
