use densely::models::ModelError;
use densely::prelude::*;

use crate::figures::{Figure, Figures, number, percent};
use crate::outcome::{Outcome, Verdict};
use crate::picture::{Axis, BLUE, ORANGE, Panel, Picture, Swatch};
use crate::spread::Spread;
use crate::trained::activations;
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "dead-relu",
    title: "Dead ReLUs and the learning rate",
    section: section::ACTIVATIONS,
    claim: "Unfortunately, ReLU units can be fragile during training and can \"die\". [...] For example, \
            you may find that as much as 40% of your network can be \"dead\" (i.e. neurons that never \
            activate across the entire training dataset) if the learning rate is set too high. With a \
            proper setting of the learning rate this is less frequently an issue.",
    method: "Networks of two hidden layers of 64 ReLUs learn the digits (standardised) for 10 epochs of \
             plain SGD. A unit is dead if it is 0 for all training images.",
    run,
};

const RATES: [f64; 8] = [0.01, 0.03, 0.1, 0.3, 0.5, 0.7, 1.0, 1.5];

/// The share of dead units and the accuracy on new images; `None` if training diverged.
fn measure(rate: f64, seed: u64) -> Result<Option<(f64, f64)>, NotesError> {
    let (train, test) = digits().split(0.2, seed)?;
    let preparation = Preparation::fit(Method::Standardize, &train)?;
    let (train, test) = (preparation.dataset::<f32>(&train)?, preparation.dataset::<f32>(&test)?);
    let mut model = Mlp::classifier(64, 10).hidden([64, 64]).seed(seed).build()?;
    match Trainer::new(Sgd::new(rate)).seed(seed).fit(&mut model, &train) {
        Err(ModelError::Diverged { .. }) => return Ok(None),
        result => result?,
    };
    let outputs = activations(model.network(), train.x());
    // Linear, ReLU, linear, ReLU, linear.
    let hidden = [&outputs[1], &outputs[3]];
    let silent = |y: &Mat<f32>, i: usize| (0..y.ncols()).all(|j| y[(i, j)] == 0.0);
    let dead = hidden.map(|y| (0..y.nrows()).filter(|&i| silent(y, i)).count());
    Ok(Some(((dead[0] + dead[1]) as f64 / 128.0, model.evaluate(&test)?.score())))
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let runs = lab.repeat(&RATES, |&rate, seed| measure(rate, seed))?;
    let mut figures = Figures::new(["learning rate", "dead units", "right in test", "diverged"]);
    let (mut dead, mut right) = (Vec::new(), Vec::new());
    for (rate, runs) in RATES.into_iter().zip(&runs) {
        let survivors: Vec<_> = runs.iter().copied().flatten().collect();
        let diverged = format!("{} of {}", runs.len() - survivors.len(), runs.len());
        if survivors.is_empty() {
            figures.row([rate.into(), "".into(), "".into(), diverged.into()]);
            continue;
        }
        let [shares, scores] = [
            Spread::of(survivors.iter().map(|run| run.0)),
            Spread::of(survivors.iter().map(|run| run.1)),
        ];
        figures.row([rate.into(), Figure::Shares(shares), Figure::Shares(scores), diverged.into()]);
        dead.push((rate, shares));
        right.push((rate, scores));
    }
    let panel = Panel::new(
        "",
        Axis::logarithmic("learning rate", 0.008, 2.0),
        Axis::linear("share", 0.0, 1.0),
    )
    .spreads(BLUE, right.iter().copied())
    .spreads(ORANGE, dead.iter().copied());
    let picture = Picture::new("Dead units after 10 epochs", (460.0, 270.0))
        .legend(Swatch::Line, ORANGE, "dead units")
        .legend(Swatch::Line, BLUE, "right answers in test")
        .panel(panel);
    let proper = right.iter().zip(&dead).max_by(|a, b| a.0.1.median.total_cmp(&b.0.1.median));
    let (proper_rate, proper_dead) = proper.map_or((0.0, 1.0), |(_, dead)| (dead.0, dead.1.median));
    let worst = dead.iter().max_by(|a, b| a.1.median.total_cmp(&b.1.median));
    let (worst_rate, worst_dead) = worst.map_or((0.0, 0.0), |dead| (dead.0, dead.1.median));
    Ok(Outcome {
        verdict: Verdict::all(&[worst_dead >= 0.4, proper_dead < 0.05]),
        finding: format!(
            "At the learning rate that does best in test, {}, {} of the units are dead; at {}, {} are.",
            number(proper_rate),
            percent(proper_dead),
            number(worst_rate),
            percent(worst_dead)
        ),
        figures,
        picture: picture.svg()?,
    })
}
