//! Fitting and transforming: standardising, PCA, whitening.
//!
//! `cargo bench -p densely --bench preprocessing`

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use densely::prelude::*;

/// Examples whose variance falls from feature to feature, which are then mixed.
fn examples(features: usize, n: usize) -> Mat<f64> {
    let mut stream = Stream::new(1, Purpose::Other, Key::default());
    let sources = features.min(n).min(64);
    let mixing = Mat::<f64>::from_fn(features, sources, |_, _| stream.normal());
    let source = Mat::<f64>::from_fn(sources, n, |i, _| stream.normal::<f64>() / (1 + i) as f64);
    mixing * source + Mat::<f64>::from_fn(features, n, |_, _| 0.01 * stream.normal::<f64>())
}

fn transformations(c: &mut Criterion) {
    for (features, n) in [(64, 10_000), (784, 10_000), (4096, 500)] {
        let mut group = c.benchmark_group(format!("{n} examples of {features} features"));
        group.sample_size(10);
        let x = examples(features, n);
        for name in ["center", "standardize", "pca", "pca(32)", "whiten"] {
            let fitted = Pipeline::fit([name], x.as_ref()).expect("data that vary");
            group.bench_function(BenchmarkId::new(name, "fit"), |b| {
                b.iter(|| Pipeline::fit([name], x.as_ref()));
            });
            group.bench_function(BenchmarkId::new(name, "transform"), |b| {
                b.iter(|| fitted.transform(x.as_ref()));
            });
            group.bench_function(BenchmarkId::new(name, "fit_transform"), |b| {
                b.iter(|| Pipeline::fit_transform([name], x.as_ref()));
            });
        }
    }
}

criterion_group!(benches, transformations);
criterion_main!(benches);
