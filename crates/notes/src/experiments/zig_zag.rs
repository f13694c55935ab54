use densely::prelude::*;
use densely_picture::{Axis, BLUE, INK, ORANGE, Panel, Picture, Swatch};

use crate::figures::{Figure, Figures, percent};
use crate::outcome::Outcome;
use crate::spread::Spread;
use crate::statement::{Statement, Unit, differences, factors};
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "zig-zag",
    title: "Positive inputs make updates zig-zag",
    section: section::ACTIVATIONS,
    claim: "If all inputs of a neuron are positive, the gradient of an example has one sign for all \
            its weights. Weights that should part can do so in zigzags only. Batches, which add up \
            examples, soften this.",
    method: "A logistic neuron of two inputs learns to tell whether x₁ > x₂, so its weights have to go in \
             opposite directions. The inputs are uniform between 0 and 1; or the same, centred. 300 \
             steps of one example each at learning rate 0.5, and the same examples in batches of 32.",
    run,
};

const STEPS: usize = 300;
const LEARNING_RATE: f64 = 0.5;

#[derive(Debug, Clone, Copy)]
struct Setting {
    name: &'static str,
    /// What is taken off the inputs.
    mean: f64,
    batch: usize,
}

const SETTINGS: [Setting; 4] = [
    Setting { name: "positive, one example", mean: 0.0, batch: 1 },
    Setting { name: "centred, one example", mean: 0.5, batch: 1 },
    Setting { name: "positive, batch of 32", mean: 0.0, batch: 32 },
    Setting { name: "centred, batch of 32", mean: 0.5, batch: 32 },
];

/// The weights after each step, from 0.
fn path(setting: Setting, seed: u64) -> Result<Vec<(f64, f64)>, NotesError> {
    let linear = Linear::from_parts(Mat::zeros(1, 2), Mat::zeros(1, 1))?;
    let mut model = Model::new(Sequential::new(2)?.with(linear)?, Logistic);
    let mut optimizer = Sgd::<f64>::new(LEARNING_RATE);
    let mut step = TrainingStep::new();
    let mut stream = Stream::new(seed, Purpose::Other, Key::default());
    let threads = Threads::single();
    let mut path = vec![(0.0, 0.0)];
    for _ in 0..STEPS {
        let raw = Mat::from_fn(2, setting.batch, |_, _| stream.uniform::<f64>());
        let labels: Vec<usize> =
            (0..setting.batch).map(|j| usize::from(raw[(0, j)] > raw[(1, j)])).collect();
        let x = Mat::from_fn(2, setting.batch, |i, j| raw[(i, j)] - setting.mean);
        let targets = Targets::Labels(&labels);
        step.run(&mut model, &mut optimizer, x.as_ref(), targets, At::default(), &threads)?;
        model.network().visit_params(&mut |param| {
            if param.role == Role::Weight {
                path.push((param.value[(0, 0)], param.value[(0, 1)]));
            }
        });
    }
    Ok(path)
}

/// The share of steps that move both weights in the same direction.
fn same_sign(path: &[(f64, f64)]) -> f64 {
    let moves = path.windows(2).map(|pair| (pair[1].0 - pair[0].0) * (pair[1].1 - pair[0].1));
    moves.filter(|&product| product > 0.0).count() as f64 / (path.len() - 1) as f64
}

/// The length of the path over the distance from its start to its end.
fn detour(path: &[(f64, f64)]) -> f64 {
    let distance = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).hypot(a.1 - b.1);
    let length: f64 = path.windows(2).map(|pair| distance(pair[0], pair[1])).sum();
    length / distance(path[0], path[path.len() - 1])
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let paths = lab.repeat(&SETTINGS, |&setting, seed| path(setting, seed))?;
    let mut figures =
        Figures::new(["inputs", "updates with both signs equal", "path, in direct distances"]);
    let over = |paths: &[Vec<(f64, f64)>], measure: fn(&[(f64, f64)]) -> f64| {
        Spread::of(paths.iter().map(|path| measure(path)))
    };
    for (setting, paths) in SETTINGS.iter().zip(&paths) {
        let shares = Figure::Shares(over(paths, same_sign));
        figures.row([setting.name.into(), shares, over(paths, detour).into()]);
    }
    let (low, high) = (-0.7, 6.3);
    let panel = |title: &str, paths: &[Vec<Vec<(f64, f64)>>], shown: usize| {
        Panel::new(title, Axis::linear("w₁", low, high), Axis::linear("w₂", -high, -low))
            .dashed(INK, [(0.0, 0.0), (high, -high)])
            .line(BLUE, paths[1][0][..=shown].iter().copied())
            .line(ORANGE, paths[0][0][..=shown].iter().copied())
    };
    let picture = Picture::new("The way of two weights", (290.0, 290.0))
        .legend(Swatch::Line, ORANGE, "positive inputs")
        .legend(Swatch::Line, BLUE, "centred inputs")
        .legend(Swatch::Dashed, INK, "direct way")
        .panel(panel("one example a step", &paths[..2], STEPS))
        .panel(panel("batches of 32", &paths[2..], STEPS));
    let median = |i: usize, measure: fn(&[(f64, f64)]) -> f64| over(&paths[i], measure).median;
    let fewer =
        |i: usize, than: usize| differences(&paths[than], &paths[i], |path| same_sign(path));
    let longer = |i: usize, than: usize| factors(&paths[i], &paths[than], |path| detour(path));
    Outcome::new(
        [
            Statement::exact(
                "positive inputs, one example: every update has equal signs",
                over(&paths[0], same_sign).low == 1.0,
            ),
            Statement::above(
                "centred inputs have fewer such updates, by",
                Unit::Share,
                0.0,
                fewer(1, 0),
            ),
            Statement::above(
                "positive inputs make the way longer than centred ones, by a factor of",
                Unit::Factor,
                1.0,
                longer(0, 1),
            ),
            Statement::above(
                "batches of positive inputs have fewer such updates than single examples, by",
                Unit::Share,
                0.0,
                fewer(2, 0),
            ),
            Statement::above(
                "single examples make the way longer than batches, by a factor of",
                Unit::Factor,
                1.0,
                longer(0, 2),
            ),
        ],
        format!(
            "With positive inputs, {} of the updates of one example move both weights the same way, \
             with centred ones {}; the way is {:.1} times the direct distance instead of {:.1}. Batches \
             do soften it: {} of their updates have equal signs, and the way is {:.1} times the direct one.",
            percent(median(0, same_sign)),
            percent(median(1, same_sign)),
            median(0, detour),
            median(1, detour),
            percent(median(2, same_sign)),
            median(2, detour),
        ),
        figures,
        &picture,
    )
}
