use densely::prelude::*;

use crate::figures::{Figures, number};
use crate::outcome::{Outcome, Verdict};
use crate::picture::{Axis, BLUE, INK, Panel, Picture, Swatch};
use crate::spread::Spread;
use crate::toy::{self, TRAIN};
use crate::trained::{Training, train};
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "small-vs-large",
    title: "Small networks depend on luck, large ones less",
    section: section::SIZES,
    claim: "In practice, what you find is that if you train a small network the final loss can display a \
            good amount of variance - in some cases you get lucky and converge to a good place but in \
            some cases you get trapped in one of the bad minima. On the other hand, if you train a large \
            network you'll start to find many different solutions, but the variance in the final \
            achieved loss will be much smaller.",
    method: "One data set, 90 points on three arms of a spiral; 50 initialisations of each width of one \
             hidden layer of tanh neurons, 400 full-batch steps of Adam with λ = 0.0001 each. (50 \
             whatever the number of seeds.)",
    run,
};

const INITIALISATIONS: usize = 50;
const WIDTHS: [usize; 6] = [2, 4, 8, 16, 32, 64];
const TRAINING: Training =
    Training { learning_rate: 0.03, weight_decay: 1e-4, epochs: 400, batch_size: 90 };

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let data = toy::spiral(30, 3, 4.0, 0.15, (0, TRAIN))?;
    let losses = lab.each(WIDTHS.len() * INITIALISATIONS, |i| {
        let (width, seed) = (WIDTHS[i / INITIALISATIONS], (i % INITIALISATIONS) as u64);
        let spec = Mlp::classifier(2, 3).hidden([width]).activation(ActivationKind::Tanh);
        Ok(train(&spec, &data, TRAINING, seed)?.evaluate(&data)?.loss())
    })?;
    let mut figures = Figures::new(["hidden neurons", "final loss", "standard deviation"]);
    let mut panel = Panel::new(
        "",
        Axis::named("hidden neurons", WIDTHS),
        Axis::logarithmic("final loss of training", 0.002, 1.0),
    );
    let mut deviations = Vec::new();
    for (i, (width, losses)) in WIDTHS.into_iter().zip(losses.chunks(INITIALISATIONS)).enumerate() {
        let n = losses.len() as f64;
        let mean = losses.iter().sum::<f64>() / n;
        let deviation = (losses.iter().map(|loss| (loss - mean).powi(2)).sum::<f64>() / n).sqrt();
        let spread = Spread::of(losses.iter().copied());
        figures.row([width.into(), spread.into(), deviation.into()]);
        deviations.push(deviation);
        // Side by side, in the order of the seeds, so that dots do not hide each other.
        let place = |seed: usize| i as f64 + 0.6 * (seed as f64 / (n - 1.0) - 0.5);
        let dots = losses.iter().enumerate().map(|(seed, &loss)| (place(seed), loss));
        let median = [(i as f64 - 0.35, spread.median), (i as f64 + 0.35, spread.median)];
        panel = panel.dots(BLUE, 2.75, dots).line(INK, median);
    }
    let picture = Picture::new("Final losses of 50 initialisations", (520.0, 290.0))
        .legend(Swatch::Dot, BLUE, "one initialisation")
        .legend(Swatch::Line, INK, "median")
        .panel(panel);
    let widest = deviations[WIDTHS.len() - 1];
    let largest = deviations.iter().copied().fold(0.0, f64::max);
    Ok(Outcome {
        verdict: Verdict::all(&[widest < largest / 5.0, widest < deviations[0]]),
        finding: format!(
            "The standard deviation of the final loss is {} at 2 neurons, {} at its largest, and {} at \
             64. The smallest networks are not the most variable ones if they are too small for any good \
             solution; those that just suffice are a matter of luck.",
            number(deviations[0]),
            number(largest),
            number(widest)
        ),
        figures,
        picture: picture.svg()?,
    })
}
