//! `densely gradcheck`.

use crate::common::{Folder, flowers, parabola};
use serde_json::Value;

/// The names of what was checked; all of it has to be right.
fn subjects(json: &Value) -> Vec<&str> {
    assert_eq!(json["passed"], true, "{json}");
    let subjects = json["subjects"].as_array().unwrap();
    for subject in subjects {
        assert_eq!(subject["failure"], Value::Null);
        let checks = subject["checks"].as_array().unwrap();
        assert!(!checks.is_empty() && checks.iter().all(|check| check["passed"] == true));
    }
    subjects.iter().map(|subject| subject["name"].as_str().unwrap()).collect()
}

#[test]
fn without_a_model_all_that_the_library_has() {
    let folder = Folder::new();
    let json = folder.json("gradcheck --cases 16");
    let names = subjects(&json);
    for name in ["linear", "maxout", "network", "leaky-relu", "gelu", "softmax", "huber", "adamw"] {
        assert!(names.contains(&name), "no {name} in {names:?}");
    }
    assert_eq!(json["model"], Value::Null);

    let outcome = folder.run("gradcheck --cases 16 --seed 5");
    assert_eq!((outcome.status, outcome.stdout.as_str()), (0, ""));
    for words in ["Layers", "dual numbers", "≤ 1e-8", "tanh", "━", "ok"] {
        assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
    }
    assert!(!outcome.stderr.contains('\u{1b}'), "colours only on a terminal");
    assert!(!outcome.stderr.contains("WRONG"));
    let wide = outcome.stderr.lines().find(|line| line.chars().count() > 100);
    assert_eq!(wide, None);
}

#[test]
fn what_cannot_be_checked_is_said_in_json_too() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    for file in ["none", "flowers.csv"] {
        let outcome = folder.run(&format!("gradcheck {file} --json"));
        let error: Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(outcome.status, 1, "{}", outcome.stderr);
        assert!(error["error"].as_str().unwrap().contains(file), "{error}");
        assert!(outcome.stderr.contains(file), "{}", outcome.stderr);
    }
}

#[test]
fn a_model_is_checked_layer_by_layer() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    folder.write("parabola.csv", parabola());
    folder.ok("train flowers.csv --target kind --hidden 8,6 --activation relu,prelu --dropout 0.2 --epochs 3 --out flower");
    let expected = [
        "0 linear(8)",
        "1 relu",
        "2 dropout(0.2)",
        "3 linear(6)",
        "4 prelu",
        "5 dropout(0.2)",
        "6 linear(3)",
        "softmax",
        "network",
    ];
    for model in ["flower", "flower/model.safetensors"] {
        let json = folder.json(&format!("gradcheck {model}"));
        assert_eq!(subjects(&json), expected);
        assert_eq!(json["model"], model);
    }
    for options in [
        "--dtype f64 --loss mse --activation maxout(3)",
        "--loss huber --activation gelu --input-noise 0.1",
        "--loss mae --hidden none",
    ] {
        folder.ok(&format!("train parabola.csv --epochs 2 {options} --out numbers --force"));
        subjects(&folder.json("gradcheck numbers --cases 2"));
    }
}

#[test]
fn the_seed_decides() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    folder.ok("train flowers.csv --target kind --hidden 4 --epochs 1 --loss squared-svm --out run");
    let run = |seed| folder.json(&format!("gradcheck run --seed {seed}"))["subjects"].take();
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn what_is_no_model_is_an_error() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    assert!(folder.fails(1, "gradcheck none.safetensors").contains("none.safetensors"));
    assert!(folder.fails(1, "gradcheck flowers.csv").contains("flowers.csv"));
    assert!(folder.fails(2, "gradcheck --cases 0").contains("0 is not in 1.."));
}
