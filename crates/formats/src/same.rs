use densely_models::Predictor;
use densely_tensor::Scalar;

use crate::error::Reason;

/// Whether what was read is what was written. The weights are: they have one hash. But a
/// network may have been changed since its description made it.
pub(crate) fn check<T: Scalar>(written: &Predictor<T>, read: &Predictor<T>) -> Result<(), Reason> {
    let differs = |what: &str, written: &str, read: &str| {
        Reason::Unsupported(format!("{what} is {written}, and {read} in its description"))
    };
    let (layers, described) = (layers(written), layers(read));
    if layers.len() != described.len() {
        let count = |layers: &[String]| format!("of {} layers", layers.len());
        return Err(differs("the network", &count(&layers), &count(&described)));
    }
    for (index, (layer, described)) in layers.iter().zip(&described).enumerate() {
        if layer != described {
            return Err(differs(&format!("layer {index}"), layer, described));
        }
    }
    let loss = |of: &Predictor<T>| format!("{:?}", of.model().loss());
    if loss(written) != loss(read) {
        return Err(differs("the loss", &loss(written), &loss(read)));
    }
    if written.spec() != read.spec() || written.preparation() != read.preparation() {
        return Err(Reason::Unsupported("an option that is not read as it is written".to_owned()));
    }
    Ok(())
}

/// Each layer as text: its kind, and its shape.
fn layers<T: Scalar>(predictor: &Predictor<T>) -> Vec<String> {
    let stages = predictor.model().network().stages().iter();
    let layer = stages.map(|stage| {
        let kind = stage.layer().kind();
        let whole = if kind.is_whole() { "" } else { " (which does not say its options)" };
        format!("{kind}{whole} from {} to {}", stage.in_features(), stage.out_features())
    });
    layer.collect()
}
