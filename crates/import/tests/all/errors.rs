//! What was found, and what to do.

use std::collections::HashMap;
use std::fs;

use densely_import::{ImportOptions, Task, import};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use tempfile::TempDir;

use crate::data;

/// A state dict of tensors of these names and shapes, of zeros, or of this number.
fn file(tensors: &[(&str, &[usize])], value: f32) -> (TempDir, std::path::PathBuf) {
    let bytes: Vec<Vec<u8>> = tensors
        .iter()
        .map(|(_, shape)| value.to_le_bytes().repeat(shape.iter().product()))
        .collect();
    let views: HashMap<&str, TensorView<'_>> = tensors
        .iter()
        .zip(&bytes)
        .map(|((name, shape), bytes)| {
            (*name, TensorView::new(Dtype::F32, shape.to_vec(), bytes).unwrap())
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.safetensors");
    fs::write(&path, safetensors::serialize(views, None).unwrap()).unwrap();
    (folder, path)
}

fn error(tensors: &[(&str, &[usize])], options: &ImportOptions) -> String {
    let (_folder, path) = file(tensors, 0.5);
    import(path, options).unwrap_err().to_string()
}

fn classify() -> ImportOptions {
    ImportOptions::new().task(Task::Classify).activation(["relu".into()])
}

#[test]
fn what_is_no_layer_is_named_with_its_shape() {
    let norm = error(
        &[("0.weight", &[4, 3]), ("0.bias", &[4]), ("1.weight", &[4]), ("1.bias", &[4])],
        &classify(),
    );
    assert!(
        norm.starts_with("`1.weight` [4], `1.bias` [4] belong to no fully-connected layer"),
        "{norm}"
    );
    let convolution = error(&[("0.weight", &[4, 3, 2, 2])], &classify());
    assert!(convolution.contains("found `0.weight` [4, 3, 2, 2]"), "{convolution}");
    let none = error(&[("a", &[2])], &classify().prefix("b"));
    assert!(none.starts_with("there is no fully-connected layer in it"), "{none}");
    let bias = error(&[("0.weight", &[4, 3]), ("0.bias", &[3])], &classify());
    assert!(bias.contains("`0.bias` [3]"), "{bias}");
}

#[test]
fn an_order_that_is_not_clear_is_asked_for() {
    let tensors: &[(&str, &[usize])] = &[("in.weight", &[3, 3]), ("out.weight", &[3, 3])];
    let several = error(tensors, &classify());
    assert_eq!(
        several,
        "the layers `in` [3 -> 3], `out` [3 -> 3] fit each other in several orders: give their order, as --layers in,out"
    );
    let (_folder, path) = file(tensors, 0.5);
    import(&path, &classify().layers(["in", "out"])).unwrap();
    let unknown = import(&path, &classify().layers(["in", "no"])).unwrap_err().to_string();
    assert!(
        unknown.starts_with("there is no layer `no`; the layers are `in` [3 -> 3]"),
        "{unknown}"
    );
    let none = error(&[("0.weight", &[4, 3]), ("1.weight", &[2, 5])], &classify());
    assert!(none.contains("do not fit each other in any order"), "{none}");
    // As many layers as would take for ever to be tried in all orders.
    let names: Vec<String> = (0..40).map(|i| format!("{}.weight", "x".repeat(i + 1))).collect();
    let shape = |i: usize| -> &[usize] { if i == 0 { &[7, 5] } else { &[2, 2] } };
    let many: Vec<_> = names.iter().enumerate().map(|(i, name)| (&**name, shape(i))).collect();
    assert!(error(&many, &classify()).contains("several orders"));
}

#[test]
fn what_a_file_does_not_say_is_asked_for() {
    let tensors: &[(&str, &[usize])] = &[("0.weight", &[4, 3]), ("2.weight", &[2, 4])];
    let activation = error(tensors, &ImportOptions::new().task(Task::Classify));
    assert!(
        activation.starts_with(
            "the file does not say what is between the layers `0` [3 -> 4], `2` [4 -> 2]"
        ),
        "{activation}"
    );
    let task = error(tensors, &ImportOptions::new().activation(["relu".into()]));
    assert!(task.starts_with("the file does not say whether its 2 outputs are"), "{task}");
    let many =
        error(tensors, &classify().activation(["relu".into(), "tanh".into(), "tanh".into()]));
    assert!(many.starts_with("activations: expected one for all, or 1,"), "{many}");
    for learnt in [&["prelu"][..], &["shared-prelu"], &["prelu", "identity"], &["relu", "prelu"]] {
        let given = learnt.iter().map(|&kind| kind.into());
        let learnt = error(tensors, &classify().activation(given));
        assert!(
            learnt.contains("prelu has parameters of its own, which the file does not have"),
            "{learnt}"
        );
    }
    let slopes: &[(&str, &[usize])] =
        &[("0.weight", &[4, 3]), ("1.weight", &[4]), ("2.weight", &[2, 4])];
    let other = error(slopes, &classify().activation(["relu".into()]));
    assert!(
        other.starts_with("the file says the activation is prelu, and relu is given"),
        "{other}"
    );
    let classes = error(tensors, &classify().classes(["a", "b", "c"]));
    assert_eq!(classes, "classes: expected 2, got 3");
    let columns = error(tensors, &classify().columns(["a"]));
    assert_eq!(columns, "columns: expected 3, got 1");
    let both = error(tensors, &classify().task(Task::Regress).classes(["a", "b"]));
    assert!(both.starts_with("names of classes are given, and the task is a regression"), "{both}");
    let unknown = error(tensors, &classify().activation(["rulu".into()]));
    assert!(unknown.contains("rulu") && unknown.contains("relu"), "{unknown}");
    let (_folder, path) = file(tensors, f32::NAN);
    let finite = import(path, &classify()).unwrap_err().to_string();
    assert_eq!(finite, "`0.weight` has a value that is not finite");
}

#[test]
fn another_format_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let told = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        import(&path, &classify()).unwrap_err().to_string()
    };
    assert!(told(b"\x89HDF\r\n\x1a\n and more").contains("the file is damaged"));
    assert!(told(b"").contains("it is empty"));
    assert!(told(b"some,text\n1,2\n").contains("save_file"));
    assert!(told(b"\x10\0\0\0\0\0\0\0{").contains("the file is damaged"));
    assert!(import(folder.path(), &classify()).unwrap_err().to_string().contains("a folder"));
    let error = import(folder.path().join("none"), &classify()).unwrap_err().to_string();
    assert!(error.contains("No such file"), "{error}");
    let model = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../formats/tests/data/version-6.safetensors");
    let ours = import(model, &classify()).unwrap_err().to_string();
    assert!(ours.contains("a model of densely already"), "{ours}");
    let scaler = import(data("classifier.npz"), &ImportOptions::new().columns(["a"]));
    assert_eq!(scaler.unwrap_err().to_string(), "columns: expected 3, got 1");
}

