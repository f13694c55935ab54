//! One program for all tests, which takes a fraction of the time to compile that one for each
//! file would.

mod columns;
mod common;
mod counts;
mod defaults;
mod errors;
mod export;
mod findings;
mod folders;
mod gaps;
mod gradcheck;
mod headers;
mod import;
mod judged;
mod keeping;
mod larger_than_memory;
mod logarithms;
mod models;
mod notes;
mod numbered;
mod numbers;
#[cfg(target_os = "linux")]
mod output;
mod overlap;
#[cfg(unix)]
mod pipes;
mod report;
#[cfg(unix)]
mod resume;
mod runs;
#[cfg(all(unix, feature = "serve"))]
mod serve;
mod several_files;
mod several_targets;
#[cfg(unix)]
mod signals;
mod tables;
mod train;
mod tune;
mod written;
