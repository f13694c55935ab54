//! The three products of a fully-connected layer, `W x`, `Wᵀ dy` and `dy xᵀ`, on one
//! thread, in the shapes of networks small and large.
//!
//! `cargo bench -p densely --bench gemm`

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use densely::prelude::*;
use densely::tensor::{Accumulate, gemm};

/// Outputs, inputs, examples.
const SHAPES: [(usize, usize, usize); 10] = [
    (100, 2, 300),
    (3, 100, 300),
    (64, 64, 32),
    (10, 64, 32),
    (256, 256, 64),
    (1, 256, 64),
    (512, 784, 64),
    (512, 784, 1),
    (4096, 1024, 256),
    (4096, 4096, 256),
];

fn products<T: Scalar>(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("gemm/{}", T::NAME));
    group.sample_size(20);
    let mut stream = Stream::new(1, Purpose::Other, Key::default());
    let mut normal = |rows, columns| Mat::<T>::from_fn(rows, columns, |_, _| stream.normal());
    for (outputs, inputs, n) in SHAPES {
        let (mut w, mut x, mut y) =
            (normal(outputs, inputs), normal(inputs, n), normal(outputs, n));
        let shape = format!("{outputs}x{inputs}x{n}");
        group.throughput(Throughput::Elements(2 * (outputs * inputs * n) as u64));
        group.bench_function(BenchmarkId::new("W x", &shape), |b| {
            b.iter(|| gemm(y.as_mut(), Accumulate::Replace, w.as_ref(), x.as_ref()));
        });
        group.bench_function(BenchmarkId::new("Wt dy", &shape), |b| {
            b.iter(|| gemm(x.as_mut(), Accumulate::Replace, w.transpose(), y.as_ref()));
        });
        group.bench_function(BenchmarkId::new("dy xt", &shape), |b| {
            b.iter(|| gemm(w.as_mut(), Accumulate::Replace, y.as_ref(), x.transpose()));
        });
    }
}

criterion_group!(benches, products::<f32>, products::<f64>);
criterion_main!(benches);
