//! Runs with something odd about them, and nothing wrong.

use densely_data::Dataset;
use densely_models::{Diagnosis, Mlp, Trainer};
use densely_optim::{Adam, AdamW, CosineDecay, Optimizer, Plateau, RmsProp, Sgd};
use densely_tensor::Mat;

use super::data::{
    Data, changed, frauds, normal, prepared, raw_digits, raw_regression, standardised_digits,
    two_classes,
};
use super::{adam, digit_net, fit, fit_changed, sgd, value_net};

fn values() -> Data {
    prepared(&raw_regression(400))
}

/// A name, and what is said of it.
type Run = (&'static str, fn() -> Diagnosis);

fn healthy(runs: &[Run]) {
    let findings = runs.iter().map(|(name, run)| (name, run()));
    let wrong: Vec<String> = findings
        .filter(|(_, diagnosis)| !diagnosis.is_healthy())
        .map(|(name, diagnosis)| format!("{name}:\n{diagnosis}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn classifiers() {
    healthy(&[
        ("digits", || fit(&digit_net(), sgd(0.01).epochs(8), &standardised_digits(600))),
        ("a linear classifier", || {
            fit(&Mlp::classifier(64, 10), sgd(0.01).epochs(8), &standardised_digits(600))
        }),
        ("pixels from 0 to 16", || fit(&digit_net(), adam(0.002).epochs(10), &raw_digits(600))),
        ("three layers of tanh", || {
            let net = Mlp::classifier(64, 10).hidden([32; 3]).activation("tanh");
            fit(&net, sgd(0.01).epochs(8), &standardised_digits(600))
        }),
        ("two layers of sigmoids", || {
            let net = Mlp::classifier(64, 10).hidden([32; 2]).activation("sigmoid");
            fit(&net, adam(0.01).epochs(10), &standardised_digits(600))
        }),
        ("targets of which a tenth is the class's own", || {
            let net = digit_net().loss("softmax(0.9)");
            fit(&net, adam(0.003).epochs(30), &standardised_digits(600))
        }),
        ("dropout and noise", || {
            let net = Mlp::classifier(64, 10).hidden([64, 64]).dropout(0.3).input_noise(0.3);
            fit(&net, sgd(0.01).epochs(12), &standardised_digits(600))
        }),
        ("weight decay", || {
            let decay = Trainer::new(Sgd::new(0.02).momentum(0.9).weight_decay(1e-3));
            fit(&digit_net(), decay.epochs(8), &standardised_digits(600))
        }),
        ("a rate that falls to nothing", || {
            let falling = |t: f64, end: f64| (1.0 - 1.25 * t / end).max(0.0);
            let trainer = Trainer::new(AdamW::new(0.005)).epochs(10).schedule(falling);
            fit(&digit_net(), trainer, &standardised_digits(600))
        }),
        ("a cosine and a warm-up", || {
            use densely_optim::Schedule;
            let trainer = sgd(0.02).epochs(10).schedule(CosineDecay::new().warm_up(1.0));
            fit(&digit_net(), trainer, &standardised_digits(600))
        }),
        ("a margin", || {
            let net = digit_net().loss("svm");
            fit(&net, sgd(0.005).epochs(10), &standardised_digits(600))
        }),
        ("one score for two classes", || {
            let net = Mlp::binary_classifier(4).hidden([32]);
            fit(&net, adam(0.01).epochs(20), &prepared(&two_classes(400)))
        }),
        ("smoothed labels", || {
            let net = digit_net().loss("softmax(0.1)");
            fit(&net, sgd(0.01).epochs(10), &standardised_digits(600))
        }),
        ("a rare class that is recognised", || {
            let net = Mlp::classifier(4, 2).hidden([16]);
            fit(&net, adam(0.01).epochs(20), &prepared(&frauds(400, 4.0)))
        }),
        ("a class without examples, and weights", || {
            let data = two_classes(400);
            let labels = data.labels().unwrap().to_vec();
            let weights: Vec<f64> = labels.iter().map(|&label| [0.5, 2.0][label]).collect();
            let data = Dataset::classification(data.x().to_owned(), labels, 3).unwrap();
            let data = prepared(&data.with_weights(weights).unwrap());
            fit(&Mlp::classifier(4, 3).hidden([32]), adam(0.01).epochs(20), &data)
        }),
        ("early stopping", || {
            let trainer = sgd(0.02).epochs(60).validation(0.2).patience(5);
            fit(&digit_net(), trainer, &standardised_digits(600))
        }),
        ("saturated in the end, since it is sure", || {
            let net = Mlp::classifier(64, 10).hidden([16]).activation("tanh");
            fit(&net, sgd(0.1).epochs(30), &standardised_digits(300))
        }),
    ]);
}

#[test]
fn regressions() {
    healthy(&[
        ("a smooth target", || fit(&value_net(), sgd(0.01).epochs(15), &values())),
        ("Adam", || fit(&value_net(), adam(0.003).epochs(20), &values())),
        ("RMSProp, and gradients of limited norm", || {
            let trainer = Trainer::new(RmsProp::new(0.003).clip_norm(1.0)).epochs(20);
            fit(&value_net(), trainer, &values())
        }),
        ("all examples in one batch", || {
            let trainer = adam(0.02).epochs(150).batch_size(1000);
            fit(&value_net(), trainer, &values())
        }),
        ("most units dead, and no need of them", || {
            let change = |index, bias: &mut Mat<f32>| {
                if index == 1 {
                    (0..225).for_each(|unit| bias[(unit, 0)] = -100.0);
                }
            };
            let net = Mlp::regressor(4, 1).hidden([256]);
            fit_changed(&net, change, adam(0.003).epochs(20), &values())
        }),
        ("a rare category, and Adam", || {
            let rare = |i, j, x| if i == 3 { f64::from(u8::from(j == 600)) } else { x };
            let data = prepared(&changed(1000, rare, |_, y| y));
            fit(&value_net(), adam(0.003).epochs(10), &data)
        }),
        ("a constant feature", || {
            let constant = |i, _, x| if i == 3 { 7.0 } else { x };
            fit(&value_net(), adam(0.003).epochs(20), &prepared(&changed(400, constant, |_, y| y)))
        }),
        ("features of heavy tails", || {
            let heavy = |i, _, x: f64| if i == 3 { (2.0 * x).exp() } else { x };
            fit(&value_net(), adam(0.003).epochs(20), &prepared(&changed(400, heavy, |_, y| y)))
        }),
        ("a target of heavy tails, and Huber", || {
            let data = prepared(&changed(400, |_, _, x| x, |_, y: f64| y.exp()));
            fit(&value_net().loss("huber"), adam(0.01).epochs(30), &data)
        }),
        ("as much as there is in noise", || {
            let (x, noise) = (normal(3, 800, 5), normal(1, 800, 6));
            let y = Mat::from_fn(1, 800, |_, j| 0.6 * x[(0, j)] + noise[(0, j)]);
            let data = prepared(&Dataset::regression(x, y).unwrap());
            let net = Mlp::regressor(3, 1).hidden([16]);
            fit(&net, adam(0.003).epochs(60).validation(0.25).patience(8), &data)
        }),
        ("several targets, one of them constant", || {
            let x = normal(4, 400, 1);
            let y = Mat::from_fn(3, 400, |i, j| if i == 2 { 3.0 } else { x[(i, j)] });
            let data = prepared(&Dataset::regression(x, y).unwrap());
            fit(&Mlp::regressor(4, 3).hidden([32]), adam(0.01).epochs(20), &data)
        }),
        ("ten examples", || {
            let data = prepared(&raw_regression(10));
            fit(&value_net(), adam(0.02).epochs(100), &data)
        }),
        ("absolute errors of a linear model", || {
            let data = prepared(&changed(400, |_, _, x| x, |_, y| y));
            let net = Mlp::regressor(4, 1).loss("mae").hidden([16]);
            fit(&net, adam(0.01).epochs(25), &data)
        }),
        ("heavy tails that matter, in noise", || {
            let (x, noise) = (normal(3, 800, 5), normal(1, 800, 6));
            let heavy =
                Mat::from_fn(
                    3,
                    800,
                    |i, j| if i == 0 { (2.0 * x[(0, j)]).exp() } else { x[(i, j)] },
                );
            let y = Mat::from_fn(1, 800, |_, j| x[(0, j)] + x[(1, j)] + noise[(0, j)]);
            usual(&prepared(&Dataset::regression(heavy, y).unwrap()))
        }),
        ("a rare category that matters, in noise", || {
            let (x, noise) = (normal(3, 800, 5), normal(1, 800, 6));
            let rare = |i, j: usize| {
                if i == 0 { f64::from(u8::from(j % 97 == 5)) } else { x[(i, j)] }
            };
            let y = Mat::from_fn(1, 800, |_, j| 3.0 * rare(0, j) + x[(1, j)] + noise[(0, j)]);
            usual(&prepared(&Dataset::regression(Mat::from_fn(3, 800, rare), y).unwrap()))
        }),
        ("a value far out that nothing depends on", || {
            let far = |i, j, x| if i == 3 && j == 17 { 1e6 } else { x };
            usual(&prepared(&changed(400, far, |_, y| y)))
        }),
        ("noise, all examples in one batch, and a penalty", || {
            let (x, noise) = (normal(3, 800, 5), normal(1, 800, 6));
            let y = Mat::from_fn(1, 800, |_, j| 0.6 * x[(0, j)] + noise[(0, j)]);
            let data = prepared(&Dataset::regression(x, y).unwrap());
            let trainer = Trainer::new(Adam::new(0.01).weight_decay(0.01).clip_norm(5.0));
            fit(&Mlp::regressor(3, 1).hidden([16]), trainer.epochs(150).batch_size(1000), &data)
        }),
        ("noise, and a rate that is lowered when the loss no longer falls", || {
            let (x, noise) = (normal(3, 800, 5), normal(1, 800, 6));
            let y = Mat::from_fn(1, 800, |_, j| 0.6 * x[(0, j)] + noise[(0, j)]);
            let data = prepared(&Dataset::regression(x, y).unwrap());
            let trainer = adam(0.003).epochs(100).validation(0.2).plateau(Plateau::new(0.1, 5));
            fit(&Mlp::regressor(3, 1).hidden([16]), trainer, &data)
        }),
    ]);
}

/// The defaults of the program.
fn usual(data: &Data) -> Diagnosis {
    let net = Mlp::regressor(data.features(), 1).hidden([64]);
    fit(&net, Trainer::default(), data)
}
