use densely_layers::Layer;
use densely_tensor::{Mat, Threads};

use super::pass::{Batch, Way, pass};
use super::subject::Subject;
use crate::Check;
use crate::session::{Judge, Pair, Verdict};

/// How many rounding errors of `f32` a result may be off, relative to its terms.
const TOLERANCE: f64 = 64.0 * f32::EPSILON as f64;

/// The layer in `f32` against the same in `f64`, from inputs and parameters that both hold
/// exactly.
pub(super) fn precision(
    subject: &Subject<'_>,
    layer: &mut dyn Layer<f32>,
    judge: &Judge<'_>,
) -> Verdict {
    let parameters = subject.parameters();
    let mut values = parameters.iter();
    layer.visit_params_mut(&mut |param| {
        if let Some(value) = values.next() {
            param.value = narrow(value);
        }
    });
    let (x, dy) = (narrow(&subject.x), narrow(&subject.dy));
    let batch = Batch { x: x.as_ref(), dy: dy.as_ref(), at: subject.at };
    let single = pass(layer, batch, f32::NAN, Way::Input, &Threads::single());
    let names = ["output"].into_iter().chain(subject.targets.iter().map(String::as_str));
    let doubles = [&subject.base.y].into_iter().chain(&subject.base.gradients);
    let terms = [&subject.terms.y].into_iter().chain(&subject.terms.gradients);
    let singles = [&single.y].into_iter().chain(&single.gradients);
    for (((target, expected), terms), single) in names.zip(doubles).zip(terms).zip(singles) {
        let actual =
            &Mat::from_fn(single.nrows(), single.ncols(), |i, j| f64::from(single[(i, j)]));
        // Functions whose slope is small where their value is large: the value counts too.
        let scale = terms.norm_l2() + expected.norm_l2();
        let pair = Pair { target, actual, expected, scale, tolerance: TOLERANCE };
        judge.norm(Check::SinglePrecision, &pair, || None)?;
    }
    Ok(())
}

fn narrow(m: &Mat<f64>) -> Mat<f32> {
    Mat::from_fn(m.nrows(), m.ncols(), |i, j| m[(i, j)] as f32)
}
