use densely::models::ModelError;
use densely::prelude::*;
use densely_picture::{Axis, BLUE, Hue, INK, ORANGE, Panel, Picture, Swatch, tint};

use crate::choice::best_by_others;
use crate::figures::{Figure, Figures, number, percent};
use crate::outcome::Outcome;
use crate::spread::Spread;
use crate::statement::{Statement, Unit};
use crate::trained::accuracy;
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "image-means",
    title: "The mean image, and one mean for all pixels",
    section: section::DATA,
    claim: "Centre the data by taking the mean off each feature. For images, one mean for all \
            pixels, or one for each colour, is a convenient substitute.",
    method: "The handwritten digits, 8 × 8 pixels from 0 to 1, as they are; less one mean \
             (`PerChannelMean`, of the one channel they have); and less the mean image (`MeanImage`). \
             Means are of the training part, 80 %. A network 64-64-10 of ReLUs learns each for 5 \
             epochs of SGD, at the rate of 0.3, 1, 2, 3 and 6 with the lowest loss for the other \
             seeds.",
    run,
};

pub(super) const SIDE: usize = 8;
const RATES: [f64; 5] = [0.3, 1.0, 2.0, 3.0, 6.0];

/// What is taken off the images.
const METHODS: [(&str, &str); 3] =
    [("as they are", "none"), ("− one mean", "channel-mean(1)"), ("− mean image", "mean-image")];

/// The digits, with full ink as 1.
pub(super) fn images() -> Result<Dataset<f64>, NotesError> {
    let digits = digits();
    let x = Mat::from_fn(digits.features(), digits.len(), |i, j| digits.x()[(i, j)] / 16.0);
    let labels = digits.labels().unwrap_or_default().to_vec();
    Ok(Dataset::classification(x, labels, digits.outputs())?)
}

/// The largest mean of a pixel, and the mean of all of them.
fn means(data: &Dataset<f64>) -> Result<[f64; 2], NotesError> {
    let mean_image = MeanImage::fit(data.x())?;
    let image = mean_image.image();
    let largest = image.iter().fold(0.0_f64, |largest, mean| largest.max(mean.abs()));
    Ok([largest, image.iter().sum::<f64>() / image.len() as f64])
}

struct Run {
    /// Of training and test part: see [`means`].
    means: [[f64; 2]; 2],
    loss: f64,
    right: f64,
}

