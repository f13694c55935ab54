//! `densely predict`, `evaluate` and `inspect`.

use crate::common::{Folder, flowers, parabola};
use serde_json::Value;

fn flower_model() -> Folder {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    folder.ok("train flowers.csv --target kind --drop number --hidden 8 --out flower");
    folder
}

#[test]
fn predictions_are_a_row_for_each_row_in_order() {
    let folder = flower_model();
    // Other columns, in another order, without the answers.
    folder.write("new.csv", "width,colour,height\n10,red,0.1\n4,white,2.2\n7,red,1.3\n");
    let expected = "kind\nrose\ndaisy\ntulip\n";
    assert_eq!(folder.ok("predict flower new.csv"), expected);
    assert_eq!(folder.ok("predict flower/model.safetensors new.csv"), expected);
    assert_eq!(folder.ok("predict flower new.csv -o out.csv"), "");
    assert_eq!(folder.read("out.csv"), expected);

    let stdout = folder.ok("predict flower new.csv --proba");
    let mut lines = stdout.lines();
    assert_eq!(lines.next(), Some("kind,p_daisy,p_rose,p_tulip"));
    for (line, (kind, column)) in lines.zip([("rose", 2), ("daisy", 1), ("tulip", 3)]) {
        let cells: Vec<&str> = line.split(',').collect();
        let p: Vec<f64> = cells[1..].iter().map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(cells[0], kind);
        assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-6 && p[column - 1] > 0.5, "{line}");
    }
}

/// What training reports about its test data is what evaluation finds.
#[test]
fn evaluation_agrees_with_training() {
    let folder = Folder::new();
    folder.write("train.csv", flowers());
    let (header, rows) = ("height,number,kind,width", flowers());
    let test: String = rows.lines().skip(1).step_by(3).map(|row| format!("{row}\n")).collect();
    folder.write("test.csv", format!("{header}\n{test}"));
    let report =
        folder.json("train train.csv --target kind --test-data test.csv --epochs 2 --out run");
    let evaluation = folder.json("evaluate run test.csv");
    assert_eq!(evaluation["examples"], report["test_examples"]);
    assert_eq!(evaluation["accuracy"], report["test_accuracy"]);
    assert_eq!(evaluation["loss"], report["test_loss"]);
}

/// What is said of a classifier follows from its predictions and probabilities.
#[test]
fn evaluation_tells_classes_apart() {
    let folder = flower_model();
    let evaluation = folder.json("evaluate flower flowers.csv --all-rows");
    let predictions = folder.ok("predict flower flowers.csv --proba");
    let names = ["daisy", "rose", "tulip"];
    let place = |name: &str| names.iter().position(|&other| other == name).unwrap();
    let flowers = flowers();
    let kinds = flowers.lines().skip(1).map(|row| place(row.split(',').nth(2).unwrap()));
    let (mut confusion, mut log_loss, mut brier) = ([[0; 3]; 3], 0.0, 0.0);
    for (kind, row) in kinds.zip(predictions.lines().skip(1)) {
        let cells: Vec<&str> = row.split(',').collect();
        let p: Vec<f64> = cells[1..].iter().map(|cell| cell.parse().unwrap()).collect();
        confusion[kind][place(cells[0])] += 1;
        log_loss -= p[kind].ln();
        brier += (0..3).map(|k| (p[k] - f64::from(u8::from(k == kind))).powi(2)).sum::<f64>();
    }
    let n: i32 = confusion.iter().flatten().sum();
    assert_eq!(evaluation["confusion"], Value::from(confusion.map(Value::from).to_vec()));
    for (name, expected) in [("log_loss", log_loss), ("brier_score", brier)] {
        let found = evaluation[name].as_f64().unwrap();
        assert!((found / (expected / f64::from(n)) - 1.0).abs() < 1e-5, "{name}: {found}");
    }
    for (class, name) in names.into_iter().enumerate() {
        let of = &evaluation["classes"][class];
        let column: i32 = confusion.iter().map(|row| row[class]).sum();
        let right = f64::from(confusion[class][class]);
        assert_eq!(of["class"], name);
        assert_eq!(of["examples"], confusion[class].iter().sum::<i32>());
        assert_eq!(of["precision"], right / f64::from(column));
    }
    for name in ["precision", "recall", "f1", "roc_auc"] {
        let value = |of: &Value| of[name].as_f64().unwrap();
        let classes = evaluation["classes"].as_array().unwrap();
        let mean = classes.iter().map(value).sum::<f64>() / 3.0;
        assert!((value(&evaluation) - mean).abs() < 1e-12, "{name}");
    }
    assert!(evaluation["calibration_error"].as_f64().unwrap() < 0.5);
    let text = folder.run("evaluate flower flowers.csv --all-rows").stderr;
    for words in ["ROC AUC", "Brier score", "precision", "is \\ taken for"] {
        assert!(text.contains(words), "{text}");
    }
}

