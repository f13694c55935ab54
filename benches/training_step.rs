//! Whole training steps of five networks, at one and two threads.
//!
//! `cargo bench -p densely --bench training_step`

mod steps;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use densely::prelude::*;

use crate::steps::{Batch, DIGITS, LARGE, MNIST, Network, SPIRAL, TABULAR};

/// With the examples in a batch.
const NETWORKS: [(Network, usize); 5] =
    [(SPIRAL, 300), (DIGITS, 32), (TABULAR, 256), (MNIST, 128), (LARGE, 512)];

fn steps<T: Scalar>(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("training step/{}", T::NAME));
    group.sample_size(10);
    for (network, n) in NETWORKS {
        let (mut model, batch) = (network.model::<T>(), Batch::new(network, n));
        for count in [1, 2] {
            let threads = Threads::new(count).expect("threads can be started");
            let mut sgd = Sgd::new(1e-3).momentum(0.9).weight_decay(1e-4);
            let mut step = TrainingStep::new();
            group.bench_function(BenchmarkId::new(network.0, format!("{count} threads")), |b| {
                threads.install(|| {
                    b.iter(|| {
                        let (x, targets) = (batch.x.as_ref(), batch.targets());
                        step.run(&mut model, &mut sgd, x, targets, At::default(), &threads)
                            .expect("a batch that fits")
                    });
                });
            });
        }
    }
}

criterion_group!(benches, steps::<f32>, steps::<f64>);
criterion_main!(benches);
