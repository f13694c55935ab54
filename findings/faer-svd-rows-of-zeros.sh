#!/usr/bin/env bash
# Guess: rows of zeros change nothing about the singular value decomposition of a small matrix but a rounding or two.
# What happens: with three of them above a 3 x 3 matrix that is nearly of rank 1, faer's first left singular vector
# misses its equation A Aᵀ u = σ² u by 104 roundings of σ², where it misses it by 2 without them; and the second singular
# value, 2.0e-14, becomes 5.2e-14. A check of some 16 roundings for each row refuses such a decomposition.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cargo init --quiet --name finding --vcs none
cargo add --quiet faer@=0.24.4
cat >src/main.rs <<'END'
use faer::{Mat, mat};

/// The singular values, and how many roundings of σ² the first left singular vector is off.
fn decomposed(a: &Mat<f64>) -> (Vec<f64>, f64) {
    let svd = a.thin_svd().unwrap();
    let values: Vec<f64> = svd.S().column_vector().iter().copied().collect();
    let u = svd.U().subcols(0, 1).to_owned();
    let image = a * (a.transpose() * &u);
    let square = values[0] * values[0];
    let off = (0..a.nrows()).map(|i| (image[(i, 0)] - square * u[(i, 0)]).abs()).fold(0.0, f64::max);
    (values, off / (square * f64::EPSILON))
}

fn main() {
    let small = mat![
        [-0.46875, 1.25, -0.78125],
        [0.0018749999999840838, -0.0049999999999954525, 0.0031250000000113687],
        [0.65625, -1.75, 1.09375_f64],
    ];
    let padded = Mat::from_fn(6, 3, |i, j| if i < 3 { 0.0 } else { small[(i - 3, j)] });
    let (without, with) = (decomposed(&small), decomposed(&padded));
    println!("faer 0.24.4: 3 x 3 {without:?}, with three rows of zeros {with:?}");
    assert!(without.1 < 5.0 && with.1 > 50.0, "this has changed");
}
END
cargo run --quiet --release
