//! Every loss, with its options.

use densely::prelude::*;

use crate::case::parts;
use crate::training::check_all;

#[test]
fn losses() {
    check_all("losses", include_str!("losses.txt"), 39);
}

/// The network with the loss of this description.
pub(crate) fn model(network: Sequential<f64>, text: &str) -> Model<f64> {
    let parts = parts(text);
    let ((name, numbers), options) = parts.split_first().unwrap();
    let kind = numbers.iter().fold(Kind::new(*name), Kind::with);
    let kind = options.iter().fold(kind, |kind, (option, values)| {
        let option = option.replace('_', "-");
        match (option.as_str(), values.as_slice()) {
            ("class-weights", weights) => {
                kind.with_option(option, weights.iter().fold(Kind::new("list"), Kind::with))
            }
            (_, []) => kind.with_option(option, true),
            (_, values) => kind.with_option(option, values[0]),
        }
    });
    Model::new(network, LossKinds::new().get(kind).unwrap())
}
