use densely::prelude::*;

use crate::figures::{Figures, number};
use crate::outcome::{Outcome, Verdict};
use crate::picture::{Axis, BLUE, INK, ORANGE, Panel, Picture, Swatch};
use crate::spread::Spread;
use crate::{Experiment, Lab, NotesError};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "universal",
    title: "One hidden layer approximates any function",
    source: "Neural Networks 1, \"Representational power\"",
    claim: "Given any continuous function f(x) and some ε > 0, there exists a Neural Network g(x) with \
            one hidden layer (with a reasonable choice of non-linearity, e.g. sigmoid) such that \
            ∀x, |f(x) − g(x)| < ε. [...] the sum of indicator bumps function g(x) = Σᵢ cᵢ 1(aᵢ < x < bᵢ) \
            where a, b, c are parameter vectors is also a universal approximator, but noone would \
            suggest that we use this functional form in Machine Learning.",
    method: "f(x) = sin 3x + 0.3 cos 9x from −2 to 2 is learned by one hidden layer of tanh neurons \
             (4,000 full-batch steps of Adam on 201 points, its rate falling to 0) and given to as many \
             bumps of equal width, each as high as f in its middle. The figure is the largest error, \
             on 2,001 points.",
    run,
};

const WIDTHS: [usize; 6] = [2, 4, 8, 16, 32, 64];
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
    let spec = Mlp::regressor(1, 1).hidden([width]).activation(ActivationKind::Tanh).seed(seed);
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
    let runs = lab.repeat(&WIDTHS, |&width, seed| network(width, seed))?;
    let mut figures =
        Figures::new(["neurons, or bumps", "largest error of the network", "of the bumps"]);
    let (mut learned, mut given) = (Vec::new(), Vec::new());
    for (width, runs) in WIDTHS.into_iter().zip(&runs) {
        let (network, bumps) = (Spread::of(runs.iter().map(error)), error(&bumps(width)));
        figures.row([width.into(), network.into(), bumps.into()]);
        learned.push((width as f64, network));
        given.push((width as f64, bumps));
    }
    let x = points(2001);
    let target = curve(&Mat::from_fn(1, x.ncols(), |_, j| f(x[(0, j)])));
    let panel = |i: usize| {
        let title = format!("{} neurons, {0} bumps", WIDTHS[i]);
        Panel::new(title, Axis::linear("x", -2.0, 2.0), Axis::linear("", -1.6, 1.6))
            .line(INK, target.iter().copied())
            .line(ORANGE, curve(&bumps(WIDTHS[i])))
            .line(BLUE, curve(&runs[i][0]))
    };
    let errors = Panel::new(
        "largest error",
        Axis::logarithmic("neurons, or bumps", 1.7, 76.0),
        Axis::logarithmic("", 1e-3, 3.0),
    )
    .line(ORANGE, given.iter().copied())
    .dots(ORANGE, 3.5, given.iter().copied())
    .spreads(BLUE, learned.iter().copied());
    let picture = Picture::new("A curve, by neurons and by bumps", (270.0, 220.0))
        .columns(2)
        .legend(Swatch::Line, INK, "f")
        .legend(Swatch::Line, BLUE, "one hidden layer, learned")
        .legend(Swatch::Line, ORANGE, "sum of bumps")
        .panel(panel(1))
        .panel(panel(2))
        .panel(panel(3))
        .panel(errors);
    let medians: Vec<f64> = learned.iter().map(|(_, spread)| spread.median).collect();
    let best = medians.iter().copied().fold(f64::INFINITY, f64::min);
    let reached = |epsilon: f64| {
        let narrowest = WIDTHS.into_iter().zip(&medians).find(|&(_, &error)| error < epsilon);
        narrowest.map_or("no width".to_owned(), |(width, _)| format!("{width} neurons"))
    };
    Ok(Outcome {
        verdict: Verdict::all(&[best < 0.1, best < 0.02]),
        finding: format!(
            "ε = 0.1 is met by {} and ε = 0.02 by {}, in the median; the best is {}. 64 bumps are {} off. \
             That an approximation exists does not mean that training finds it: see the spread.",
            reached(0.1),
            reached(0.02),
            number(best),
            number(error(&bumps(64)))
        ),
        figures,
        picture: picture.svg()?,
    })
}
