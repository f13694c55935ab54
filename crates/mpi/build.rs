//! Says what is missing before the bindings of MPI fail for want of it: this script stands on nothing, so it runs first.

use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    println!("cargo::rerun-if-env-changed=MPICC");
    println!("cargo::rerun-if-env-changed=MPI_PKG_CONFIG");
    println!("cargo::rerun-if-env-changed=CRAY_MPICH_DIR");
    println!("cargo::rerun-if-changed=build.rs");
    // Where the bindings look for MPI otherwise, their own message is better.
    let elsewhere = ["MPI_PKG_CONFIG", "CRAY_MPICH_DIR"];
    if elsewhere.iter().any(|name| std::env::var_os(name).is_some()) {
        return ExitCode::SUCCESS;
    }
    let compiler = std::env::var("MPICC").unwrap_or_else(|_| "mpicc".to_owned());
    if Command::new(&compiler).arg("-show").output().is_ok_and(|shown| shown.status.success()) {
        return ExitCode::SUCCESS;
    }
    println!(
        "cargo::error=densely-mpi needs MPI, and `{compiler} -show` does not work: install it, on Debian and Ubuntu with \
         `apt-get install openmpi-bin libopenmpi-dev libclang-dev` (libclang is for the bindings), or name its \
         compiler in MPICC"
    );
    ExitCode::FAILURE
}
