//! Runs of which nothing was said, or something else.

use densely_data::Dataset;
use densely_models::{Mlp, Trainer};
use densely_optim::{Adam, Lion, Optimizer, Schedule, Sgd, StepDecay};
use densely_tensor::Mat;

use super::data::{Data, changed, normal, prepared, raw_regression, sign_of_product, two_classes};
use super::{Situation, adam, check, fit, sgd, value_net};

/// Four classes that one feature tells but for some noise.
fn quarters(n: usize) -> Data {
    let (x, noise) = (normal(5, n, 11), normal(1, n, 12));
    let class = |j: usize| {
        let value = x[(0, j)] + 0.02 * noise[(0, j)];
        [-0.7, 0.0, 0.7].iter().filter(|&&limit| value > limit).count()
    };
    let labels = (0..n).map(class).collect();
    prepared(&Dataset::classification(x, labels, 4).unwrap())
}

/// As the program trains, where the last layer begins small.
fn fit_as_usual(mlp: &Mlp, trainer: Trainer<'_, f32>, data: &Data) -> densely_models::Diagnosis {
    let mut model = mlp.build::<f32>().unwrap();
    model.scale_scores(0.1);
    super::diagnosis(trainer.fit(&mut model, data))
}

#[test]
fn a_penalty_that_sigmoids_do_not_stand() {
    check(&[
        Situation {
            name: "five layers of sigmoids, to classify",
            run: || {
                let net = Mlp::classifier(5, 4).hidden([64; 5]).activation("sigmoid");
                fit_as_usual(&net, Trainer::default().epochs(60).validation(0.1), &quarters(480))
            },
            says: &["nothing was learned", "shrank to", "sigmoids", "lower the weight decay"],
            never: &["learning rate", "fewer layers", "standardise"],
        },
        Situation {
            name: "five layers of sigmoids, for numbers",
            run: || {
                let net = Mlp::regressor(4, 1).hidden([64; 5]).activation("sigmoid");
                let data = prepared(&raw_regression(480));
                fit_as_usual(&net, Trainer::default().epochs(60).validation(0.1), &data)
            },
            says: &["nothing was learned", "shrank to", "sigmoids", "lower the weight decay"],
            never: &["learning rate", "fewer layers", "standardise"],
        },
        Situation {
            name: "one layer of sigmoids, and a product",
            run: || {
                let data = prepared(&sign_of_product(720));
                let net = Mlp::classifier(2, 2).hidden([64]).activation("sigmoid");
                let trainer = Trainer::default().epochs(60).validation(0.1);
                fit_as_usual(&net, trainer, &data)
            },
            says: &["nothing was learned", "shrank to", "sigmoids", "lower the weight decay"],
            never: &["learning rate", "may say nothing", "standardise"],
        },
        Situation {
            name: "five layers of sigmoids without a penalty, at a rate that is too low",
            run: || {
                let net = Mlp::classifier(5, 4).hidden([64; 5]).activation("sigmoid");
                let trainer = Trainer::new(Sgd::new(0.01)).epochs(20).validation(0.1);
                fit_as_usual(&net, trainer, &quarters(480))
            },
            says: &["nothing was learned", "try relu, or fewer layers"],
            never: &["decay", "standardise"],
        },
    ]);
}

#[test]
fn what_the_features_are() {
    check(&[
        Situation {
            name: "a class that a column says",
            run: || {
                let data = two_classes(400);
                let labels = data.labels().unwrap().to_vec();
                let told = |j: usize| if labels[j] == 1 { 7.0 } else { 3.0 };
                let x =
                    Mat::from_fn(4, 400, |i, j| if i == 2 { told(j) } else { data.x()[(i, j)] });
                let data = Dataset::classification(x, labels.clone(), 2).unwrap();
                let data = data.with_feature_names(["a", "b", "alive", "d"]).unwrap();
                fit(&Mlp::classifier(4, 2).hidden([16]), adam(0.01).epochs(20), &prepared(&data))
            },
            says: &["feature `alive` alone tells ", "leave it out"],
            never: &["\n"],
        },
        Situation {
            name: "a number that a column says in other units",
            run: || {
                let raw = raw_regression(400);
                let y = raw.values().unwrap().to_owned();
                let x = Mat::from_fn(4, 400, |i, j| {
                    if i == 1 { 32.0 + 1.8 * y[(0, j)] } else { raw.x()[(i, j)] }
                });
                let data = prepared(&Dataset::regression(x, y).unwrap());
                fit(&value_net(), adam(0.01).epochs(30), &data)
            },
            says: &["feature `x1` alone tells `y0` in all training examples"],
            never: &["\n"],
        },
        Situation {
            name: "what is missing as -999, in half of the examples",
            run: || {
                let x = normal(4, 400, 1);
                let y = Mat::from_fn(1, 400, |_, j| 2.0 * x[(0, j)] + x[(1, j)]);
                let x = Mat::from_fn(
                    4,
                    400,
                    |i, j| {
                        if i == 0 && j % 2 == 1 { -999.0 } else { x[(i, j)] }
                    },
                );
                let data = prepared(&Dataset::regression(x, y).unwrap());
                fit(&value_net(), Trainer::default().epochs(60), &data)
            },
            says: &[
                "feature `x0` has one value in 183 of 360 examples, as in example 1, that is far",
            ],
            never: &["logarithm", "learning rate", "standardise", "more epochs"],
        },
        Situation {
            name: "one that is tiny",
            run: || {
                let small = |i, _, x| if i == 2 { 1e-6 * x } else { x };
                let data = changed(400, small, |_, y| y).cast().unwrap();
                fit(&value_net(), adam(0.003).epochs(40), &data)
            },
            says: &["feature `x2` is hidden by the others, it is ", "standardise the features"],
            never: &["learning rate", "more epochs", "may say nothing"],
        },
        Situation {
            name: "all far from 0",
            run: || {
                let data = changed(540, |_, _, x| 100.0 + x, |_, y| y).cast().unwrap();
                let net = Mlp::regressor(4, 1).hidden([64]);
                fit_as_usual(&net, Trainer::default().epochs(200).validation(0.1), &data)
            },
            says: &["the features are not centred", "standardise them"],
            never: &["learning rate"],
        },
    ]);
}