/// A class without examples has no ROC curve; scores rank where there are no probabilities.
#[test]
fn evaluation_leaves_out_what_is_not_defined() {
    let folder = flower_model();
    folder.write("roses.csv", "height,width,kind\n0.1,10,rose\n0.2,10,rose\n");
    let evaluation = folder.json("evaluate flower roses.csv");
    assert_eq!(evaluation["roc_auc"], Value::Null);
    assert_eq!(evaluation["classes"][1]["roc_auc"], Value::Null);
    assert_eq!(evaluation["classes"][0]["examples"], 0);
    folder.ok("train flowers.csv --target kind --drop number --loss svm --out svm");
    let evaluation = folder.json("evaluate svm flowers.csv --all-rows");
    assert_eq!(evaluation["log_loss"], Value::Null);
    assert!(evaluation["roc_auc"].as_f64().unwrap() > 0.9);
}

#[test]
fn numbers_are_predicted_in_their_units() {
    let folder = Folder::new();
    folder.write("parabola.csv", parabola());
    for dtype in ["f32", "f64"] {
        folder.ok(&format!(
            "train parabola.csv --hidden 16 --patience 200 --dtype {dtype} --out run --force"
        ));
        let evaluation = folder.json("evaluate run parabola.csv --all-rows");
        let metric = |name: &str| evaluation[name].as_f64().unwrap();
        assert!(metric("r2") > 0.95 && metric("rmse") < 5.0 && metric("mae") <= metric("rmse"));
        let stdout = folder.ok("predict run parabola.csv");
        let predicted: Vec<&str> = stdout.lines().collect();
        assert_eq!((predicted.len(), predicted[0]), (201, "y"));
        let errors = parabola()
            .lines()
            .zip(&predicted)
            .skip(1)
            .map(|(row, y)| {
                let target: f64 = row.rsplit(',').next().unwrap().parse().unwrap();
                (y.parse::<f64>().unwrap() - target).abs()
            })
            .sum::<f64>();
        assert!((errors / 200.0 / metric("mae") - 1.0).abs() < 1e-9);
    }
}

#[test]
fn inspect_tells_what_a_model_is() {
    let folder = flower_model();
    let model = folder.json("inspect flower");
    for (field, value) in [
        ("task", Value::from("classify")),
        ("target", Value::from("kind")),
        ("features", Value::from(vec!["height", "width"])),
        ("classes", Value::from(vec!["daisy", "rose", "tulip"])),
        ("preprocess", Value::from("standardize(keep-binary)")),
        ("loss", Value::from("softmax")),
        ("parameters", Value::from(2 * 8 + 8 + 8 * 3 + 3)),
        ("dtype", Value::from("f32")),
        ("data", Value::from("flowers.csv")),
    ] {
        assert_eq!(model[field], value, "{field}");
    }
    assert_eq!(model["options"]["drop"], "number");
    assert_eq!(model["results"]["test_accuracy"], "1");
    let text = folder.ok("inspect flower");
    for words in
        ["kind is one of 3 classes: daisy, rose, tulip", "51 parameters in f32", "linear(8)"]
    {
        assert!(text.contains(words), "{text}");
    }
    assert!(!text.contains('\u{1b}'), "colours only on a terminal");
}

#[test]
fn nothing_but_data_is_on_the_standard_output() {
    let folder = flower_model();
    assert_eq!(folder.ok("train flowers.csv --target kind --epochs 1"), "");
    assert_eq!(folder.ok("evaluate flower flowers.csv --all-rows"), "");
    let outcome = folder.run("train flowers.csv --target kind --epochs 1 --json");
    assert_eq!(outcome.stdout.lines().count(), 1);
    assert!(!outcome.stderr.contains('\u{1b}'), "colours and bars only on a terminal");
}
