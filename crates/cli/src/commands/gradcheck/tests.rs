//! What is said of gradients that are wrong. A model file cannot hold any.

use densely::optim::OptimizerKinds;
use densely::prelude::*;
use densely_gradcheck::{NetworkCheck, activation};

use super::*;

/// tanh, with a derivative of the wrong sign.
#[derive(Debug, Clone)]
struct Wrong;

impl Activation for Wrong {
    fn f<R: Real>(&self, x: R) -> R {
        x.tanh()
    }
    fn df<R: Real>(&self, _x: R, y: R) -> R {
        y * y - R::ONE
    }
}

fn checked(name: &str, outcome: Result<Report, Box<Failure>>) -> Checked {
    Checked { name: name.to_owned(), outcome }
}

/// A wrong activation among right ones.
fn list() -> Vec<Section> {
    let list = vec![
        checked("tanh", activation(&Tanh)),
        checked("wrong", activation(&Wrong)),
        checked("relu", activation(&Relu)),
    ];
    vec![Section { title: "Activations".to_owned(), checked: list }]
}

/// 2-3-3-2, with the wrong activation in the middle.
fn network() -> Vec<Section> {
    let linear = |inputs, outputs| {
        let mut stream = Stream::new(5, Purpose::Weights, Key::default());
        Linear::new(inputs, outputs, Initializer::XavierNormal, &mut stream).unwrap()
    };
    let network = Sequential::new(2)
        .and_then(|network| network.with(linear(2, 3))?.with(Wrong)?.with(linear(3, 2)))
        .unwrap();
    let loss = SoftmaxCrossEntropy::new();
    let check = NetworkCheck::new(&network, &loss).unwrap();
    let outcomes = check.config(Config { cases: 4, seed: 0 }).run();
    let names = ["0 linear(3)", "1 wrong", "2 linear(2)", "softmax", "network"];
    let parts = names.iter().zip(outcomes).map(|(name, outcome)| checked(name, outcome));
    vec![Section { title: "a model".to_owned(), checked: parts.collect() }]
}

/// The verdict of each line of a table.
fn verdicts(section: &Section) -> Vec<(String, bool)> {
    let plain = table::text(section)
        .into_iter()
        .map(|line| anstream::adapter::strip_str(&line).to_string());
    let verdict = |line: String| {
        let words: Vec<_> = line.split_whitespace().collect();
        match words.last() {
            Some(&"ok") => Some((words[0].to_owned(), true)),
            Some(&"WRONG") => Some((words[0].to_owned(), false)),
            _ => None,
        }
    };
    plain.filter_map(verdict).collect()
}

#[test]
fn a_wrong_activation_is_reported_among_right_ones() {
    let sections = list();
    let expected = [("tanh", true), ("wrong", false), ("relu", true)];
    assert_eq!(verdicts(&sections[0]), expected.map(|(name, ok)| (name.to_owned(), ok)));
    let error = verdict(&sections).unwrap_err();
    assert_eq!(error.to_string(), "wrong gradients in wrong");
    let [explanation] = &explanations(&sections, false)[..] else { panic!("one is wrong") };
    for part in ["wrong: the derivative is not that of the function", "the sign is wrong"] {
        assert!(explanation.contains(part), "{explanation}");
    }
}

#[test]
fn of_a_network_the_last_wrong_layer_is_explained() {
    let sections = network();
    let lines = verdicts(&sections[0]);
    let wrong: Vec<_> = lines.iter().map(|(name, ok)| (name.as_str(), *ok)).collect();
    let expected = [
        // Input, weight and bias of the first layer, which lie behind the wrong one.
        ("0", false),
        ("weight", false),
        ("bias", false),
        ("1", false),
        ("2", true),
        ("weight", true),
        ("bias", true),
        ("softmax", true),
        ("network", false),
    ];
    assert_eq!(wrong, expected);
    let [explanation] = &explanations(&sections, true)[..] else { panic!("one is enough") };
    assert!(explanation.starts_with("1 wrong: "), "{explanation}");
    assert!(explanation.contains("the sign is wrong"), "{explanation}");
    let error = verdict(&sections).unwrap_err().to_string();
    assert_eq!(error, "wrong gradients in 0 linear(3), 1 wrong, network");
}

#[test]
fn json_has_every_check_and_the_failure() {
    let args = GradcheckArgs { model: None, cases: None, seed: 3, json: true };
    let json = to_json(&list(), &args, 1.0);
    assert_eq!((&json["passed"], &json["seed"]), (&Value::from(false), &Value::from(3)));
    let [tanh, wrong, _] = &json["subjects"].as_array().unwrap()[..] else { panic!("{json}") };
    assert_eq!((&tanh["passed"], &tanh["failure"]), (&Value::from(true), &Value::Null));
    assert!(tanh["checks"].as_array().unwrap().len() > 10);
    assert_eq!(wrong["passed"], false);
    assert_eq!(wrong["failure"]["check"], "dual numbers");
    assert_eq!(wrong["failure"]["guess"], "the sign is wrong");
    let actual = wrong["failure"]["actual"].as_f64().unwrap();
    let expected = wrong["failure"]["expected"].as_f64().unwrap();
    assert!((actual + expected).abs() < 1e-12 && actual != 0.0);
}

#[test]
fn all_that_is_right_is_no_error() {
    let sections = vec![proven("Layers", &layers()[..2], Config { cases: 8, seed: 0 })];
    assert!(verdict(&sections).is_ok());
    assert!(explanations(&sections, false).is_empty());
    assert!(verdicts(&sections[0]).iter().all(|(_, ok)| *ok));
}

/// What the program has a name for has a proof.
#[test]
fn every_name_has_a_proof() {
    let among = |lists: &[&[Proof]], name: &str| lists.concat().iter().any(|p| p.name() == name);
    for name in LayerKinds::<f32>::new().specs().map(Spec::name) {
        assert!(among(&[&activations(), &layers()], name), "{name}");
    }
    for name in LossKinds::<f64>::new().specs().map(Spec::name) {
        assert!(among(&[&losses()], name), "{name}");
    }
    for name in OptimizerKinds::<f64>::new().specs().map(Spec::name) {
        let limit = ["clip-norm", "clip-value", "max-norm"].contains(&name);
        assert!(limit || among(&[&optimizers()], name), "{name}");
    }
}
