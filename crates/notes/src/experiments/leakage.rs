use densely::prelude::*;
use densely_picture::{Axis, BLUE, ORANGE, Panel, Picture, Swatch};

use crate::figures::{Figure, Figures, percent};
use crate::outcome::Outcome;
use crate::spread::Spread;
use crate::statement::{Statement, Unit};
use crate::trained::{Training, accuracy, train};
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "leakage",
    title: "Preprocessing that has seen the test part",
    section: section::DATA,
    claim: "What preprocessing computes, a mean say, comes from the training part alone. Computed before the \
            data are split, it leaks the test part into training.",
    method: "100 examples to learn from, 100 to test on, and many more as the new data for which the test \
             should speak; what is fitted sees the training part, or training and test part together. Digits \
             (1,597 new ones) are standardised, or whitened. Of 500 features of noise and two classes drawn \
             at random (1,000 new examples), the 10 features are kept that tell the classes apart best. A \
             network of 32 ReLUs learns (60 epochs of Adam). A leak shows in a test that promises more than \
             new data keep.",
    run,
};

/// What is fitted.
#[derive(Debug, Clone, Copy)]
enum Fitted {
    Standardising,
    Whitening,
    /// Which features tell classes apart, by the labels.
    Choice,
}

const WAYS: [(&str, Fitted); 3] = [
    ("digits, standardised", Fitted::Standardising),
    ("digits, whitened", Fitted::Whitening),
    ("noise, features chosen", Fitted::Choice),
];
const SIZE: usize = 100;
const NOISE: usize = 500;
const KEPT: usize = 10;

/// The shares of right answers.
struct Run {
    test: f64,
    new: f64,
}

/// Noise that says nothing about two classes.
fn noise(seed: u64) -> Result<Dataset<f64>, NotesError> {
    let mut stream = Stream::new(seed, Purpose::Other, Key::default());
    let x = Mat::from_fn(NOISE, 1000 + 2 * SIZE, |_, _| stream.normal());
    let labels = (0..x.ncols()).map(|_| stream.below(2)).collect();
    Ok(Dataset::classification(x, labels, 2)?)
}

/// The features whose means in the two classes are farthest apart.
fn telling(data: &Dataset<f64>) -> Vec<usize> {
    let (x, labels) = (data.x(), data.labels().unwrap_or_default());
    let mean = |i: usize, class: usize| {
        let of_class = || (0..x.ncols()).filter(|&j| labels[j] == class);
        of_class().map(|j| x[(i, j)]).sum::<f64>() / of_class().count() as f64
    };
    let apart: Vec<f64> = (0..x.nrows()).map(|i| (mean(i, 0) - mean(i, 1)).abs()).collect();
    let mut features: Vec<usize> = (0..x.nrows()).collect();
    features.sort_by(|&a, &b| apart[b].total_cmp(&apart[a]));
    features.truncate(KEPT);
    features
}

/// These features of all examples.
fn keep(data: &Dataset<f64>, features: &[usize]) -> Result<Dataset<f64>, NotesError> {
    let x = Mat::from_fn(features.len(), data.len(), |i, j| data.x()[(features[i], j)]);
    let labels = data.labels().unwrap_or_default().to_vec();
    Ok(Dataset::classification(x, labels, data.outputs())?)
}

