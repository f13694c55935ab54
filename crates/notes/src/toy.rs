//! Data of two features, made.

use std::f64::consts::PI;

use densely::data::DataError;
use densely::prelude::*;

/// The numbers of data set `seed`. `part` keeps training and test data apart.
fn stream(seed: u64, part: u32) -> Stream {
    Stream::new(seed, Purpose::Other, Key { epoch: part, ..Key::default() })
}

/// The training part of a data set.
pub(crate) const TRAIN: u32 = 0;
/// Its test part.
pub(crate) const TEST: u32 = 1;
/// The part that settings are chosen by.
pub(crate) const VALIDATION: u32 = 2;

/// Two half circles that reach into each other, blurred by `noise`.
pub(crate) fn two_moons(
    n: usize,
    noise: f64,
    seed: u64,
    part: u32,
) -> Result<Dataset<f32>, DataError> {
    let mut stream = stream(seed, part);
    let labels: Vec<usize> = (0..n).map(|j| j % 2).collect();
    let mut x = Mat::zeros(2, n);
    for (j, &class) in labels.iter().enumerate() {
        let angle = PI * stream.uniform::<f64>();
        let (cos, sin) = (angle.cos(), angle.sin());
        let (u, v) = if class == 0 { (cos - 0.5, sin - 0.25) } else { (0.5 - cos, 0.25 - sin) };
        x[(0, j)] = u + noise * stream.normal::<f64>();
        x[(1, j)] = v + noise * stream.normal::<f64>();
    }
    Dataset::classification(x, labels, 2)?.cast()
}

/// Arms of a spiral that turn by `turn` radians, blurred by `noise`.
pub(crate) fn spiral(
    per_class: usize,
    classes: usize,
    turn: f64,
    noise: f64,
    (seed, part): (u64, u32),
) -> Result<Dataset<f32>, DataError> {
    let mut stream = stream(seed, part);
    let labels: Vec<usize> = (0..per_class * classes).map(|j| j / per_class).collect();
    let mut x = Mat::zeros(2, labels.len());
    for (j, &class) in labels.iter().enumerate() {
        let radius = stream.uniform::<f64>().sqrt();
        let start = 2.0 * PI * class as f64 / classes as f64;
        let angle = start + turn * radius + noise * stream.normal::<f64>();
        (x[(0, j)], x[(1, j)]) = (radius * angle.sin(), radius * angle.cos());
    }
    Dataset::classification(x, labels, classes)?.cast()
}

/// Two round clouds of standard deviation 1 around `center` and `-center`.
pub(crate) fn clouds(
    n: usize,
    center: [f64; 2],
    seed: u64,
    part: u32,
) -> Result<Dataset<f32>, DataError> {
    let mut stream = stream(seed, part);
    let labels: Vec<usize> = (0..n).map(|j| j % 2).collect();
    let x = Mat::from_fn(2, n, |i, j| {
        let side = if labels[j] == 0 { -1.0 } else { 1.0 };
        side * center[i] + stream.normal::<f64>()
    });
    Dataset::classification(x, labels, 2)?.cast()
}
