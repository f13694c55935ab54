//! `densely import`: what comes out is a model as any other.

use crate::common::Folder;

/// A file that another program wrote, and its outputs for rows.
fn data(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../import/tests/data");
    format!("{folder}/{name}")
}

fn read(name: &str) -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string(data(name)).unwrap();
    let row = |line: &str| line.split(',').map(|cell| cell.parse().unwrap()).collect();
    text.lines().map(row).collect()
}

/// A table of the rows, with a target.
fn table(columns: &str, targets: impl Fn(usize) -> String) -> String {
    let rows = read("inputs.csv").into_iter().enumerate();
    let rows = rows.map(|(at, row)| {
        let cells: Vec<String> = row.iter().map(|cell| format!("{cell:?}")).collect();
        format!("{},{}\n", cells.join(","), targets(at))
    });
    format!("{columns}\n") + &rows.collect::<String>()
}

#[test]
fn a_classifier_of_scikit_learn_predicts_as_there_and_is_evaluated_and_exported() {
    let folder = Folder::new();
    let expected = read("classifier.csv");
    let yes = |at: usize| if expected[at][1] > 0.5 { "yes" } else { "no" }.to_owned();
    folder.write("new.csv", table("a,b,c,answer", yes));
    let names = "--columns a,b,c --target answer";
    folder.ok(&format!("import {} -o m.safetensors {names}", data("classifier.npz")));
    let lines = folder.ok("predict m.safetensors new.csv --proba");
    let mut lines = lines.lines();
    assert_eq!(lines.next(), Some("answer,p_no,p_yes"));
    for (line, expected) in lines.zip(&expected) {
        let probability: f64 = line.split(',').nth(2).unwrap().parse().unwrap();
        assert!((probability - expected[1]).abs() < 1e-9, "{line}");
    }
    let evaluation = folder.ok("evaluate m.safetensors new.csv --json");
    assert!(evaluation.contains("\"accuracy\":1.0"), "{evaluation}");
    let inspected = folder.ok("inspect m.safetensors --json");
    assert!(inspected.contains("classifier.npz, imported by densely"), "{inspected}");
    let inspected = folder.ok("inspect m.safetensors");
    assert!(!inspected.contains("options:") && !inspected.contains("results:"), "{inspected}");
    folder.ok("export m.safetensors --rust m.rs --onnx m.onnx --pytorch torch");
    assert!(folder.read("m.rs").contains("pub fn predict"));
}

#[test]
fn a_regression_of_pytorch_has_its_own_names() {
    let folder = Folder::new();
    let expected = read("named.csv");
    folder.write("new.csv", table("x0,x1,x2,y", |at| format!("{:?}", expected[at][0])));
    let options = "--activation leaky-relu(0.1),relu --task regress";
    folder.ok(&format!("import {} -o m {options}", data("named.pt")));
    let evaluation = folder.ok("evaluate m new.csv --json");
    assert!(
        evaluation.contains("\"r2\":0.99999") || evaluation.contains("\"r2\":1.0"),
        "{evaluation}"
    );
}

#[test]
fn what_is_missing_is_asked_for_and_what_is_there_is_kept() {
    let folder = Folder::new();
    let file = data("sequential.safetensors");
    let stderr = folder.fails(1, &format!("import {file} -o m --task classify"));
    assert!(stderr.contains("give it, as --activation relu"), "{stderr}");
    assert!(!folder.path().join("m").exists());
    folder.write("m", "mine");
    let good = format!("import {file} -o m --task classify --activation tanh");
    let stderr = folder.fails(1, &good);
    assert!(stderr.contains("m: there is such a file"), "{stderr}");
    folder.ok(&format!("{good} --force"));
    let stderr = folder.fails(1, "import m -o n --task classify --activation tanh");
    assert!(stderr.contains("a model of densely already"), "{stderr}");
    let stderr = folder.fails(1, "import none -o n");
    assert!(stderr.contains("none"), "{stderr}");
    let stderr = folder.fails(2, &format!("import {file} -o n --activation rulu"));
    assert!(stderr.contains("rulu"), "{stderr}");
}
