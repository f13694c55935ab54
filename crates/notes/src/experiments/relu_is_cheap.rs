use std::time::Instant;

use densely::prelude::*;
use densely_picture::{Axis, BLUE, Panel, Picture};

use crate::figures::{Figures, number};
use crate::outcome::Outcome;
use crate::spread::Spread;
use crate::statement::{Statement, Unit, factors};
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "relu-is-cheap",
    title: "ReLU is cheap",
    section: section::ACTIVATIONS,
    claim: "A ReLU is a comparison with 0; tanh and the sigmoid need an exponential function. So ReLU is the \
            cheaper one.",
    method: "The time of activations on one thread, forward and backward over 256 × 256 numbers of `f32`, \
             and that of a training step of a network 64-256-256-10 on 128 examples. The four take turns, \
             51 times, each with the best of five calls; shown is the median over turns, and compared are \
             the times of each turn. Times are of the machine that wrote this page, whose `tanh` and σ are \
             this library's, of many numbers at once. \"Cheaper\" is taken to mean less than half of the time.",
    run,
};

const KINDS: [(&str, &str); 4] =
    [("ReLU", "relu"), ("leaky ReLU", "leaky-relu"), ("tanh", "tanh"), ("sigmoid", "sigmoid")];
const TURNS: usize = 51;
/// The best of so many calls is free of what else the machine does.
const CALLS: usize = 5;
const SIZE: usize = 256;
const EXAMPLES: usize = 128;

/// For each kind, a time for each turn, in seconds. What is timed is done once before.
fn take_turns<R>(
    mut work: [impl FnMut() -> Result<R, NotesError>; KINDS.len()],
) -> Result<[Vec<f64>; KINDS.len()], NotesError> {
    let mut times = KINDS.map(|_| Vec::with_capacity(TURNS));
    for work in &mut work {
        work()?;
    }
    for _ in 0..TURNS {
        for (work, times) in work.iter_mut().zip(&mut times) {
            let mut best = f64::INFINITY;
            for _ in 0..CALLS {
                let start = Instant::now();
                std::hint::black_box(work()?);
                best = best.min(start.elapsed().as_secs_f64());
            }
            times.push(best);
        }
    }
    Ok(times)
}

/// Forward and backward through each activation.
fn activations() -> Result<[Vec<f64>; KINDS.len()], NotesError> {
    let mut stream = Stream::new(0, Purpose::Other, Key::default());
    let mut normal = || Mat::<f32>::from_fn(SIZE, SIZE, |_, _| stream.normal());
    let (x, dy) = (normal(), normal());
    let known = LayerKinds::<f32>::new();
    let mut layers = Vec::new();
    for (_, kind) in KINDS {
        layers.push(known.get(kind)?.layer(SIZE)?);
    }
    let mut layers = layers.iter();
    take_turns(KINDS.map(|_| {
        let (x, dy, layer) = (&x, &dy, layers.next());
        let (mut y, mut dx) = (x.clone(), x.clone());
        move || {
            let tape = || Mat::zeros(0, SIZE);
            if let Some(layer) = layer {
                layer.forward(x.as_ref(), y.as_mut(), tape().as_mut());
                let (y, dy) = (y.as_ref(), dy.as_ref());
                layer.backward_input(x.as_ref(), y, dy, dx.as_mut(), tape().as_mut());
            }
            Ok(dx[(0, 0)])
        }
    }))
}

/// A training step with each activation.
fn steps() -> Result<[Vec<f64>; KINDS.len()], NotesError> {
    let mut stream = Stream::new(0, Purpose::Other, Key::default());
    let x = Mat::<f32>::from_fn(64, EXAMPLES, |_, _| stream.normal());
    let labels: Vec<usize> = (0..EXAMPLES).map(|j| j % 10).collect();
    let mut models = Vec::new();
    for (_, kind) in KINDS {
        models.push(Mlp::classifier(64, 10).hidden([SIZE, SIZE]).activation(kind).build()?);
    }
    let mut models = models.into_iter();
    take_turns(KINDS.map(|_| {
        let (x, labels, mut model) = (&x, &labels, models.next());
        let (mut optimizer, mut step) = (Sgd::new(0.01), TrainingStep::new());
        move || {
            let (at, threads) = (At::default(), Threads::single());
            model.as_mut().map_or(Ok(0.0), |model| {
                let targets = Targets::Labels(labels);
                Ok(step.run(model, &mut optimizer, x.as_ref(), targets, at, &threads)?)
            })
        }
    }))
}

fn run(_: &Lab) -> Result<Outcome, NotesError> {
    let (activations, steps) = (activations()?, steps()?);
    let median = |times: &[f64], unit: f64| Spread::of(times.iter().copied()).median / unit;
    let value = 1e-9 * (SIZE * SIZE) as f64;
    let mut figures = Figures::new([
        "activation",
        "a number, forward and back (ns)",
        "over ReLU",
        "a training step (µs)",
        "over ReLU",
    ]);
    for (i, (name, _)) in KINDS.into_iter().enumerate() {
        let over =
            |times: &[Vec<f64>]| Spread::of(factors(&times[i], &times[0], |&time| time)).median;
        figures.row([
            name.into(),
            median(&activations[i], value).into(),
            over(&activations).into(),
            median(&steps[i], 1e-6).into(),
            over(&steps).into(),
        ]);
    }
    let panel = |title: &str, label: &str, times: &[Vec<f64>], unit: f64| {
        let heights: Vec<f64> = times.iter().map(|times| median(times, unit)).collect();
        let most = heights.iter().copied().fold(0.0, f64::max);
        let names = KINDS.map(|(name, _)| name);
        let panel = Panel::new(title, Axis::named("", names), Axis::linear(label, 0.0, 1.1 * most));
        (0..)
            .map(f64::from)
            .zip(heights)
            .fold(panel, |panel, (x, height)| panel.bar(BLUE, x, height))
    };
    let picture = Picture::new("What activations cost", (300.0, 220.0))
        .panel(panel("the activation alone", "ns for a number", &activations, value))
        .panel(panel("a training step", "µs", &steps, 1e-6));
    let statement = |i: usize| {
        let text = format!("ReLU takes less than half of the time of {}, by turns", KINDS[i].0);
        let times = factors(&activations[0], &activations[i], |&time| time);
        Statement::below(text, Unit::Factor, 0.5, times)
    };
    let share = |i: usize| {
        let text =
            format!("a training step with ReLU takes less time than one with {}", KINDS[i].0);
        Statement::below(text, Unit::Factor, 1.0, factors(&steps[0], &steps[i], |&time| time))
    };
    let over =
        |times: &[Vec<f64>], i: usize| number(median(&times[i], 1.0) / median(&times[0], 1.0));
    Outcome::new(
        [statement(2), statement(3), share(2), share(3)],
        format!(
            "Alone, tanh takes {} times the time of ReLU and the sigmoid {} times. Of a training step \
             products are the most, so there it is {} and {} times.",
            over(&activations, 2),
            over(&activations, 3),
            over(&steps, 2),
            over(&steps, 3),
        ),
        figures,
        &picture,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times are of the machine; that there are as many as said, and above 0, is not.
    #[test]
    fn every_activation_is_timed_in_every_turn() {
        for times in [activations().unwrap(), steps().unwrap()] {
            assert!(times.iter().all(|times| times.len() == TURNS));
            assert!(times.iter().flatten().all(|&time| time > 0.0 && time.is_finite()));
        }
    }
}
