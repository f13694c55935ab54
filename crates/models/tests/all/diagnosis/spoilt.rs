//! Runs that were spoilt.

use densely_data::Dataset;
use densely_models::{Mlp, Trainer};
use densely_optim::{Optimizer, Sgd};
use densely_tensor::Mat;

use super::data::{
    changed, frauds, noise_classes, normal, prepared, raw_digits, raw_regression,
    standardised_digits, two_classes,
};
use super::{Situation, adam, check, digit_net, fit, fit_changed, scale, sgd, value_net};

#[test]
fn the_learning_rate() {
    check(&[
        Situation {
            name: "too low",
            run: || fit(&digit_net(), sgd(1e-6).epochs(5), &standardised_digits(300)),
            says: &["the learning rate is too low (it is 1e-6)", "and there were 50: raise it"],
            never: &["standardise", "more epochs"],
        },
        Situation {
            name: "too low, from a small last layer, as the program draws it",
            run: || {
                let small = |number, value: &mut Mat<f32>| {
                    if number == 2 {
                        scale(value, 0.1);
                    }
                };
                let net = Mlp::classifier(64, 10).hidden([64]);
                fit_changed(&net, small, adam(1e-8).epochs(5), &standardised_digits(300))
            },
            says: &["nothing was learned", "the learning rate is too low (it is 1e-8)"],
            never: &["hardly learns"],
        },
        Situation {
            name: "too low, with Adam",
            run: || fit(&value_net(), adam(1e-8).epochs(5), &prepared(&raw_regression(300))),
            says: &["the learning rate is too low (it is 1e-8)"],
            never: &["standardise", "more epochs"],
        },
        Situation {
            name: "diverges at once",
            run: || fit(&digit_net(), sgd(1e30), &standardised_digits(300)),
            says: &["lower the learning rate (it is 1e30)"],
            never: &["standardise", "standard deviations", "initial weights"],
        },
        Situation {
            name: "diverges after a while",
            run: || {
                let net = Mlp::regressor(4, 1);
                fit(&net, sgd(2.5).epochs(200).batch_size(300), &prepared(&raw_regression(300)))
            },
            says: &["lower the learning rate (it is 2.5)"],
            never: &["standardise", "standard deviations", "initial weights"],
        },
        Situation {
            name: "rises without diverging",
            run: || {
                let net = Mlp::regressor(4, 1);
                fit(&net, sgd(2.1).epochs(30).batch_size(300), &prepared(&raw_regression(300)))
            },
            says: &["the training loss rose from", "lower the learning rate"],
            never: &["standardise", "standard deviations", "000000"],
        },
        Situation {
            name: "loses what was learnt",
            run: || {
                let jump = |t: f64, _: f64| if t < 11.0 { 1.0 } else { 500.0 };
                let trainer = sgd(0.01).epochs(12).schedule(jump);
                fit(&digit_net(), trainer, &standardised_digits(300))
            },
            says: &["the training loss rose from 0.", "lower the learning rate"],
            never: &["standardise"],
        },
        Situation {
            name: "kills all units",
            run: || fit(&digit_net(), Trainer::new(Sgd::new(0.3)).epochs(2), &raw_digits(600)),
            says: &["features are not scaled", "dead since epoch 2: lower the learning rate"],
            never: &["gradients are"],
        },
        Situation {
            name: "too few epochs",
            run: || fit(&digit_net(), sgd(0.001).epochs(3), &standardised_digits(600)),
            says: &["still falling at the end", "train for more epochs"],
            never: &["too low", "standardise"],
        },
        Situation {
            name: "one step an epoch",
            run: || {
                let trainer = sgd(0.01).epochs(5).batch_size(1024);
                fit(&digit_net(), trainer, &standardised_digits(600))
            },
            says: &["only 5 steps, since a batch of 1024 holds so much of the 600 examples"],
            never: &["more epochs", "standardise"],
        },
    ]);
}

