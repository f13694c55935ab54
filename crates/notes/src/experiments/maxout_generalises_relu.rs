use densely::prelude::*;
use densely_picture::{Axis, BLUE, Hue, INK, Panel, Picture, Swatch};

use crate::figures::Figures;
use crate::outcome::Outcome;
use crate::spread::Spread;
use crate::statement::Statement;
use crate::{Experiment, Lab, NotesError, section};

pub(super) const EXPERIMENT: Experiment = Experiment {
    name: "maxout-generalises-relu",
    title: "Maxout generalises ReLU",
    section: section::ACTIVATIONS,
    claim: "A maxout neuron puts out the larger of two weighted sums. ReLU and leaky ReLU are \
            special cases of it, at half the parameters.",
    method: "Networks of ReLU and of leaky ReLU (8-16-16-3) are rewritten as networks of maxout neurons \
             whose first piece is 0, or a tenth of the second one. Then a single maxout neuron of four \
             pieces, whose slopes and offsets are tangents of x², shows what the special cases cannot do.",
    run,
};

const SLOPE: f64 = 0.1;

/// The network of `kind` and the same by maxout: the first piece of a neuron is `slope`
/// times the second.
fn networks(kind: &'static str, slope: f64, seed: u64) -> Result<[Model<f64>; 2], NotesError> {
    let spec = Mlp::classifier(8, 3).hidden([16, 16]).activation(kind).seed(seed);
    let rectified = spec.build::<f64>()?;
    let mut params = Vec::new();
    rectified.network().visit_params(&mut |param| params.push(param.value.clone()));
    let mut params = params.into_iter();
    let maxout = spec.activation("maxout").assemble(|slot| {
        let value = params.next().unwrap_or_else(|| Mat::zeros(slot.rows, slot.columns));
        let units = value.nrows();
        if units == slot.rows {
            return Ok::<_, NotesError>(value);
        }
        Ok(Mat::from_fn(slot.rows, slot.columns, |i, j| match i < units {
            true => slope * value[(i, j)],
            false => value[(i - units, j)],
        }))
    })?;
    Ok([rectified, maxout])
}

/// A maxout neuron of one input with these pieces `(w, b)`, from −2 to 2.
fn neuron(pieces: &[(f64, f64)]) -> Result<Vec<(f64, f64)>, NotesError> {
    let k = pieces.len();
    let weight = Mat::from_fn(k, 1, |i, _| pieces[i].0);
    let bias = Mat::from_fn(k, 1, |i, _| pieces[i].1);
    let network =
        Sequential::new(1)?.with(Linear::from_parts(weight, bias)?)?.with(Maxout::new(k)?)?;
    let model = Model::new(network, MeanSquaredError);
    let x = Mat::from_fn(1, 401, |_, j| j as f64 / 100.0 - 2.0);
    let y = model.scores(x.as_ref(), &Threads::single())?;
    Ok((0..x.ncols()).map(|j| (x[(0, j)], y[(0, j)])).collect())
}

fn run(lab: &Lab) -> Result<Outcome, NotesError> {
    let kinds = [("ReLU", "relu", 0.0), ("leaky ReLU", "leaky-relu(0.1)", SLOPE)];
    let runs = lab.repeat(&kinds, |&(_, kind, slope), seed| {
        let [rectified, maxout] = networks(kind, slope, seed)?;
        let mut stream = Stream::new(seed, Purpose::Other, Key::default());
        let x = Mat::from_fn(8, 200, |_, _| stream.normal());
        let threads = Threads::single();
        let scores = [&rectified, &maxout].map(|model| model.scores(x.as_ref(), &threads));
        let [a, b] = scores;
        Ok(((&a? - &b?).norm_max(), rectified.parameters(), maxout.parameters()))
    })?;
    let mut figures =
        Figures::new(["network", "parameters", "as maxout", "largest difference of scores"]);
    let (mut same, mut doubled) = (true, true);
    for ((name, ..), runs) in kinds.iter().zip(&runs) {
        let difference = Spread::of(runs.iter().map(|run| run.0));
        let (_, parameters, as_maxout) = runs[0];
        // The last layer has no activation.
        let output = 16 * 3 + 3;
        same &= difference.high < 1e-13;
        doubled &= as_maxout - output == 2 * (parameters - output);
        figures.row([(*name).into(), parameters.into(), as_maxout.into(), difference.into()]);
    }

    let panel = |title: &str, color: Hue, pieces: &[(f64, f64)]| {
        let lines = pieces.iter().map(|&(w, b)| [-2.0, 2.0].map(|x| (x, w * x + b)));
        let bare = Panel::new(title, Axis::linear("", -2.0, 2.0), Axis::linear("", -1.5, 4.0));
        let clipped = |line: [(f64, f64); 2]| {
            let points = (0..=200).map(move |i| {
                let share = f64::from(i) / 200.0;
                let [a, b] = line;
                (a.0 + share * (b.0 - a.0), a.1 + share * (b.1 - a.1))
            });
            points.filter(|&(_, y)| (-1.5..=4.0).contains(&y)).collect::<Vec<_>>()
        };
        let panel = lines.fold(bare, |panel, line| panel.dashed(INK, clipped(line)));
        Ok::<_, NotesError>(panel.line(color, neuron(pieces)?))
    };
    // The tangents of x² at −1.5, −0.5, 0.5 and 1.5.
    let tangents = [-1.5, -0.5, 0.5, 1.5].map(|x: f64| (2.0 * x, -x * x));
    let picture = Picture::new("What one maxout neuron can be", (170.0, 200.0))
        .legend(Swatch::Dashed, INK, "a piece wᵢx + bᵢ")
        .legend(Swatch::Line, BLUE, "their maximum")
        .panel(panel("ReLU", BLUE, &[(0.0, 0.0), (1.0, 0.0)])?)
        .panel(panel("leaky ReLU", BLUE, &[(SLOPE, 0.0), (1.0, 0.0)])?)
        .panel(panel("|x|", BLUE, &[(-1.0, 0.0), (1.0, 0.0)])?)
        .panel(panel("about x², 4 pieces", BLUE, &tangents)?);
    Outcome::new(
        [
            Statement::exact("scores differ by less than 1e-13", same),
            Statement::exact("weights and biases into hidden neurons are twice as many", doubled),
        ],
        "The networks are the same function up to rounding. Weights and biases into \
                  hidden neurons are exactly twice as many; the last layer, which has no activation, \
                  keeps its size. A neuron of more pieces is any convex piecewise linear function.",
        figures,
        &picture,
    )
}
