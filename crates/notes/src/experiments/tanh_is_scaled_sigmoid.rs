use densely::layers::Activation;
use densely::prelude::*;
use densely_picture::{Axis, BLUE, INK, ORANGE, Panel, Picture, Swatch};

use crate::figures::{Figures, number};
use crate::outcome::Outcome;
use crate::spread::Spread;
use crate::statement::Statement;
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "tanh-is-scaled-sigmoid",
    title: "tanh is a sigmoid, stretched and moved",
    section: section::ACTIVATIONS,
    claim: "tanh is the sigmoid, stretched and moved: tanh(x) = 2σ(2x) − 1.",
    method: "Both sides are computed on 20,001 points from −20 to 20. Then a network of tanh neurons \
             (8-16-16-3) is rewritten as one of sigmoid neurons: weights and biases into a neuron are \
             doubled, weights out of it doubled too, and their sum is taken off the next bias.",
    run,
};

/// The largest difference of both sides for `x` from -20 to 20.
fn difference<T: Scalar>() -> f64 {
    let x = (-10_000..=10_000).map(|i| T::from_f64(f64::from(i) * 2e-3));
    let two = T::from_f64(2.0);
    x.map(|x| (Tanh.f(x) - (two * Sigmoid.f(two * x) - T::ONE)).abs().to_f64()).fold(0.0, f64::max)
}

/// A network of tanh neurons and the same function by sigmoid neurons.
fn networks(seed: u64) -> Result<[Model<f64>; 2], NotesError> {
    let spec = Mlp::classifier(8, 3).hidden([16, 16]).activation("tanh").seed(seed);
    let tanh = spec.build::<f64>()?;
    let mut params: Vec<Mat<f64>> = Vec::new();
    tanh.network().visit_params(&mut |param| params.push(param.value.clone()));
    let layers = params.len() / 2;
    for layer in 0..layers {
        // Into a hidden neuron: σ is asked at 2x.
        let into = if layer + 1 < layers { 2.0 } else { 1.0 };
        let (weight, bias) = (params[2 * layer].clone(), params[2 * layer + 1].clone());
        // Out of a hidden neuron: 2σ − 1 is expected.
        let out = if layer > 0 { 2.0 } else { 1.0 };
        let offset = |i: usize| if layer > 0 { weight.row(i).sum() } else { 0.0 };
        params[2 * layer + 1] =
            Mat::from_fn(bias.nrows(), 1, |i, _| into * (bias[(i, 0)] - offset(i)));
        params[2 * layer] =
            Mat::from_fn(weight.nrows(), weight.ncols(), |i, j| into * out * weight[(i, j)]);
    }
    let mut params = params.into_iter();
    let sigmoid = spec.activation("sigmoid").assemble(|slot| {
        Ok::<_, NotesError>(params.next().unwrap_or_else(|| Mat::zeros(slot.rows, slot.columns)))
    })?;
    Ok([tanh, sigmoid])
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let scores = lab.repeat(&[()], |(), seed| {
        let [tanh, sigmoid] = networks(seed)?;
        let mut stream = Stream::new(seed, Purpose::Other, Key::default());
        let x = Mat::from_fn(8, 200, |_, _| stream.normal());
        let threads = Threads::single();
        let scores = [tanh.scores(x.as_ref(), &threads)?, sigmoid.scores(x.as_ref(), &threads)?];
        Ok((&scores[0] - &scores[1]).norm_max())
    })?;
    let scores = Spread::of(scores[0].iter().copied());
    let (single, double) = (difference::<f32>(), difference::<f64>());
    let slopes = [Tanh.df(0.0, Tanh.f(0.0)), Sigmoid.df(0.0, Sigmoid.f(0.0))];
    let mut figures = Figures::new(["", "largest difference"]);
    figures.row(["tanh(x) and 2σ(2x) − 1, in f32".into(), single.into()]);
    figures.row(["tanh(x) and 2σ(2x) − 1, in f64".into(), double.into()]);
    figures.row(["scores of the two networks, in f64".into(), scores.into()]);

    let points =
        |f: fn(f64) -> f64| (-200..=200).map(move |i| f64::from(i) / 50.0).map(move |x| (x, f(x)));
    let panel = Panel::new("", Axis::linear("x", -4.0, 4.0), Axis::linear("", -1.1, 1.1))
        .line(BLUE, points(|x| Sigmoid.f(x)))
        .line(ORANGE, points(|x| Tanh.f(x)))
        .dashed(INK, points(|x| 2.0 * Sigmoid.f(2.0 * x) - 1.0));
    let picture = Picture::new("Tanh is a scaled sigmoid", (460.0, 260.0))
        .legend(Swatch::Line, BLUE, "σ(x)")
        .legend(Swatch::Line, ORANGE, "tanh(x)")
        .legend(Swatch::Dashed, INK, "2σ(2x) − 1")
        .panel(panel);
    Outcome::new(
        [
            Statement::exact(
                "the two sides differ by 4 units of rounding at most",
                single < 4.0 * f64::from(f32::EPSILON) && double < 4.0 * f64::EPSILON,
            ),
            Statement::exact(
                "the scores of the two networks differ by less than 1e-13",
                scores.high < 1e-13,
            ),
        ],
        format!(
            "The two sides differ by rounding alone, and so do two whole networks: their scores by {} \
             at most. What one can represent, the other can. They train differently, for two reasons: the output \
             of tanh is centred on 0, and at 0 its slope is {}, the sigmoid's {}. What that does to a stack of layers is in `saturation`.",
            number(scores.high),
            number(slopes[0]),
            number(slopes[1]),
        ),
        figures,
        &picture,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lab;

    /// The slopes follow from the identity: d/dx (2σ(2x) − 1) = 4σ′(2x).
    #[test]
    fn slopes_differ_by_a_factor_of_four_and_are_stated() {
        for x in [-1.5, 0.0, 0.25, 3.0] {
            let tanh = Tanh.df(x, Tanh.f(x));
            let sigmoid: f64 = Sigmoid.df(2.0 * x, Sigmoid.f(2.0 * x));
            assert!((tanh - 4.0 * sigmoid).abs() < 1e-15, "{x}");
        }
        let lab = Lab { seeds: 1, ..Lab::default() };
        let finding = (EXPERIMENT.run)(&lab).unwrap().finding;
        assert!(finding.contains("at 0 its slope is 1, the sigmoid's 0.25"), "{finding}");
    }
}
