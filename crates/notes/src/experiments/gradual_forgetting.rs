use densely::prelude::*;
use densely_picture::{Axis, BLUE, GREEN, INK, ORANGE, Panel, Picture, Swatch};

use crate::figures::Figures;
use crate::outcome::Outcome;
use crate::spread::Spread;
use crate::statement::Statement;
use crate::toy::{TRAIN, clouds};
use crate::trained::weight_norm;
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "gradual-forgetting",
    title: "Weight decay is forgetting",
    section: section::NEURON,
    claim: "Weight decay is forgetting: every update takes each weight a little closer to 0.",
    method: "A neuron learns to tell two clouds apart. Then no more data come: the gradient of the loss \
             is zero, and each of 300 updates is weight decay alone, at learning rate η = 0.1.",
    run,
};

const STEPS: i32 = 300;
const LEARNING_RATE: f64 = 0.1;
const DECAYS: [f64; 3] = [0.01, 0.1, 0.3];

struct Forgetting {
    /// The norm of the weights after each step, from step 0.
    norms: Vec<f64>,
    /// How far the last one is from what the rule says, relatively.
    error: f64,
    bias_moved: bool,
    /// Right answers before and after.
    right: [f64; 2],
}

fn forget(decay: f64, seed: u64) -> Result<Forgetting, NotesError> {
    let data = clouds(200, [1.5, 1.0], seed, TRAIN)?.cast::<f64>()?;
    let mut model = LinearClassifier::logistic(2).seed(seed).build::<f64>()?;
    Trainer::new(Sgd::new(0.1)).epochs(20).seed(seed).fit(&mut model, &data)?;
    let biases = |model: &Model<f64>| {
        let mut sum = 0.0;
        model.network().visit_params(&mut |p| {
            if !p.decay {
                sum += p.value.sum();
            }
        });
        sum
    };
    let (bias, before) = (biases(&model), model.evaluate(&data)?.score());
    let mut optimizer = Sgd::new(LEARNING_RATE).weight_decay(decay);
    let mut norms = vec![weight_norm(model.network())];
    for _ in 0..STEPS {
        model.network_mut().visit_params_mut(&mut |param| param.grad.fill(0.0));
        optimizer.step(model.network_mut(), &Threads::single())?;
        norms.push(weight_norm(model.network()));
    }
    let expected = norms[0] * (1.0 - LEARNING_RATE * decay).powi(STEPS);
    Ok(Forgetting {
        error: (norms[STEPS as usize] / expected - 1.0).abs(),
        bias_moved: biases(&model) != bias,
        right: [before, model.evaluate(&data)?.score()],
        norms,
    })
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let runs = lab.repeat(&DECAYS, |&decay, seed| forget(decay, seed))?;
    let mut figures = Figures::new(["decay λ", "|w| left", "(1 − ηλ)³⁰⁰", "off by, relatively"]);
    let mut panel = Panel::new(
        "",
        Axis::linear("updates without data", 0.0, f64::from(STEPS)),
        Axis::linear("|w|, relative to its start", 0.0, 1.05),
    );
    let mut picture = Picture::new("Weights under decay alone", (460.0, 260.0));
    let (mut exact, mut shrinks, mut biases_stay) = (true, true, true);
    for ((decay, runs), color) in DECAYS.into_iter().zip(&runs).zip([BLUE, ORANGE, GREEN]) {
        let left = Spread::of(runs.iter().map(|run| run.norms[STEPS as usize] / run.norms[0]));
        let error = Spread::of(runs.iter().map(|run| run.error));
        exact &= error.high < 1e-13;
        biases_stay &= runs.iter().all(|run| !run.bias_moved);
        shrinks &= runs.iter().all(|run| run.norms.windows(2).all(|pair| pair[1] < pair[0]));
        let rule = |step: i32| (1.0 - LEARNING_RATE * decay).powi(step);
        figures.row([decay.into(), left.median.into(), rule(STEPS).into(), error.into()]);
        let norms = &runs[0].norms;
        panel = panel
            .line(color, norms.iter().enumerate().map(|(t, norm)| (t as f64, norm / norms[0])));
        let marked = (0..=STEPS).step_by(50).map(|t| (f64::from(t), rule(t)));
        panel = panel.dots(INK, 3.0, marked);
        picture = picture.legend(Swatch::Line, color, format!("λ = {decay}"));
    }
    let picture = picture.legend(Swatch::Dot, INK, "(1 − ηλ)ᵗ").panel(panel);
    let right = |i: usize| Spread::of(runs.iter().flatten().map(|run| run.right[i]));
    let (before, after) = (right(0).median, right(1).median);
    Outcome::new(
        [
            Statement::exact("every update makes |w| smaller", shrinks),
            Statement::exact("after 300 of them it is (1 − ηλ)³⁰⁰ of what it was", exact),
            Statement::exact("biases stay as they are", biases_stay),
        ],
        format!(
            "Every update multiplies every weight by 1 − ηλ, so what was learned fades exponentially, \
             and biases, which are not decayed, stay. It is the certainty that is forgotten, not the \
             direction: with all weights shrunk alike and the bias kept, the median share of right \
             answers goes from {} to {}.",
            crate::figures::percent(before),
            crate::figures::percent(after)
        ),
        figures,
        &picture,
    )
}
