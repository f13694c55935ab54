//! Runs that were spoilt.

use densely_data::Dataset;
use densely_models::{Finding, Mlp, Preparation, Trainer};
use densely_optim::{Adam, AdamW, Optimizer, Penalty, Plateau, RmsProp, Sgd};
use densely_tensor::Mat;

use super::data::{
    changed, frauds, noise_classes, normal, prepared, raw_digits, raw_regression, sign_of_product,
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
                 other values deviate by 2e-5 of one on average: correct or remove such values, or learn from its logarithm",
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
                "which hides the others: correct or remove it, or learn the logarithm",
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
            name: "noise, over which units die that have nothing to be active for",
            run: || {
                let data = prepared(&noise_classes(8000, 2));
                let net = Mlp::classifier(8, 2).hidden([32]);
                let adam = Trainer::new(Adam::new(0.003).weight_decay(0.0015).clip_norm(5.0));
                let small = |number, value: &mut Mat<f32>| {
                    if number == 2 {
                        scale(value, 0.1);
                    }
                };
                fit_changed(&net, small, adam.epochs(60).validation(0.1), &data)
            },
            says: &["nothing was learned", "may say nothing about the target"],
            never: &["dead", "learning rate", "leaky"],
        },
        Situation {
            name: "a linear network, where only a product tells",
            run: || {
                let data = prepared(&sign_of_product(400));
                fit(&Mlp::classifier(2, 2), adam(0.003).epochs(30), &data)
            },
            says: &["nothing was learned", "the network is linear, and cannot learn"],
            never: &["learning rate", "larger network", "standardise"],
        },
        Situation {
            name: "units that bend nothing, where only a product tells",
            run: || {
                let data = prepared(&sign_of_product(400));
                let mlp = Mlp::classifier(2, 2).hidden([16]).activation("identity");
                fit(&mlp, adam(0.003).epochs(30), &data)
            },
            says: &["nothing was learned", "the network is linear, and cannot learn"],
            never: &["learning rate", "larger network", "standardise"],
        },
        Situation {
            name: "classes of one example each",
            run: || {
                let data = Dataset::classification(normal(2, 60, 3), (0..60).collect(), 60);
                fit(&Mlp::classifier(2, 60).hidden([8]), adam(0.003), &prepared(&data.unwrap()))
            },
            says: &["class `0` has a single training example, as have 59 more of 60 classes"],
            never: &["may say nothing", "not recognised", "add examples"],
        },
        Situation {
            name: "a class of one example",
            run: || {
                let data = two_classes(400);
                let labels = data.labels().unwrap().iter().enumerate();
                let labels = labels.map(|(j, label)| if j == 7 { 2 } else { *label }).collect();
                let data = Dataset::classification(data.x().to_owned(), labels, 3).unwrap();
                fit(&Mlp::classifier(4, 3).hidden([32]), adam(0.01).epochs(20), &prepared(&data))
            },
            says: &["class `2` has a single training example, from which it cannot be told"],
            never: &["\n", "another target"],
        },
        Situation {
            name: "a rare class of which nothing is told, where the others are learnt",
            run: || {
                let x = normal(4, 4000, 3);
                let of_sign = |j: usize| usize::from(x[(0, j)] > 0.0);
                let label = |j: usize| if j % 100 == 7 { 2 } else { of_sign(j) };
                let labels = (0..4000).map(label).collect();
                let data = Dataset::classification(x, labels, 3).unwrap();
                fit(&Mlp::classifier(4, 3).hidden([16]), adam(0.003).epochs(12), &prepared(&data))
            },
            says: &["training examples of class `2`", "not recognised"],
            never: &["other rare class", "standardise"],
        },
        Situation {
            name: "a class that does not count",
            run: || {
                let data = two_classes(400).with_class_weights(&[0.0, 1.0]).unwrap();
                fit(&Mlp::classifier(4, 2).hidden([8]), sgd(0.01).epochs(10), &prepared(&data))
            },
            says: &[
                "training examples of class `0` have weight 0, so that nothing is learnt of the class",
            ],
            never: &["\n"],
        },
        Situation {
            name: "two of three classes that do not count, of three examples one",
            run: || {
                let data = normal(4, 300, 5);
                let labels = (0..300).map(|j| if j == 0 { 3 } else { j % 3 }).collect();
                let data = Dataset::classification(data, labels, 4).unwrap();
                let data = data.with_class_weights(&[1.0, 0.0, 1.0, 0.0]).unwrap();
                fit(&Mlp::classifier(4, 4).hidden([8]), sgd(0.01).epochs(10), &prepared(&data))
            },
            says: &[
                "the 100 training examples of class `1` have weight 0, as have those of another class",
            ],
            never: &["of class `3`", "not recognised"],
        },
        Situation {
            name: "a rare class of which nothing is told",
            run: || {
                let data = prepared(&frauds(400, 0.0));
                fit(&Mlp::classifier(4, 2).hidden([8]), sgd(0.01).epochs(10), &data)
            },
            says: &["the 12 training examples of class `fraud` are not recognised"],
            never: &["may say nothing", "standardise", "learning rate"],
        },
        Situation {
            name: "a target that grows without end, of whose end the validation data have nothing",
            run: || {
                let x = Mat::from_fn(1, 100, |_, j| j as f64 / 10.0);
                let y = Mat::from_fn(1, 100, |_, j| x[(0, j)].exp());
                let data = Dataset::regression(x, y).unwrap();
                let part = |of: fn(&usize) -> bool| (0..100).filter(of).collect::<Vec<_>>();
                let train = data.subset(&part(|j| j % 4 > 0 || *j > 60)).unwrap();
                let validation = data.subset(&part(|j| j % 4 == 0 && *j <= 60)).unwrap();
                let preparation = Preparation::fit(["standardize"], &train).unwrap();
                let validation = preparation.dataset(&validation).unwrap();
                let train = preparation.dataset(&train).unwrap();
                let trainer = adam(0.003).epochs(60).validation_data(&validation).patience(20);
                let mut model = Mlp::regressor(1, 1).hidden([64]).build::<f32>().unwrap();
                super::diagnosis(trainer.fit(&mut model, &train))
            },
            says: &[],
            never: &["does not hold", "say nothing", "overfits"],
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
            name: "a limit on the norms that is shorter than a step, and classes of which one is rarer",
            run: || {
                let data = two_classes(400);
                let labels = data.labels().unwrap().to_vec();
                let rarer: Vec<usize> = (0..400).filter(|&j| labels[j] == 0 || j % 3 > 0).collect();
                let data = prepared(&data.subset(&rarer).unwrap());
                let limited = Trainer::new(Adam::new(0.003).max_norm(0.001));
                let trainer = limited.epochs(60).plateau(Plateau::new(0.1, 2)).validation(0.1);
                fit(&Mlp::classifier(4, 2).hidden([64]), trainer, &data)
            },
            says: &["nothing was learned", "the max norm of 0.001 ", ": raise it"],
            never: &["recall", "learning rate", "standardise", "train longer"],
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
            name: "dropout of nearly all, beside weight decay",
            run: || {
                let trainer = Trainer::new(Adam::new(0.003).weight_decay(0.01));
                let net = Mlp::classifier(64, 10).hidden([64]).dropout(0.999);
                fit(&net, trainer.epochs(10), &standardised_digits(300))
            },
            says: &["dropout leaves", "of the outputs of layer", "lower it"],
            never: &["standardise", "decay"],
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
                    changed(100, |i, j, x| if (i, j) == (1, 5) { 3e38 } else { x }, |_, y| y);
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
            name: "a value whose square overflows",
            run: || {
                let validation =
                    changed(100, |i, j, x| if (i, j) == (1, 5) { 1e30 } else { x }, |_, y| y);
                let validation = validation.cast().unwrap();
                let trainer = adam(0.003).epochs(5).validation_data(&validation);
                let data = prepared(&raw_regression(400));
                super::diagnosis(trainer.fit(&mut value_net().build().unwrap(), &data))
            },
            says: &[
                "example 5 of the validation data makes more than half of their loss, ",
                "and so decides which weights are kept",
                "feature `x1` is 1e30 standard deviations from its mean in example 5",
            ],
            never: &["learning rate", "inf"],
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

/// Margins of 0, by which equal scores for all are as good as any.
#[test]
fn losses_that_ask_for_nothing() {
    for (kind, outputs) in
        [("hinge(0)", 1), ("svm(0)", 2), ("squared-svm(0)", 2), ("crammer-singer(0)", 2)]
    {
        let data = prepared(&two_classes(300));
        let net = Mlp::classifier(4, outputs).hidden([16]).loss(kind);
        let diagnosis = fit(&net, sgd(0.01).epochs(5), &data);
        let [Finding::NothingAsked { loss }] = &diagnosis.findings[..] else {
            panic!("{kind}: {diagnosis}")
        };
        assert_eq!(loss, kind);
        let text = diagnosis.to_string();
        assert!(text.contains("asks nothing of the network: choose a larger margin"), "{text}");
    }
}

/// Of `f32`, whose squares of such gradients are infinite, so that Adam makes no step.
#[test]
fn penalties_that_drown_the_loss() {
    let penalty = |trainer: Trainer<'_, f32>| {
        fit(&value_net(), trainer.epochs(5), &prepared(&raw_regression(300))).to_string()
    };
    let l1 = Penalty::none().l1(1e30);
    for (name, text) in [
        ("Adam", penalty(Trainer::new(Adam::new(0.003).weight_decay(1e30)))),
        ("RMSProp", penalty(Trainer::new(RmsProp::new(0.003).weight_decay(1e30)))),
        ("SGD", penalty(Trainer::new(Sgd::new(0.01).momentum(0.9).weight_decay(1e30)))),
        (
            "SGD of a penalty that makes it diverge",
            penalty(Trainer::new(Sgd::new(0.1).weight_decay(300.0))),
        ),
        ("L1, Adam", penalty(Trainer::new(Adam::new(0.003).penalty(l1)))),
        ("L1, SGD", penalty(Trainer::new(Sgd::new(0.01).penalty(l1)))),
    ] {
        assert!(text.contains("the penalty on the weights pulls"), "{name}: {text}");
        assert!(
            text.contains("times as hard as the loss: lower the weight decay"),
            "{name}: {text}"
        );
        assert!(!text.contains("learning rate") && !text.contains("inf"), "{name}: {text}");
    }
    let text = penalty(Trainer::new(AdamW::new(0.003).weight_decay(1e30)));
    assert!(text.contains("more than twice of what there is: lower the weight decay"), "{text}");
}

