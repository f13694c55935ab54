use densely::prelude::*;
use densely_picture::{CLASSES, INK, Panel, Picture, Swatch};

use super::capacity::scatter;
use crate::figures::{Figure, Figures, number, percent};
use crate::outcome::Outcome;
use crate::spread::Spread;
use crate::statement::{Statement, Unit};
use crate::toy::{self, TEST, TRAIN};
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "single-neuron",
    title: "A single neuron is a linear classifier",
    section: section::NEURON,
    claim: "One neuron is a linear classifier. Its sigmoid is the probability of one of two classes, \
            and one minus it that of the other: the answer depends on which side of 0.5 it is. With \
            a hinge loss on the score, the same neuron is a support vector machine.",
    method: "A neuron with the logistic loss and one with the hinge loss learn 200 points of two \
             clouds (λ = 0.001, 100 epochs of SGD), and are tested on 2,000 others.",
    run,
};

const SIDE: f64 = 4.5;

struct Neuron {
    test: f64,
    /// The farthest that two probabilities are from summing to one.
    sum_error: f64,
    /// Whether the class is 1 exactly where the score is above 0, and the probability above 0.5.
    thresholds: bool,
    /// The weights and the bias.
    line: [f64; 3],
    data: Dataset<f32>,
}

fn neuron(classifier: LinearClassifier, seed: u64) -> Result<Neuron, NotesError> {
    let data = toy::clouds(200, [1.3, 0.9], seed, TRAIN)?;
    let test = toy::clouds(2000, [1.3, 0.9], seed, TEST)?;
    let mut model = classifier.seed(seed).build::<f32>()?;
    let optimizer = Sgd::new(0.05).weight_decay(1e-3);
    Trainer::new(optimizer).epochs(100).seed(seed).fit(&mut model, &data)?;
    let threads = Threads::single();
    let scores = model.scores(test.x(), &threads)?;
    let classes = model.classify(test.x(), &threads)?;
    let (mut sum_error, mut thresholds) = (0.0_f64, true);
    let probabilities = model.probabilities(test.x(), &threads)?;
    for (j, &class) in classes.iter().enumerate() {
        thresholds &= (class == 1) == (scores[(0, j)] > 0.0);
        if let Some(p) = &probabilities {
            thresholds &= (class == 1) == (p[(1, j)] > 0.5);
            sum_error = sum_error.max((f64::from(p[(0, j)]) + f64::from(p[(1, j)]) - 1.0).abs());
        }
    }
    let mut line = Vec::new();
    model.network().visit_params(&mut |param| {
        line.extend((0..param.value.ncols()).map(|j| f64::from(param.value[(0, j)])));
    });
    let line = [line[0], line[1], line[2]];
    Ok(Neuron { test: model.evaluate(&test)?.score(), sum_error, thresholds, line, data })
}

/// Where the score is `level`, inside the square.
fn level(line: [f64; 3], level: f64) -> Vec<(f64, f64)> {
    let [a, b, c] = line;
    let at = |x: f64| (x, (level - c - a * x) / b);
    let points = (0..=900).map(|i| at(SIDE * (f64::from(i) / 450.0 - 1.0)));
    points.filter(|&(_, y)| y.abs() <= SIDE).collect()
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let kinds = [
        ("logistic (softmax)", LinearClassifier::logistic(2)),
        ("hinge (SVM)", LinearClassifier::binary_svm(2)),
    ];
    let neurons = lab.repeat(&kinds, |(_, classifier), seed| neuron(classifier.clone(), seed))?;
    let mut figures = Figures::new(["loss", "right in test", "probabilities off 1 by", "|w|"]);
    let mut picture = Picture::new("One neuron, two losses", (280.0, 280.0))
        .legend(Swatch::Dot, CLASSES[0], "class 0")
        .legend(Swatch::Dot, CLASSES[1], "class 1")
        .legend(Swatch::Line, INK, "score 0")
        .legend(Swatch::Dashed, INK, "scores −1 and 1");
    for ((name, _), neurons) in kinds.iter().zip(&neurons) {
        let spread = |f: fn(&Neuron) -> f64| Spread::of(neurons.iter().map(f));
        let sums = spread(|neuron| neuron.sum_error);
        let sums = if name.starts_with("hinge") { "no probabilities".into() } else { sums.into() };
        let norm = spread(|neuron| neuron.line[0].hypot(neuron.line[1]));
        figures.row([
            (*name).into(),
            Figure::Shares(spread(|neuron| neuron.test)),
            sums,
            norm.into(),
        ]);
        let Neuron { line, data, .. } = &neurons[0];
        let panel = scatter(Panel::square(*name, SIDE), data)
            .dashed(INK, level(*line, -1.0))
            .dashed(INK, level(*line, 1.0))
            .line(INK, level(*line, 0.0));
        picture = picture.panel(panel);
    }
    let all = || neurons.iter().flatten();
    let [logistic, hinge] =
        [0, 1].map(|i| Spread::of(neurons[i].iter().map(|neuron| neuron.test)).median);
    // No line does better on these clouds than Φ(|center|), in the mean.
    let best = 1.58_f64.normal_cdf();
    let sum_error = all().map(|neuron| neuron.sum_error).fold(0.0, f64::max);
    let close = [0, 1].map(|i| {
        let text = format!("{} is less than 2 % behind the best of all classifiers", kinds[i].0);
        let behind = neurons[i].iter().map(|neuron| best - neuron.test);
        Statement::below(text, Unit::Share, 0.02, behind)
    });
    let [logistic_close, hinge_close] = close;
    Outcome::new(
        [
            Statement::exact(
                "a score above 0, a probability above 0.5 and class 1 are the same",
                all().all(|neuron| neuron.thresholds),
            ),
            Statement::exact("two probabilities sum to 1 within 1e-6", sum_error < 1e-6),
            logistic_close,
            hinge_close,
        ],
        format!(
            "Both find about the same line, with {} and {} right on new points, where the best of all \
             classifiers has {}. A score above 0, a probability above 0.5 and class 1 are the same for \
             every point, and the probabilities of a point sum to one within {}.",
            percent(logistic),
            percent(hinge),
            percent(best),
            number(sum_error)
        ),
        figures,
        &picture,
    )
}
