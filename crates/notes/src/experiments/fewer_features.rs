use densely::prelude::*;
use densely_picture::{Axis, BLUE, ORANGE, Panel, Picture, Swatch};

use super::image_means::{SIDE, images};
use crate::choice::best;
use crate::figures::{Figure, Figures, percent};
use crate::outcome::Outcome;
use crate::spread::Spread;
use crate::statement::{Statement, Unit, differences};
use crate::trained::{Training, accuracy, train};
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "fewer-features",
    title: "PCA for fewer features",
    section: section::DATA,
    claim: "The first principal components hold most of the variance. Networks that are given only these \
            learn about as well, with less memory and time.",
    method: "A network of 64 ReLUs learns the digits, 8 × 8 pixels (40 epochs of Adam at 0.003): centred, and \
             by their first 2 to 40 principal components, fitted to the training part. Chosen are the fewest \
             whose right answers in validation are at most 1 % behind those of all pixels. \"About as well\" is taken to mean less than 1 % behind in test.",
    run,
};

const COMPONENTS: [usize; 6] = [2, 5, 10, 20, 30, 40];
const HIDDEN: usize = 64;
const CLOSE: f64 = 0.01;

struct Run {
    /// The share of the variance that the components hold.
    variance: f64,
    validation: f64,
    test: f64,
}

/// All pixels, or so many components.
fn learn(components: Option<usize>, seed: u64) -> Result<Run, NotesError> {
    let (rest, test) = images()?.split(0.2, seed)?;
    let (data, validation) = rest.split(0.2, seed)?;
    let (method, variance) = match components {
        None => (Kind::new("center"), 1.0),
        Some(k) => (Kind::new("pca").with(k), Pca::fit_k(data.x(), k)?.variance_ratio()),
    };
    let preparation = Preparation::fit([method], &data)?;
    let [data, validation, test] =
        [data, validation, test].map(|part| preparation.dataset::<f32>(&part));
    let data = data?;
    let spec = Mlp::classifier(data.features(), data.outputs()).hidden([HIDDEN]);
    let training = Training { learning_rate: 0.003, weight_decay: 0.0, epochs: 40, batch_size: 32 };
    let model = train(&spec, &data, training, seed)?;
    Ok(Run {
        variance,
        validation: accuracy(&model, &validation?)?,
        test: accuracy(&model, &test?)?,
    })
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let settings: Vec<_> = COMPONENTS.into_iter().map(Some).chain([None]).collect();
    let runs = lab.repeat(&settings, |&components, seed| learn(components, seed))?;
    let spread = |i: usize, f: fn(&Run) -> f64| Spread::of(runs[i].iter().map(f));
    let all = COMPONENTS.len();
    let mut figures = Figures::new([
        "features",
        "of the variance",
        "weights of the first layer",
        "right in test",
    ]);
    for (i, components) in settings.iter().enumerate() {
        let features = components.unwrap_or(SIDE * SIDE);
        let name = match components {
            Some(k) => format!("{k} components"),
            None => format!("all {features} pixels"),
        };
        figures.row([
            name.into(),
            Figure::Shares(spread(i, |run| run.variance)),
            (features * HIDDEN).into(),
            Figure::Shares(spread(i, |run| run.test)),
        ]);
    }
    let at = |f: fn(&Run) -> f64| {
        COMPONENTS.into_iter().enumerate().map(move |(i, k)| (k as f64, spread(i, f)))
    };
    let pixels = spread(all, |run| run.test).median;
    let panel =
        Panel::new("", Axis::linear("components", 0.0, 42.0), Axis::linear("share", 0.0, 1.02))
            .dashed(BLUE, [(0.0, pixels), (42.0, pixels)])
            .spreads(ORANGE, at(|run| run.variance))
            .spreads(BLUE, at(|run| run.test));
    let picture = Picture::new("The digits by fewer features", (460.0, 260.0))
        .legend(Swatch::Line, BLUE, "right in test")
        .legend(Swatch::Dashed, BLUE, "with all pixels")
        .legend(Swatch::Line, ORANGE, "variance held")
        .panel(panel);
    let validation = |i: usize| spread(i, |run| run.validation).median;
    let close = |&i: &usize| validation(i) >= validation(all) - CLOSE;
    // As good as the best, if none is close.
    let chosen = (0..all).find(close).unwrap_or(best(&runs[..all], |run| run.validation));
    let k = COMPONENTS[chosen];
    let few = spread(chosen, |run| run.test).median;
    let variance = spread(chosen, |run| run.variance).median;
    Outcome::new(
        [
            Statement::exact(
                format!("{k} components are at most half as many features"),
                2 * k <= SIDE * SIDE,
            ),
            Statement::below(
                "in test, they are less than 1 % behind all pixels",
                Unit::Share,
                CLOSE,
                differences(&runs[all], &runs[chosen], |run| run.test),
            ),
        ],
        format!(
            "The fewest that do in validation are {k}, with {} of the variance. In test, {} are right, where \
             all {} pixels have {}. The first layer has {} of the weights, and of the multiplications.",
            percent(variance),
            percent(few),
            SIDE * SIDE,
            percent(pixels),
            percent(k as f64 / (SIDE * SIDE) as f64),
        ),
        figures,
        &picture,
    )
}