#[test]
fn the_features() {
    check(&[
        Situation {
            name: "a rare category",
            run: || {
                let rare = |i, j, x| if i == 3 { f64::from(u8::from(j == 600)) } else { x };
                let data = prepared(&changed(1000, rare, |_, y| y));
                let data = data.with_feature_names(["a", "b", "c", "rare"]).unwrap();
                fit(&value_net(), sgd(0.01).epochs(30), &data)
            },
            says: &["feature `rare` is 31.6 standard deviations from its mean in example 600"],
            never: &["standardise"],
        },
        Situation {
            name: "an outlier that hides all others",
            run: || {
                let far = |i, j, x| if i == 2 && j == 17 { 1e6 } else { x };
                fit(&value_net(), adam(0.003).epochs(20), &prepared(&changed(400, far, |_, y| y)))
            },
            says: &[
                "feature `x2` is 20 standard deviations from its mean in example 17, so that all \
                 other values lie within 2e-5 of one: correct or remove such values, or learn from its logarithm",
            ],
            never: &["standardise", "learning rate", "norm of the gradient"],
        },
        Situation {
            name: "one that is too large",
            run: || {
                let large = |i, _, x| if i == 3 { 1e6 * x } else { x };
                let data = changed(400, large, |_, y| y).cast().unwrap();
                fit(&value_net(), adam(0.001).epochs(20), &data)
            },
            says: &["feature `x3` hides the others", "standardise"],
            never: &["standard deviations", "lower the learning rate"],
        },
        Situation {
            name: "all too large",
            run: || {
                let data = changed(400, |_, _, x| 500.0 + 300.0 * x, |_, y| y).cast().unwrap();
                fit(&value_net(), sgd(0.01).epochs(20), &data)
            },
            says: &["the features are not scaled", "about 5", "standardise them"],
            never: &["standard deviations", "initial weights"],
        },
        Situation {
            name: "too large to be added up, at a tiny rate",
            run: || {
                let data =
                    changed(400, |i, _, x| if i == 1 { 1e38 * x.signum() } else { x }, |_, y| y);
                fit(&value_net(), sgd(1e-38), &data.cast().unwrap())
            },
            says: &["feature `x1` hides the others, it is about 1e38"],
            never: &["learning rate"],
        },
        Situation {
            name: "all too small",
            run: || {
                let data = changed(400, |_, _, x| 1e-5 * x, |_, y| y).cast().unwrap();
                fit(&value_net(), sgd(0.01).epochs(10), &data)
            },
            says: &["nothing was learned", "the largest is about 1e-5", "standardise"],
            never: &["learning rate"],
        },
        Situation {
            name: "all constant",
            run: || {
                let data = changed(100, |i, _, _| i as f64, |_, y| y).cast().unwrap();
                fit(&value_net(), adam(0.003).epochs(10), &data)
            },
            says: &["nothing was learned", "no feature varies"],
            never: &["learning rate", "standardise"],
        },
    ]);
}

#[test]
fn the_targets() {
    check(&[
        Situation {
            name: "an outlier",
            run: || {
                let far = |j, y| if j == 33 { 1e5 } else { y };
                let data = prepared(&changed(400, |_, _, x| x, far));
                fit(&value_net(), adam(0.003).epochs(20), &data)
            },
            says: &[
                "the target `y0` is 20 standard deviations from its mean in example 33",
                "scale hides the others: correct or remove it, or learn the logarithm",
            ],
            never: &["standardise", "learning rate", "huber", "rose", "clip"],
        },
        Situation {
            name: "too large",
            run: || {
                let data = changed(400, |_, _, x| x, |_, y| 5000.0 + 900.0 * y).cast().unwrap();
                fit(&value_net(), adam(0.001).epochs(20), &data)
            },
            says: &["nothing was learned", "the target `y0` is not scaled", "standardise it"],
            never: &["learning rate", "features"],
        },
        Situation {
            name: "so large that training diverges",
            run: || {
                let data = changed(400, |_, _, x| x, |_, y| 1e15 * y).cast().unwrap();
                fit(&value_net(), sgd(0.01).epochs(20), &data)
            },
            says: &["the target `y0` is not scaled (it is about 1."],
            never: &["features"],
        },
        Situation {
            name: "too small",
            run: || {
                let data = changed(400, |_, _, x| x, |_, y| 1e-6 * y).cast().unwrap();
                fit(&value_net(), sgd(0.001).epochs(3), &data)
            },
            says: &["nothing was learned", "the target `y0` is not scaled"],
            never: &["features"],
        },
        Situation {
            name: "constant",
            run: || {
                let data = changed(100, |_, _, x| x, |_, _| 0.1).with_output_names(["price"]);
                fit(&value_net(), sgd(0.01), &data.unwrap().cast().unwrap())
            },
            says: &["the target `price` is the same for every training example"],
            never: &["\n"],
        },
        Situation {
            name: "one class",
            run: || {
                let data = Dataset::classification(normal(4, 60, 1), vec![1; 60], 2).unwrap();
                let data = data.with_output_names(["no", "yes"]).unwrap();
                fit(&Mlp::classifier(4, 2).hidden([8]), sgd(0.01), &prepared(&data))
            },
            says: &["every training example is of class `yes`"],
            never: &["\n"],
        },
        Situation {
            name: "a rare class that is never recognised",
            run: || {
                let data = prepared(&frauds(400, 0.7));
                fit(&Mlp::classifier(4, 2).hidden([8]), sgd(0.01).epochs(10), &data)
            },
            says: &["the 12 training examples of class `fraud` are not recognised", "recall"],
            never: &["standardise", "learning rate"],
        },
        Situation {
            name: "noise, of which a small network learns nothing",
            run: || {
                let data = prepared(&noise_classes(1500, 2));
                fit(&Mlp::classifier(8, 2), sgd(0.01).epochs(5), &data)
            },
            says: &["nothing was learned", "0.693", "may say nothing about the target"],
            never: &["learning rate", "standardise", "epochs"],
        },
        Situation {
            name: "noise that a large network learns by heart",
            run: || {
                let data = prepared(&noise_classes(300, 2));
                let net = Mlp::classifier(8, 2).hidden([128]);
                fit(&net, adam(0.01).epochs(40).validation(0.3), &data)
            },
            says: &["what was learned does not hold for new examples"],
            never: &["learning rate", "standardise"],
        },
    ]);
}

