use super::capacity::{Fit, TRAINING, network, spread};
use crate::figures::{Figure, Figures, percent};
use crate::outcome::{Outcome, Verdict};
use crate::picture::{CLASSES, Picture, Swatch};
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "input-noise",
    title: "Noise on the inputs controls overfitting",
    section: section::SIZES,
    claim: "[...] there are many other preferred ways to prevent overfitting in Neural Networks \
            that we will discuss later (such as L2 regularization, dropout, input noise). In \
            practice, it is always better to use these methods to control overfitting instead of \
            the number of neurons.",
    method: "The network of 20 neurons of the experiment `capacity` learns the same points, but in \
             every step normal noise is added to each coordinate, of a standard deviation from 0.1 \
             to 1; the points themselves were blurred by 0.35. The network of 3 neurons without \
             noise is beside it.",
    run,
};

/// The networks: neurons, and the noise on their inputs.
const SETTINGS: [(usize, f64); 7] =
    [(20, 0.0), (20, 0.1), (20, 0.2), (20, 0.3), (20, 0.5), (20, 1.0), (3, 0.0)];
/// The small network, the last of [`SETTINGS`].
const SMALL: usize = 6;

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let fits = lab.repeat(&SETTINGS, |&(units, noise), seed| {
        Fit::new(&network(units).input_noise(noise), TRAINING, seed)
    })?;
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
    for (&(units, noise), fits) in SETTINGS.iter().zip(&fits) {
        figures.row([
            format!("{units}, {noise}").into(),
            Figure::Shares(spread(fits, |fit| fit.train)),
            Figure::Shares(spread(fits, |fit| fit.test)),
            Figure::Shares(spread(fits, |fit| fit.train - fit.test)),
            spread(fits, Fit::boundary).into(),
        ]);
        if [0.1, 0.3, 1.0].contains(&noise) {
            picture = picture.panel(fits[0].panel(format!("noise of {noise}")));
        }
    }
    let median = |i: usize, quantity: fn(&Fit) -> f64| spread(&fits[i], quantity).median;
    let falls = |quantity: fn(&Fit) -> f64| {
        (1..SMALL).all(|i| median(i, quantity) <= median(i - 1, quantity))
            && median(SMALL - 1, quantity) < median(0, quantity)
    };
    let test = |fit: &Fit| fit.test;
    let best = (1..SMALL).max_by(|&a, &b| median(a, test).total_cmp(&median(b, test))).unwrap_or(1);
    let [noisy, free, small] = [best, 0, SMALL].map(|i| median(i, test));
    let gaps = [0, best].map(|i| median(i, |fit| fit.train - fit.test));
    Ok(Outcome {
        verdict: Verdict::all(&[falls(|fit| fit.train - fit.test), noisy > free, noisy > small]),
        finding: format!(
            "Without noise the 20 neurons have {} right in test, with noise of {}, the best of those tried, {}; \
             the gap between training and test goes from {} to {}. The small network has {} in test.",
            percent(free),
            SETTINGS[best].1,
            percent(noisy),
            percent(gaps[0]),
            percent(gaps[1]),
            percent(small),
        ),
        figures,
        picture: picture.svg()?,
    })
}
