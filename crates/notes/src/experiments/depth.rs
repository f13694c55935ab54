use densely::prelude::*;
use densely_picture::{Axis, BLUE, ORANGE, Panel, Picture, Swatch};

use crate::figures::{Figure, Figures, percent};
use crate::outcome::Outcome;
use crate::parts::digits_in_parts;
use crate::spread::Spread;
use crate::statement::{Statement, Unit, differences};
use crate::toy::{self, TEST, TRAIN, VALIDATION};
use crate::trained::{Training, accuracy, train};
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "depth",
    title: "Three layers, and more",
    section: section::POWER,
    claim: "In a fully-connected network a third layer pays; a fourth, fifth or sixth hardly does.",
    method: "ReLU networks of 2 to 6 layers, their hidden layers as wide as a number of parameters \
             allows: 5,000 for the digits (half of them to test on), 1,000 for a spiral whose three \
             arms turn by 7 radians (180 points, 1,500 to test on). Adam, 60 and 200 epochs, at the \
             rate of 0.001, 0.003, 0.01 and 0.03 with the most right answers in validation (the median; \
             of equals, the one with the lowest loss): on a tenth of the digits, on 1,500 points. A layer \
             hardly pays if it brings less than 1 % more right answers.",
    run,
};

const LAYERS: [usize; 5] = [2, 3, 4, 5, 6];
const RATES: [f64; 4] = [0.001, 0.003, 0.01, 0.03];

/// What is learned, with how many parameters at most, and for how long.
#[derive(Debug, Clone, Copy)]
struct Task {
    name: &'static str,
    data: fn(u64) -> Result<[Dataset<f32>; 3], NotesError>,
    budget: usize,
    epochs: usize,
}

const TASKS: [Task; 2] = [
    Task { name: "digits", data: few_digits, budget: 5000, epochs: 60 },
    Task { name: "spiral", data: spirals, budget: 1000, epochs: 200 },
];

/// To learn, to choose the rate by, and to test on.
fn few_digits(seed: u64) -> Result<[Dataset<f32>; 3], NotesError> {
    digits_in_parts(0.5, 0.2, seed)
}

/// As [`few_digits`].
fn spirals(seed: u64) -> Result<[Dataset<f32>; 3], NotesError> {
    let spiral = |per_class, part| toy::spiral(per_class, 3, 7.0, 0.2, (seed, part));
    Ok([spiral(60, TRAIN)?, spiral(500, VALIDATION)?, spiral(500, TEST)?])
}

/// The number of parameters of a network of `layers` layers, its hidden ones `width` wide.
fn parameters(inputs: usize, outputs: usize, layers: usize, width: usize) -> usize {
    (inputs + 1) * width + (layers - 2) * (width + 1) * width + (width + 1) * outputs
}

/// The width with which the network has as many parameters as it can within `budget`.
fn width(inputs: usize, outputs: usize, layers: usize, budget: usize) -> usize {
    let fits = |&width: &usize| parameters(inputs, outputs, layers, width) <= budget;
    (1..).take_while(fits).last().unwrap_or(1)
}

struct Run {
    width: usize,
    parameters: usize,
    /// The shares of right answers.
    train: f64,
    test: f64,
    validation: f64,
    /// In validation.
    loss: f64,
}

