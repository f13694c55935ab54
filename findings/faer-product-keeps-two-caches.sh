#!/usr/bin/env bash
# Guess: a product takes scratch of the size of its operands, and gives it back.
# What happens: the first product of a thread that is not tiny allocates twice the third-level cache of the processor, and
# the thread keeps it until it ends: for two operands of 0.5 MiB, 600 MiB on a Xeon with 300 MiB of cache. Only what is
# packed is written to, so it is address space rather than memory; an allocator that counts, or a limit on address space
# (`ulimit -v`), takes it for used, once for each thread.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cargo init --quiet --name finding --vcs none
cargo add --quiet faer@=0.24.4 private-gemm-x86@=0.1.22 cap@=0.1.2
cat >src/main.rs <<'END'
use std::alloc::System;

use cap::Cap;
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// What is allocated once more after two products in the same thread than before: after the first, and after both.
fn kept() -> [usize; 2] {
    let before = ALLOCATOR.allocated();
    [(); 2].map(|()| {
        let (a, mut c) = (Mat::<f64>::full(256, 256, 1.0), Mat::<f64>::zeros(256, 256));
        matmul(&mut c, Accum::Replace, &a, &a, 1.0, Par::Seq);
        drop((a, c));
        ALLOCATOR.allocated() - before
    })
}

fn main() {
    let here = kept();
    let before = ALLOCATOR.allocated();
    let elsewhere = std::thread::spawn(kept).join().unwrap();
    let left = ALLOCATOR.allocated() - before;
    let mib = |bytes: usize| bytes >> 20;
    println!(
        "faer 0.24.4: {} MiB are kept after a product of 256 x 256, {} after two; in a thread {}, of which {} are left after it",
        mib(here[0]), mib(here[1]), mib(elsewhere[0]), mib(left)
    );
    let operands = 3 * 256 * 256 * size_of::<f64>();
    assert!(here[0] > 4 * operands && here[1] == here[0], "this has changed");
    assert!(elsewhere[0] > 4 * operands && left < operands, "this has changed");
}
END
cargo run --quiet --release
