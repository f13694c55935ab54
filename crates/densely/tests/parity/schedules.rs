//! Every schedule of the learning rate.

use densely::optim::ConstantRate;
use densely::prelude::*;

use crate::case::parts;
use crate::training::{STEPS, check_all};

#[test]
fn schedules() {
    check_all("schedules", include_str!("schedules.txt"), 12);
}

/// The learning rate in the course of a training.
pub(crate) struct Course {
    initial: f64,
    rule: Rule,
}

enum Rule {
    Schedule(Box<dyn Schedule>),
    Plateau(Plateau),
}

impl Course {
    /// By this schedule; the same all the time without one.
    pub(crate) fn new(text: Option<&str>, initial: f64) -> Self {
        Self { initial, rule: rule(text.unwrap_or("constant")) }
    }

    /// The rate in step `t`, from 0.
    pub(crate) fn rate(&self, t: u32) -> f64 {
        self.initial
            * match &self.rule {
                Rule::Schedule(schedule) => schedule.factor(f64::from(t), f64::from(STEPS)),
                Rule::Plateau(plateau) => plateau.factor(),
            }
    }

    /// Takes notice of the loss of a step.
    pub(crate) fn observe(&mut self, loss: f64) {
        if let Rule::Plateau(plateau) = &mut self.rule {
            plateau.observe(loss);
        }
    }
}

fn rule(text: &str) -> Rule {
    let parts = parts(text);
    let ((name, numbers), options) = parts.split_first().unwrap();
    let options: Vec<_> = options.iter().map(|(name, v)| (*name, v.as_slice())).collect();
    match (*name, numbers.as_slice()) {
        ("plateau", &[decay, patience]) => {
            let plateau = Plateau::new(decay, patience as usize);
            Rule::Plateau(options.into_iter().fold(plateau, |plateau, option| match option {
                ("threshold", &[threshold]) => plateau.threshold(threshold),
                ("floor", &[floor]) => plateau.floor(floor),
                other => panic!("a plateau has no option {other:?}"),
            }))
        }
        ("constant", []) => schedule(ConstantRate, &options),
        ("step", &[every, factor]) => schedule(StepDecay::new(every, factor), &options),
        ("exponential", &[factor]) => schedule(ExponentialDecay::new(factor), &options),
        ("cosine", &[floor]) => schedule(CosineDecay::new().floor(floor), &options),
        ("linear", []) => schedule(|t: f64, end: f64| 1.0 - t / end, &options),
        ("one-cycle", &[rise, start, end]) => {
            schedule(OneCycle::new().rise(rise).between(start, end), &options)
        }
        other => panic!("no schedule is called {other:?}"),
    }
}

fn schedule(inner: impl Schedule + 'static, options: &[(&str, &[f64])]) -> Rule {
    Rule::Schedule(match options {
        [] => Box::new(inner),
        &[("warm_up", &[length, start])] => Box::new(inner.warm_up(length).from(start)),
        other => panic!("a schedule has no options {other:?}"),
    })
}
