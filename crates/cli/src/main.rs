//! The `densely` program: see the library `densely_cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    densely_cli::main(None)
}
