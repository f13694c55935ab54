//! The random numbers of `Dropout` and `InputNoise`, which PyTorch has to be given.

use densely::prelude::*;

use crate::training::STEPS;

/// Examples in a mini-batch.
const BATCH: usize = 6;

/// What a layer makes of `x`, the same for each example, in each step: step after step,
/// example after example. It is number `index` of its network.
fn outputs(layer: &impl Layer<f64>, index: usize, x: &[f64]) -> Vec<f64> {
    let x = Mat::from_fn(x.len(), BATCH, |i, _| x[i]);
    let mut outputs = Vec::new();
    for step in 0..STEPS {
        let at = At { step, ..At::default() }.inside(index);
        let (mut y, mut tape) = (x.clone(), Mat::zeros(layer.tape_rows(x.nrows()), BATCH));
        layer.forward_train(x.as_ref(), y.as_mut(), tape.as_mut(), at);
        outputs
            .extend((0..BATCH).flat_map(|j| (0..x.nrows()).map(move |i| (i, j))).map(|at| y[at]));
    }
    outputs
}

/// The draws of the cases in `layers.txt`: which values are kept, and the noise for `σ = 1`.
fn draws() -> String {
    let kept = outputs(&Dropout::new(0.3).unwrap(), 2, &[1.0; 7]);
    let kept = kept.iter().map(|&y| if y == 0.0 { "0" } else { "1" });
    let noise = outputs(&InputNoise::new(1.0).unwrap(), 0, &[0.0; 3]);
    let noise = noise.iter().map(|y| format!("{y:?}"));
    let (kept, noise): (Vec<_>, Vec<_>) = (kept.collect(), noise.collect());
    format!("dropout: {}\ninput-noise: {}\n", kept.join(" "), noise.join(" "))
}

/// If this fails, the streams of random numbers have changed, and with them what a seed gives.
#[test]
fn draws_are_those_that_pytorch_was_given() {
    assert!(draws() == include_str!("draws.txt"), "write them anew, then all cases");
}

#[test]
#[ignore = "writes draws.txt, which scripts/parity/generate.py reads"]
fn write_draws() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parity/draws.txt");
    std::fs::write(file, draws()).unwrap();
}
