use densely::prelude::*;
use densely_picture::{Axis, BLUE, GREEN, Hue, ORANGE, Panel, Picture, Swatch};

use crate::choice::chosen_by_others;
use crate::figures::{Figures, number};
use crate::outcome::Outcome;
use crate::spread::Spread;
use crate::statement::{Statement, Unit};
use crate::toy::{self, TRAIN};
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "relu-vs-tanh",
    title: "ReLU converges faster than tanh and sigmoid",
    section: section::ACTIVATIONS,
    claim: "ReLU needs far fewer steps of gradient descent than tanh and the sigmoid: a sixth of \
            those of tanh in an experiment of Krizhevsky et al. The reason given is that it does not \
            saturate.",
    method: "As in Krizhevsky et al., networks of four layers, without regularisation, each with the \
             learning rate that makes its training fastest; but fully connected (three hidden layers \
             of 64), on the digits (standardised) and on a spiral of three arms instead of CIFAR-10. \
             Plain SGD on 64 random examples a step, at most 2,000 steps. Counted are the steps until \
             the error on all training examples is at most 25 %, which was their goal, and further \
             down to 1 %. The learning rate is, for each goal and seed, the one of seven from 0.06 to \
             4 that is fastest for the other seeds. \"Far fewer\" is taken to mean less than half.",
    run,
};

const KINDS: [(&str, &str, Hue); 3] =
    [("ReLU", "relu", BLUE), ("tanh", "tanh", ORANGE), ("sigmoid", "sigmoid", GREEN)];
/// Errors in training, the goals.
const GOALS: [f64; 5] = [0.25, 0.1, 0.05, 0.02, 0.01];
const RATES: [f64; 7] = [0.06, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0];
const STEPS: usize = 2000;
const BATCH: usize = 64;

/// The steps until the error is at most each of the goals; infinite after the last step.
fn steps(
    kind: &'static str,
    rate: f64,
    data: &Dataset<f32>,
    seed: u64,
) -> Result<[f64; GOALS.len()], NotesError> {
    let spec = Mlp::classifier(data.features(), data.outputs()).hidden([64; 3]).activation(kind);
    let mut model = spec.seed(seed).build()?;
    let (mut optimizer, mut step) = (Sgd::new(rate), TrainingStep::new());
    let mut stream = Stream::new(seed, Purpose::Other, Key::default());
    let threads = Threads::single();
    let (mut reached, mut next) = ([f64::INFINITY; GOALS.len()], 1);
    for done in 1..=STEPS {
        let examples: Vec<_> = (0..BATCH).map(|_| stream.below(data.len())).collect();
        let batch = data.subset(&examples)?;
        let targets = Targets::Labels(batch.labels().unwrap_or_default());
        step.run(&mut model, &mut optimizer, batch.x(), targets, At::default(), &threads)?;
        // After every step at first, after 5 % more of them later.
        if done < next {
            continue;
        }
        next = (done + 1).max(done + done / 20);
        let error = 1.0 - model.evaluate(data)?.score();
        for (goal, reached) in GOALS.iter().zip(&mut reached) {
            if error <= *goal {
                *reached = reached.min(done as f64);
            }
        }
        if reached[GOALS.len() - 1].is_finite() {
            break;
        }
    }
    Ok(reached)
}

/// The steps to a goal for each seed, at the rate that is fastest for the others.
fn fastest(runs: &[Vec<[f64; GOALS.len()]>], goal: usize) -> Vec<f64> {
    chosen_by_others(runs, |steps| -steps[goal]).into_iter().map(|steps| steps[goal]).collect()
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let digits = digits();
    let tasks = [
        ("digits", Preparation::fit(["standardize"], &digits)?.dataset::<f32>(&digits)?),
        ("spiral", toy::spiral(300, 3, 4.0, 0.1, (0, TRAIN))?),
    ];
    let settings: Vec<_> = (0..tasks.len())
        .flat_map(|task| KINDS.map(|(_, kind, _)| (task, kind)))
        .flat_map(|(task, kind)| RATES.map(|rate| (task, kind, rate)))
        .collect();
    let runs =
        lab.repeat(&settings, |&(task, kind, rate), seed| steps(kind, rate, &tasks[task].1, seed))?;
    let mut figures = Figures::new([
        "training data, activation",
        "steps to 25 %",
        "to 10 %",
        "to 5 %",
        "to 2 %",
        "to 1 %",
    ]);
    let mut picture = Picture::new("Steps to an error in training", (300.0, 260.0));
    for (name, _, color) in KINDS {
        picture = picture.legend(Swatch::Line, color, name);
    }
    let (mut findings, mut statements) = (Vec::new(), Vec::new());
    for ((task, _), runs) in tasks.iter().zip(runs.chunks(KINDS.len() * RATES.len())) {
        let goals = [0, 1, 2, 3, 4];
        let fastest: Vec<[Vec<f64>; GOALS.len()]> =
            runs.chunks(RATES.len()).map(|runs| goals.map(|goal| fastest(runs, goal))).collect();
        let label = if figures.rows.is_empty() { "steps" } else { "" };
        let names = GOALS.map(|goal| format!("{} %", 100.0 * goal));
        let mut panel = Panel::new(
            *task,
            Axis::named("error in training", names),
            Axis::logarithmic(label, 1.0, STEPS as f64),
        );
        for ((name, _, color), steps) in KINDS.into_iter().zip(&fastest) {
            let spreads = goals.map(|goal| Spread::of(steps[goal].iter().copied()));
            let [a, b, c, d, e] = spreads.map(|spread| match spread.median.is_finite() {
                true => spread.into(),
                false => "not reached".into(),
            });
            figures.row([format!("{task}, {name}").into(), a, b, c, d, e]);
            let reached = spreads.iter().enumerate().filter(|(_, spread)| spread.high.is_finite());
            panel = panel.spreads(color, reached.map(|(goal, &spread)| (goal as f64, spread)));
        }
        picture = picture.panel(panel);
        for (i, (name, ..)) in KINDS.iter().enumerate().skip(1) {
            let mut means = Vec::new();
            for goal in goals {
                // Who has not reached the goal has made all steps, and would need more.
                let slower = fastest[i][goal].iter().map(|steps| steps.min(STEPS as f64));
                let factors = slower.zip(&fastest[0][goal]).map(|(slow, fast)| slow / fast);
                let text = format!(
                    "on the {task}, to {} %, {name} needs more than twice the steps of ReLU",
                    100.0 * GOALS[goal]
                );
                let statement = Statement::above(text, Unit::Factor, 2.0, factors);
                means.extend(statement.interval.map(|interval| interval.mean));
                statements.push(statement);
            }
            let Spread { low, high, .. } = Spread::of(means);
            let (low, high) = (number(low), number(high));
            findings.push(format!("{low} to {high} for {name} on the {task}"));
        }
    }
    Outcome::new(
        statements,
        format!(
            "Krizhevsky et al. found that tanh needs 6 times the steps of ReLU. Here, over the five \
             goals, the factor is {}.",
            findings.join(", ")
        ),
        figures,
        &picture,
    )
}
