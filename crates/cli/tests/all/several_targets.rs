//! What is said of several targets: of each, since what is pooled hides some.

use serde_json::Value;

use crate::common::Folder;

/// A target in thousands, one in units, and a constant one, which two numbers tell.
fn folder() -> Folder {
    let row = |i: usize| {
        let (a, b) = (i as f64 * 0.37 % 3.0, i as f64 * 0.91 % 2.0);
        format!("{a:.4},{b:.4},{:.3},{:.4},7\n", 40_000.0 + 9000.0 * a * b, a - b)
    };
    let folder = Folder::new();
    folder
        .write("t.csv", "a,b,price,rate,fee\n".to_owned() + &(0..240).map(row).collect::<String>());
    folder
}

fn number(of: &Value, name: &str) -> f64 {
    of[name].as_f64().unwrap_or_else(|| panic!("{name}: {of}"))
}

#[test]
fn each_is_told_beside_what_is_pooled() {
    let folder = folder();
    let train = "train t.csv --target price,rate,fee --epochs 30 --out run --json";
    let outcome = folder.run(train);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let report: Value = serde_json::from_str(outcome.stdout.lines().last().unwrap()).unwrap();
    let evaluated = folder.json("evaluate run");
    let (trained, tested) = (&report["targets"], &evaluated["targets"]);
    for (index, name) in ["price", "rate", "fee"].into_iter().enumerate() {
        let (of, same) = (&trained[index], &tested[index]);
        assert_eq!(of["target"], name);
        for figure in ["r2", "rmse", "mae"] {
            assert_eq!(of[format!("test_{figure}")], same[figure], "{name} {figure}");
        }
        assert_eq!(of["constant"], name == "fee");
        assert_eq!(of["baseline_rmse"], same["baseline_rmse"], "{name}");
    }
    // The pooled R² is the mean of those that vary; errors are of all numbers.
    let r2 = (number(&tested[0], "r2") + number(&tested[1], "r2")) / 2.0;
    assert!((number(&evaluated, "r2") - r2).abs() < 1e-12, "{evaluated}");
    assert_eq!(evaluated["r2"], report["test_r2"]);
    let squares: f64 = (0..3).map(|k| number(&tested[k], "rmse").powi(2)).sum();
    assert!((number(&evaluated, "rmse") / (squares / 3.0).sqrt() - 1.0).abs() < 1e-12);
    assert!(number(&tested[0], "baseline_rmse") > 1000.0 * number(&tested[1], "baseline_rmse"));
    assert_eq!(number(&tested[2], "baseline_rmse"), 0.0);
    // For people, too.
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    let line = |name: &str| lines.iter().rfind(|line| line.trim_start().starts_with(name)).unwrap();
    assert!(line("fee").contains("constant"), "{}", outcome.stderr);
    assert!(!line("rate").contains("constant"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("price, rate, fee are numbers"), "{}", outcome.stderr);
    assert!(folder.run("evaluate run").stderr.contains("fee"));
    assert!(folder.ok("inspect run").contains("price, rate, fee are numbers"));
    let page = folder.read("run/report.html");
    assert!(page.contains("Of each target"), "the report has them");
    // Of one target there is nothing more to say.
    let one = folder.json("train t.csv --target price --drop rate --drop fee --epochs 1 --out one");
    assert!(one.get("targets").is_none());
}

/// On the disk they are told from all blocks.
#[test]
fn those_on_the_disk_are_the_same() {
    let folder = folder();
    let train = "train t.csv --target price,rate,fee --epochs 2 --memory 512M --out disk";
    let report = folder.json(train);
    let targets = report["targets"].as_array().unwrap();
    assert_eq!(targets.len(), 3);
    let r2 = (number(&targets[0], "test_r2") + number(&targets[1], "test_r2")) / 2.0;
    assert!((number(&report, "test_r2") - r2).abs() < 1e-9, "{report}");
}

/// One meaning in both: of the examples that are judged. Then an RMSE above it is an R² below 0.
#[test]
fn the_baseline_of_evaluate_is_that_of_train() {
    let folder = folder();
    // What comes last is another matter than what was learnt from.
    let row = |i: usize| {
        let y = if i < 160 { 0.1 * i as f64 } else { 100.0 - 0.1 * i as f64 };
        format!("{i},{},{y:.2},{}\n", i * 7 % 11, if i < 160 { "old" } else { "new" })
    };
    let text = "t,x,y,era\n".to_owned() + &(0..200).map(row).collect::<String>();
    folder.write("late.csv", text);
    let train = "train late.csv --target y --drop era --split-by t --epochs 3 --out late";
    let report = folder.json(train);
    let evaluated = folder.json("evaluate late");
    for name in ["baseline_rmse", "baseline_mae"] {
        assert_eq!(report[name], evaluated[name]);
    }
    let ratio = number(&evaluated, "rmse") / number(&evaluated, "baseline_rmse");
    assert!((1.0 - ratio * ratio - number(&evaluated, "r2")).abs() < 1e-9, "{evaluated}");
    let train =
        "train late.csv --target era --drop y --split-by t --epochs 3 --out eras --validation 0";
    let report = folder.json(train);
    assert_eq!(number(&report, "baseline_accuracy"), 1.0, "all that are judged are new");
    assert_eq!(folder.json("evaluate eras")["baseline_accuracy"], report["baseline_accuracy"]);
}

#[test]
fn targets_add_up_on_the_line_and_those_of_a_config_are_replaced() {
    let folder = folder();
    let hash = |arguments: &str| {
        let report = folder.json(&format!("train {arguments} --epochs 1 --out run --force"));
        report["weights_hash"].as_str().unwrap().to_owned()
    };
    let both = hash("t.csv --target price,rate");
    assert_eq!(hash("t.csv --target price --target rate"), both);
    let config = folder.read("run/config.toml");
    folder.write("both.toml", config.replace("\"price,rate\"", "[\"price\", \"rate\"]"));
    assert_eq!(hash("--config both.toml"), both);
    assert_eq!(hash("--config both.toml --target rate"), hash("t.csv --target rate"));
    // Columns to leave out, too, and a search that goes on with the same ones.
    folder.ok("tune t.csv --target rate --drop fee --trials 2 --folds 2 --epochs 2 --out found");
    folder.ok("tune --resume --out found --target rate --drop fee --trials 2");
}