#[test]
fn what_the_steps_are() {
    check(&[
        Situation {
            name: "a rate of Adam that is too large",
            run: || {
                let net = Mlp::regressor(4, 1).hidden([64]);
                let trainer = Trainer::new(Adam::new(0.5).weight_decay(0.0015).clip_norm(5.0));
                let data = prepared(&raw_regression(480));
                fit_as_usual(&net, trainer.epochs(60).validation(0.1).patience(20), &data)
            },
            says: &["moved the weights of layer 1 by ", "lower the learning rate (it is 0.5)"],
            never: &["dead", "standardise", "more epochs"],
        },
        Situation {
            name: "a momentum of 0.9999",
            run: || {
                let net = Mlp::regressor(4, 1).hidden([64]);
                let trainer = Trainer::new(Sgd::new(0.01).momentum(0.9999).clip_norm(5.0));
                let data = prepared(&raw_regression(480));
                fit_as_usual(&net, trainer.epochs(60).validation(0.1), &data)
            },
            says: &[
                "a momentum of 0.9999 adds up 10000 steps, and there were 840 in all: lower it",
            ],
            never: &["standardise", "learning rate", "more epochs"],
        },
        Situation {
            name: "a dropout that leaves nothing",
            run: || {
                let net = Mlp::regressor(4, 1).hidden([64]).dropout(0.95);
                let data = prepared(&raw_regression(480));
                fit_as_usual(&net, Trainer::default().epochs(100).validation(0.1), &data)
            },
            says: &["dropout leaves ", "of the outputs of layer 1: lower it"],
            never: &["standardise", "learning rate"],
        },
        Situation {
            name: "a schedule that is over after the first step",
            run: || {
                let net = Mlp::classifier(5, 4).hidden([64]);
                let trainer = Trainer::default().epochs(40).schedule(StepDecay::new(1e-300, 0.1));
                fit_as_usual(&net, trainer.validation(0.1), &quarters(480))
            },
            says: &["the schedule left no more than 0 of the learning rate of 0.003"],
            never: &["standardise", "too low", "more epochs"],
        },
        Situation {
            name: "a warm-up that is longer than the training",
            run: || {
                let net = Mlp::regressor(4, 1).hidden([64]);
                let schedule = densely_optim::ConstantRate.warm_up(1e300);
                let trainer = Trainer::default().epochs(40).schedule(schedule).validation(0.1);
                fit_as_usual(&net, trainer, &prepared(&raw_regression(480)))
            },
            says: &["the schedule left no more than 3e-5 of the learning rate of 0.003", "warm-up"],
            never: &["standardise", "too low", "more epochs"],
        },
    ]);
}

/// What a momentum of 0.9, Adam's own or Lion's adds up is no cause, however few steps there are.
#[test]
fn a_usual_momentum_is_never_to_blame() {
    let data = prepared(&raw_regression(300));
    for epochs in [1, 2, 5] {
        let diagnosis = fit(&value_net(), sgd(0.001).epochs(epochs).batch_size(300), &data);
        assert!(!diagnosis.to_string().contains("momentum"), "{diagnosis}");
        let lion = Trainer::new(Lion::new(1e-4)).epochs(epochs).batch_size(300);
        let diagnosis = fit(&value_net(), lion, &data);
        assert!(!diagnosis.to_string().contains("momentum"), "{diagnosis}");
    }
}
