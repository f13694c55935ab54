//! Runs that learnt something, and might have learnt more.

use densely_data::Dataset;
use densely_models::Trainer;
use densely_optim::{Adam, Optimizer, Penalty, Sgd, StepDecay};
use densely_tensor::Mat;

use super::data::{Data, changed, outlying, prepared, raw_regression, standardised_digits};
use super::{Situation, adam, check, digit_net, fit, sgd, value_net};

fn values() -> Data {
    prepared(&raw_regression(400))
}

/// The defaults, at another rate.
fn usual(rate: f64) -> Trainer<'static, f32> {
    Trainer::new(Adam::new(rate).weight_decay(0.001).clip_norm(5.0)).epochs(200)
}

/// Digits of which one feature has another value in one example.
fn lone_digits() -> Data {
    let digits = standardised_digits(300);
    let lone = |j: usize| if j == 7 { 17.3 } else { 0.0 };
    let x = Mat::from_fn(64, 300, |i, j| if i == 0 { lone(j) } else { digits.x()[(i, j)] });
    Dataset::classification(x, digits.labels().unwrap().to_vec(), 10).unwrap()
}

#[test]
fn the_steps() {
    check(&[
        Situation {
            name: "a rate too low, after which half is left",
            run: || fit(&value_net(), usual(1e-5).validation(0.1).patience(20), &values()),
            says: &["the learning rate is too low (it is 1e-5)", "raise it"],
            never: &["standardise", "decay", "clip"],
        },
        Situation {
            name: "the same with digits",
            run: || fit(&digit_net(), usual(2e-5).epochs(100), &standardised_digits(300)),
            says: &["the learning rate is too low (it is 2e-5)", "raise it"],
            never: &["standardise", "decay", "clip"],
        },
        Situation {
            name: "a rate far too low, after which nearly all is left",
            run: || fit(&value_net(), usual(1e-6).validation(0.1).patience(200), &values()),
            says: &["the learning rate is too low (it is 1e-6)", "raise it"],
            never: &["standardise", "decay", "clip"],
        },
        Situation {
            name: "a validation loss that falls as long as it may, though much was learnt",
            run: || fit(&value_net(), usual(0.003).epochs(12).validation(0.1), &values()),
            says: &["still falling at the end", "train for more epochs"],
            never: &["\n", "learning rate"],
        },
        Situation {
            name: "a rate too low, in an optimiser that moves small weights as far as others",
            run: || fit(&digit_net(), adam(1e-4).epochs(10), &lone_digits()),
            says: &["still falling at the end"],
            never: &["standardise", "decay", "correct or remove"],
        },
        Situation {
            name: "a large batch, and few epochs",
            run: || fit(&value_net(), usual(0.003).epochs(20).batch_size(400), &values()),
            says: &["only 20 steps, since a batch of 400 holds so much of the 400 examples"],
            never: &["standardise", "learning rate"],
        },
        Situation {
            name: "a rate that vanished before learning was done",
            run: || {
                let trainer = usual(0.003).validation(0.1).patience(20);
                fit(&value_net(), trainer.schedule(StepDecay::new(1.0, 0.1)), &values())
            },
            says: &["the learning rate was below 1 % of its largest from epoch", "lower it later"],
            never: &["standardise", "decay", "raise it"],
        },
        Situation {
            name: "L1",
            run: || {
                let penalty = Penalty::none().l1(1.0);
                let trainer = Trainer::new(Adam::new(0.003).penalty(penalty).clip_norm(5.0));
                fit(&value_net(), trainer.epochs(200).validation(0.1).patience(20), &values())
            },
            says: &["the weights of layer", "shrank to", "times as hard as the loss: lower"],
            never: &["standardise", "learning rate"],
        },
        Situation {
            name: "a limit of the gradient that leaves less than a usual penalty",
            run: || {
                let sgd = Trainer::new(Sgd::new(0.01).weight_decay(0.0015).clip_norm(1e-6));
                fit(&value_net(), sgd.epochs(30), &values())
            },
            says: &["the clip norm shortens the gradient from", "to 1e-6: raise it"],
            never: &["standardise", "decay", "learning rate"],
        },
        Situation {
            name: "weight decay, most of which is overcome",
            run: || {
                let trainer = Trainer::new(Adam::new(0.003).weight_decay(10.0).clip_norm(5.0));
                fit(&value_net(), trainer.epochs(200).validation(0.1).patience(20), &values())
            },
            says: &["the weights of layer", "times as hard as the loss: lower the weight decay"],
            never: &["standardise", "learning rate"],
        },
        Situation {
            name: "a gradient that is cut to less than the decay",
            run: || {
                let trainer = Trainer::new(Adam::new(0.003).weight_decay(0.001).clip_norm(1e-4));
                fit(&value_net(), trainer.epochs(200).validation(0.1).patience(20), &values())
            },
            says: &["the clip norm shortens the gradient from", "to 0.0001: raise it"],
            never: &["standardise", "lower", "learning rate"],
        },
        Situation {
            name: "steps that are cut to nothing",
            run: || {
                let trainer = Trainer::new(Sgd::new(0.01).clip_norm(1e-4)).epochs(20);
                fit(&digit_net(), trainer, &standardised_digits(300))
            },
            says: &["the clip norm shortens the gradient from", "to 0.0001: raise it"],
            never: &["standardise", "lower", "learning rate"],
        },
    ]);
}

