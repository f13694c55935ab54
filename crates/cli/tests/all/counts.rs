//! Counts, which are learnt by the logarithms of their means.

use crate::common::Folder;

fn counts() -> String {
    let row = |i: usize| {
        let (a, b) = ((i * 37 % 101) as f64 / 50.0, (i * 53 % 89) as f64 / 45.0);
        format!("{a},{b},{}\n", (2.0 * (a + 0.7 * b).exp()) as u32 + (i * 7 % 3) as u32)
    };
    "a,b,visits\n".to_owned() + &(0..200).map(row).collect::<String>()
}

#[test]
fn counts_are_learnt_by_the_poisson_loss() {
    let folder = Folder::new();
    folder.write("t.csv", counts());
    let report = folder.json("train t.csv --loss poisson --out run");
    let of = |name: &str| report[name].as_f64().unwrap();
    assert!(of("test_rmse") < 0.3 * of("baseline_rmse"), "{report}");
    assert_eq!(folder.json("inspect run")["loss"], "poisson");
    assert_eq!(folder.json("evaluate run")["mae"], report["test_mae"]);
    folder.write("far.csv", "a,b\n-9,-9\n2,2\n");
    let predicted = folder.ok("predict run far.csv");
    let predicted: Vec<f64> = predicted.lines().skip(1).map(|cell| cell.parse().unwrap()).collect();
    assert!(predicted[0] > 0.0 && predicted[0] < 2.0, "{predicted:?}");
    assert!((predicted[1].ln() - (2.0_f64.ln() + 3.4)).abs() < 0.5, "{predicted:?}");
    folder.ok("gradcheck run --cases 2");
    folder.ok("export run --onnx run.onnx --rust run.rs --c run.h");

    folder.write("minus.csv", counts() + "1,1,-2\n");
    let message = folder.fails(1, "train minus.csv --loss poisson --test 0 --validation 0");
    assert!(
        message.contains("column `visits`, row 201 (line 202): expected a target"),
        "{message}"
    );
    let message = folder.fails(1, "train t.csv --loss poisson --target-transform log");
    assert!(message.contains("leave out --target-transform log"), "{message}");
}