fn learn(fitted: Fitted, leaks: bool, seed: u64) -> Result<Run, NotesError> {
    let all = match fitted {
        Fitted::Choice => noise(seed)?,
        Fitted::Standardising | Fitted::Whitening => digits(),
    };
    let share = |size: usize, of: usize| size as f64 / of as f64;
    let (new, seen) = all.split(share(2 * SIZE, all.len()), seed)?;
    let (data, test) = seen.split(share(SIZE, seen.len()), seed)?;
    let part = if leaks { &seen } else { &data };
    let (preparation, parts) = match fitted {
        Fitted::Standardising => (Preparation::fit(["standardize"], part)?, [data, test, new]),
        Fitted::Whitening => (Preparation::fit(["whiten"], part)?, [data, test, new]),
        Fitted::Choice => {
            let features = telling(part);
            let [data, test, new] = [&data, &test, &new].map(|data| keep(data, &features));
            let data = data?;
            (Preparation::fit(["none"], &data)?, [data, test?, new?])
        }
    };
    let [data, test, new] = parts.map(|part| preparation.dataset::<f32>(&part));
    let data = data?;
    let spec = Mlp::classifier(data.features(), data.outputs()).hidden([32]);
    let training = Training { learning_rate: 0.003, weight_decay: 0.0, epochs: 60, batch_size: 32 };
    let model = train(&spec, &data, training, seed)?;
    Ok(Run { test: accuracy(&model, &test?)?, new: accuracy(&model, &new?)? })
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let settings: Vec<_> =
        WAYS.into_iter().flat_map(|way| [false, true].map(|leaks| (way, leaks))).collect();
    let runs = lab.repeat(&settings, |&((_, fitted), leaks), seed| learn(fitted, leaks, seed))?;
    let excess = |run: &Run| run.test - run.new;
    let mut figures = Figures::new([
        "data, fitted to",
        "right in test",
        "right in new data",
        "promised too much",
    ]);
    let mut marks = Vec::new();
    for (((name, _), leaks), runs) in settings.iter().zip(&runs) {
        let spread = |f: fn(&Run) -> f64| Spread::of(runs.iter().map(f));
        let (test, new) = (spread(|run| run.test), spread(|run| run.new));
        let part = if *leaks { "training and test" } else { "training" };
        figures.row([
            format!("{name}, {part}").into(),
            Figure::Shares(test),
            Figure::Shares(new),
            Figure::Shares(spread(excess)),
        ]);
        marks.push((test, new));
    }
    let low = marks.iter().map(|(test, new)| test.low.min(new.low)).fold(1.0, f64::min);
    let low = (low * 10.0).floor() / 10.0;
    let mut picture =
        Picture::new("What the test promises, and what new data keep", (190.0, 240.0))
            .legend(Swatch::Dot, ORANGE, "in test")
            .legend(Swatch::Dot, BLUE, "in new data");
    for (i, (name, _)) in WAYS.iter().enumerate() {
        let label = if i == 0 { "share of right answers" } else { "" };
        let leaks = Axis::named("", ["no leak", "leak"]);
        let mut panel = Panel::new(*name, leaks, Axis::linear(label, low, 1.0));
        for (x, (test, new)) in (0..).map(f64::from).zip(&marks[2 * i..2 * i + 2]) {
            for (x, color, spread) in [(x - 0.1, ORANGE, test), (x + 0.1, BLUE, new)] {
                let range = [(x, spread.low), (x, spread.high)];
                panel = panel.line(color, range).dots(color, 4.0, [(x, spread.median)]);
            }
        }
        picture = picture.panel(panel);
    }
    let mut statements = Vec::new();
    for (i, (name, _)) in WAYS.iter().enumerate() {
        let [clean, leaking] = [&runs[2 * i], &runs[2 * i + 1]];
        let differences =
            clean.iter().zip(leaking).map(|(clean, leaking)| excess(leaking) - excess(clean));
        statements.push(Statement::above(
            format!("{name}: a test that leaked promises more than one that did not, by"),
            Unit::Share,
            0.0,
            differences,
        ));
    }
    let promised = |i: usize| percent(Spread::of(runs[i].iter().map(excess)).median);
    let found: Vec<_> = WAYS
        .iter()
        .enumerate()
        .map(|(i, (name, _))| format!("{name}, {} and {}", promised(2 * i), promised(2 * i + 1)))
        .collect();
    Outcome::new(
        statements,
        format!(
            "The test promises more than new data keep by so much, without a leak and with one: {}. What a \
             leak does depends on what leaks. Means, deviations and covariances know nothing of the classes; a \
             choice by the labels of the test part answers the test.",
            found.join("; ")
        ),
        figures,
        &picture,
    )
}
