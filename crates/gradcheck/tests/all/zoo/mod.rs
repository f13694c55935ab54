//! The zoo: activations, layers, losses and optimisers, each with one mistake that somebody
//! could make or has made. Every one is to be rejected, by the check that is meant for it,
//! and with the right guess at the mistake where the numbers show it.
//!
//! A check that none of these needs would be one that finds nothing.

mod activations;
mod layers;
mod losses;
mod optimizers;

use densely_gradcheck::{Check, Failure, Mistake, Report};

/// What has to be found: the check, the thing that is wrong, and the guess.
struct Expected {
    check: Check,
    target: &'static str,
    guess: Option<Mistake>,
}

fn found(check: Check, target: &'static str) -> Expected {
    Expected { check, target, guess: None }
}

impl Expected {
    fn looks_like(self, guess: Mistake) -> Self {
        Self { guess: Some(guess), ..self }
    }

    #[track_caller]
    fn is(&self, outcome: Result<Report, Box<Failure>>) {
        let failure = match outcome {
            Err(failure) => failure,
            Ok(report) => panic!("{} was not found in\n{report}", self.check),
        };
        println!("{failure}");
        assert_eq!(failure.check, self.check, "{failure}");
        assert!(failure.target.starts_with(self.target), "{failure}");
        let same = match (failure.guess, self.guess) {
            (Some(Mistake::Factor(a)), Some(Mistake::Factor(b)))
            | (Some(Mistake::Decay(a)), Some(Mistake::Decay(b)))
            | (Some(Mistake::Offset(a)), Some(Mistake::Offset(b))) => (a - b).abs() < 1e-6,
            (guess, expected) => guess == expected,
        };
        assert!(same, "{:?} instead of {:?} in\n{failure}", failure.guess, self.guess);
        assert!(failure.to_string().contains(failure.check.name()));
    }
}
