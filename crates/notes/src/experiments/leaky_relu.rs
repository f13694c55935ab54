use densely::models::ModelError;
use densely::prelude::*;
use densely_picture::{Axis, BLUE, GREEN, Hue, ORANGE, Panel, Picture, Swatch};

use super::dead_relu::silent;
use crate::figures::{Figure, Figures, percent};
use crate::outcome::Outcome;
use crate::parts::digits_in_parts;
use crate::spread::Spread;
use crate::statement::{Statement, Unit, differences};
use crate::trained::accuracy;
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "leaky-relu",
    title: "Leaky ReLU against dead units",
    section: section::ACTIVATIONS,
    claim: "A leaky ReLU has a small slope below 0, say 0.01, so that a unit which no example activates \
            still gets a gradient and can come back. Whether that pays varies from case to case.",
    method: "The networks of `dead-relu`, trained for 10 epochs at a rate that is too high, 1, are trained \
             for 20 more at 0.1: as they are, and with the same weights, but leaky ReLUs of slope 0.01 \
             and 0.1 in place of the ReLUs. Counted are the silent units, which put out nothing above 0 \
             for any training image.",
    run,
};

const KINDS: [(&str, &str, Hue); 3] = [
    ("ReLU", "relu", ORANGE),
    ("leaky ReLU, 0.01", "leaky-relu", BLUE),
    ("leaky ReLU, 0.1", "leaky-relu(0.1)", GREEN),
];
const TOO_HIGH: f64 = 1.0;
const RATE: f64 = 0.1;
const EPOCHS: usize = 20;

/// What became of a network.
struct Run {
    /// The share of silent units: before the epochs at the lower rate, and after each.
    silent: Vec<f64>,
    /// The share of right answers in test, before and after.
    right: [f64; 2],
}

/// `None` if training at the high rate diverged.
fn measure(kind: &'static str, seed: u64) -> Result<Option<Run>, NotesError> {
    let [train, _, test] = digits_in_parts(0.2, 0.2, seed)?;
    let spec = Mlp::classifier(64, 10).hidden([64, 64]).seed(seed);
    let mut damaged = spec.build()?;
    match Trainer::new(Sgd::new(TOO_HIGH)).epochs(10).seed(seed).fit(&mut damaged, &train) {
        Err(ModelError::Diverged { .. }) => return Ok(None),
        result => result?,
    };
    let mut params = Vec::new();
    damaged.network().visit_params(&mut |param| params.push(param.value.clone()));
    let mut params = params.into_iter();
    let mut model = spec.activation(kind).assemble(|slot| {
        Ok::<_, NotesError>(params.next().unwrap_or_else(|| Mat::zeros(slot.rows, slot.columns)))
    })?;
    let mut share = vec![silent(&model, train.x())];
    let before = accuracy(&model, &test)?;
    for epoch in 0..EPOCHS {
        // Another order of the examples in each epoch.
        let order = 1000 * (seed + 1) + epoch as u64;
        match Trainer::new(Sgd::new(RATE)).epochs(1).seed(order).fit(&mut model, &train) {
            Err(ModelError::Diverged { .. }) => return Ok(None),
            result => result?,
        };
        share.push(silent(&model, train.x()));
    }
    Ok(Some(Run { silent: share, right: [before, accuracy(&model, &test)?] }))
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let runs = lab.repeat(&KINDS, |&(_, kind, _), seed| measure(kind, seed))?;
    let mut figures = Figures::new([
        "20 more epochs with",
        "silent units before",
        "and after",
        "right in test before",
        "and after",
    ]);
    let mut panel = Panel::new(
        "",
        Axis::linear("epochs at the rate of 0.1", 0.0, EPOCHS as f64),
        Axis::linear("silent units", 0.0, 0.6),
    );
    let mut picture = Picture::new("Units that no training image activates", (460.0, 270.0));
    let survivors: Vec<Vec<&Run>> =
        runs.iter().map(|runs| runs.iter().flatten().collect()).collect();
    for ((name, _, color), runs) in KINDS.iter().zip(&survivors) {
        let spread = |f: fn(&Run) -> f64| Figure::Shares(Spread::of(runs.iter().map(|run| f(run))));
        figures.row([
            (*name).into(),
            spread(|run| run.silent[0]),
            spread(|run| run.silent[EPOCHS]),
            spread(|run| run.right[0]),
            spread(|run| run.right[1]),
        ]);
        let after = |epoch: usize| Spread::of(runs.iter().map(|run| run.silent[epoch]));
        panel = panel.spreads(*color, (0..=EPOCHS).map(|epoch| (epoch as f64, after(epoch))));
        picture = picture.legend(Swatch::Line, *color, *name);
    }
    let median = |i: usize, f: fn(&Run) -> f64| {
        percent(Spread::of(survivors[i].iter().map(|run| f(run))).median)
    };
    // Pairs of the same seed, where neither has diverged.
    let pairs: Vec<_> =
        runs[0].iter().zip(&runs[1]).filter_map(|(a, b)| a.as_ref().zip(b.as_ref())).collect();
    let relu = || pairs.iter().map(|pair| pair.0);
    let leaky = || pairs.iter().map(|pair| pair.1);
    Outcome::new(
        [
            Statement::above(
                "after 20 more epochs, leaky ReLU (0.01) has fewer silent units than ReLU, by",
                Unit::Share,
                0.0,
                differences(relu(), leaky(), |run| run.silent[EPOCHS]),
            ),
            Statement::above(
                "and more test images right, by",
                Unit::Share,
                0.0,
                differences(leaky(), relu(), |run| run.right[1]),
            ),
        ],
        format!(
            "The high rate silences {} of the units. With leaky ReLUs in their place it is {} at once for a \
             slope of 0.01 and {} for 0.1, since the units after them see other inputs. After 20 epochs at \
             the lower rate, {} are silent with ReLU, {} and {} with leaky ReLU; {}, {} and {} of the test \
             images are right.",
            median(0, |run| run.silent[0]),
            median(1, |run| run.silent[0]),
            median(2, |run| run.silent[0]),
            median(0, |run| run.silent[EPOCHS]),
            median(1, |run| run.silent[EPOCHS]),
            median(2, |run| run.silent[EPOCHS]),
            median(0, |run| run.right[1]),
            median(1, |run| run.right[1]),
            median(2, |run| run.right[1]),
        ),
        figures,
        &picture.panel(panel),
    )
}
