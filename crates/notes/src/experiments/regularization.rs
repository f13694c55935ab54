use super::capacity::{Fit, SMALL, TRAINING, network, spread};
use densely_picture::{CLASSES, Picture, Swatch};

use crate::choice::best;
use crate::figures::{Figure, Figures, percent};
use crate::outcome::Outcome;
use crate::statement::{Statement, Unit, differences, factors};
use crate::trained::Training;
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "regularization",
    title: "Regularisation, not fewer neurons",
    section: section::SIZES,
    claim: "A stronger penalty on the weights makes the boundary smoother. So take a network as \
            large as you can afford and regularise it, instead of a small one.",
    method: "The network of 20 neurons of `capacity` learns the same points with the penalty ½ λ |W|² \
             for λ = 0.001, 0.01 and 0.1. Beside it are networks of 2 to 10 neurons without a \
             penalty. λ, and the number of neurons of the small network, are those with the most \
             right answers on 500 points for validation.",
    run,
};

/// The penalties of the large network.
const STRENGTHS: [f64; 4] = [0.0, 0.001, 0.01, 0.1];

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let small = SMALL.map(|units| (units, 0.0));
    let settings: Vec<(usize, f64)> =
        STRENGTHS.map(|decay| (20, decay)).into_iter().chain(small).collect();
    let fits = lab.repeat(&settings, |&(units, weight_decay), seed| {
        Fit::new(&network(units), Training { weight_decay, ..TRAINING }, seed)
    })?;
    let mut figures = Figures::new([
        "hidden neurons, λ",
        "right in training",
        "right in test",
        "length of the boundary",
        "|W|",
    ]);
    let mut picture = Picture::new(
        "20 hidden neurons: stronger regularisation, smoother regions",
        (250.0, 250.0),
    )
    .legend(Swatch::Dot, CLASSES[0], "class 0")
    .legend(Swatch::Dot, CLASSES[1], "class 1");
    for (&(units, decay), fits) in settings.iter().zip(&fits) {
        let (train, test) = (spread(fits, |fit| fit.train), spread(fits, |fit| fit.test));
        figures.row([
            format!("{units}, λ = {decay}").into(),
            Figure::Shares(train),
            Figure::Shares(test),
            spread(fits, Fit::boundary).into(),
            spread(fits, |fit| fit.weights).into(),
        ]);
        if units == 20 && decay > 0.0 {
            picture = picture.panel(fits[0].panel(format!("λ = {decay}")));
        }
    }
    let (large, small) = fits.split_at(STRENGTHS.len());
    let penalty = 1 + best(&large[1..], |fit| fit.validation);
    let neurons = best(small, |fit| fit.validation);
    let smoother = |i: usize| {
        let text = format!(
            "with λ = {} the boundary is shorter than with {}, by a factor of",
            STRENGTHS[i],
            STRENGTHS[i - 1]
        );
        let factors = factors(&large[i], &large[i - 1], Fit::boundary);
        Statement::below(text, Unit::Factor, 1.0, factors)
    };
    let better = |than: &str, other: &[Fit]| {
        let text = format!(
            "in test, 20 neurons with λ = {} have more right than {than}, by",
            STRENGTHS[penalty]
        );
        let differences = differences(&large[penalty], other, |fit| fit.test);
        Statement::above(text, Unit::Share, 0.0, differences)
    };
    let test = |fits: &[Fit]| percent(spread(fits, |fit| fit.test).median);
    Outcome::new(
        [
            smoother(1),
            smoother(2),
            smoother(3),
            better("without a penalty", &large[0]),
            better(&format!("{} neurons without one", SMALL[neurons]), &small[neurons]),
        ],
        format!(
            "On new points the 20 neurons have {} without a penalty and {} with λ = {}, the best in \
             validation; the best of the small networks, of {} neurons, has {}.",
            test(&large[0]),
            test(&large[penalty]),
            STRENGTHS[penalty],
            SMALL[neurons],
            test(&small[neurons]),
        ),
        figures,
        &picture,
    )
}
