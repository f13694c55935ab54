//! Elementwise kernels: activations forward and backward, noise, losses, the optimiser.
//!
//! `cargo bench -p densely --bench kernels`

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use densely::prelude::*;

/// A hidden layer's activations, in cache: 256 units, a panel of 64 examples; and columns that
/// are too short for the loop over chunks.
const SHAPES: [(usize, usize); 2] = [(256, 64), (10, 64)];

fn normal<T: Scalar>((rows, columns): (usize, usize), seed: u64) -> Mat<T> {
    let mut stream = Stream::new(seed, Purpose::Other, Key::default());
    Mat::from_fn(rows, columns, |_, _| stream.normal())
}

fn activations<T: Scalar>(c: &mut Criterion) {
    for (units, n) in SHAPES {
        let mut group = c.benchmark_group(format!("activation/{}/{units} units", T::NAME));
        group.throughput(Throughput::Elements((units * n) as u64));
        let x = normal::<T>((units, n), 1);
        let known = LayerKinds::<T>::new();
        for kind in known.activation_names() {
            let layer = known.get(kind).map(|kind| kind.layer(units));
            let layer = layer.expect("it is known").expect("there are units");
            let outputs = layer.out_features(units).expect("an even number, for two pieces");
            let dy = normal::<T>((outputs, n), 2);
            let (mut y, mut dx) = (dy.clone(), x.clone());
            group.bench_function(BenchmarkId::new(kind, "forward"), |b| {
                b.iter(|| layer.forward(x.as_ref(), y.as_mut(), Mat::new().as_mut()));
            });
            group.bench_function(BenchmarkId::new(kind, "backward"), |b| {
                b.iter(|| {
                    let (x, y, dy) = (x.as_ref(), y.as_ref(), dy.as_ref());
                    layer.backward_input(x, y, dy, dx.as_mut(), Mat::new().as_mut());
                });
            });
        }
    }
}

/// Layers that draw a random number for each value.
fn noise<T: Scalar>(c: &mut Criterion) {
    let (units, n) = SHAPES[0];
    let mut group = c.benchmark_group(format!("noise/{}", T::NAME));
    group.throughput(Throughput::Elements((units * n) as u64));
    let x = normal::<T>((units, n), 6);
    let (mut y, mut tape) = (x.clone(), x.clone());
    let layers: [(_, Box<dyn Layer<T>>); 2] = [
        ("dropout", Box::new(Dropout::new(0.5).expect("a probability"))),
        ("input noise", Box::new(InputNoise::new(0.1).expect("a standard deviation"))),
    ];
    for (name, layer) in layers {
        let mut at = At::default();
        group.bench_function(name, |b| {
            b.iter(|| {
                at.step = at.step.wrapping_add(1);
                layer.forward_train(x.as_ref(), y.as_mut(), tape.as_mut(), at);
            });
        });
    }
}

fn losses<T: Scalar>(c: &mut Criterion) {
    let n = 128;
    for outputs in [1, 3, 10, 1000] {
        let mut group = c.benchmark_group(format!("loss/{}/{outputs} outputs", T::NAME));
        group.throughput(Throughput::Elements((outputs * n) as u64));
        let (scores, values) = (normal::<T>((outputs, n), 3), normal::<T>((outputs, n), 4));
        let labels: Vec<usize> = (0..n).map(|j| j % outputs).collect();
        let (mut losses, mut dscores) = (vec![T::ZERO; n], scores.clone());
        // Those of one score for two classes have one output.
        let known = LossKinds::<T>::new();
        let kinds = known.names().into_iter().map(|name| known.get(name).expect("it is known"));
        for loss in kinds.filter(|loss| loss.outputs(outputs) == outputs) {
            let targets = match loss.target_kind() {
                densely::loss::TargetKind::Labels => Targets::Labels(&labels),
                densely::loss::TargetKind::Values => Targets::Values(values.as_ref()),
            };
            group.bench_function(loss.name(), |b| {
                b.iter(|| loss.panel(scores.as_ref(), targets, n, &mut losses, dscores.as_mut()));
            });
        }
    }
}

fn optimizers<T: Scalar>(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("optimizer/{}", T::NAME));
    group.throughput(Throughput::Elements(256 * 256));
    let bias = Mat::zeros(256, 1);
    let mut layer = Linear::<T>::from_parts(normal((256, 256), 5), bias).expect("shapes that fit");
    let optimizers: [(_, Box<dyn Optimizer<T>>); 8] = [
        ("sgd", Box::new(Sgd::new(1e-9).weight_decay(1e-4))),
        ("momentum", Box::new(Sgd::new(1e-9).momentum(0.9).weight_decay(1e-4))),
        ("nesterov", Box::new(Sgd::new(1e-9).momentum(0.9).nesterov(true).weight_decay(1e-4))),
        ("adam", Box::new(Adam::new(1e-9))),
        ("adamw", Box::new(AdamW::new(1e-9))),
        ("rmsprop", Box::new(RmsProp::new(1e-9))),
        ("adagrad", Box::new(Adagrad::new(1e-9))),
        ("sgd, limited", Box::new(Sgd::new(1e-9).clip_norm(1e9).max_norm(1e9))),
    ];
    for (name, mut optimizer) in optimizers {
        group.bench_function(name, |b| {
            b.iter(|| optimizer.step(&mut layer, &Threads::single()).expect("options in range"));
        });
    }
}

criterion_group!(
    benches,
    activations::<f32>,
    activations::<f64>,
    noise::<f32>,
    noise::<f64>,
    losses::<f32>,
    losses::<f64>,
    optimizers::<f32>,
    optimizers::<f64>
);
criterion_main!(benches);
