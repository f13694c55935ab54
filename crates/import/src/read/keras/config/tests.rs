use serde_json::{Value, json};

use super::{Described, described};
use crate::ImportError;
use crate::options::Task;

fn of_layers(layers: &[Value]) -> Result<Described, ImportError> {
    let model = json!({"class_name": "Sequential", "config": {"name": "net", "layers": layers}});
    described(model.to_string().as_bytes())
}

fn layer(class: &str, mut options: Value) -> Value {
    if options["name"].is_null() {
        options["name"] = class.to_lowercase().into();
    }
    json!({"class_name": class, "config": options})
}

fn dense(name: &str, units: u64, activation: impl Into<Value>) -> Value {
    layer("Dense", json!({"name": name, "units": units, "activation": activation.into()}))
}

/// The activations that are told of these layers.
fn activations(layers: &[Value]) -> (Vec<String>, Option<Task>) {
    let about = of_layers(layers).unwrap().about;
    (about.activation.unwrap().iter().map(ToString::to_string).collect(), about.task)
}

fn refusal(layers: &[Value]) -> String {
    of_layers(layers).err().unwrap().to_string()
}

#[test]
fn what_is_between_layers_is_told_by_options_and_by_layers() {
    let (kinds, task) = activations(&[
        layer("InputLayer", json!({})),
        dense("a", 4, "swish"),
        layer("Dropout", json!({"rate": 0.5})),
        dense("b", 4, "linear"),
        layer("LeakyReLU", json!({"negative_slope": 0.25})),
        dense("c", 4, Value::Null),
        layer("ReLU", json!({"max_value": 6.0, "negative_slope": 0.0, "threshold": 0.0})),
        dense("d", 4, json!({"class_name": "ReLU", "config": {"negative_slope": 0.5}})),
        dense("e", 4, Value::Null),
        dense("f", 2, Value::Null),
    ]);
    assert_eq!(kinds, ["silu", "leaky-relu(0.25)", "relu6", "leaky-relu(0.5)", "identity"]);
    assert_eq!(task, None);
}

/// A softmax, and the sigmoid of a single output, are what a classifier does with its scores; of other sigmoids, several
/// may be true.
#[test]
fn what_is_at_the_end_tells_the_task() {
    let none = Vec::<String>::new();
    assert_eq!(activations(&[dense("a", 3, "softmax")]), (none.clone(), Some(Task::Classify)));
    assert_eq!(activations(&[dense("a", 1, "sigmoid")]), (none, Some(Task::Classify)));
    let two = [dense("a", 4, "tanh"), dense("b", 2, "sigmoid")];
    assert_eq!(activations(&two), (vec!["tanh".to_owned()], None));
    let softmax =
        [dense("a", 4, "tanh"), dense("b", 1, Value::Null), layer("Softmax", json!({"axis": -1}))];
    assert_eq!(activations(&softmax), (vec!["tanh".to_owned()], Some(Task::Classify)));
}

#[test]
fn what_no_chain_of_layers_does_is_refused_by_its_name() {
    let a = || dense("a", 4, "relu");
    let norm = refusal(&[a(), layer("BatchNormalization", json!({"name": "norm"}))]);
    assert!(norm.starts_with("`norm` is of the class `BatchNormalization`"), "{norm}");
    let unknown = refusal(&[dense("a", 4, "hard_sigmoid")]);
    assert!(unknown.contains("with the activation \"hard_sigmoid\""), "{unknown}");
    let twice = refusal(&[a(), layer("ELU", json!({"alpha": 1.0}))]);
    assert!(twice.starts_with("`elu` is an activation behind another"), "{twice}");
    let front = refusal(&[layer("ReLU", json!({})), a()]);
    assert!(front.starts_with("`relu` is in front of all others"), "{front}");
    let behind = refusal(&[dense("a", 4, "softmax"), dense("b", 2, Value::Null)]);
    assert!(behind.starts_with("`b` is behind a softmax"), "{behind}");
    let axis = refusal(&[dense("a", 4, Value::Null), layer("Softmax", json!({"axis": 1}))]);
    assert!(axis.starts_with("`softmax` is of the class `Softmax`, or with other"), "{axis}");
    let only = refusal(&[dense("a", 4, "tanh")]);
    assert!(only.starts_with("`a` is the only one, with the activation tanh"), "{only}");
    let class = described(br#"{"class_name": "Mine", "config": {"name": "net"}}"#).err().unwrap();
    assert!(class.to_string().starts_with("`net` is a model of the class `Mine`"), "{class}");
}

/// A functional model is a chain, or none.
#[test]
fn branches_are_refused() {
    let behind = |mut layer: Value, before: &[&str]| {
        let history = |name: &&str| json!({"config": {"keras_history": [name, 0, 0]}});
        layer["inbound_nodes"] = json!([{"args": before.iter().map(history).collect::<Vec<_>>()}]);
        layer
    };
    let model = |last: Value| {
        let input = layer("InputLayer", json!({"name": "in"}));
        let layers = [
            input,
            behind(dense("a", 4, "relu"), &["in"]),
            behind(dense("b", 4, "relu"), &["a"]),
            last,
        ];
        let model = json!({"class_name": "Functional", "config": {"layers": layers}});
        described(model.to_string().as_bytes())
    };
    assert_eq!(model(behind(dense("c", 2, Value::Null), &["b"])).unwrap().places.len(), 3);
    for before in [&["a"][..], &["a", "b"], &[]] {
        let error = model(behind(dense("c", 2, Value::Null), before)).err().unwrap();
        assert!(
            error.to_string().starts_with("`c` is not behind the one before it alone"),
            "{error}"
        );
    }
}