fn learn(task: Task, layers: usize, rate: f64, seed: u64) -> Result<Run, NotesError> {
    let [data, validation, test] = (task.data)(seed)?;
    let (inputs, outputs) = (data.features(), data.outputs());
    let width = width(inputs, outputs, layers, task.budget);
    let spec = Mlp::classifier(inputs, outputs).hidden(vec![width; layers - 1]);
    let training =
        Training { learning_rate: rate, weight_decay: 0.0, epochs: task.epochs, batch_size: 32 };
    let model = train(&spec, &data, training, seed)?;
    let validation = model.evaluate(&validation)?;
    Ok(Run {
        width,
        parameters: model.parameters(),
        train: accuracy(&model, &data)?,
        test: accuracy(&model, &test)?,
        validation: validation.score(),
        loss: validation.loss(),
    })
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let settings: Vec<_> = TASKS
        .into_iter()
        .flat_map(|task| LAYERS.map(|layers| (task, layers)))
        .flat_map(|(task, layers)| RATES.map(|rate| (task, layers, rate)))
        .collect();
    let runs =
        lab.repeat(&settings, |&(task, layers, rate), seed| learn(task, layers, rate, seed))?;
    let mut figures = Figures::new([
        "data, layers",
        "width",
        "parameters",
        "rate",
        "right in training",
        "right in test",
    ]);
    let mut picture = Picture::new("Layers at equal numbers of parameters", (250.0, 240.0))
        .legend(Swatch::Line, BLUE, "right in test")
        .legend(Swatch::Line, ORANGE, "in training");
    let (mut statements, mut findings) = (Vec::new(), Vec::new());
    let of_task = RATES.len() * LAYERS.len();
    for (task, runs) in TASKS.into_iter().zip(runs.chunks(of_task)) {
        let spread = |runs: &[Run], f: fn(&Run) -> f64| Spread::of(runs.iter().map(f));
        let (mut train, mut test, mut chosen) = (Vec::new(), Vec::new(), Vec::new());
        for (layers, runs) in LAYERS.into_iter().zip(runs.chunks(RATES.len())) {
            let median = |i: usize, f: fn(&Run) -> f64| spread(&runs[i], f).median;
            let best = (0..RATES.len()).max_by(|&a, &b| {
                let [right, loss] = [|run: &Run| run.validation, |run: &Run| run.loss];
                let right = median(a, right).total_cmp(&median(b, right));
                right.then(median(b, loss).total_cmp(&median(a, loss)))
            });
            let best = best.unwrap_or_default();
            chosen.push(&runs[best]);
            let Run { width, parameters, .. } = runs[best][0];
            train.push(spread(&runs[best], |run| run.train));
            test.push(spread(&runs[best], |run| run.test));
            figures.row([
                format!("{}, {layers}", task.name).into(),
                width.into(),
                parameters.into(),
                RATES[best].into(),
                Figure::Shares(train[train.len() - 1]),
                Figure::Shares(test[test.len() - 1]),
            ]);
        }
        let label = if findings.is_empty() { "share of right answers" } else { "" };
        let low = test.iter().map(|test| test.low).fold(1.0, f64::min);
        let panel = Panel::new(
            task.name,
            Axis::named("layers", LAYERS),
            Axis::linear(label, (low * 20.0).floor() / 20.0, 1.0),
        );
        let at =
            |spreads: &[Spread]| (0..).map(f64::from).zip(spreads.to_vec()).collect::<Vec<_>>();
        picture = picture.panel(panel.spreads(ORANGE, at(&train)).spreads(BLUE, at(&test)));
        statements.push(Statement::above(
            format!("on the {}, 3 layers have more right than 2, by", task.name),
            Unit::Share,
            0.0,
            differences(chosen[1], chosen[0], |run| run.test),
        ));
        for (layers, deeper) in LAYERS.into_iter().zip(&chosen).skip(2) {
            statements.push(Statement::below(
                format!(
                    "on the {}, {layers} layers have less than 1 % more right than 3",
                    task.name
                ),
                Unit::Share,
                0.01,
                differences(*deeper, chosen[1], |run| run.test),
            ));
        }
        let medians: Vec<_> = LAYERS
            .into_iter()
            .zip(&test)
            .map(|(layers, test)| format!("{} with {layers}", percent(test.median)))
            .collect();
        findings.push(format!(
            "On the {}, by layers, the median in test is {}.",
            task.name,
            medians.join(", ")
        ));
    }
    Outcome::new(statements, findings.join(" "), figures, &picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_as_wide_as_the_parameters_allow() {
        for layers in LAYERS {
            let width = width(64, 10, layers, 5000);
            let spec = Mlp::classifier(64, 10).hidden(vec![width; layers - 1]);
            let counted = spec.build::<f32>().unwrap().parameters();
            assert_eq!(counted, parameters(64, 10, layers, width));
            assert!(counted <= 5000 && parameters(64, 10, layers, width + 1) > 5000);
        }
    }
}
