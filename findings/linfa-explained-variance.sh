#!/usr/bin/env bash
# Guess: explained_variance is 1 for predictions that are all off by the same amount: the share of the variance
# of the targets that the errors do not have, and equal errors have none.
# What happens: 0.4 for targets 0, 1, 2, 3 and predictions 1, 2, 3, 4. From the sum of the squared errors, 4, their
# mean, 1, is taken, instead of its square times n, which would be 4. For errors of mean 0 it is right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat >"$folder/Cargo.toml" <<'END'
[package]
name = "finding"
version = "0.1.0"
edition = "2021"

[dependencies]
linfa = "=0.8.1"
ndarray = "=0.16.1"
END
cat >"$folder/src/main.rs" <<'END'
use linfa::prelude::*;
use ndarray::array;

fn main() {
    println!("linfa 0.8.1");
    let targets = array![0.0, 1.0, 2.0, 3.0];
    let share = |shift: f64| (&targets + shift).explained_variance(&targets).unwrap();
    for shift in [0.0, 1.0, -1.0, 100.0] {
        println!("targets {targets}, all predictions off by {shift}: {}", share(shift));
    }
    assert!((share(1.0) - 0.4).abs() < 1e-9 && share(100.0) < -7000.0, "this has changed");
}
END
cd "$folder"
cargo run --quiet