#[test]
fn the_network() {
    check(&[
        Situation {
            name: "five layers of sigmoids",
            run: || {
                let deep = Mlp::classifier(64, 10).hidden([64; 5]);
                let deep = deep.activation("sigmoid");
                fit(&deep, sgd(0.01).epochs(10), &standardised_digits(600))
            },
            says: &["nothing was learned", "2.3", "layer 1 hardly learns", "of layer 5: try relu"],
            never: &["standardise", "learning rate"],
        },
        Situation {
            name: "exploding initial weights",
            run: || {
                let change = |_, value: &mut Mat<f32>| scale(value, 100.0);
                fit_changed(&digit_net(), change, sgd(1e-7).epochs(2), &standardised_digits(300))
            },
            says: &[
                "before training, where scores of zero have 2.3",
                "draw smaller initial weights",
            ],
            never: &["standardise", "too low"],
        },
        Situation {
            name: "initial weights that overflow",
            run: || {
                let change = |_, value: &mut Mat<f32>| scale(value, 1e30);
                fit_changed(&digit_net(), change, sgd(0.01), &standardised_digits(300))
            },
            says: &["the initial weights of layer 1", "draw smaller initial weights"],
            never: &["standardise", "learning rate"],
        },
        Situation {
            name: "weights that are not finite",
            run: || {
                let change = |index, value: &mut Mat<f32>| {
                    if index == 2 {
                        value[(0, 0)] = f32::NAN;
                    }
                };
                fit_changed(&digit_net(), change, sgd(0.01), &standardised_digits(300))
            },
            says: &["weights of layer 2 were infinite or NaN before training"],
            never: &["learning rate"],
        },
        Situation {
            name: "vanishing initial weights",
            run: || {
                let deep = Mlp::classifier(64, 10).hidden([32; 3]);
                let change = |_, value: &mut Mat<f32>| scale(value, 1e-3);
                fit_changed(&deep, change, sgd(0.01).epochs(5), &standardised_digits(300))
            },
            says: &["nothing was learned", "layer 1 make its outputs about 0.001", "draw larger"],
            never: &["standardise", "learning rate"],
        },
        Situation {
            name: "initial weights of zero",
            run: || {
                let change = |_, value: &mut Mat<f32>| scale(value, 0.0);
                fit_changed(&digit_net(), change, sgd(0.01).epochs(5), &standardised_digits(300))
            },
            says: &["nothing was learned", "layer 1 are zero", "draw them at random"],
            never: &["standardise", "learning rate"],
        },
        Situation {
            name: "units that were dead from the beginning",
            run: || {
                let change = |index, value: &mut Mat<f32>| {
                    if index == 1 {
                        *value = Mat::from_fn(32, 1, |_, _| -100.0);
                    }
                };
                fit_changed(&digit_net(), change, sgd(0.01).epochs(5), &standardised_digits(300))
            },
            says: &["nothing was learned", "100 % of layer 1's units have never been active"],
            never: &["standardise", "learning rate"],
        },
        Situation {
            name: "saturated units",
            run: || {
                let deep = Mlp::classifier(64, 10).hidden([40; 3]).activation("tanh");
                let change = |index, value: &mut Mat<f32>| {
                    if index < 6 {
                        scale(value, 40.0);
                    }
                };
                fit_changed(&deep, change, sgd(0.0001).epochs(3), &standardised_digits(300))
            },
            says: &["draw smaller initial weights", "units have been saturated since epoch 1"],
            never: &["standardise", "too low"],
        },
        Situation {
            name: "weight decay",
            run: || {
                let decay = Trainer::new(Sgd::new(0.01).weight_decay(5.0));
                fit(&digit_net(), decay.epochs(10), &standardised_digits(300))
            },
            says: &["the weights of layer 1 shrank to", "lower the weight decay"],
            never: &["standardise", "draw larger", "learning rate"],
        },
        Situation {
            name: "a limit on the norms",
            run: || {
                let limited = Trainer::new(Sgd::new(0.01).momentum(0.9).max_norm(0.01));
                fit(&digit_net(), limited.epochs(5), &standardised_digits(300))
            },
            says: &["nothing was learned", "the max norm of 0.01 holds 100 % of layer 1's units"],
            never: &["standardise", "draw larger", "shrank", "decay"],
        },
        Situation {
            name: "dropout",
            run: || {
                let net = Mlp::classifier(64, 10).hidden([16, 16]).dropout(0.95);
                fit(&net, sgd(0.01).epochs(5), &standardised_digits(300))
            },
            says: &["dropout leaves", "of the outputs of layer", "lower it"],
            never: &["standardise"],
        },
        Situation {
            name: "noise on the inputs",
            run: || {
                fit(&digit_net().input_noise(30.0), sgd(0.003).epochs(5), &standardised_digits(300))
            },
            says: &["the noise on the inputs is", "times as large as they are: lower it"],
            never: &["standardise"],
        },
        Situation {
            name: "overfitting",
            run: || {
                let net = Mlp::classifier(4, 2).hidden([256]);
                fit(&net, adam(0.01).epochs(100).validation(0.3), &noisy(200))
            },
            says: &["the network overfits: the validation loss rose from"],
            never: &["standardise", "learning rate"],
        },
    ]);
}