/// Thousands of layers have thousands of the same thing to say.
#[test]
fn of_many_layers_the_first_are_named() {
    let net = Mlp::classifier(64, 10).hidden(vec![8; 40]);
    let change = |index, value: &mut Mat<f32>| {
        if index % 2 == 1 && index < 80 {
            *value = Mat::from_fn(value.nrows(), 1, |_, _| -100.0);
        }
    };
    let diagnosis = fit_changed(&net, change, sgd(0.01).epochs(2), &standardised_digits(100));
    let dead = |finding: &&Finding| matches!(finding, Finding::DeadUnits { .. });
    assert_eq!(diagnosis.findings.iter().filter(dead).count(), 3, "{diagnosis}");
    assert!(diagnosis.findings.contains(&Finding::MoreLayers { layers: 37 }), "{diagnosis}");
    assert!(diagnosis.to_string().contains("so it is with 37 more layers"), "{diagnosis}");
}

/// What inputs of another scale bring about is no cause of its own.
#[test]
fn one_cause_has_one_sentence() {
    for (name, mean, spread) in [("far from 0", 1e6, 1.0), ("large", 0.0, 300.0)] {
        let data = changed(400, |_, _, x| mean + spread * x, |_, y| y).cast().unwrap();
        let trainer = Trainer::default().epochs(40);
        let diagnosis = fit(&Mlp::regressor(4, 1).hidden([64]), trainer, &data);
        let causes = |finding: &&Finding| {
            !matches!(finding, Finding::NotLearned { .. } | Finding::RisingLoss { .. })
        };
        let causes: Vec<_> = diagnosis.findings.iter().filter(causes).collect();
        assert!(
            causes.len() == 1 && causes[0].to_string().contains("standardise"),
            "{name}: {diagnosis}"
        );
    }
}