/// Weights of inputs x outputs would be another network from the last layer to the first.
#[test]
fn numbered_layers_that_fit_backwards_alone_are_asked_about() {
    let transposed: &[(&str, &[usize])] = &[("0.weight", &[3, 4]), ("2.weight", &[4, 2])];
    let expected = "the layers `0` [4 -> 3], `2` [2 -> 4] fit each other only in the reverse of the order of their \
                    numbers: are their weights transposed?";
    let found = error(transposed, &classify());
    assert!(found.starts_with(expected) && found.ends_with("--layers 2,0"), "{found}");
    let (_folder, path) = file(transposed, 0.5);
    import(&path, &classify().layers(["2", "0"])).unwrap();
    let beside: &[(&str, &[usize])] =
        &[("fc1.weight", &[3, 4]), ("fc2.weight", &[4, 5]), ("out.weight", &[5, 2])];
    assert!(error(beside, &classify()).contains("are their weights transposed?"));
    // The layers of a decoder may be counted towards its end.
    let coder: &[(&str, &[usize])] = &[
        ("e1.weight", &[5, 4]),
        ("e2.weight", &[3, 5]),
        ("d2.weight", &[7, 3]),
        ("d1.weight", &[2, 7]),
    ];
    let (_folder, path) = file(coder, 0.5);
    import(&path, &classify()).unwrap();
}

/// A model whose names are not told apart could not be used.
#[test]
fn names_are_there_and_come_once() {
    let layer: &[(&str, &[usize])] = &[("0.weight", &[3, 2]), ("0.bias", &[3])];
    let regress = || ImportOptions::new().task(Task::Regress);
    for (options, expected) in [
        (classify().classes(["a", "a", "b"]), "classes: `a` comes twice"),
        (classify().classes(["", "", ""]), "classes: name 1 is empty"),
        (classify().columns(["a", "a"]), "columns: `a` comes twice"),
        (classify().columns(["a", " "]), "columns: name 2 is empty"),
        (classify().targets([""]), "targets: name 1 is empty"),
        (regress().targets(["y", "z", "y"]), "targets: `y` comes twice"),
    ] {
        let found = error(layer, &options);
        assert!(found.starts_with(expected), "{found}");
    }
    let (_folder, path) = file(layer, 0.5);
    import(&path, &classify().classes(["a", "b", "c"]).columns(["a", "b"])).unwrap();
}

/// A softmax over sigmoids would be neither.
#[test]
fn outputs_of_which_several_may_be_true_are_no_classes() {
    let tensors: &[(&str, &[usize])] = &[("0.weight", &[4, 3]), ("2.weight", &[2, 4])];
    let sigmoids = || ImportOptions::new().activation(["relu".into(), "sigmoid".into()]);
    let several = error(tensors, &sigmoids().task(Task::Classify));
    assert!(
        several.starts_with("each of the 2 outputs has a sigmoid, so that several"),
        "{several}"
    );
    assert!(
        several.ends_with("with --task regress the model predicts 2 numbers, the probabilities"),
        "{several}"
    );
    let (_folder, path) = file(tensors, 0.5);
    assert!(import(path, &sigmoids().task(Task::Regress)).is_ok());

    let other = error_of("classifier.npz", &ImportOptions::new().activation(["relu".into()]));
    let expected =
        "the file says the activation is sigmoid, and relu is given: leave --activation out";
    assert_eq!(other, expected);
}

fn error_of(name: &str, options: &ImportOptions) -> String {
    import(data(name), options).unwrap_err().to_string()
}
