use densely_gradcheck::{Check, Entry, Failure, Mistake, Report, optimizer};
use densely_layers::{Param, Parameters};
use densely_optim::{OptimError, Optimizer, OptimizerState};
use densely_tensor::{Mat, Threads};

use crate::zoo::found;

const RATE: f64 = 0.1;
const DECAY: f64 = 0.3;
const MOMENTUM: f64 = 0.9;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Ascends,
    DecaysBiases,
    DecaysByBatch,
    ForgetsVelocity,
    LooksAhead,
    ClipsGradients,
    ForgetsNumberOfThreads,
    KeepsItsRate,
    StoresNothing,
    NoCorrection,
    Nothing,
}
use Wrong::*;

/// SGD with momentum and decay, or Adam, with one mistake.
#[derive(Debug)]
struct WrongOptimizer {
    wrong: Wrong,
    rate: f64,
    velocities: Vec<Mat<f64>>,
}

impl Optimizer<f64> for WrongOptimizer {
    fn step(
        &mut self,
        network: &mut dyn Parameters<f64>,
        threads: &Threads,
    ) -> Result<(), OptimError> {
        if self.velocities.is_empty() {
            network.each(&mut |p| {
                self.velocities.push(Mat::zeros(p.value.nrows(), p.value.ncols()));
            });
        }
        let wrong = self.wrong;
        let mut velocities = self.velocities.iter_mut();
        network.each_mut(&mut |Param { value, grad, decay, .. }| {
            let v = velocities.next().unwrap();
            let decay = match wrong {
                DecaysBiases => DECAY,
                DecaysByBatch if *decay => DECAY / 32.0,
                _ if *decay => DECAY,
                _ => 0.0,
            };
            for j in 0..value.ncols() {
                for i in 0..value.nrows() {
                    let at = (i, j);
                    if wrong == ClipsGradients {
                        grad[at] = grad[at].clamp(-1.0, 1.0);
                    }
                    let g = grad[at] + decay * value[at];
                    let kept = if wrong == ForgetsVelocity { 0.0 } else { MOMENTUM * v[at] };
                    v[at] = kept + g;
                    let direction = match wrong {
                        Ascends => -v[at],
                        LooksAhead => g + MOMENTUM * v[at],
                        ForgetsNumberOfThreads if threads.count() > 1 => v[at] * (1.0 + 1e-15),
                        NoCorrection => {
                            v[at] = MOMENTUM * (kept / MOMENTUM) + (1.0 - MOMENTUM) * g;
                            v[at]
                        }
                        _ => v[at],
                    };
                    value[at] -= RATE * direction;
                }
            }
        });
        Ok(())
    }

    fn learning_rate(&self) -> f64 {
        self.rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        if self.wrong != KeepsItsRate {
            self.rate = learning_rate;
        }
    }
}

/// The same with what it remembers, or without.
#[derive(Debug)]
struct Stored(WrongOptimizer);

impl Optimizer<f64> for Stored {
    fn step(
        &mut self,
        network: &mut dyn Parameters<f64>,
        threads: &Threads,
    ) -> Result<(), OptimError> {
        self.0.step(network, threads)
    }

    fn learning_rate(&self) -> f64 {
        self.0.learning_rate()
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.0.set_learning_rate(learning_rate);
    }

    fn save_state(
        &self,
        state: &mut OptimizerState<f64>,
        network: &dyn Parameters<f64>,
    ) -> Result<(), OptimError> {
        let (mut velocities, mut result) = (self.0.velocities.iter(), Ok(()));
        network.each_path(&mut |path, _| {
            if let Some(v) = velocities.next().filter(|_| self.0.wrong != StoresNothing) {
                result = result.clone().and_then(|()| state.insert_matrix("v", path, v.clone()));
            }
        });
        result
    }

    fn load_state(
        &mut self,
        state: &mut OptimizerState<f64>,
        network: &dyn Parameters<f64>,
    ) -> Result<(), OptimError> {
        let velocities = &mut self.0.velocities;
        network.each_path(&mut |path, _| velocities.extend(state.take_matrix("v", path)));
        Ok(())
    }
}

fn momentum(entry: &mut Entry) {
    let decay = if entry.decay { DECAY } else { 0.0 };
    entry.state[0] = MOMENTUM * entry.state[0] + entry.gradient + decay * entry.value;
    entry.value -= RATE * entry.state[0];
}

fn check(wrong: Wrong, rule: fn(&mut Entry)) -> Result<Report, Box<Failure>> {
    let build = || WrongOptimizer { wrong, rate: RATE, velocities: Vec::new() };
    optimizer(build, rule)
}

#[test]
fn by_the_rule() {
    let found = |target| found(Check::Rule, target);
    let check = |wrong| check(wrong, momentum);
    found("weight").looks_like(Mistake::Sign).is(check(Ascends));
    found("bias").looks_like(Mistake::Decay(-RATE * DECAY)).is(check(DecaysBiases));
    let too_little = RATE * DECAY * (1.0 - 1.0 / 32.0);
    found("weight").looks_like(Mistake::Decay(too_little)).is(check(DecaysByBatch));
    found("weight").looks_like(Mistake::State).is(check(ForgetsVelocity));
    found("weight").looks_like(Mistake::Factor(1.0 + MOMENTUM)).is(check(LooksAhead));
}

/// A moving average that starts at 0 has to be divided by `1 − μᵗ`.
#[test]
fn a_moving_average_without_its_correction() {
    let corrected = |entry: &mut Entry| {
        let decay = if entry.decay { DECAY } else { 0.0 };
        let g = entry.gradient + decay * entry.value;
        entry.state[0] = MOMENTUM * entry.state[0] + (1.0 - MOMENTUM) * g;
        entry.value -= RATE * entry.state[0] / (1.0 - MOMENTUM.powi(entry.step));
    };
    let expected = found(Check::Rule, "weight").looks_like(Mistake::Factor(1.0 - MOMENTUM));
    expected.is(check(NoCorrection, corrected));
}

#[test]
fn by_what_a_step_leaves() {
    found(Check::Gradients, "weight").is(check(ClipsGradients, momentum));
    found(Check::Threads, "parameters").is(check(ForgetsNumberOfThreads, momentum));
    found(Check::LearningRate, "optimiser").is(check(KeepsItsRate, momentum));
}

#[test]
fn by_what_is_stored_of_it() {
    let check = |wrong| {
        let build = || Stored(WrongOptimizer { wrong, rate: RATE, velocities: Vec::new() });
        optimizer(build, momentum)
    };
    found(Check::Resumes, "weight").is(check(StoresNothing));
    assert!(check(Nothing).is_ok());
}

#[test]
fn without_a_mistake_it_passes() {
    assert!(check(Nothing, momentum).is_ok());
}