#[test]
fn rates_that_are_far_too_high() {
    let never: &[&str] = &["standardise", "decay", "overfits", "dead", "standard deviations"];
    check(&[
        Situation {
            name: "10",
            run: || fit(&value_net(), usual(10.0).validation(0.1).patience(20), &values()),
            says: &[
                "the first update moved the weights of layer",
                "lower the learning rate (it is 10)",
            ],
            never,
        },
        Situation {
            name: "1000",
            run: || fit(&value_net(), usual(1000.0).validation(0.1).patience(20), &values()),
            says: &["lower the learning rate (it is 1000)"],
            never,
        },
        Situation {
            name: "10, of digits",
            run: || {
                let trainer = usual(10.0).epochs(40).validation(0.1).patience(20);
                fit(&digit_net(), trainer, &standardised_digits(600))
            },
            says: &[
                "the first update moved the weights of layer",
                "lower the learning rate (it is 10)",
            ],
            never,
        },
        Situation {
            name: "1000, of digits",
            run: || {
                let trainer = usual(1000.0).epochs(40).validation(0.1).patience(20);
                fit(&digit_net(), trainer, &standardised_digits(600))
            },
            says: &["lower the learning rate (it is 1000)"],
            never,
        },
    ]);
}

#[test]
fn what_is_far_out() {
    check(&[
        Situation {
            name: "one value of a feature, where something is learnt",
            run: || {
                let data = prepared(&outlying(400, &[17], 1e6));
                fit(&value_net(), usual(0.003).validation(0.1).patience(20), &data)
            },
            says: &["feature `x0` is", "in example 17, so that all other values deviate by"],
            never: &["standardise", "learning rate", "norm of the gradient", "does not hold"],
        },
        Situation {
            name: "a value so far out that no digits are left to the others",
            run: || {
                let data = prepared(&outlying(400, &[17], 1e20));
                fit(&value_net(), usual(0.003).validation(0.1).patience(20), &data)
            },
            says: &["feature `x0` is the same in all examples but example 17, as far as"],
            never: &["standardise", "learning rate", "does not hold"],
        },
        Situation {
            name: "marks of gaps",
            run: || {
                let marks: Vec<usize> = (7..400).step_by(40).collect();
                let data = prepared(&outlying(400, &marks, -999.0));
                fit(&value_net(), usual(0.003).validation(0.1).patience(20), &data)
            },
            says: &["feature `x0` is", "and far out in", "so that all other values deviate by"],
            never: &["standardise", "learning rate"],
        },
        Situation {
            name: "one target, though the loss of a sample does not have it",
            run: || {
                let far = |j, y| if j == 101 { 1e6 } else { y };
                let data = prepared(&changed(300, |_, _, x| x, far));
                fit(&value_net(), usual(0.003).validation(0.1).patience(20), &data)
            },
            says: &["the target `y0` is", "in example 101, which hides the others"],
            never: &["rose", "huber", "learning rate", "decay", "does not hold", "others, which"],
        },
        Situation {
            name: "targets that stand for what is missing",
            run: || {
                let data = prepared(&changed(
                    600,
                    |_, _, x| x,
                    |j, y| if j % 30 == 4 { -999.0 } else { y },
                ));
                fit(&value_net(), usual(0.003).validation(0.1).patience(20), &data)
            },
            says: &[
                "the target `y0` is",
                "far out in 17 others, which hides the others: correct or remove all of these",
            ],
            never: &["learning rate"],
        },
        Situation {
            name: "pixels that are not centred",
            run: || {
                let data = changed(400, |_, _, x| 1e5 + x, |_, y| y).cast().unwrap();
                fit(&value_net(), adam(0.003).epochs(20), &data)
            },
            says: &[
                "the features are not centred",
                "100000 on average, and varies by",
                "standardise",
            ],
            never: &["not scaled", "learning rate", "never been active"],
        },
        Situation {
            name: "one input that is not scaled",
            run: || {
                let data = changed(400, |_, _, x| 5e4 * x, |_, y| y);
                let one = data.x().subrows(2, 1).to_owned();
                let y = data.values().unwrap().to_owned();
                let data = Dataset::regression(one, y).unwrap().cast().unwrap();
                fit(&densely_models::Mlp::regressor(1, 1).hidden([32]), sgd(0.001), &data)
            },
            says: &["`x0`, which is all that comes in, is not scaled"],
            never: &["others", "features"],
        },
    ]);
}