/// Two classes, of which a tenth of the labels are wrong.
fn noisy(n: usize) -> Dataset<f32> {
    let data = two_classes(n);
    let chance = normal(1, n, 8);
    let labels = data.labels().unwrap().iter().enumerate();
    let labels = labels.map(|(j, label)| if chance[(0, j)] > 1.28 { 1 - label } else { *label });
    prepared(&Dataset::classification(data.x().to_owned(), labels.collect(), 2).unwrap())
}

#[test]
fn the_validation_data() {
    check(&[
        Situation {
            name: "a value that overflows",
            run: || {
                let validation =
                    changed(100, |i, j, x| if (i, j) == (1, 5) { 1e30 } else { x }, |_, y| y);
                let validation = validation.cast().unwrap();
                let trainer = adam(0.003).epochs(5).validation_data(&validation);
                let data = prepared(&raw_regression(400));
                super::diagnosis(trainer.fit(&mut value_net().build().unwrap(), &data))
            },
            says: &[
                "no validation loss was finite, in 5 epochs: the last weights are kept",
                "feature `x1` is",
                "in example 5 of the validation data",
            ],
            never: &["learning rate"],
        },
        Situation {
            name: "a feature that was constant before",
            run: || {
                let level = |value: f64| {
                    changed(
                        300,
                        move |i, j, x| match i {
                            3 => {
                                if value == 0.0 {
                                    0.0
                                } else {
                                    value * (1.0 + (j % 7) as f64)
                                }
                            }
                            _ => x,
                        },
                        |_, y| y,
                    )
                };
                let validation = level(30.0).cast().unwrap();
                let trainer = adam(0.003).epochs(20).validation_data(&validation);
                let data = level(0.0).cast().unwrap();
                super::diagnosis(trainer.fit(&mut value_net().build().unwrap(), &data))
            },
            says: &["feature `x3` is constant in the training data and not in the validation data"],
            never: &["learning rate"],
        },
    ]);
}

/// A loss of one score knows of one prediction for all, too.
#[test]
fn losses_of_every_kind() {
    for (kind, outputs) in [("logistic", 1), ("hinge", 1), ("svm", 2), ("softmax", 2)] {
        let data = prepared(&two_classes(300));
        let net = Mlp::classifier(4, outputs).hidden([16]).loss(kind);
        let text = fit(&net, sgd(1e-7).epochs(3), &data).to_string();
        assert!(text.contains("the learning rate is too low (it is 1e-7)"), "{kind}: {text}");
    }
}
