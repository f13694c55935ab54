use super::capacity::{Fit, TRAINING, network, spread};
use crate::figures::{Figure, Figures, percent};
use crate::outcome::{Outcome, Verdict};
use crate::picture::{CLASSES, Picture, Swatch};
use crate::trained::Training;
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "regularization",
    title: "Regularisation, not fewer neurons",
    section: section::SIZES,
    claim: "The effects of regularization strength: Each neural network above has 20 hidden neurons, but \
            changing the regularization strength makes its final decision regions smoother with a \
            higher regularization. [...] you should use as big of a neural network as your \
            computational budget allows, and use other regularization techniques to control overfitting.",
    method: "The network of 20 neurons of the experiment `capacity` learns the same points with the \
             penalty ½ λ |W|² for λ = 0.001, 0.01 and 0.1. The network of 3 neurons without a penalty is \
             beside it.",
    run,
};

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let strengths = [0.0, 0.001, 0.01, 0.1];
    let settings = strengths.map(|decay| (20, decay)).into_iter().chain([(3, 0.0)]);
    let settings: Vec<(usize, f64)> = settings.collect();
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
    let median = |i: usize, quantity: fn(&Fit) -> f64| spread(&fits[i], quantity).median;
    let smoother = (1..3).all(|i| median(i + 1, Fit::boundary) <= median(i, Fit::boundary))
        && median(3, Fit::boundary) < median(0, Fit::boundary);
    let best = (1..4)
        .max_by(|&a, &b| median(a, |f| f.test).total_cmp(&median(b, |f| f.test)))
        .unwrap_or(1);
    let [best_test, free, small] = [best, 0, 4].map(|i| median(i, |fit| fit.test));
    Ok(Outcome {
        verdict: Verdict::all(&[smoother, best_test > free, best_test > small]),
        finding: format!(
            "On new points the 20 neurons have {} without a penalty and {} with λ = {}; the small \
             network, which cannot overfit as much, has {}.",
            percent(free),
            percent(best_test),
            strengths[best],
            percent(small),
        ),
        figures,
        picture: picture.svg()?,
    })
}
