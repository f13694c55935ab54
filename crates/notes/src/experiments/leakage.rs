use densely::prelude::*;

use crate::figures::{Figure, Figures, percent};
use crate::outcome::Outcome;
use crate::picture::{Axis, BLUE, ORANGE, Panel, Picture, Swatch};
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
    method: "100 digits to learn from, 100 to test on, and all others, about 1,600, as the new data for which \
             the test should speak. They are standardised, or whitened, by statistics of the training part or \
             of training and test part together; a network of 32 ReLUs learns them (60 epochs of Adam). A leak \
             shows in a test that promises more than new data keep.",
    run,
};

const METHODS: [(&str, Method); 2] = [
    ("standardised", Method::Standardize),
    ("whitened", Method::Whiten { components: Components::All }),
];
const SIZE: usize = 100;

/// The shares of right answers.
struct Run {
    test: f64,
    new: f64,
}

fn learn(method: &Method, leaks: bool, seed: u64) -> Result<Run, NotesError> {
    let digits = digits();
    let share = |size: usize, of: usize| size as f64 / of as f64;
    let (new, seen) = digits.split(share(2 * SIZE, digits.len()), seed)?;
    let (data, test) = seen.split(share(SIZE, seen.len()), seed)?;
    let preparation = Preparation::fit(method, if leaks { &seen } else { &data })?;
    let [data, test, new] = [data, test, new].map(|part| preparation.dataset::<f32>(&part));
    let data = data?;
    let spec = Mlp::classifier(data.features(), data.outputs()).hidden([32]);
    let training = Training { learning_rate: 0.003, weight_decay: 0.0, epochs: 60, batch_size: 32 };
    let model = train(&spec, &data, training, seed)?;
    Ok(Run { test: accuracy(&model, &test?)?, new: accuracy(&model, &new?)? })
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let settings: Vec<_> = METHODS
        .into_iter()
        .flat_map(|method| [false, true].map(|leaks| (method.clone(), leaks)))
        .collect();
    let runs = lab.repeat(&settings, |((_, method), leaks), seed| learn(method, *leaks, seed))?;
    let excess = |run: &Run| run.test - run.new;
    let mut figures = Figures::new([
        "digits, statistics of",
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
    let names = settings
        .iter()
        .map(|((name, _), leaks)| format!("{name}, {}", if *leaks { "leak" } else { "no leak" }));
    let low = marks.iter().map(|(test, new)| test.low.min(new.low)).fold(1.0, f64::min);
    let panel = marks.iter().enumerate().fold(
        Panel::new(
            "",
            Axis::named("", names),
            Axis::linear("share of right answers", (low * 10.0).floor() / 10.0, 1.0),
        ),
        |panel, (i, (test, new))| {
            [(-0.1, ORANGE, test), (0.1, BLUE, new)].into_iter().fold(
                panel,
                |panel, (side, color, spread)| {
                    let x = i as f64 + side;
                    let range = [(x, spread.low), (x, spread.high)];
                    panel.line(color, range).dots(color, 4.0, [(x, spread.median)])
                },
            )
        },
    );
    let picture = Picture::new("What the test promises, and what new data keep", (600.0, 250.0))
        .legend(Swatch::Dot, ORANGE, "in test")
        .legend(Swatch::Dot, BLUE, "in new data")
        .panel(panel);
    let mut statements = Vec::new();
    for (i, (name, _)) in METHODS.iter().enumerate() {
        let [clean, leaking] = [&runs[2 * i], &runs[2 * i + 1]];
        let differences =
            clean.iter().zip(leaking).map(|(clean, leaking)| excess(leaking) - excess(clean));
        statements.push(Statement::above(
            format!("{name}, a test that leaks promises more than one that does not, by"),
            Unit::Share,
            0.0,
            differences,
        ));
    }
    let promised = |i: usize| percent(Spread::of(runs[i].iter().map(excess)).median);
    Outcome::new(
        statements,
        format!(
            "Whitened by statistics of both parts, the test promises {} more than new data keep, by those of the \
             training part {}; standardised, it is {} and {}. How much leaks depends on how much is fitted: 64 \
             means and deviations take little from a test of 100 images, the 64 × 64 entries of a covariance \
             a lot.",
            promised(3),
            promised(2),
            promised(1),
            promised(0),
        ),
        figures,
        &picture,
    )
}
