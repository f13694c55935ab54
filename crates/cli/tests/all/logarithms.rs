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
