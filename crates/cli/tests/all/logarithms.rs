//! Targets that are learnt as their logarithms.

use crate::common::Folder;

/// Prices over four powers of ten.
fn prices() -> String {
    let row = |i: usize| {
        let (a, b) = ((i * 37 % 101) as f64 / 25.0, (i * 53 % 89) as f64 / 22.0);
        format!("{a},{b},{:.3}\n", 2.0 * (1.5 * a + b).exp())
    };
    "a,b,price\n".to_owned() + &(0..300).map(row).collect::<String>()
}

fn number(value: &serde_json::Value) -> f64 {
    value.as_f64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

/// Candidates are judged in the units of the data, as what is trained in the end is.
#[test]
fn a_search_judges_in_the_units_of_the_data() {
    let folder = Folder::new();
    folder.write("t.csv", prices());
    for transform in ["none", "log"] {
        let arguments = format!(
            "tune t.csv --target-transform {transform} --trials 3 --epochs 12 --folds 3 --test 0 --out {transform}"
        );
        let found = folder.json(&arguments);
        let lines = folder.read(&format!("{transform}/trials.jsonl"));
        for line in lines.lines().skip(1) {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            // A third of the prices; R² and RMSE tell of the same errors, of the same variance.
            let variance = |fold: &serde_json::Value| {
                number(&fold["rmse"]).powi(2) / (1.0 - number(&fold["r2"]))
            };
            let all = found["baseline_rmse"].as_f64().unwrap().powi(2);
            for fold in line["folds"].as_array().unwrap() {
                let share = variance(fold) / all;
                assert!((0.2..5.0).contains(&share), "{transform}: {share} {line}");
            }
        }
    }
}

#[test]
fn skewed_targets_are_learnt_as_logarithms() {
    let folder = Folder::new();
    folder.write("t.csv", prices());
    let plain = folder.json("train t.csv --out plain");
    let logs = folder.json("train t.csv --target-transform log --out logs");
    let mae = |report: &serde_json::Value| report["test_mae"].as_f64().unwrap();
    assert!(mae(&logs) < 0.5 * mae(&plain), "{logs} {plain}");
    assert_eq!(logs["baseline_rmse"], plain["baseline_rmse"], "in the units of the data");
    assert_eq!(folder.json("inspect logs")["target_transform"], "log");
    assert_eq!(folder.json("inspect plain")["target_transform"], "none");
    assert!(folder.ok("inspect logs").contains("price is a number, learnt as its logarithm"));
    assert_eq!(folder.json("evaluate logs")["mae"], logs["test_mae"]);
    // Far away, predictions are above 0 still.
    folder.write("far.csv", "a,b\n-9,-9\n0,0\n4,4\n");
    let predicted = folder.ok("predict logs far.csv");
    let predicted: Vec<f64> = predicted.lines().skip(1).map(|cell| cell.parse().unwrap()).collect();
    assert!(predicted[0] > 0.0 && predicted[0] < 1.0, "{predicted:?}");
    assert!((predicted[2].ln() - (2.0_f64.ln() + 10.0)).abs() < 0.5, "{predicted:?}");
    // One name has one unit, in each epoch and at the end.
    for run in ["plain", "logs"] {
        let lines = folder.read(&format!("{run}/metrics.jsonl"));
        let mut lines =
            lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let kept = lines.rfind(|line| line["best"] == true).unwrap();
        let results = folder.json(&format!("inspect {run}"))["results"].clone();
        for name in ["validation_r2", "validation_rmse", "validation_mae", "validation_loss"] {
            let (in_epoch, at_end) = (kept[name].as_f64().unwrap(), number(&results[name]));
            assert!((in_epoch / at_end - 1.0).abs() < 1e-3, "{run} {name}: {in_epoch} {at_end}");
        }
    }
    folder.ok("train --config logs/config.toml --out again");
    let hash = |run: &str| folder.json(&format!("inspect {run}"))["weights_hash"].clone();
    assert_eq!(hash("again"), hash("logs"));
    folder.ok("train --config logs/config.toml --target-transform none --out none");
    assert_eq!(hash("none"), hash("plain"));

    folder.write("zero.csv", prices() + "1,1,0\n1,1,-2\n");
    let message = folder.fails(1, "train zero.csv --target-transform log");
    let said = "column `price`: 2 cells of 302, `0` in row 301 (line 302), `-2` in row 302 (line 303): a \
                target must be above 0";
    assert!(message.contains(said), "{message}");
    let message = folder.fails(1, "evaluate logs zero.csv");
    let said =
        "zero.csv: column `price`, row 301 (line 302): a target must be above 0 for its logarithm";
    assert!(message.contains(said) && !message.contains("f64"), "{message}");
    // What is far out is told in logarithms, as the network has it.
    folder.write("beyond.csv", "a,b\n4,4\n90000,90000\n");
    let message = folder.fails(1, "predict logs beyond.csv");
    assert!(
        message.contains("for the logarithm of `price`, whose exponential is too large")
            && !message.contains("divided by 1000"),
        "{message}"
    );
    let counts = (0..200).map(|i| format!("{},{}\n", i % 40, i % 40 / 3)).collect::<String>();
    folder.write("counts.csv", "a,n\n".to_owned() + &counts);
    folder.ok("train counts.csv --task regress --loss poisson --out counts");
    folder.write("beyond.csv", "a\n1\n900000\n");
    let message = folder.fails(1, "predict counts beyond.csv");
    assert!(
        message.contains("for the logarithm of `n`, whose exponential is too large"),
        "{message}"
    );
    folder.write(
        "c.csv",
        "a,y\n".to_owned()
            + &(0..50).map(|i| format!("{i}.5,{}\n", ["u", "v"][i % 2])).collect::<String>(),
    );
    let message = folder.fails(1, "train c.csv --target-transform log");
    assert!(
        message.contains("--target-transform log: ")
            && message.contains("leave it out for classes"),
        "{message}"
    );
}
