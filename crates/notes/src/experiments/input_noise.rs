use super::capacity::{Fit, SMALL, TRAINING, network, spread};
use densely_picture::{CLASSES, Picture, Swatch};

use crate::choice::best;
use crate::figures::{Figure, Figures, percent};
use crate::outcome::Outcome;
use crate::statement::{Statement, Unit, differences};
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "input-noise",
    title: "Noise on the inputs controls overfitting",
    section: section::SIZES,
    claim: "Against overfitting, noise on the inputs is better than fewer neurons.",
    method: "The network of 20 neurons of `capacity` learns the same points, but in every step normal \
             noise is added to each coordinate, of a standard deviation from 0.1 to 1; the points \
             themselves were blurred by 0.35. Beside it are networks of 2 to 10 neurons without \
             noise. The noise, and the number of neurons of the small network, are those with the \
             most right answers on 500 points for validation.",
    run,
};

/// The noise on the inputs of the large network.
const NOISE: [f64; 6] = [0.0, 0.1, 0.2, 0.3, 0.5, 1.0];

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let small = SMALL.map(|units| (units, 0.0));
    let settings: Vec<(usize, f64)> =
        NOISE.map(|noise| (20, noise)).into_iter().chain(small).collect();
    let fits = lab.repeat(&settings, |&(units, noise), seed| {
        Fit::new(&network(units).input_noise(noise), TRAINING, seed)
    })?;
    let gap = |fit: &Fit| fit.train - fit.test;
    let mut figures = Figures::new([
        "hidden neurons, noise",
        "right in training",
        "right in test",
        "the gap",
        "length of the boundary",
    ]);
    let mut picture =
        Picture::new("20 hidden neurons: more noise, smoother regions", (250.0, 250.0))
            .legend(Swatch::Dot, CLASSES[0], "class 0")
            .legend(Swatch::Dot, CLASSES[1], "class 1");
    for (&(units, noise), fits) in settings.iter().zip(&fits) {
        figures.row([
            format!("{units}, {noise}").into(),
            Figure::Shares(spread(fits, |fit| fit.train)),
            Figure::Shares(spread(fits, |fit| fit.test)),
            Figure::Shares(spread(fits, gap)),
            spread(fits, Fit::boundary).into(),
        ]);
        if [0.1, 0.3, 1.0].contains(&noise) {
            picture = picture.panel(fits[0].panel(format!("noise of {noise}")));
        }
    }
    let (large, small) = fits.split_at(NOISE.len());
    let noisy = 1 + best(&large[1..], |fit| fit.validation);
    let neurons = best(small, |fit| fit.validation);
    let name = format!("20 neurons with noise of {}", NOISE[noisy]);
    let more = |text: String, one: &[Fit], other: &[Fit], of: fn(&Fit) -> f64| {
        Statement::above(text, Unit::Share, 0.0, differences(one, other, of))
    };
    let test = |fits: &[Fit]| percent(spread(fits, |fit| fit.test).median);
    let gaps = [0, noisy].map(|i| percent(spread(&large[i], gap).median));
    Outcome::new(
        [
            more(
                format!("{name} have a smaller gap between training and test than without, by"),
                &large[0],
                &large[noisy],
                gap,
            ),
            more(
                format!("in test, {name} have more right than without, by"),
                &large[noisy],
                &large[0],
                |fit| fit.test,
            ),
            more(
                format!("in test, {name} have more right than {} neurons, by", SMALL[neurons]),
                &large[noisy],
                &small[neurons],
                |fit| fit.test,
            ),
        ],
        format!(
            "In test the 20 neurons have {} right without noise and {} with noise of {}, the best in \
             validation; the gap between training and test goes from {} to {}. The best of the small \
             networks, of {} neurons, has {} in test.",
            test(&large[0]),
            test(&large[noisy]),
            NOISE[noisy],
            gaps[0],
            gaps[1],
            SMALL[neurons],
            test(&small[neurons]),
        ),
        figures,
        &picture,
    )
}
