use densely::layers::Activation;
use densely::models::ModelError;
use densely::prelude::*;
use densely_picture::{Axis, BLUE, GRAY, GREEN, INK, ORANGE, PURPLE, Panel, Picture, Swatch};

use crate::choice::chosen_by_others;
use crate::figures::{Figure, Figures, number, percent};
use crate::outcome::Outcome;
use crate::parts::digits_in_parts;
use crate::spread::Spread;
use crate::statement::{Statement, Unit, factors};
use crate::trained::accuracy;
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "saturation",
    title: "Saturated neurons stop gradients",
    section: section::ACTIVATIONS,
    claim: "A sigmoid that saturates has a slope near 0, and lets hardly any gradient through. \
            Initial weights that are too large saturate most neurons, and the network then learns \
            next to nothing.",
    method: "A random gradient is sent back through 10 layers of 100 neurons, whose initial weights \
             are drawn at 0.5, 1, 2 and 8 times Xavier's scale. Measured are the share of saturated \
             neurons (|tanh| > 0.99; σ < 0.005 or > 0.995), the mean of f′, and the size of the \
             gradient at each layer, relative to that at the top. Then networks of three hidden \
             layers of 64 neurons, with their weights multiplied by the same factors, learn the \
             digits (standardised) for 10 epochs of SGD, at the rate of 0.03, 0.1, 0.3 and 1 that \
             does best for the other seeds. \"Next to nothing\" is taken to mean that fewer than half \
             of the training images are right.",
    run,
};

const LAYERS: usize = 10;
const WIDTH: usize = 100;
const EXAMPLES: usize = 200;
const SCALES: [f64; 4] = [0.5, 1.0, 2.0, 8.0];
const RATES: [f64; 4] = [0.03, 0.1, 0.3, 1.0];

struct Flow {
    saturated: f64,
    slope: f64,
    /// The size of the gradient at the input of each layer, first to last, and at the top.
    gradients: Vec<f64>,
}

fn flow<A: Activation>(
    activation: &A,
    saturated: impl Fn(f64) -> bool,
    scale: f64,
    seed: u64,
) -> Result<Flow, NotesError> {
    let deviation = scale * Initializer::XavierNormal.standard_deviation(WIDTH, WIDTH);
    let draw = |layer: usize, rows, columns, deviation: f64| {
        let key = Key { layer: layer as u32, ..Key::default() };
        let mut stream = Stream::new(seed, Purpose::Weights, key);
        Mat::from_fn(rows, columns, |_, _| deviation * stream.normal::<f64>())
    };
    let weights: Vec<Mat<f64>> = (0..LAYERS).map(|l| draw(l, WIDTH, WIDTH, deviation)).collect();
    let tape = || Mat::zeros(0, EXAMPLES);
    let mut x = draw(LAYERS, WIDTH, EXAMPLES, 1.0);
    let (mut sums, mut outputs) = (Vec::new(), Vec::new());
    for weight in &weights {
        let z = weight * &x;
        let mut y = Mat::zeros(WIDTH, EXAMPLES);
        activation.forward(z.as_ref(), y.as_mut(), tape().as_mut());
        sums.push(z);
        outputs.push(y.clone());
        x = y;
    }
    let mut dy = draw(LAYERS + 1, WIDTH, EXAMPLES, 1.0);
    let top = dy.norm_l2();
    let mut gradients = vec![1.0];
    let (mut slopes, mut count) = (0.0, 0);
    for layer in (0..LAYERS).rev() {
        let (z, y) = (&sums[layer], &outputs[layer]);
        for (i, j) in (0..EXAMPLES).flat_map(|j| (0..WIDTH).map(move |i| (i, j))) {
            slopes += activation.df(z[(i, j)], y[(i, j)]);
            count += usize::from(saturated(y[(i, j)]));
        }
        let mut dz = Mat::zeros(WIDTH, EXAMPLES);
        activation.backward_input(
            z.as_ref(),
            y.as_ref(),
            dy.as_ref(),
            dz.as_mut(),
            tape().as_mut(),
        );
        dy = weights[layer].transpose() * &dz;
        gradients.push(dy.norm_l2() / top);
    }
    gradients.reverse();
    let neurons = (LAYERS * WIDTH * EXAMPLES) as f64;
    Ok(Flow { saturated: count as f64 / neurons, slope: slopes / neurons, gradients })
}

