use densely::prelude::*;
use densely_picture::{Axis, BLUE, ORANGE, Panel, Picture, Swatch};

use crate::choice::best;
use crate::figures::{Figure, Figures, percent};
use crate::outcome::Outcome;
use crate::parts::digits_in_parts;
use crate::spread::Spread;
use crate::statement::{Statement, Unit, differences};
use crate::toy::{self, TEST, TRAIN, VALIDATION};
use crate::trained::{Training, accuracy, train};
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "which-activation",
    title: "Which activation to use",
    section: section::ACTIVATIONS,
    claim: "Take ReLU, with an eye on the learning rate and on dead units. If those are a problem, try leaky \
            ReLU or maxout. tanh should do worse than these, and the sigmoid is out of use.",
    method: "Networks of three hidden layers of 64 neurons learn the digits (40 % of them to learn from, 10 % \
             for validation, half to test on; 30 epochs) and a spiral whose three arms turn by 7 radians \
             (180 points, 1,500 for validation, 1,500 to test on; 100 epochs). Maxout has fewer neurons, so \
             that it has no more parameters. Adam, at the rate of 0.001, 0.003, 0.01 and 0.03 with the \
             most right answers in validation.",
    run,
};

/// The lecture's order: each should do better than the next, but leaky ReLU and maxout,
/// which are as good as ReLU.
const KINDS: [(&str, &str); 5] = [
    ("ReLU", "relu"),
    ("leaky ReLU", "leaky-relu"),
    ("maxout", "maxout"),
    ("tanh", "tanh"),
    ("sigmoid", "sigmoid"),
];
const TANH: usize = 3;
const SIGMOID: usize = 4;
const RATES: [f64; 4] = [0.001, 0.003, 0.01, 0.03];

#[derive(Debug, Clone, Copy)]
struct Task {
    name: &'static str,
    /// To learn, to choose the rate by, and to test on.
    data: fn(u64) -> Result<[Dataset<f32>; 3], NotesError>,
    /// The neurons of a hidden layer of maxout.
    maxout: usize,
    epochs: usize,
}

const TASKS: [Task; 2] = [
    Task { name: "digits", data: few_digits, maxout: 42, epochs: 30 },
    Task { name: "spiral", data: spirals, maxout: 45, epochs: 100 },
];

fn few_digits(seed: u64) -> Result<[Dataset<f32>; 3], NotesError> {
    digits_in_parts(0.5, 0.2, seed)
}

fn spirals(seed: u64) -> Result<[Dataset<f32>; 3], NotesError> {
    let spiral = |per_class, part| toy::spiral(per_class, 3, 7.0, 0.2, (seed, part));
    Ok([spiral(60, TRAIN)?, spiral(500, VALIDATION)?, spiral(500, TEST)?])
}

fn network(task: Task, kind: &'static str, inputs: usize, outputs: usize) -> Mlp {
    let width = match kind {
        "maxout" => task.maxout,
        _ => 64,
    };
    Mlp::classifier(inputs, outputs).hidden([width; 3]).activation(kind)
}

/// The shares of right answers.
struct Run {
    validation: f64,
    test: f64,
}

fn learn(task: Task, kind: &'static str, rate: f64, seed: u64) -> Result<Run, NotesError> {
    let [data, validation, test] = (task.data)(seed)?;
    let spec = network(task, kind, data.features(), data.outputs());
    let training =
        Training { learning_rate: rate, weight_decay: 0.0, epochs: task.epochs, batch_size: 32 };
    let model = train(&spec, &data, training, seed)?;
    Ok(Run { validation: accuracy(&model, &validation)?, test: accuracy(&model, &test)? })
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let settings: Vec<_> = TASKS
        .into_iter()
        .flat_map(|task| KINDS.map(|(_, kind)| (task, kind)))
        .flat_map(|(task, kind)| RATES.map(|rate| (task, kind, rate)))
        .collect();
    let runs = lab.repeat(&settings, |&(task, kind, rate), seed| learn(task, kind, rate, seed))?;
    let mut figures = Figures::new(["data, activation", "rate", "right in test"]);
    let names = KINDS.map(|(name, _)| name);
    let mut marks = Vec::new();
    let (mut statements, mut findings) = (Vec::new(), Vec::new());
    let of_task = KINDS.len() * RATES.len();
    let places = [(-0.1, BLUE), (0.1, ORANGE)];
    for ((task, runs), (side, color)) in TASKS.into_iter().zip(runs.chunks(of_task)).zip(places) {
        let mut chosen: Vec<&[Run]> = Vec::new();
        for ((name, _), runs) in KINDS.iter().zip(runs.chunks(RATES.len())) {
            let rate = best(runs, |run| run.validation);
            let test = Spread::of(runs[rate].iter().map(|run| run.test));
            figures.row([
                format!("{}, {name}", task.name).into(),
                RATES[rate].into(),
                Figure::Shares(test),
            ]);
            marks.push((chosen.len() as f64 + side, color, test));
            chosen.push(&runs[rate]);
        }
        let more = |better: usize, worse: usize| {
            let text = format!(
                "on the {}, {} has more right answers than {}, by",
                task.name, names[better], names[worse]
            );
            let differences = differences(chosen[better], chosen[worse], |run| run.test);
            Statement::above(text, Unit::Share, 0.0, differences)
        };
        statements.extend([more(0, TANH), more(1, TANH), more(2, TANH), more(TANH, SIGMOID)]);
        let right: Vec<_> = names
            .iter()
            .zip(&chosen)
            .map(|(name, runs)| {
                let median = Spread::of(runs.iter().map(|run| run.test)).median;
                format!("{} with {name}", percent(median))
            })
            .collect();
        findings.push(format!(
            "On the {}, the median of right answers is {}.",
            task.name,
            right.join(", ")
        ));
    }
    let low = marks.iter().map(|(.., test)| test.low).fold(1.0, f64::min);
    let shares = Axis::linear("share of right answers", (low * 20.0).floor() / 20.0, 1.0);
    let panel = marks.into_iter().fold(
        Panel::new("", Axis::named("", names), shares),
        |panel, (x, color, Spread { low, median, high })| {
            panel.line(color, [(x, low), (x, high)]).dots(color, 4.0, [(x, median)])
        },
    );
    let picture = Picture::new("Right answers in test", (430.0, 250.0))
        .legend(Swatch::Dot, BLUE, "digits")
        .legend(Swatch::Dot, ORANGE, "spiral")
        .panel(panel);
    Outcome::new(statements, findings.join(" "), figures, &picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Maxout has as many neurons as it can within the parameters of the others.
    #[test]
    fn maxout_gets_no_more_parameters_than_the_others() {
        for (task, inputs, outputs) in [(TASKS[0], 64, 10), (TASKS[1], 2, 3)] {
            let parameters = |task, kind| {
                network(task, kind, inputs, outputs).build::<f32>().unwrap().parameters()
            };
            let maxout = "maxout";
            let limit = parameters(task, "relu");
            assert!(parameters(task, maxout) <= limit, "{}", task.name);
            let wider = Task { maxout: task.maxout + 1, ..task };
            assert!(parameters(wider, maxout) > limit, "{}", task.name);
        }
    }
}
