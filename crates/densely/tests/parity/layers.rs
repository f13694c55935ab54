//! Every layer.

use densely::prelude::*;

use crate::case::{Case, parts};
use crate::training::check_all;

#[test]
fn layers() {
    check_all("layers", include_str!("layers.txt"), 29);
}

/// The network of a case, whose parameters are still to be set.
pub(crate) fn network(case: &Case) -> Sequential<f64> {
    let parts = parts(case.text("network"));
    let first = parts.iter().find(|(name, _)| *name == "linear").unwrap();
    let mut network = Sequential::new(first.1[0] as usize).unwrap();
    for (name, numbers) in parts {
        network.push_boxed(layer(name, &numbers, network.width())).unwrap();
    }
    network
}

/// A layer after one with so many outputs.
fn layer(name: &str, numbers: &[f64], width: usize) -> Box<dyn Layer<f64>> {
    match (name, numbers) {
        ("linear", &[inputs, outputs]) => {
            let (inputs, outputs) = (inputs as usize, outputs as usize);
            let (weight, bias) = (Mat::zeros(outputs, inputs), Mat::zeros(outputs, 1));
            Box::new(Linear::from_parts(weight, bias).unwrap())
        }
        ("dropout", &[probability]) => Box::new(Dropout::new(probability).unwrap()),
        ("input-noise", &[deviation]) => Box::new(InputNoise::new(deviation).unwrap()),
        _ => {
            let values: String = numbers.iter().map(|value| format!("({value})")).collect();
            let (known, text) = (LayerKinds::new(), format!("{name}{values}"));
            let kind = known.get(text.as_str()).unwrap();
            kind.layer(width).unwrap()
        }
    }
}
