use densely::prelude::*;
use densely_picture::{Axis, BLUE, INK, Panel, Picture, Swatch};

use crate::figures::{Figures, number};
use crate::outcome::Outcome;
use crate::spread::Spread;
use crate::statement::{Statement, Unit, factors};
use crate::toy::{self, TRAIN};
use crate::trained::{Training, train};
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "small-vs-large",
    title: "Small networks depend on luck, large ones less",
    section: section::SIZES,
    claim: "Where the training of a small network ends depends on its initial weights; a large \
            network ends at about the same loss from all of them, if not at the same solution.",
    method: "A data set for each seed, 90 points on three arms of a spiral, and 20 initialisations of each \
             width of one hidden layer of tanh neurons for each of them; 400 full-batch steps of Adam \
             with λ = 0.0001. Compared is, data set by data set, the standard deviation of the final \
             loss over the initialisations. \"About the same\" is taken to mean a fifth of the \
             deviation of the smallest network.",
    run,
};

const INITIALISATIONS: usize = 20;
const WIDTHS: [usize; 6] = [2, 4, 8, 16, 32, 64];
const TRAINING: Training =
    Training { learning_rate: 0.03, weight_decay: 1e-4, epochs: 400, batch_size: 90 };

/// The final losses of a width on the data set of a seed.
fn final_losses(width: usize, seed: u64) -> Result<Vec<f64>, NotesError> {
    let data = toy::spiral(30, 3, 4.0, 0.15, (seed, TRAIN))?;
    let spec = Mlp::classifier(2, 3).hidden([width]).activation("tanh");
    let seeds = (0..INITIALISATIONS).map(|i| i as u64);
    seeds.map(|seed| Ok(train(&spec, &data, TRAINING, seed)?.evaluate(&data)?.loss())).collect()
}

/// The standard deviation.
fn deviation(losses: &[f64]) -> f64 {
    let n = losses.len() as f64;
    let mean = losses.iter().sum::<f64>() / n;
    (losses.iter().map(|loss| (loss - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let runs = lab.repeat(&WIDTHS, |&width, seed| final_losses(width, seed))?;
    let mut figures =
        Figures::new(["hidden neurons", "final loss, first data set", "standard deviation, all"]);
    let mut panel = Panel::new(
        "",
        Axis::named("hidden neurons", WIDTHS),
        Axis::logarithmic("final loss of training", 0.002, 1.0),
    );
    for (i, (width, runs)) in WIDTHS.into_iter().zip(&runs).enumerate() {
        let (losses, n) = (&runs[0], INITIALISATIONS as f64);
        let spread = Spread::of(losses.iter().copied());
        let deviations = Spread::of(runs.iter().map(|losses| deviation(losses)));
        figures.row([width.into(), spread.into(), deviations.into()]);
        // Side by side, in the order of the seeds, so that dots do not hide each other.
        let place = |seed: usize| i as f64 + 0.6 * (seed as f64 / (n - 1.0) - 0.5);
        let dots = losses.iter().enumerate().map(|(seed, &loss)| (place(seed), loss));
        let median = [(i as f64 - 0.35, spread.median), (i as f64 + 0.35, spread.median)];
        panel = panel.dots(BLUE, 2.75, dots).line(INK, median);
    }
    let picture = Picture::new("Final losses on one data set", (520.0, 290.0))
        .legend(Swatch::Dot, BLUE, "one initialisation")
        .legend(Swatch::Line, INK, "median")
        .panel(panel);
    let largest = WIDTHS.len() - 1;
    let over = |i: usize, j: usize| factors(&runs[i], &runs[j], |losses| deviation(losses));
    let median = |i: usize| Spread::of(runs[i].iter().map(|losses| deviation(losses))).median;
    let deviations: Vec<_> = WIDTHS
        .into_iter()
        .enumerate()
        .map(|(i, width)| format!("{} with {width}", number(median(i))))
        .collect();
    Outcome::new(
        [
            Statement::above(
                "2 neurons have more than five times the standard deviation of 64",
                Unit::Factor,
                5.0,
                over(0, largest),
            ),
            Statement::above(
                "16 neurons have a larger one than 64, by a factor of",
                Unit::Factor,
                1.0,
                over(3, largest),
            ),
        ],
        format!(
            "The standard deviation of the final loss, the median over data sets, is {}. The smallest \
             networks need not be the most variable ones: where no solution is good, luck does not help.",
            deviations.join(", ")
        ),
        figures,
        &picture,
    )
}
