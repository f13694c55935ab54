use densely_layers::{At, Layer};
use densely_tensor::{Mat, Threads};

use super::case::{Case, TIES};
use super::pass::{Batch, Way, forward, pass};
use crate::Check;
use crate::difference::difference;
use crate::session::{Judge, Verdict};
use crate::values::{matrix, stream};

/// At inputs from −1, 0 and 1, where kinks and ties are: the derivative of each output along
/// a direction lies between the slopes on the two sides.
///
/// Of one output at a time: kinks of several may cancel in a sum, and what is then between
/// the slopes of the sum says nothing. Along several entries at a time too: to give every
/// tied maximum the full gradient is right along each entry alone.
pub(super) fn subgradient(
    layer: &mut dyn Layer<f64>,
    case: &Case,
    (inputs, outputs): (usize, usize),
    judge: &Judge<'_>,
) -> Verdict {
    let x = matrix(case.seed, TIES, (inputs, 1), |stream| stream.below(3) as f64 - 1.0);
    let mut stream = stream(case.seed, TIES, 1);
    let output = stream.below(outputs);
    let dy = Mat::from_fn(outputs, 1, |i, _| f64::from(i == output));
    let batch = Batch { x: x.as_ref(), dy: dy.as_ref(), at: case.at() };
    let base = pass(layer, batch, f64::NAN, Way::Input, &Threads::single());
    let gradient = &base.gradients[0];
    let unit = |k: usize| Mat::from_fn(inputs, 1, |i, _| f64::from(i == k));
    let mut directions = vec![Mat::from_fn(inputs, 1, |_, _| 1.0)];
    for _ in 0..2 {
        directions.push(unit(stream.below(inputs)));
        directions.push(Mat::from_fn(inputs, 1, |_, _| stream.below(3) as f64 - 1.0));
    }
    for direction in directions {
        let along: f64 = (0..inputs).map(|i| gradient[(i, 0)] * direction[(i, 0)]).sum();
        let value = |h: f64| output_at(layer, &(&x + h * &direction), (output, outputs), case.at());
        let difference = difference(value, 1.0);
        let numbers = difference.between_the_sides(along);
        judge.verdict(Check::Subgradient, "input", None, numbers, || None)?;
    }
    Ok(())
}

fn output_at(
    layer: &dyn Layer<f64>,
    x: &Mat<f64>,
    (output, outputs): (usize, usize),
    at: At,
) -> f64 {
    forward(layer, x.as_ref(), outputs, at)[(output, 0)]
}
