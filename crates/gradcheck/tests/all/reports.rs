//! What a report and a failure say, and that they say it again.

use densely_gradcheck::{ActivationCheck, Config, LayerCheck, activation};
use densely_layers::{Activation, Maxout, Tanh};
use densely_tensor::Real;

/// tanh, with a derivative for the case that `y` were `x`.
#[derive(Debug, Clone)]
struct Wrong;

impl Activation for Wrong {
    fn f<R: Real>(&self, x: R) -> R {
        x.tanh()
    }
    fn df<R: Real>(&self, x: R, _y: R) -> R {
        R::ONE - x * x
    }
}

#[test]
fn the_same_configuration_makes_the_same_cases() {
    let run = |seed| ActivationCheck::new(&Tanh).config(Config { cases: 64, seed }).run().unwrap();
    assert_eq!(run(3), run(3));
    assert_ne!(run(3), run(4));
    assert_eq!(activation(&Wrong).unwrap_err(), activation(&Wrong).unwrap_err());
}

#[test]
fn a_failure_says_where_what_and_why() {
    let failure = activation(&Wrong).unwrap_err();
    let text = failure.to_string();
    for part in ["wrong", "dual numbers", "f' at", "got", "expected", "guess", "x 1 x 1", "seed"] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    // What `unwrap` prints.
    assert_eq!(format!("{failure:?}").trim_start(), text);
    assert!(failure.error > failure.tolerance);
    assert!(failure.report.rows().iter().any(|row| !row.passed()));
}

#[test]
fn a_report_is_a_table() {
    let check = LayerCheck::new(|_| Maxout::new(2).unwrap()).config(Config { cases: 20, seed: 0 });
    let report = check.name("pairs").run().unwrap();
    assert_eq!((report.subject(), report.cases()), ("pairs", 20));
    let text = report.to_string();
    assert!(text.starts_with("pairs, 20 cases\n"));
    assert_eq!(text.lines().count(), 1 + report.rows().len());
    assert!(text.lines().skip(1).all(|line| line.ends_with("ok")));
}