fn learn(images: &Dataset<f64>, method: &str, rate: f64, seed: u64) -> Result<Run, NotesError> {
    let (train, test) = images.split(0.2, seed)?;
    let preparation = Preparation::fit([method], &train)?;
    let means = [means(&preparation.dataset(&train)?)?, means(&preparation.dataset(&test)?)?];
    let (train, test) = (preparation.dataset::<f32>(&train)?, preparation.dataset::<f32>(&test)?);
    let mut model = Mlp::classifier(SIDE * SIDE, 10).hidden([64]).seed(seed).build()?;
    match Trainer::new(Sgd::new(rate)).epochs(5).seed(seed).fit(&mut model, &train) {
        Err(ModelError::Diverged { .. }) => {
            return Ok(Run { means, loss: f64::INFINITY, right: 0.0 });
        }
        result => result?,
    };
    Ok(Run { means, loss: model.evaluate(&train)?.loss(), right: accuracy(&model, &test)? })
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let images = images()?;
    let settings: Vec<_> =
        METHODS.iter().flat_map(|&(_, method)| RATES.map(|rate| (method, rate))).collect();
    let runs = lab.repeat(&settings, |(method, rate), seed| learn(&images, method, *rate, seed))?;
    // For each way, each seed at the rate that is best for the others.
    let rate = |rates: &[Vec<Run>], seed: usize| best_by_others(rates, seed, |run| -run.loss);
    let seeds = || 0..runs[0].len();
    let chosen: Vec<Vec<&Run>> = runs
        .chunks(RATES.len())
        .map(|rates| seeds().map(|seed| &rates[rate(rates, seed)][seed]).collect())
        .collect();
    let rates = runs
        .chunks(RATES.len())
        .map(|rates| Spread::of(seeds().map(|seed| RATES[rate(rates, seed)])));
    let spread = |runs: &[&Run], f: fn(&Run) -> f64| Spread::of(runs.iter().map(|run| f(run)));
    let mut figures = Figures::new([
        "images",
        "mean of all pixels",
        "largest mean of one",
        "in test",
        "rate",
        "loss in training",
        "right in test",
    ]);
    for (((name, _), rate), runs) in METHODS.iter().zip(rates).zip(&chosen) {
        figures.row([
            (*name).into(),
            spread(runs, |run| run.means[0][1]).into(),
            spread(runs, |run| run.means[0][0]).into(),
            spread(runs, |run| run.means[1][0]).into(),
            rate.into(),
            spread(runs, |run| run.loss).into(),
            Figure::Shares(spread(runs, |run| run.right)),
        ]);
    }
    let zero = |mean: f64| mean.abs() < 1e-12;
    let one_mean = chosen[1].iter().all(|run| zero(run.means[0][1]) && !zero(run.means[0][0]));
    let mean_image = chosen[2].iter().all(|run| zero(run.means[0][0]));
    let helps = |i: usize, what: &str| {
        let factors = chosen[i].iter().zip(&chosen[0]).map(|(run, raw)| run.loss / raw.loss);
        let text = format!("less {what}, the loss in training is lower, by a factor of");
        Statement::below(text, Unit::Factor, 1.0, factors)
    };
    let losses = [0, 1, 2].map(|i| number(spread(&chosen[i], |run| run.loss).median));
    let right = [0, 1, 2].map(|i| percent(spread(&chosen[i], |run| run.right).median));
    Outcome::new(
        [
            Statement::exact("one mean centres the pixels together, not each of them", one_mean),
            Statement::exact("the mean image centres each of them", mean_image),
            helps(1, "one mean"),
            helps(2, "the mean image"),
        ],
        format!(
            "Ink is in the middle of an image, so one mean for all pixels leaves the means of single \
             ones up to {} off 0. The mean image leaves none in training, and up to {} in test, of \
             which it knows nothing. The loss after 5 epochs is {} as they are, {} less one mean and {} \
             less the mean image; {}, {} and {} are right in test.",
            number(spread(&chosen[1], |run| run.means[0][0]).median),
            number(spread(&chosen[2], |run| run.means[1][0]).median),
            losses[0],
            losses[1],
            losses[2],
            right[0],
            right[1],
            right[2],
        ),
        figures,
        &picture(&images)?,
    )
}

/// The mean image and five digits, as each leaves them.
fn picture(images: &Dataset<f64>) -> Result<Picture, NotesError> {
    let mean = MeanImage::fit(images.x())?;
    let shown = [10, 1, 2, 3, 4];
    let x = Mat::from_fn(SIDE * SIDE, 1 + shown.len(), |i, j| match j {
        0 => mean.image()[i],
        _ => images.x()[(i, shown[j - 1])],
    });
    let mut picture = Picture::new("Digits, and what is left of them", (104.0, 104.0))
        .columns(x.ncols())
        .legend(Swatch::Dot, INK, "ink")
        .legend(Swatch::Dot, ORANGE, "more than the mean")
        .legend(Swatch::Dot, BLUE, "less than the mean");
    for (row, (name, method)) in METHODS.into_iter().enumerate() {
        let y = Pipeline::fit([method], images.x())?.transform(x.as_ref())?;
        for j in 0..y.ncols() {
            let title = match (row, j) {
                (0, 0) => "mean image".to_owned(),
                (0, _) => format!("a {}", images.labels().unwrap_or_default()[shown[j - 1]]),
                _ => String::new(),
            };
            let label = if j == 0 { name } else { "" };
            let panel = Panel::new(title, Axis::bare("", 0.0, 1.0), Axis::bare(label, 0.0, 1.0));
            // Pixels are from the top, cells from the bottom.
            let pixels = (0..SIDE).rev().flat_map(|row| (0..SIDE).map(move |i| SIDE * row + i));
            let colors = pixels.map(|i| color(y[(i, j)], row > 0)).collect();
            picture = picture.panel(panel.cells(SIDE, colors));
        }
    }
    Ok(picture)
}

/// Ink is dark; what has been centred is orange above 0 and blue below.
fn color(value: f64, centred: bool) -> Hue {
    match (centred, value > 0.0) {
        (false, _) => tint(INK, value),
        (true, true) => tint(ORANGE, value),
        (true, false) => tint(BLUE, -value),
    }
}
