use densely::prelude::*;
use densely_picture::{Axis, BLUE, ORANGE, Panel, Picture, Swatch, tint};

use crate::figures::Figures;
use crate::outcome::Outcome;
use crate::spread::Spread;
use crate::statement::Statement;
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "feed-forward",
    title: "A network in three lines",
    section: section::FEED_FORWARD,
    claim: "The forward pass of a network of three layers is three lines: for each layer a product, a bias and \
            an activation, but none after the last.",
    method: "The network 3-4-4-1 of sigmoids, its biases drawn too. `f` is the activation of every entry; \
             the example `feed_forward` has these lines in a program:\n\n\
             ```rust\n\
             let h1 = f(&w1 * &x + &b1);\n\
             let h2 = f(&w2 * &h1 + &b2);\n\
             let out = &w3 * &h2 + &b3;\n\
             ```\n\n\
             50 examples go through the lines one by one, and through the same network built by the library, \
             all at once.",
    run,
};

const EXAMPLES: usize = 50;

/// What the neurons of each layer put out for an example `x`, by hand.
fn by_hand(params: &[Mat<f64>; 6], x: &Mat<f64>) -> [Mat<f64>; 3] {
    let [w1, b1, w2, b2, w3, b3] = params;
    let f = |z: Mat<f64>| Mat::from_fn(z.nrows(), z.ncols(), |i, j| Sigmoid.f(z[(i, j)]));
    let h1 = f(w1 * x + b1);
    let h2 = f(w2 * &h1 + b2);
    let out = w3 * &h2 + b3;
    [h1, h2, out]
}

/// The network, and its parameters in their order.
fn network(seed: u64) -> Result<(Model<f64>, [Mat<f64>; 6]), NotesError> {
    let spec = Mlp::regressor(3, 1).hidden([4, 4]).activation("sigmoid");
    let mut stream = Stream::new(seed, Purpose::Weights, Key::default());
    let mut params = Vec::new();
    let model = spec.assemble(|slot| {
        let value = Mat::from_fn(slot.rows, slot.columns, |_, _| stream.normal());
        params.push(value.clone());
        Ok::<_, NotesError>(value)
    })?;
    let mut params = params.into_iter();
    Ok((model, std::array::from_fn(|_| params.next().unwrap_or_else(Mat::new))))
}

/// The outputs of each layer by hand, and how far the last is from that of the library.
fn compare(seed: u64) -> Result<([Mat<f64>; 3], f64), NotesError> {
    let (model, params) = network(seed)?;
    let mut stream = Stream::new(seed, Purpose::Other, Key::default());
    let x = Mat::from_fn(3, EXAMPLES, |_, _| stream.normal());
    let one_by_one: Vec<_> =
        (0..EXAMPLES).map(|j| by_hand(&params, &x.subcols(j, 1).to_owned())).collect();
    let layers = [0, 1, 2].map(|layer| {
        let rows = one_by_one[0][layer].nrows();
        Mat::from_fn(rows, EXAMPLES, |i, j| one_by_one[j][layer][(i, 0)])
    });
    let scores = model.scores(x.as_ref(), &Threads::single())?;
    let difference = (&layers[2] - &scores).norm_max();
    Ok((layers, difference))
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let runs = lab.repeat(&[()], |(), seed| compare(seed))?;
    let difference = Spread::of(runs[0].iter().map(|run| run.1));
    let mut figures = Figures::new(["line", "product", "outputs for an example"]);
    for (line, product, outputs) in
        [("h1", "4 × 3 by 3", 4_usize), ("h2", "4 × 4 by 4", 4), ("out", "1 × 4 by 4", 1)]
    {
        figures.row([line.into(), product.into(), outputs.into()]);
    }
    let mut picture = Picture::new("What each line puts out for 50 examples", (420.0, 70.0))
        .columns(1)
        .legend(Swatch::Dot, ORANGE, "above the mean of all examples")
        .legend(Swatch::Dot, BLUE, "below");
    for (name, y) in ["h1", "h2", "out"].into_iter().zip(&runs[0][0].0) {
        let means: Vec<f64> = (0..y.nrows()).map(|i| y.row(i).sum() / EXAMPLES as f64).collect();
        let distance = |(i, j): (usize, usize)| y[(i, j)] - means[i];
        let all = || (0..y.ncols()).flat_map(|j| (0..y.nrows()).map(move |i| (i, j)));
        let most = all().map(|at| distance(at).abs()).fold(f64::MIN_POSITIVE, f64::max);
        let color = |at| {
            let share = distance(at) / most;
            tint(if share > 0.0 { ORANGE } else { BLUE }, share.abs())
        };
        let cells = (0..y.nrows()).rev().flat_map(|i| (0..y.ncols()).map(move |j| (i, j)));
        let colors = cells.map(color).collect();
        let panel = Panel::new("", Axis::bare("", 0.0, 1.0), Axis::bare(name, 0.0, 1.0));
        picture = picture.panel(panel.cells(y.ncols(), colors));
    }
    Outcome::new(
        [Statement::exact(
            "the three lines and the library differ by less than 1e-14",
            difference.high < 1e-14,
        )],
        format!(
            "The outputs differ by {} at most. The three lines take one example; the library takes all \
             examples as the columns of one matrix, so that a layer is a single product for all of them.",
            crate::figures::number(difference.high)
        ),
        figures,
        &picture,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines that are shown are lines of the example, and those that are run here.
    #[test]
    fn the_lines_that_are_shown_are_run() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/feed_forward.rs");
        let example = std::fs::read_to_string(path).unwrap();
        let here = include_str!("feed_forward.rs");
        let code = EXPERIMENT.method.split("```").nth(1).unwrap();
        let lines: Vec<_> = code.lines().filter(|line| line.starts_with("let ")).collect();
        assert_eq!(lines.len(), 3);
        for line in lines {
            assert!(example.contains(&format!("    {line}\n")), "{line}");
            // Here parameters and examples are references already.
            let run = line.replace("&w", "w").replace("&b", "b").replace("&x", "x");
            assert!(here.contains(&format!("    {run}\n")), "{run}");
        }
    }

    /// An activation after the last layer, or none before, would be noticed.
    #[test]
    fn the_last_layer_has_no_activation() {
        let (model, params) = network(0).unwrap();
        let x = Mat::from_fn(3, 1, |i, _| i as f64 - 0.5);
        let scores = model.scores(x.as_ref(), &Threads::single()).unwrap();
        let [h1, h2, out] = by_hand(&params, &x);
        assert!((out[(0, 0)] - scores[(0, 0)]).abs() < 1e-14);
        assert!((Sigmoid.f(out[(0, 0)]) - scores[(0, 0)]).abs() > 0.1);
        assert_eq!((h1.nrows(), h2.nrows()), (4, 4));
    }
}
