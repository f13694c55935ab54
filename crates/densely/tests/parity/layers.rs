//! Every layer.

use densely::prelude::*;

use crate::case::{Case, parts};
use crate::training::check_all;

#[test]
fn layers() {
    check_all("layers", include_str!("layers.txt"), 23);
}

/// The network of a case, whose parameters are still to be set.
pub(crate) fn network(case: &Case) -> Sequential<f64> {
    let parts = parts(case.text("network"));
    let mut network = Sequential::new(parts[0].1[0] as usize).unwrap();
    for (name, numbers) in parts {
        if let ("linear", &[inputs, outputs]) = (name, numbers.as_slice()) {
            let (inputs, outputs) = (inputs as usize, outputs as usize);
            let linear = Linear::from_parts(Mat::zeros(outputs, inputs), Mat::zeros(outputs, 1));
            network.push(linear.unwrap()).unwrap();
            continue;
        }
        let values = numbers.iter().map(|value| format!("({value})"));
        let kind: ActivationKind = format!("{name}{}", values.collect::<String>()).parse().unwrap();
        let units = network.width() / kind.inputs_per_unit();
        network.push_boxed(kind.layer(units).unwrap()).unwrap();
    }
    network
}
