use densely::prelude::*;
use densely_picture::{Axis, BLUE, GREEN, INK, ORANGE, Panel, Picture, Swatch};

use crate::figures::{Figures, number};
use crate::outcome::Outcome;
use crate::spread::Spread;
use crate::statement::Statement;
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "universal",
    title: "One hidden layer approximates any function",
    section: section::POWER,
    claim: "One hidden layer can come as close as one likes to any continuous function. So can a sum \
            of bumps, so this alone is no reason to prefer either.",
    method: "f(x) = sin 3x + 0.3 cos 9x from −2 to 2 is given to bumps of equal width, each as high as f \
             in its middle, and to one hidden layer of sigmoids that is built, not learned: a soft step \
             from each bump to the next. It is also learned, by tanh neurons (4,000 full-batch steps of \
             Adam on 201 points, its rate falling to 0). The figure is the largest error, on 2,001 points.",
    run,
};

/// Learned up to 64 neurons, built further.
const WIDTHS: [usize; 9] = [2, 4, 8, 16, 32, 64, 128, 256, 512];
const LEARNED: usize = 6;
const EPOCHS: usize = 4000;

fn f(x: f64) -> f64 {
    (3.0 * x).sin() + 0.3 * (9.0 * x).cos()
}

/// Points from -2 to 2.
fn points(n: usize) -> Mat<f64> {
    Mat::from_fn(1, n, |_, j| 4.0 * j as f64 / (n - 1) as f64 - 2.0)
}

/// The network of this width on 2,001 points, learned.
fn network(width: usize, seed: u64) -> Result<Mat<f64>, NotesError> {
    let x = points(201);
    let values = Mat::from_fn(1, x.ncols(), |_, j| f(x[(0, j)]));
    let data = Dataset::regression(x, values)?;
    let spec = Mlp::regressor(1, 1).hidden([width]).activation("tanh").seed(seed);
    let mut model = spec.build::<f64>()?;
    let (mut optimizer, mut step) = (Adam::new(0.02), TrainingStep::new());
    let targets = data.values().map(Targets::Values);
    for epoch in 0..EPOCHS {
        optimizer.set_learning_rate(0.02 * (1.0 - epoch as f64 / EPOCHS as f64));
        if let Some(targets) = targets {
            step.run(
                &mut model,
                &mut optimizer,
                data.x(),
                targets,
                At::default(),
                &Threads::single(),
            )?;
        }
    }
    Ok(model.scores(points(2001).as_ref(), &Threads::single())?)
}

/// The network of `width` sigmoids on 2,001 points, built: a step between each two of
/// `width + 1` bumps, about as soft as the bumps are wide.
fn built(width: usize) -> Result<Mat<f64>, NotesError> {
    let bumps = (width + 1) as f64;
    let edge = |i: usize| (i + 1) as f64 / bumps * 4.0 - 2.0;
    let height = |i: usize| f((i as f64 + 0.5) / bumps * 4.0 - 2.0);
    let steepness = 3.0 * bumps / 4.0;
    let into = Linear::from_parts(
        Mat::from_fn(width, 1, |_, _| steepness),
        Mat::from_fn(width, 1, |i, _| -steepness * edge(i)),
    )?;
    let out = Linear::from_parts(
        Mat::from_fn(1, width, |_, i| height(i + 1) - height(i)),
        Mat::from_fn(1, 1, |_, _| height(0)),
    )?;
    let network = Sequential::new(1)?.with(into)?.with(Sigmoid)?.with(out)?;
    let model = Model::new(network, MeanSquaredError);
    Ok(model.scores(points(2001).as_ref(), &Threads::single())?)
}

/// The sum of this many bumps on 2,001 points.
fn bumps(count: usize) -> Mat<f64> {
    let x = points(2001);
    Mat::from_fn(1, x.ncols(), |_, j| {
        let bump = ((x[(0, j)] + 2.0) / 4.0 * count as f64).floor().min(count as f64 - 1.0);
        f((bump + 0.5) / count as f64 * 4.0 - 2.0)
    })
}