/// The shares of images that a network has right, in training and in test, after training
/// from weights `scale` times as large as usual.
fn learned(kind: &'static str, scale: f64, rate: f64, seed: u64) -> Result<[f64; 2], NotesError> {
    let [data, _, test] = digits_in_parts(0.2, 0.2, seed)?;
    let spec = Mlp::classifier(64, 10).hidden([64; 3]).activation(kind).seed(seed);
    let mut model = spec.build()?;
    // The scores are no activations: their weights stay as they are.
    let (mut left, scale) = (3, scale as f32);
    model.network_mut().visit_params_mut(&mut |param| {
        if param.role == Role::Weight && left > 0 {
            let value = &param.value;
            param.value = Mat::from_fn(value.nrows(), value.ncols(), |i, j| scale * value[(i, j)]);
            left -= 1;
        }
    });
    match Trainer::new(Sgd::new(rate)).epochs(10).seed(seed).fit(&mut model, &data) {
        Err(ModelError::Diverged { .. }) => Ok([0.0; 2]),
        result => {
            result?;
            Ok([accuracy(&model, &data)?, accuracy(&model, &test)?])
        }
    }
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let kinds = [("sigmoid", "sigmoid"), ("tanh", "tanh")];
    let settings: Vec<_> =
        kinds.into_iter().flat_map(|kind| SCALES.map(|scale| (kind, scale))).collect();
    let flows = lab.repeat(&settings, |&((name, _), scale), seed| match name {
        "tanh" => flow(&Tanh, |y| y.abs() > 0.99, scale, seed),
        _ => flow(&Sigmoid, |y| (y - 0.5).abs() > 0.495, scale, seed),
    })?;
    let trained: Vec<_> = settings
        .iter()
        .flat_map(|&((_, kind), scale)| RATES.map(|rate| (kind, scale, rate)))
        .collect();
    let trained =
        lab.repeat(&trained, |&(kind, scale, rate), seed| learned(kind, scale, rate, seed))?;
    let right: Vec<Vec<&[f64; 2]>> = trained
        .chunks(RATES.len())
        .map(|rates| chosen_by_others(rates, |&[training, _]| training))
        .collect();
    let right = |i: usize, part: usize| right[i].iter().map(move |right| right[part]);
    let mut figures = Figures::new([
        "activation, scale of weights",
        "saturated neurons",
        "mean of f′",
        "gradient after 10 layers",
        "right in training",
        "in test",
    ]);
    let colors = [GREEN, BLUE, ORANGE, PURPLE];
    let mut panels = [("sigmoid", "size of the gradient"), ("tanh", "")].map(|(name, label)| {
        let x = Axis::linear("layers that the gradient has passed", 0.0, LAYERS as f64);
        Panel::new(name, x, Axis::logarithmic(label, 1e-10, 1e4))
    });
    for (i, (&((name, _), scale), flows)) in settings.iter().zip(&flows).enumerate() {
        let spread = |f: fn(&Flow) -> f64| Spread::of(flows.iter().map(f));
        figures.row([
            format!("{name}, {scale} × Xavier").into(),
            Figure::Shares(spread(|flow| flow.saturated)),
            spread(|flow| flow.slope).into(),
            spread(|flow| flow.gradients[0]).into(),
            Figure::Shares(Spread::of(right(i, 0))),
            Figure::Shares(Spread::of(right(i, 1))),
        ]);
        let points = (0..=LAYERS).map(|passed| {
            let gradients = flows.iter().map(|flow| flow.gradients[LAYERS - passed]);
            (passed as f64, Spread::of(gradients))
        });
        let panel = &mut panels[i / SCALES.len()];
        *panel = panel.clone().spreads(colors[i % SCALES.len()], points);
    }
    let [sigmoid, tanh] = panels;
    let mut learned = Panel::new(
        "after training",
        Axis::named("initial weights, × Xavier", SCALES),
        Axis::linear("share right in training", 0.0, 1.02),
    );
    for (kind, color) in [GRAY, INK].into_iter().enumerate() {
        let spreads = (0..SCALES.len()).map(|i| Spread::of(right(kind * SCALES.len() + i, 0)));
        learned = learned.spreads(color, (0..).map(f64::from).zip(spreads));
    }
    let legend = SCALES.into_iter().zip(colors);
    let picture = legend
        .fold(
            Picture::new("The gradient on its way down, and what is learned", (260.0, 260.0)),
            |picture, (scale, color)| {
                picture.legend(Swatch::Line, color, format!("{scale} × Xavier"))
            },
        )
        .legend(Swatch::Line, GRAY, "sigmoid")
        .legend(Swatch::Line, INK, "tanh")
        .panel(sigmoid)
        .panel(tanh)
        .panel(learned);
    let mut statements = Vec::new();
    for (i, (name, _)) in kinds.iter().enumerate() {
        let [small, usual, large] = [0, 1, SCALES.len() - 1].map(|scale| i * SCALES.len() + scale);
        let change = |f: fn(&Flow) -> f64| factors(&flows[large], &flows[small], f);
        statements.extend([
            Statement::above(
                format!("at 8 × Xavier, more than half of the {name} neurons are saturated"),
                Unit::Share,
                0.5,
                flows[large].iter().map(|flow| flow.saturated),
            ),
            Statement::below(
                format!("from 0.5 to 8 × Xavier, the slope of {name} falls to less than half"),
                Unit::Factor,
                0.5,
                change(|flow| flow.slope),
            ),
            Statement::below(
                format!("the gradient after 10 layers of {name} falls to less than half"),
                Unit::Factor,
                0.5,
                change(|flow| flow.gradients[0]),
            ),
            Statement::above(
                format!("at 8 × Xavier, {name} has fewer training images right than at 1, by"),
                Unit::Share,
                0.0,
                right(usual, 0).zip(right(large, 0)).map(|(usual, large)| usual - large),
            ),
            Statement::below(
                format!("at 8 × Xavier, {name} has fewer than half of the training images right"),
                Unit::Share,
                0.5,
                right(large, 0),
            ),
        ]);
    }
    let median = |i: usize, f: fn(&Flow) -> f64| Spread::of(flows[i].iter().map(f)).median;
    let saturates = [3, 7].map(|i| percent(median(i, |flow| flow.saturated)));
    let slopes = [3, 7].map(|i| number(median(i, |flow| flow.slope)));
    let gradients = [0, 3, 4, 7].map(|i| number(median(i, |flow| flow.gradients[0])));
    let right = |i: usize, part: usize| percent(Spread::of(right(i, part)).median);
    Outcome::new(
        statements,
        format!(
            "Of a single neuron the claim is right: at 8 times Xavier's scale {} of the sigmoids and {} of the \
             tanhs are saturated, and the mean slope falls to {} and {}. Through a stack the gradient is \
             also multiplied by the weights, which are as large as they are because they saturate: \
             from 0.5 to 8 times the scale, what arrives after 10 layers goes from {} to {} for sigmoid \
             and from {} to {} for tanh. What takes the gradient of a sigmoid stack at a usual scale is \
             its slope, at most 1/4, without any saturation. After training, sigmoids have \
             {} of the training images right at Xavier's scale and {} at 8 times it, and {} and {} of the test \
             images; tanhs {} and {}, and {} and {}.",
            saturates[0],
            saturates[1],
            slopes[0],
            slopes[1],
            gradients[0],
            gradients[1],
            gradients[2],
            gradients[3],
            right(1, 0),
            right(3, 0),
            right(1, 1),
            right(3, 1),
            right(5, 0),
            right(7, 0),
            right(5, 1),
            right(7, 1),
        ),
        figures,
        &picture,
    )
}
