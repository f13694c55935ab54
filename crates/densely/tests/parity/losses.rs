//! Every loss, with its options.

use densely::prelude::*;

use crate::case::parts;
use crate::training::check_all;

#[test]
fn losses() {
    check_all("losses", include_str!("losses.txt"), 33);
}

/// The network with the loss of this description.
pub(crate) fn model(network: Sequential<f64>, text: &str) -> Model<f64> {
    let parts = parts(text);
    let ((name, numbers), options) = parts.split_first().unwrap();
    match (*name, numbers.as_slice()) {
        ("softmax", []) => {
            let loss =
                options.iter().fold(SoftmaxCrossEntropy::new(), |loss, (name, values)| {
                    match (*name, values.as_slice()) {
                        ("label_smoothing", &[share]) => loss.label_smoothing(share),
                        ("class_weights", weights) => loss.class_weights(weights),
                        other => panic!("softmax has no option {other:?}"),
                    }
                });
            Model::new(network, loss)
        }
        ("svm", []) => {
            let (margin, squared) = margin(options);
            Model::new(network, MulticlassSvm::with_margin(margin).squared(squared))
        }
        ("hinge", []) => {
            let (margin, squared) = margin(options);
            Model::new(network, BinaryHinge::with_margin(margin).squared(squared))
        }
        ("crammer-singer", []) => {
            let (margin, squared) = margin(options);
            assert!(!squared, "it has no squared form");
            Model::new(network, CrammerSingerSvm::with_margin(margin))
        }
        ("logistic", []) => Model::new(network, Logistic),
        ("mse", []) => Model::new(network, MeanSquaredError),
        ("mae", []) => Model::new(network, MeanAbsoluteError),
        ("huber", &[delta]) => Model::new(network, Huber::new(delta)),
        other => panic!("no loss is called {other:?}"),
    }
}

/// The margin, 1 by default, and whether hinges are squared.
fn margin(options: &[(&str, Vec<f64>)]) -> (f64, bool) {
    options.iter().fold((1.0, false), |(margin, squared), (name, values)| {
        match (*name, values.as_slice()) {
            ("margin", &[margin]) => (margin, squared),
            ("squared", []) => (margin, true),
            other => panic!("a hinge has no option {other:?}"),
        }
    })
}
