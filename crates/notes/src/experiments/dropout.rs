use densely::prelude::*;
use densely_picture::{Axis, BLUE, ORANGE, Panel, Picture, Swatch};

use crate::figures::{Figure, Figures, number, percent};
use crate::outcome::Outcome;
use crate::spread::Spread;
use crate::statement::{Statement, Unit, differences};
use crate::toy::{self, TEST, TRAIN};
use crate::trained::{Training, train};
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "dropout",
    title: "Dropout controls overfitting",
    section: section::REGULARIZATION,
    claim: "Dropout is a very effective regulariser; to drop half of the neurons is a good start.",
    method: "A network of two hidden layers of 256 ReLUs learns few examples: 80 points of two moons \
             that overlap (400 epochs of Adam, 2,000 points to test on), and a tenth of the digits, \
             180 images (standardised; 100 epochs, the others to test on). Hidden neurons are dropped \
             with a probability from 0 to 0.9 (the lecture's p is that of keeping them). It is very \
             effective if half of them dropped closes half of the gap between training and test, with \
             more right answers in test.",
    run,
};

const PROBABILITIES: [f64; 7] = [0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9];
/// Of [`PROBABILITIES`], the default of the lecture.
const DEFAULT: usize = 4;

/// What is learned, and for how long.
#[derive(Debug, Clone, Copy)]
struct Task {
    name: &'static str,
    /// To learn, and to test on.
    data: fn(u64) -> Result<[Dataset<f32>; 2], NotesError>,
    epochs: usize,
}

const TASKS: [Task; 2] = [
    Task { name: "two moons", data: moons, epochs: 400 },
    Task { name: "digits", data: few_digits, epochs: 100 },
];

fn moons(seed: u64) -> Result<[Dataset<f32>; 2], NotesError> {
    Ok([toy::two_moons(80, 0.35, seed, TRAIN)?, toy::two_moons(2000, 0.35, seed, TEST)?])
}

fn few_digits(seed: u64) -> Result<[Dataset<f32>; 2], NotesError> {
    let (data, test) = digits().split(0.9, seed)?;
    let preparation = Preparation::fit(["standardize"], &data)?;
    Ok([preparation.dataset(&data)?, preparation.dataset(&test)?])
}

/// What a network gets right, and its loss: in training and in test.
struct Run {
    right: [f64; 2],
    loss: [f64; 2],
}

fn learn(task: Task, drop_probability: f64, seed: u64) -> Result<Run, NotesError> {
    let [data, test] = (task.data)(seed)?;
    let spec = Mlp::classifier(data.features(), data.outputs());
    let spec = spec.hidden([256, 256]).dropout(drop_probability);
    let epochs = task.epochs;
    let training = Training { learning_rate: 0.001, weight_decay: 0.0, epochs, batch_size: 32 };
    let model = train(&spec, &data, training, seed)?;
    let [data, test] = [model.evaluate(&data)?, model.evaluate(&test)?];
    Ok(Run { right: [data.score(), test.score()], loss: [data.loss(), test.loss()] })
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let settings: Vec<_> = TASKS
        .into_iter()
        .flat_map(|task| PROBABILITIES.map(|probability| (task, probability)))
        .collect();
    let runs =
        lab.repeat(&settings, |&(task, probability), seed| learn(task, probability, seed))?;
    let mut figures = Figures::new([
        "data, dropped",
        "right in training",
        "right in test",
        "the gap",
        "loss in test",
    ]);
    let mut picture = Picture::new("A large network on few examples", (300.0, 250.0))
        .legend(Swatch::Line, BLUE, "in test")
        .legend(Swatch::Line, ORANGE, "in training");
    let (mut statements, mut findings) = (Vec::new(), Vec::new());
    for (task, runs) in TASKS.into_iter().zip(runs.chunks(PROBABILITIES.len())) {
        let spread = |i: usize, f: fn(&Run) -> f64| Spread::of(runs[i].iter().map(f));
        let gap = |run: &Run| run.right[0] - run.right[1];
        for (i, probability) in PROBABILITIES.into_iter().enumerate() {
            figures.row([
                format!("{}, {probability}", task.name).into(),
                Figure::Shares(spread(i, |run| run.right[0])),
                Figure::Shares(spread(i, |run| run.right[1])),
                Figure::Shares(spread(i, gap)),
                spread(i, |run| run.loss[1]).into(),
            ]);
        }
        let at = |f: fn(&Run) -> f64| {
            let spreads = PROBABILITIES.into_iter().enumerate();
            spreads.map(|(i, probability)| (probability, spread(i, f))).collect::<Vec<_>>()
        };
        let label = if findings.is_empty() { "share of right answers" } else { "" };
        let panel = Panel::new(
            task.name,
            Axis::linear("probability of dropping", -0.03, 0.93),
            Axis::linear(label, 0.5, 1.02),
        );
        picture = picture.panel(
            panel.spreads(ORANGE, at(|run| run.right[0])).spreads(BLUE, at(|run| run.right[1])),
        );
        let medians = |f: fn(&Run) -> f64| [0, DEFAULT].map(|i| spread(i, f).median);
        let (gaps, losses) = (medians(gap), medians(|run| run.loss[1]));
        let right = medians(|run| run.right[1]);
        let closed = runs[DEFAULT]
            .iter()
            .zip(&runs[0])
            .map(|(with, without)| gap(without) / 2.0 - gap(with));
        statements.extend([
            Statement::above(
                format!("on the {}, the gap falls to less than half of what it was, by", task.name),
                Unit::Share,
                0.0,
                closed,
            ),
            Statement::above(
                format!("on the {}, more are right in test, by", task.name),
                Unit::Share,
                0.0,
                differences(&runs[DEFAULT], &runs[0], |run| run.right[1]),
            ),
        ]);
        let change = |[without, with]: [String; 2]| format!("from {without} to {with}");
        findings.push(format!(
            "On the {}, dropping half of the neurons takes the gap between training and test {}, \
             the right answers in test {}, and the loss in test {}.",
            task.name,
            change(gaps.map(percent)),
            change(right.map(percent)),
            change(losses.map(number)),
        ));
    }
    Outcome::new(statements, findings.join(" "), figures, &picture)
}
