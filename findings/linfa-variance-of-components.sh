#!/usr/bin/env bash
# Guess: explained_variance of a PCA is the variance of the data along each component, divided by n or n - 1, and
# does not depend on how many components are asked for.
# What happens: the squared singular values are divided by the number of components less 1. One component has an
# infinite variance (and a ratio of NaN), and with two, both variances are n - 1 times too large.
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
linfa-reduction = "=0.8.1"
ndarray = "=0.16.1"
END
cat >"$folder/src/main.rs" <<'END'
use linfa::prelude::*;
use linfa_reduction::Pca;
use ndarray::array;

fn main() {
    println!("linfa 0.8.1");
    // Six examples: the sums of squares along the axes are 70 and 28, the variances by n - 1 14 and 5.6.
    let data = array![[5.0, 1.0], [-5.0, 1.0], [3.0, 2.0], [-3.0, 2.0], [1.0, -3.0], [-1.0, -3.0]];
    let variances = |components: usize| {
        let pca = Pca::params(components).fit(&Dataset::from(data.clone())).unwrap();
        (pca.explained_variance(), pca.explained_variance_ratio())
    };
    for components in [1, 2] {
        let (variance, ratio) = variances(components);
        println!("{components} of 2 components: variance {variance}, ratio {ratio}");
    }
    let ((one, ratio), (two, _)) = (variances(1), variances(2));
    assert!(one[0].is_infinite() && ratio[0].is_nan(), "this has changed");
    assert!((two[0] - 70.0).abs() < 1e-9 && (two[1] - 28.0).abs() < 1e-9, "this has changed");
}
END
cd "$folder"
cargo run --quiet
