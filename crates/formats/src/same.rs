use densely_loss::{TargetKind, Targets};
use densely_models::{Model, ModelError, Predictor};
use densely_preprocess::{Pipeline, Transform};
use densely_tensor::{Key, Mat, Purpose, Scalar, ShapeError, Stream, Threads};

use crate::error::Reason;

/// So many examples are tried.
const EXAMPLES: usize = 3;

/// Whether what was read is what was written. The weights are: they have one hash. But a layer
/// may say that it is of a kind which it is not, and a transformation that it has learnt less than
/// it has.
pub(crate) fn check<T: Scalar>(written: &Predictor<T>, read: &Predictor<T>) -> Result<(), Reason> {
    let differs = |what: &str| Err(Reason::Unsupported(format!("{what} would not come back")));
    if written.preparation() != read.preparation() {
        return differs("an option of the preparation");
    }
    let pipelines = [written, read].map(|predictor| prepared(predictor.preparation().pipeline()));
    let [ours, theirs] = pipelines;
    if !alike(&ours.map_err(ModelError::from)?, &theirs.map_err(ModelError::from)?) {
        return differs("a transformation, that has learnt more than it says, so that it");
    }
    let (written, read) = (written.model(), read.model());
    if written.network().kinds() != read.network().kinds() {
        return differs("a layer");
    }
    if written.loss().kind() != read.loss().kind() {
        return differs("the loss");
    }
    let (ours, theirs) = (answers(written)?, answers(read)?);
    if !alike(&ours, &theirs) {
        return differs(
            "a layer, or the loss, that is not of the kind which it says it is, so that it",
        );
    }
    Ok(())
}

/// Whether these are the same numbers.
fn alike<T: Scalar>(ours: &[T], theirs: &[T]) -> bool {
    let same = |(a, b): (&T, &T)| a == b || (a.to_f64().is_nan() && b.to_f64().is_nan());
    ours.len() == theirs.len() && ours.iter().zip(theirs).all(same)
}

/// What transformations make of some features, and their inverses of what comes out.
fn prepared(pipeline: &Pipeline) -> Result<Vec<f64>, ShapeError> {
    let mut stream = Stream::new(0, Purpose::Other, Key::default());
    let mut random = |rows| Mat::from_fn(rows, EXAMPLES, |_, _| stream.normal::<f64>());
    let (x, y) = (random(pipeline.in_features()), random(pipeline.out_features()));
    Ok([
        numbers(&pipeline.transform(x.as_ref())?),
        numbers(&pipeline.inverse_transform(y.as_ref())?),
    ]
    .concat())
}

fn numbers<T: Scalar>(x: &Mat<T>) -> Vec<T> {
    x.col_iter().flat_map(|column| column.iter().copied().collect::<Vec<_>>()).collect()
}

/// What the network says to some inputs, and the loss to some scores.
fn answers<T: Scalar>(model: &Model<T>) -> Result<Vec<T>, Reason> {
    let mut stream = Stream::new(0, Purpose::Other, Key::default());
    let x = Mat::from_fn(model.inputs(), EXAMPLES, |_, _| stream.normal::<T>());
    let scores = model.scores(x.as_ref(), &Threads::single()).map_err(ModelError::from)?;
    let mut answers = numbers(&scores);
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
