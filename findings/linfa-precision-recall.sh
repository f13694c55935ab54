#!/usr/bin/env bash
# Guess: predicted.confusion_matrix(&truth) gives the usual measures: of one positive found, which is right, where
# there are two, precision 1 and recall 1/2.
# What happens: precision 1/2 and recall 1. Rows of the matrix are predictions, but both formulas take them for
# the truth. So it is with three classes and more, whose measures are means of these.
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
    let predicted = array![true, false, false, false];
    let truth = array![true, true, false, false];
    let matrix = predicted.confusion_matrix(&truth).unwrap();
    println!("predicted {predicted}, right {truth}");
    println!("precision {}, recall {}", matrix.precision(), matrix.recall());
    assert_eq!((matrix.precision(), matrix.recall()), (0.5, 1.0), "this has changed");
}
END
cd "$folder"
cargo run --quiet
