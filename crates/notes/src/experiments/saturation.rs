use densely::layers::Activation;
use densely::prelude::*;

use crate::figures::{Figure, Figures, number, percent};
use crate::outcome::{Outcome, Verdict};
use crate::picture::{Axis, BLUE, GREEN, ORANGE, PURPLE, Panel, Picture, Swatch};
use crate::spread::Spread;
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "saturation",
    title: "Saturated neurons kill gradients",
    section: section::ACTIVATIONS,
    claim: "Sigmoids saturate and kill gradients. A very undesirable property of the sigmoid neuron is \
            that when the neuron's activation saturates at either tail of 0 or 1, the gradient at these \
            regions is almost zero. [...] if the initial weights are too large then most neurons would \
            become saturated and the network will barely learn.",
    method: "A random gradient is sent back through 10 layers of 100 neurons, whose initial weights are \
             drawn at 0.5, 1, 2 and 8 times Xavier's scale. Measured are the share of saturated neurons \
             (|tanh| > 0.99; σ < 0.005 or > 0.995), the mean of f′, and the size of the gradient at each \
             layer, relative to that at the top.",
    run,
};

const LAYERS: usize = 10;
const WIDTH: usize = 100;
const EXAMPLES: usize = 200;
const SCALES: [f64; 4] = [0.5, 1.0, 2.0, 8.0];

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

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let settings: Vec<(bool, f64)> =
        [false, true].into_iter().flat_map(|tanh| SCALES.map(|scale| (tanh, scale))).collect();
    let flows = lab.repeat(&settings, |&(tanh, scale), seed| match tanh {
        true => flow(&Tanh, |y| y.abs() > 0.99, scale, seed),
        false => flow(&Sigmoid, |y| (y - 0.5).abs() > 0.495, scale, seed),
    })?;
    let mut figures = Figures::new([
        "activation, scale of weights",
        "saturated neurons",
        "mean of f′",
        "gradient after 10 layers",
    ]);
    let colors = [GREEN, BLUE, ORANGE, PURPLE];
    let mut panels = [("sigmoid", "size of the gradient"), ("tanh", "")].map(|(name, label)| {
        let x = Axis::linear("layers that the gradient has passed", 0.0, LAYERS as f64);
        Panel::new(name, x, Axis::logarithmic(label, 1e-10, 1e4))
    });
    for (i, (&(tanh, scale), flows)) in settings.iter().zip(&flows).enumerate() {
        let name = if tanh { "tanh" } else { "sigmoid" };
        let spread = |f: fn(&Flow) -> f64| Spread::of(flows.iter().map(f));
        figures.row([
            format!("{name}, {scale} × Xavier").into(),
            Figure::Shares(spread(|flow| flow.saturated)),
            spread(|flow| flow.slope).into(),
            spread(|flow| flow.gradients[0]).into(),
        ]);
        let points = (0..=LAYERS).map(|passed| {
            let gradients = flows.iter().map(|flow| flow.gradients[LAYERS - passed]);
            (passed as f64, Spread::of(gradients))
        });
        let panel = &mut panels[usize::from(tanh)];
        *panel = panel.clone().spreads(colors[i % 4], points);
    }
    let [sigmoid, tanh] = panels;
    let legend = SCALES.into_iter().zip(colors);
    let picture = legend
        .fold(
            Picture::new("The gradient on its way down", (300.0, 260.0)),
            |picture, (scale, color)| {
                picture.legend(Swatch::Line, color, format!("{scale} × Xavier"))
            },
        )
        .panel(sigmoid)
        .panel(tanh);
    let median = |i: usize, f: fn(&Flow) -> f64| Spread::of(flows[i].iter().map(f)).median;
    let saturates = [3, 7].map(|i| median(i, |flow| flow.saturated));
    let slopes = [(0, 3), (4, 7)].map(|(a, b)| (median(a, |f| f.slope), median(b, |f| f.slope)));
    // Large weights saturate neurons, saturated neurons have small slopes ...
    let saturated = saturates.iter().all(|&share| share > 0.5);
    let flat = slopes.iter().all(|&(small, large)| large < small / 2.0);
    // ... and the stack is the worse for it.
    let stack = [(0, 3), (4, 7)]
        .map(|(a, b)| median(b, |f| f.gradients[0]) < median(a, |f| f.gradients[0]));
    let gradients = [0, 3, 4, 7].map(|i| number(median(i, |flow| flow.gradients[0])));
    Ok(Outcome {
        verdict: Verdict::all(&[saturated, flat, stack[0], stack[1]]),
        finding: format!(
            "Of a single neuron its slope is what the notes say: at 8 times Xavier's scale {} of the sigmoids and {} of the \
             tanhs are saturated, and the mean slope falls to {} and {}. Through a stack the gradient is \
             also multiplied by the weights, which are as large as they are because they saturate: \
             from 0.5 to 8 times the scale, what arrives after 10 layers goes from {} to {} for sigmoid \
             and from {} to {} for tanh. What kills the gradient of a sigmoid stack at a usual scale is \
             its slope, at most 1/4, without any saturation.",
            percent(saturates[0]),
            percent(saturates[1]),
            number(slopes[0].1),
            number(slopes[1].1),
            gradients[0],
            gradients[1],
            gradients[2],
            gradients[3],
        ),
        figures,
        picture: picture.svg()?,
    })
}
