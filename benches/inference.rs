//! Predictions: one example, many examples, and many threads that share a model.
//!
//! `cargo bench -p densely --bench inference`

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use densely::prelude::*;

const NETWORKS: [(&str, &[usize]); 2] =
    [("digits", &[64, 64, 10]), ("mnist", &[784, 512, 256, 10])];

fn network(widths: &[usize]) -> Model<f32> {
    let [inputs, hidden @ .., classes] = widths else { unreachable!("two widths at least") };
    Mlp::classifier(*inputs, *classes).hidden(hidden).build().expect("positive widths")
}

fn examples(features: usize, n: usize) -> Mat<f32> {
    let mut stream = Stream::new(1, Purpose::Other, Key::default());
    Mat::from_fn(features, n, |_, _| stream.normal())
}

fn one_example(c: &mut Criterion) {
    for (name, widths) in NETWORKS {
        let x = examples(widths[0], 1);
        let [model, mut packed, mut bf16] = [(); 3].map(|()| network(widths));
        packed.pack().expect("memory for the weights");
        bf16.round_weights_to_bf16();
        bf16.pack().expect("memory for the weights");
        let mut workspace = Workspace::new();
        for (how, model) in [("", &model), (", packed", &packed), (", packed bf16", &bf16)] {
            c.bench_function(&format!("one example/{name}{how}"), |b| {
                b.iter(|| model.predict_with(x.as_ref(), &mut workspace).map(|y| y[(0, 0)]));
            });
        }
    }
}

fn many_examples(c: &mut Criterion) {
    let n = 10_000;
    let mut group = c.benchmark_group("many examples");
    group.sample_size(10).throughput(Throughput::Elements(n as u64));
    for (name, widths) in NETWORKS {
        let (model, x) = (network(widths), examples(widths[0], n));
        for count in [1, 2] {
            let threads = Threads::new(count).expect("threads can be started");
            group.bench_function(BenchmarkId::new(name, format!("{count} threads")), |b| {
                b.iter(|| model.scores(x.as_ref(), &threads));
            });
        }
    }
}

/// Time per example of `count` threads, each with a workspace, on one model.
fn one_model_for_many_threads(c: &mut Criterion) {
    let mut group = c.benchmark_group("one model for many threads");
    let (model, x) = (network(NETWORKS[0].1), examples(64, 1));
    for count in [1, 2, 4] {
        group.throughput(Throughput::Elements(count));
        group.bench_function(BenchmarkId::from_parameter(count), |b| {
            b.iter_custom(|rounds| {
                let work = || {
                    let (mut workspace, start) = (Workspace::new(), Instant::now());
                    for _ in 0..rounds {
                        let y = model.predict_with(x.as_ref(), &mut workspace);
                        std::hint::black_box(y.map(|y| y[(0, 0)])).expect("an input that fits");
                    }
                    start.elapsed()
                };
                std::thread::scope(|scope| {
                    let threads: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
                    let times = threads.into_iter().map(|thread| thread.join());
                    times.map(|time| time.unwrap_or(Duration::MAX)).max().unwrap_or_default()
                })
            });
        });
    }
}

criterion_group!(benches, one_example, many_examples, one_model_for_many_threads);
criterion_main!(benches);
