//! Files that PyTorch, scikit-learn and Keras wrote, and what becomes of others.

use std::alloc::System;

use cap::Cap;

/// So that a file which claims too much is noticed.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, 512 << 20);

mod damaged;
mod errors;
mod golden;

/// A file beside the tests.
fn data(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}
