//! Whole training steps of five networks, at one and two threads.
//!
//! `cargo bench -p densely --bench training_step`

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use densely::prelude::*;

/// Name, widths of the layers with inputs and outputs, and examples in a batch.
const NETWORKS: [(&str, &[usize], usize); 5] = [
    ("spiral", &[2, 100, 3], 300),
    ("digits", &[64, 64, 10], 32),
    ("tabular", &[32, 256, 256, 1], 256),
    ("mnist", &[784, 512, 256, 10], 128),
    ("large", &[1024, 4096, 4096, 1000], 512),
];

fn steps<T: Scalar>(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("training step/{}", T::NAME));
    group.sample_size(10);
    for (name, widths, n) in NETWORKS {
        let [inputs, hidden @ .., outputs] = widths else { continue };
        let mlp = match outputs {
            1 => Mlp::regressor(*inputs, 1),
            &classes => Mlp::classifier(*inputs, classes),
        };
        let mut model = mlp.hidden(hidden).build::<T>().expect("positive widths");
        let mut stream = Stream::new(1, Purpose::Other, Key::default());
        let x = Mat::<T>::from_fn(*inputs, n, |_, _| stream.normal());
        let labels: Vec<usize> = (0..n).map(|_| stream.below(*outputs)).collect();
        let values = Mat::<T>::from_fn(1, n, |_, _| stream.normal());
        let targets = match outputs {
            1 => Targets::Values(values.as_ref()),
            _ => Targets::Labels(&labels),
        };
        for count in [1, 2] {
            let threads = Threads::new(count).expect("threads can be started");
            let mut sgd = Sgd::new(1e-3).momentum(0.9).weight_decay(1e-4);
            let mut step = TrainingStep::new();
            group.bench_function(BenchmarkId::new(name, format!("{count} threads")), |b| {
                threads.install(|| {
                    b.iter(|| {
                        let at = At::default();
                        step.run(&mut model, &mut sgd, x.as_ref(), targets, at, &threads)
                            .expect("a batch that fits")
                    });
                });
            });
        }
    }
}

criterion_group!(benches, steps::<f32>, steps::<f64>);
criterion_main!(benches);