fn error(g: &Mat<f64>) -> f64 {
    let x = points(2001);
    (0..x.ncols()).map(|j| (g[(0, j)] - f(x[(0, j)])).abs()).fold(0.0, f64::max)
}

fn curve(g: &Mat<f64>) -> Vec<(f64, f64)> {
    let x = points(2001);
    (0..x.ncols()).step_by(4).map(|j| (x[(0, j)], g[(0, j)])).collect()
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let runs = lab.repeat(&WIDTHS[..LEARNED], |&width, seed| network(width, seed))?;
    let mut figures =
        Figures::new(["neurons, or bumps", "bumps", "network, built", "network, learned"]);
    let (mut learned, mut made, mut given) = (Vec::new(), Vec::new(), Vec::new());
    for (i, width) in WIDTHS.into_iter().enumerate() {
        let (bumps, built) = (error(&bumps(width)), error(&built(width)?));
        let network = runs.get(i).map(|runs| Spread::of(runs.iter().map(error)));
        let shown = network.map_or("".into(), Into::into);
        figures.row([width.into(), bumps.into(), built.into(), shown]);
        learned.extend(network.map(|spread| (width as f64, spread)));
        made.push((width as f64, built));
        given.push((width as f64, bumps));
    }
    let x = points(2001);
    let target = curve(&Mat::from_fn(1, x.ncols(), |_, j| f(x[(0, j)])));
    let panel = |i: usize| {
        let title = format!("{} neurons, {0} bumps", WIDTHS[i]);
        let panel = Panel::new(title, Axis::linear("x", -2.0, 2.0), Axis::linear("", -1.6, 1.6))
            .line(INK, target.iter().copied())
            .line(ORANGE, curve(&bumps(WIDTHS[i])))
            .line(GREEN, curve(&built(WIDTHS[i])?))
            .line(BLUE, curve(&runs[i][0]));
        Ok::<_, NotesError>(panel)
    };
    let errors = Panel::new(
        "largest error",
        Axis::logarithmic("neurons, or bumps", 1.7, 600.0),
        Axis::logarithmic("", 1e-2, 3.0),
    )
    .line(ORANGE, given.iter().copied())
    .dots(ORANGE, 3.5, given.iter().copied())
    .line(GREEN, made.iter().copied())
    .dots(GREEN, 3.5, made.iter().copied())
    .spreads(BLUE, learned.iter().copied());
    let picture = Picture::new("A curve, by neurons and by bumps", (270.0, 220.0))
        .columns(2)
        .legend(Swatch::Line, INK, "f")
        .legend(Swatch::Line, BLUE, "network, learned")
        .legend(Swatch::Line, GREEN, "network, built")
        .legend(Swatch::Line, ORANGE, "sum of bumps")
        .panel(panel(1)?)
        .panel(panel(2)?)
        .panel(panel(3)?)
        .panel(errors);
    let best = learned.iter().map(|(_, spread)| spread.median).fold(f64::INFINITY, f64::min);
    // From 8 neurons on: fewer than the waves of f say nothing.
    let falls = |errors: &[(f64, f64)]| errors[2..].windows(2).all(|pair| pair[1].1 < pair[0].1);
    let (network, bumps) = (made[WIDTHS.len() - 1].1, given[WIDTHS.len() - 1].1);
    let statement = |what: &str, errors: &[(f64, f64)], last: f64| {
        let text = format!("every doubling from 8 on lowers the error of {what}, to below 0.05");
        Statement::exact(text, falls(errors) && last < 0.05)
    };
    Outcome::new(
        [
            statement("the network that is built", &made, network),
            statement("the bumps", &given, bumps),
        ],
        format!(
            "The network exists: every doubling lowers the error of the one that is built, to {} with \
             512 neurons, and that of the bumps, to {}. That it exists does not mean that training \
             finds it. What is learned needs fewer neurons at first, but its median is never below {}, \
             and more neurons stop helping: here, with this many steps.",
            number(network),
            number(bumps),
            number(best)
        ),
        figures,
        &picture,
    )
}
