//! What is computed on a machine, as hashes to compare with those of another: `scripts/machines`
//! runs this program on emulated older processors. What is promised is in
//! `docs/reproducibility.md`.
//!
//! A line: what kind of computation (`kernel` and `thin` are the same everywhere, `product` with
//! fused multiply-add, `decomposition` nowhere else), which, its number type, the hash of its results.

use densely::loss::TargetKind;
use densely::prelude::*;
use densely::tensor::kernels::{dot, map, sum, sum_of_squares, vectorize};
use densely::tensor::{Accumulate, gemm};

/// The hash of Fowler, Noll and Vo of all bits: FNV-1a.
struct Hash(u64);

impl Hash {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add<T: Scalar>(&mut self, value: T) {
        // Not all machines agree on the bits of a NaN.
        let value = if Real::is_nan(value) { T::INFINITY } else { value };
        let mut bytes: Vec<u8> = Vec::new();
        bytes.extend(value.to_le_bytes().as_ref());
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn matrix<T: Scalar>(&mut self, x: &Mat<T>) {
        (0..x.ncols()).for_each(|j| (0..x.nrows()).for_each(|i| self.add(x[(i, j)])));
    }
}

fn report<T: Scalar>(kind: &str, what: &str, fill: impl Fn(&mut Hash)) {
    let (mut hash, mut again) = (Hash::new(), Hash::new());
    fill(&mut hash);
    fill(&mut again);
    assert_eq!(hash.0, again.0, "{what} is not the same twice");
    println!("{kind} {what} {} {:016x}", T::NAME, hash.0);
}

fn normal<T: Scalar>(rows: usize, columns: usize, seed: u64) -> Mat<T> {
    let mut stream = Stream::new(seed, Purpose::Other, Key::default());
    Mat::from_fn(rows, columns, |_, _| stream.normal())
}

/// Each in a loop over it, which is what the compiler vectorises.
macro_rules! elementary {
    ($x:expr, $($function:ident),*) => { $(
        report::<T>("kernel", stringify!($function), |hash| {
            for scale in [1e-6, 1.0, 30.0] {
                let mut y = $x.clone();
                vectorize(
                    #[inline(always)]
                    || map(&mut y, [&$x], |[x]| (x * T::from_f64(scale)).$function()),
                );
                y.into_iter().for_each(|y| hash.add(y));
            }
        });
    )* };
}

fn elementary<T: Scalar>() {
    let normal = normal::<T>(1000, 1, 1);
    let x: Vec<T> = (0..1000).map(|i| normal[(i, 0)]).collect();
    elementary!(x, exp, exp_m1, ln, ln_1p, tanh, sigmoid, normal_cdf);
    report::<T>("kernel", "sums", |hash| {
        for n in [3, 16, 100, 1000] {
            for sum in [sum(&x[..n]), sum_of_squares(&x[..n]), dot(&x[..n], &x[..n])] {
                hash.add(sum);
            }
        }
    });
}

fn layers<T: Scalar>() {
    let x = normal::<T>(70, 9, 2);
    let known = LayerKinds::<T>::new();
    for kind in known.activation_names() {
        let layer = known.get(kind).unwrap().layer(70).unwrap();
        let outputs = layer.out_features(70).unwrap();
        let dy = normal::<T>(outputs, 9, 3);
        report::<T>("kernel", kind, |hash| {
            let (mut y, mut dx) = (dy.clone(), x.clone());
            layer.forward(x.as_ref(), y.as_mut(), Mat::new().as_mut());
            let (x, dy, tape) = (x.as_ref(), dy.as_ref(), &mut Mat::new());
            layer.backward_input(x, y.as_ref(), dy, dx.as_mut(), tape.as_mut());
            hash.matrix(&y);
            hash.matrix(&dx);
        });
    }
    report::<T>("kernel", "dropout-and-noise", |hash| {
        let layers: [Box<dyn Layer<T>>; 2] =
            [Box::new(Dropout::new(0.4).unwrap()), Box::new(InputNoise::new(0.1).unwrap())];
        for layer in layers {
            let (mut y, mut tape) = (x.clone(), x.clone());
            layer.forward_train(x.as_ref(), y.as_mut(), tape.as_mut(), At::default());
            hash.matrix(&y);
        }
    });
}

fn losses<T: Scalar>() {
    for outputs in [1, 3, 10, 40] {
        let (scores, values) = (normal::<T>(outputs, 33, 4), normal::<T>(outputs, 33, 5));
        let labels: Vec<usize> = (0..33).map(|j| j % outputs).collect();
        let known = LossKinds::<T>::new();
        let losses = known.names().into_iter().map(|name| known.get(name).unwrap());
        for loss in losses.filter(|loss| loss.outputs(outputs) == outputs) {
            let targets = match loss.target_kind() {
                TargetKind::Labels => Targets::Labels(&labels),
                TargetKind::Values => Targets::Values(values.as_ref()),
            };
            report::<T>("kernel", &format!("{}-of-{outputs}", loss.name()), |hash| {
                let (mut losses, mut dscores) = (vec![T::ZERO; 33], scores.clone());
                loss.panel(scores.as_ref(), targets, 33, &mut losses, dscores.as_mut());
                losses.into_iter().for_each(|loss| hash.add(loss));
                hash.matrix(&dscores);
            });
        }
    }
}

/// Makes an optimiser without a state.
type New<T> = fn() -> Box<dyn Optimizer<T>>;

fn optimizers<T: Scalar>() {
    let optimizers: [(&str, New<T>); 6] = [
        ("sgd", || Box::new(Sgd::new(0.1).momentum(0.9).weight_decay(1e-3))),
        ("adam", || Box::new(Adam::new(0.01))),
        ("adamw", || Box::new(AdamW::new(0.01))),
        ("rmsprop", || Box::new(RmsProp::new(0.01).centered(true).momentum(0.5))),
        ("adagrad", || Box::new(Adagrad::new(0.1))),
        ("limits", || Box::new(Sgd::new(0.1).clip_norm(1.0).max_norm(0.5))),
    ];
    for (name, new) in optimizers {
        report::<T>("kernel", name, |hash| {
            let mut optimizer = new();
            let mut layer = Linear::from_parts(normal(20, 30, 6), normal(20, 1, 7)).unwrap();
            for step in 0..5 {
                layer.visit_params_mut(&mut |param| {
                    param.grad = normal(param.grad.nrows(), param.grad.ncols(), 10 + step);
                });
                optimizer.step(&mut layer, &Threads::single()).unwrap();
            }
            hash.matrix(&layer.weight().value);
        });
    }
}

fn draws_and_statistics<T: Scalar>() {
    report::<T>("kernel", "draws", |hash| {
        let mut stream = Stream::new(8, Purpose::Weights, Key::default());
        (0..1000).for_each(|_| hash.add(stream.normal::<T>()));
        (0..1000).for_each(|_| hash.add(stream.uniform::<T>()));
        (0..1000).for_each(|_| hash.add(T::from_f64(stream.below(1_000_003) as f64)));
    });
    let x = normal::<T>(13, 200, 9);
    for (name, kind) in
        [("center", "center"), ("standardize", "standardize"), ("min-max", "min-max(-1, 1)")]
    {
        report::<T>("kernel", name, |hash| {
            let fitted = Pipeline::fit([kind], x.as_ref()).unwrap();
            hash.matrix(&fitted.transform(x.as_ref()).unwrap());
        });
    }
    report::<T>("decomposition", "whiten", |hash| {
        hash.matrix(&Whiten::fit(x.as_ref()).unwrap().transform(x.as_ref()).unwrap());
    });
}

fn products<T: Scalar>() {
    let product = |kind: &str, what: &str, (m, k, n): (usize, usize, usize)| {
        let (a, b) = (normal::<T>(m, k, 11), normal::<T>(k, n, 12));
        report::<T>(kind, &format!("{what}-{m}x{k}x{n}"), |hash| {
            let mut c = Mat::zeros(m, n);
            gemm(c.as_mut(), Accumulate::Replace, a.as_ref(), b.as_ref());
            hash.matrix(&c);
        });
    };
    // What kernels of ours compute: few rows, few terms, a single column.
    for shape in [(1, 300, 20), (2, 40, 33), (4, 333, 50), (50, 3, 40), (200, 1, 9)] {
        product("thin", "product", shape);
    }
    for shape in [(10, 64, 1), (100, 50, 1), (300, 130, 1)] {
        product("thin", "product", shape);
    }
    for shape in [(64, 64, 32), (100, 300, 50), (5, 20, 1), (10, 256, 77)] {
        product("product", "product", shape);
    }
}

fn networks<T: Scalar>() {
    let trained = || {
        let mut model = Mlp::classifier(20, 5).hidden([40, 30]).seed(3).build::<T>().unwrap();
        let (x, labels) = (normal(20, 64, 13), (0..64).map(|j| j % 5).collect());
        let data = Dataset::classification(x, labels, 5).unwrap();
        Trainer::new(Adam::new(0.01)).epochs(3).batch_size(16).fit(&mut model, &data).unwrap();
        model
    };
    report::<T>("product", "training", |hash| {
        hash.matrix(&trained().scores(normal(20, 50, 14).as_ref(), &Threads::single()).unwrap());
    });
    let mut model = Mlp::classifier(20, 10).hidden([40, 30]).seed(3).build::<T>().unwrap();
    model.network_mut().visit_params_mut(&mut |param| {
        param.value = normal(param.value.nrows(), param.value.ncols(), 15);
    });
    for (kind, what, n) in [("thin", "one-example", 1), ("product", "many-examples", 50)] {
        report::<T>(kind, what, |hash| {
            hash.matrix(&model.scores(normal(20, n, 16).as_ref(), &Threads::single()).unwrap());
        });
    }
}

/// Many threads cut the work into narrower panels. The bits stay, on every machine.
fn steps_of_several_threads<T: Scalar>() {
    let (x, labels): (Mat<T>, Vec<_>) = (normal(65, 241, 17), (0..241).map(|j| j % 10).collect());
    let gradients = |count| {
        let mut model = Mlp::classifier(65, 10).hidden([230, 170]).seed(4).build::<T>().unwrap();
        let mut gradients = Vec::new();
        let (loss, _) = Threads::timeline(count, |threads| {
            let targets = labels.as_slice().into();
            TrainingStep::new().gradients(&mut model, x.as_ref(), targets, At::default(), threads)
        });
        model.network().visit_params(&mut |param| gradients.push(param.grad.clone()));
        (loss.unwrap(), gradients)
    };
    let one = gradients(1);
    for count in [2, 3, 16, 64] {
        assert_eq!(gradients(count), one, "{count} threads");
    }
    report::<T>("product", "gradients", |hash| one.1.iter().for_each(|of| hash.matrix(of)));
}

fn all<T: Scalar>() {
    elementary::<T>();
    layers::<T>();
    losses::<T>();
    optimizers::<T>();
    draws_and_statistics::<T>();
    products::<T>();
    networks::<T>();
    steps_of_several_threads::<T>();
}

#[test]
fn hashes() {
    println!();
    all::<f32>();
    all::<f64>();
    let rates: Vec<f64> =
        (0..100).map(|i| CosineDecay::new().factor(f64::from(i), 100.0)).collect();
    report::<f64>("kernel", "cosine-decay", |hash| rates.iter().for_each(|&rate| hash.add(rate)));
}
