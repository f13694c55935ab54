//! All proofs of the lists.
//!
//! `GRADCHECK_CASES=6500 cargo test -p densely-proofs --test all -- --nocapture` goes through
//! 100,000 cases and prints the reports.

use densely_gradcheck::{Check, Config};
use densely_proofs::Proof;

/// Checks of every layer, but for those that are not asked of some.
const OF_LAYERS: [Check; 8] = [
    Check::Repeats,
    Check::Overwrites,
    Check::Columns,
    Check::ZeroCotangent,
    Check::Linearity,
    Check::Differences,
    Check::Adjoint,
    Check::Threads,
];

const OF_LOSSES: [Check; 9] = [
    Check::Shapes,
    Check::Overwrites,
    Check::Examples,
    Check::Mean,
    Check::DualNumbers,
    Check::Differences,
    Check::Subgradient,
    Check::SinglePrecision,
    Check::Probabilities,
];

/// Runs the proofs, and looks whether each goes through its checks; prints the reports.
fn run(proofs: &[Proof], checks: impl Fn(&str) -> Vec<Check>) {
    let mut cases = 0;
    for proof in proofs {
        let report = proof.run(Config::default()).unwrap();
        println!("{}: {report}", proof.name());
        assert!(report.rows().iter().all(|row| row.passed()), "{report}");
        for check in checks(proof.name()) {
            let made = report.rows().iter().any(|row| row.check == check);
            assert!(made, "{}: no {check} in\n{report}", proof.name());
        }
        cases += report.cases();
    }
    println!("{cases} cases in all");
}

#[test]
fn activations() {
    run(&densely_proofs::activations(), |_| {
        let more = [Check::DualNumbers, Check::Subgradient, Check::SinglePrecision];
        [&OF_LAYERS[..], &more].concat()
    });
}

#[test]
fn layers() {
    run(&densely_proofs::layers(), |name| {
        let more: &[Check] = match name {
            "dropout" | "input-noise" => &[Check::SinglePrecision],
            "network" => &[Check::Modes, Check::Additivity, Check::Tape],
            _ => &[Check::Modes, Check::DualNumbers, Check::SinglePrecision],
        };
        [&OF_LAYERS[..], more].concat()
    });
}

#[test]
fn losses() {
    run(&densely_proofs::losses(), |_| OF_LOSSES.to_vec());
}

#[test]
fn optimizers() {
    run(&densely_proofs::optimizers(), |_| vec![Check::Rule, Check::Threads, Check::Gradients]);
}

#[test]
fn names_are_distinct() {
    let mut names: Vec<_> = [
        densely_proofs::activations(),
        densely_proofs::layers(),
        densely_proofs::losses(),
        densely_proofs::optimizers(),
    ]
    .concat()
    .iter()
    .map(Proof::name)
    .collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}
