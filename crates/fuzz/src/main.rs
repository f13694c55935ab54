//! Files that somebody changed are read or refused, by everything that reads files: nothing panics, nothing hangs, and
//! memory is taken for what is there.
//!
//! `densely-fuzz SECONDS [TARGET...]`: each target for so long, from its corpus: the files that its tests read, and those
//! in `corpus/TARGET`, which were of use before. An input whose outcome is of a new kind is changed further. There is no
//! coverage to go by, so that it runs on stable Rust; the draws are the same each time.

mod corpus;
mod guard;
mod mutate;
mod outcome;
mod signed;
mod target;

use std::alloc::System;
use std::panic;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use cap::Cap;

use crate::corpus::Corpus;
use crate::guard::{Guard, IS_READING};
use crate::mutate::Random;
use crate::target::{TARGETS, Target};

/// It refuses what an input is not worth, which ends the process.
#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().and_then(|text| text.parse().ok());
    let names: Vec<String> = arguments.collect();
    let unknown = names.iter().find(|name| TARGETS.iter().all(|target| target.name != **name));
    let (Some(seconds), None) = (seconds, unknown) else {
        let known: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!("usage: densely-fuzz SECONDS [TARGET...], of {}", known.join(", "));
        return ExitCode::from(2);
    };
    let chosen =
        |target: &&Target| names.is_empty() || names.iter().any(|name| target.name == name);
    let wrong = wrong(TARGETS.iter().filter(chosen), Duration::from_secs_f64(seconds));
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The targets that did not do well, each after so long.
fn wrong<'a>(targets: impl Iterator<Item = &'a Target>, long: Duration) -> Vec<&'static str> {
    // What the crates behind Parquet, Arrow and sheets say when they panic is no news, and takes memory: that is caught.
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !IS_READING.load(Ordering::Relaxed) {
            tell(info);
        }
    }));
    let wrong = targets.filter(|target| !fuzz(target, long)).map(|target| target.name).collect();
    drop(panic::take_hook());
    wrong
}

/// Whether all went well.
fn fuzz(target: &Target, long: Duration) -> bool {
    let (start, mut random, mut guard) = (Instant::now(), Random::new(), Guard::new(target));
    let mut corpus = Corpus::of(target);
    let seeds = corpus.len();
    for index in 0..seeds {
        if !guard.check(&corpus.whole(index), &mut corpus) {
            return false;
        }
    }
    while start.elapsed() < long {
        let input = corpus.changed(&mut random);
        if !guard.check(&input, &mut corpus) {
            return false;
        }
    }
    println!("{}: {guard}; {} inputs are of use, from {seeds}", target.name, corpus.len());
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One test, since the allocator is the whole process's.
    #[test]
    fn changed_files_are_read_or_refused() {
        let wrong = wrong(TARGETS.iter(), Duration::from_secs(1));
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
