use densely::models::ModelError;
use densely::prelude::*;
use densely_picture::{Axis, BLUE, GREEN, Hue, ORANGE, Panel, Picture, Swatch};

use crate::choice::best;
use crate::figures::{Figure, Figures, number, percent};
use crate::outcome::Outcome;
use crate::parts::digits_in_parts;
use crate::spread::Spread;
use crate::statement::{Statement, Unit, differences};
use crate::trained::{accuracy, activations};
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "initialisation",
    title: "Initial weights: random, and not too small",
    section: section::INITIALISATION,
    claim: "Weights that start at 0 keep the neurons of a layer equal for ever, so they are drawn at random. \
            Drawn too small, they let a signal fade from layer to layer. For ReLU, the right standard deviation \
            is √(2/n), with n inputs of a neuron.",
    method: "Networks of six hidden layers of 64 ReLUs start at 0, with a standard deviation of 0.01, of √(1/n) \
             and of √(2/n). Measured is the size (the root of the mean square) of what comes out of each layer \
             for the digits (standardised), before training. Then they learn them, for 10 epochs of SGD at the \
             rate of 0.01, 0.03, 0.1 and 0.3 with the most right answers in validation.",
    run,
};

const LAYERS: usize = 6;
const WIDTH: usize = 64;
const RATES: [f64; 4] = [0.01, 0.03, 0.1, 0.3];
const STARTS: [(&str, Initializer, Hue); 4] = [
    ("0", Initializer::Zeros, ORANGE),
    ("0.01", Initializer::Normal(0.01), ORANGE),
    ("√(1/n)", Initializer::LecunNormal, BLUE),
    ("√(2/n)", Initializer::HeNormal, GREEN),
];
/// Places in [`STARTS`].
const ZERO: usize = 0;
const SMALL: usize = 1;
const LECUN: usize = 2;
const HE: usize = 3;

struct Run {
    /// What comes out of each hidden layer before training.
    sizes: Vec<f64>,
    /// Whether the neurons of every hidden layer are equal after training.
    equal: bool,
    validation: f64,
    test: f64,
}

/// What the hidden layers put out.
fn hidden(model: &Model<f32>, x: MatRef<'_, f32>) -> Vec<Mat<f32>> {
    activations(model.network(), x).into_iter().skip(1).step_by(2).take(LAYERS).collect()
}

fn learn(start: Initializer, rate: f64, seed: u64) -> Result<Run, NotesError> {
    let [data, validation, test] = digits_in_parts(0.2, 0.2, seed)?;
    let spec = Mlp::classifier(64, 10).hidden([WIDTH; LAYERS]).seed(seed);
    let mut model = spec.assemble(|slot| {
        let key = Key { layer: slot.layer as u32, ..Key::default() };
        let mut stream = Stream::new(seed, Purpose::Weights, key);
        Ok::<_, ModelError>(match slot.role {
            Role::Weight => start.matrix(slot.rows, slot.columns, &mut stream),
            _ => Mat::zeros(slot.rows, slot.columns),
        })
    })?;
    let size = |y: &Mat<f32>| f64::from(y.norm_l2()) / ((y.nrows() * y.ncols()) as f64).sqrt();
    let sizes = hidden(&model, data.x()).iter().map(size).collect();
    let (validated, tested) =
        match Trainer::new(Sgd::new(rate)).epochs(10).seed(seed).fit(&mut model, &data) {
            Err(ModelError::Diverged { .. }) => (0.0, 0.0),
            result => {
                result?;
                (accuracy(&model, &validation)?, accuracy(&model, &test)?)
            }
        };
    let equal = hidden(&model, data.x())
        .iter()
        .all(|y| (0..y.ncols()).all(|j| (0..y.nrows()).all(|i| y[(i, j)] == y[(0, j)])));
    Ok(Run { sizes, equal, validation: validated, test: tested })
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let settings: Vec<_> =
        STARTS.into_iter().flat_map(|(_, start, _)| RATES.map(|rate| (start, rate))).collect();
    let runs = lab.repeat(&settings, |&(start, rate), seed| learn(start, rate, seed))?;
    let mut figures = Figures::new([
        "standard deviation",
        "out of the first layer",
        "out of the sixth",
        "rate",
        "right in test",
    ]);
    let mut panel = Panel::new(
        "",
        Axis::linear("hidden layer", 1.0, LAYERS as f64),
        Axis::logarithmic("size of what comes out", 1e-8, 10.0),
    );
    let mut picture = Picture::new("A signal through six layers, before training", (460.0, 260.0));
    let mut chosen: Vec<&[Run]> = Vec::new();
    for ((name, _, color), runs) in STARTS.into_iter().zip(runs.chunks(RATES.len())) {
        let rate = best(runs, |run| run.validation);
        let runs = &runs[rate];
        let size = |layer: usize| Spread::of(runs.iter().map(|run| run.sizes[layer]));
        figures.row([
            name.into(),
            size(0).into(),
            size(LAYERS - 1).into(),
            RATES[rate].into(),
            Figure::Shares(Spread::of(runs.iter().map(|run| run.test))),
        ]);
        // There is no place for 0 on a logarithmic axis.
        if chosen.len() != ZERO {
            let points = (0..LAYERS).map(|layer| ((layer + 1) as f64, size(layer)));
            panel = panel.spreads(color, points);
            picture = picture.legend(Swatch::Line, color, name);
        }
        chosen.push(runs);
    }
    let better = |than: usize| {
        Statement::above(
            format!("from √(2/n), more test images are right than from {}, by", STARTS[than].0),
            Unit::Share,
            0.0,
            differences(chosen[HE], chosen[than], |run| run.test),
        )
    };
    let equal = runs[..RATES.len()].iter().flatten().all(|run| run.equal);
    let fading = chosen[SMALL].iter().map(|run| run.sizes[LAYERS - 1] / run.sizes[0]);
    let median = |i: usize, f: fn(&Run) -> f64| Spread::of(chosen[i].iter().map(f)).median;
    let fades =
        [SMALL, LECUN, HE].map(|i| number(median(i, |run| run.sizes[LAYERS - 1] / run.sizes[0])));
    let right = [ZERO, SMALL, LECUN, HE].map(|i| percent(median(i, |run| run.test)));
    Outcome::new(
        [
            Statement::exact("from 0, the neurons of each layer are equal after training", equal),
            Statement::below(
                "from 0.01, less than a thousandth of the first layer's size comes out of the sixth",
                Unit::Factor,
                1e-3,
                fading,
            ),
            better(SMALL),
            better(LECUN),
        ],
        format!(
            "From 0 nothing but the last biases learns, and {} are right in test. From the first layer to \
             the sixth, the size of what comes out changes by a factor of {} with 0.01, {} with √(1/n) and {} with \
             √(2/n); {}, {} and {} are right in test.",
            right[0], fades[0], fades[1], fades[2], right[1], right[2], right[3],
        ),
        figures,
        &picture.panel(panel),
    )
}
