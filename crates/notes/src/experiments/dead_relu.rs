use densely::models::ModelError;
use densely::prelude::*;
use densely_picture::{Axis, BLUE, ORANGE, Panel, Picture, Swatch};

use crate::choice::best;
use crate::figures::{Figure, Figures, number, percent};
use crate::outcome::Outcome;
use crate::parts::digits_in_parts;
use crate::spread::Spread;
use crate::statement::{Statement, Unit};
use crate::trained::{accuracy, activations};
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "dead-relu",
    title: "Dead ReLUs and the learning rate",
    section: section::ACTIVATIONS,
    claim: "A ReLU can die: a large step takes it to where no example activates it, and no gradient \
            brings it back. If the learning rate is too high, that may happen to 40 % of a network; at \
            a proper rate it is rare.",
    method: "Networks of two hidden layers of 64 ReLUs learn the digits (standardised) for 10 epochs of \
             plain SGD. A unit is dead if it is 0 for all training images. The proper rate is the one \
             with the most right answers in validation, a fifth of the images that are not for the test.",
    run,
};

const RATES: [f64; 8] = [0.01, 0.03, 0.1, 0.3, 0.5, 0.7, 1.0, 1.5];

/// The shares of dead units, and of right answers.
struct Run {
    dead: f64,
    validation: f64,
    test: f64,
}

/// The share of the hidden units of a network of two hidden layers that put out nothing
/// above 0 for any of these examples.
pub(super) fn silent(model: &Model<f32>, x: MatRef<'_, f32>) -> f64 {
    let outputs = activations(model.network(), x);
    // Linear, ReLU, linear, ReLU, linear.
    let hidden = [&outputs[1], &outputs[3]];
    let silent = |y: &Mat<f32>, i: usize| (0..y.ncols()).all(|j| y[(i, j)] <= 0.0);
    let count = |y: &Mat<f32>| (0..y.nrows()).filter(|&i| silent(y, i)).count();
    let units = hidden.iter().map(|y| y.nrows()).sum::<usize>();
    hidden.into_iter().map(count).sum::<usize>() as f64 / units as f64
}

/// `None` if training diverged.
fn measure(rate: f64, seed: u64) -> Result<Option<Run>, NotesError> {
    let [train, validation, test] = digits_in_parts(0.2, 0.2, seed)?;
    let mut model = Mlp::classifier(64, 10).hidden([64, 64]).seed(seed).build()?;
    match Trainer::new(Sgd::new(rate)).epochs(10).seed(seed).fit(&mut model, &train) {
        Err(ModelError::Diverged { .. }) => return Ok(None),
        result => result?,
    };
    Ok(Some(Run {
        dead: silent(&model, train.x()),
        validation: accuracy(&model, &validation)?,
        test: accuracy(&model, &test)?,
    }))
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let runs = lab.repeat(&RATES, |&rate, seed| measure(rate, seed))?;
    let mut figures = Figures::new(["learning rate", "dead units", "right in test", "diverged"]);
    let (mut dead, mut right) = (Vec::new(), Vec::new());
    for (rate, runs) in RATES.into_iter().zip(&runs) {
        let survivors: Vec<_> = runs.iter().flatten().collect();
        let diverged = format!("{} of {}", runs.len() - survivors.len(), runs.len());
        if survivors.is_empty() {
            figures.row([rate.into(), "".into(), "".into(), diverged.into()]);
            continue;
        }
        let [shares, scores] = [
            Spread::of(survivors.iter().map(|run| run.dead)),
            Spread::of(survivors.iter().map(|run| run.test)),
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
    let proper = best(&runs, |run| run.as_ref().map_or(f64::NEG_INFINITY, |run| run.validation));
    let highest = RATES.len() - 1;
    let shares = |i: usize| runs[i].iter().flatten().map(|run| run.dead);
    let [proper_dead, highest_dead] = [proper, highest].map(|i| Spread::of(shares(i)).median);
    Outcome::new(
        [
            Statement::above(
                format!("at the rate of {}, more than 40 % of the units are dead", RATES[highest]),
                Unit::Share,
                0.4,
                shares(highest),
            ),
            Statement::below(
                format!("at the proper rate, {}, fewer than 5 % are", RATES[proper]),
                Unit::Share,
                0.05,
                shares(proper),
            ),
        ],
        format!(
            "At the learning rate that does best in validation, {}, {} of the units are dead; at {}, the \
             highest, {} are, in the networks that did not diverge.",
            number(RATES[proper]),
            percent(proper_dead),
            number(RATES[highest]),
            percent(highest_dead)
        ),
        figures,
        &picture,
    )
}
