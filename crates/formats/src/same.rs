use densely_loss::{TargetKind, Targets};
use densely_models::{Model, ModelError, Predictor};
use densely_tensor::{Key, Mat, Purpose, Scalar, Stream, Threads};

use crate::error::Reason;

/// Whether what was read is what was written. The weights are: they have one hash. But a layer
/// may say that it is of a kind which it is not.
pub(crate) fn check<T: Scalar>(written: &Predictor<T>, read: &Predictor<T>) -> Result<(), Reason> {
    let differs = |what: &str| Err(Reason::Unsupported(format!("{what} would not come back")));
    if written.preparation() != read.preparation() {
        return differs("an option of the preparation");
    }
    let (written, read) = (written.model(), read.model());
    if written.network().kinds() != read.network().kinds() {
        return differs("a layer");
    }
    if written.loss().kind() != read.loss().kind() {
        return differs("the loss");
    }
    let (ours, theirs) = (answers(written)?, answers(read)?);
    let same = |(a, b): (&T, &T)| a == b || (a.to_f64().is_nan() && b.to_f64().is_nan());
    if ours.len() != theirs.len() || !ours.iter().zip(&theirs).all(same) {
        return differs(
            "a layer, or the loss, that is not of the kind which it says it is, so that it",
        );
    }
    Ok(())
}

/// What the network says to some inputs, and the loss to some scores.
fn answers<T: Scalar>(model: &Model<T>) -> Result<Vec<T>, Reason> {
    const EXAMPLES: usize = 3;
    let mut stream = Stream::new(0, Purpose::Other, Key::default());
    let x = Mat::from_fn(model.inputs(), EXAMPLES, |_, _| stream.normal::<T>());
    let scores = model.scores(x.as_ref(), &Threads::single()).map_err(ModelError::from)?;
    let mut answers: Vec<T> =
        scores.col_iter().flat_map(|column| column.iter().copied().collect::<Vec<_>>()).collect();
    let (outputs, loss) = (model.outputs(), model.loss());
    let scores = Mat::from_fn(outputs, EXAMPLES, |_, _| stream.normal::<T>());
    let values = Mat::from_fn(outputs, EXAMPLES, |_, _| stream.uniform::<T>());
    let labels: Vec<usize> = (0..EXAMPLES).map(|j| j % loss.classes(outputs).max(1)).collect();
    let targets = match loss.target_kind() {
        TargetKind::Labels => Targets::Labels(&labels),
        TargetKind::Values => Targets::Values(values.as_ref()),
    };
    loss.check(outputs, EXAMPLES, targets).map_err(ModelError::from)?;
    let (mut losses, mut dscores) = ([T::ZERO; EXAMPLES], scores.clone());
    loss.panel(scores.as_ref(), targets, EXAMPLES, &mut losses, dscores.as_mut());
    answers.extend(losses);
    Ok(answers)
}
