//! Numbers at the ends of their types: a right answer, or an error that says where.

use crate::common::{Folder, flowers};
use serde_json::Value;

/// The last line that a run says before it fails.
fn message(folder: &Folder, arguments: &str) -> String {
    let stderr = folder.fails(1, arguments);
    stderr.trim_end().lines().last().unwrap_or_default().to_owned()
}

/// Two classes, far from each other, and a test of which one example is far on the wrong side.
fn saturated(folder: &Folder) {
    let x = |i: usize| {
        (if i.is_multiple_of(2) { 1.0 } else { -1.0 }) * (0.5 + (i * 7 % 20) as f64 / 20.0)
    };
    let row = |i: usize| format!("{},{}\n", x(i), if x(i) > 0.0 { "b" } else { "a" });
    folder.write("train.csv", "x,y\n".to_owned() + &(0..60).map(row).collect::<String>());
    folder.write("test.csv", "x,y\n-300,a\n-200,b\n-400,a\n300,b\n");
}

/// Probabilities of 0 and 1 in `f32`, and scores that rank every example rightly.
#[test]
fn evaluation_is_of_scores() {
    let folder = Folder::new();
    saturated(&folder);
    for (loss, dtype) in [("softmax", "f32"), ("logistic", "f32"), ("softmax", "f64")] {
        let train = format!("train train.csv --loss {loss} --dtype {dtype} --hidden none");
        folder.ok(&format!(
            "{train} --optimizer sgd --learning-rate 0.1 --epochs 30 --out run --force"
        ));
        let evaluation = folder.json("evaluate run test.csv");
        let figure = |name: &str| evaluation[name].as_f64().expect(name);
        assert_eq!(figure("roc_auc"), 1.0);
        let areas: Vec<&Value> = evaluation["classes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|class| &class["roc_auc"])
            .collect();
        assert_eq!(areas, [1.0, 1.0]);
        assert!(figure("log_loss") > 30.0, "{}", figure("log_loss"));
        assert!((figure("log_loss") / figure("loss") - 1.0).abs() < 1e-6);
        // One of four is certain and wrong.
        assert_eq!((figure("accuracy"), figure("brier_score")), (0.75, 0.5));
        assert!((figure("calibration_error") - 0.25).abs() < 1e-12);
    }
}

#[test]
fn predictions_and_evaluations_refuse_the_same_values() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    let train = "train flowers.csv --target kind --drop number --epochs 1 --hidden 4";
    folder.ok(&format!("{train} --out f32"));
    folder.ok(&format!("{train} --out f64 --dtype f64"));
    for (row, place) in [
        ("1,1e39", "column `width`, row 2 (line 4): 1e39"),
        ("1,-1e39", "column `width`, row 2 (line 4): -1e39"),
        ("1e308,1", "column `height`, row 2 (line 4): 1e308"),
    ] {
        folder.write("new.csv", format!("height,width,kind\n1,10,rose\n\n{row},tulip\n"));
        for command in
            ["predict f32 new.csv", "predict f32 new.csv --proba", "evaluate f32 new.csv"]
        {
            let message = message(&folder, command);
            assert!(
                message.starts_with(&format!("error: new.csv: {place} ")),
                "{command}\n{message}"
            );
            let advice = "correct the value, or train in f64 (--dtype f64)";
            assert!(message.contains("too large for f32 (at most 3.403e38)"), "{message}");
            assert!(message.ends_with(advice), "{message}");
        }
        let file = "predict f32 new.csv -o out.csv";
        assert!(message(&folder, file).contains(place) && !folder.path().join("out.csv").exists());
        assert_eq!(folder.ok("predict f64 new.csv").lines().count(), 3);
    }
    folder.write("new.csv", "height,width,kind\n1,10,rose\n1.6e308,-1.6e308,tulip\n");
    let message = message(&folder, "predict f64 new.csv");
    assert!(
        message.starts_with("error: new.csv: column `height`, row 2 (line 3): 1.6e308 becomes inf")
    );
    assert!(
        message.ends_with("too large for f64 (at most 1.798e308); correct the value"),
        "{message}"
    );
}

/// The value is one in every type, and what the network makes of it is not.
#[test]
fn an_output_that_is_no_number_names_the_row() {
    let folder = Folder::new();
    let row = |i: usize| format!("{0},{0}e307\n", i as f64 / 16.0 - 1.0);
    folder.write("t.csv", "x,y\n".to_owned() + &(0..32).map(row).collect::<String>());
    folder.write("new.csv", "x,y\n0.5,1e306\n1e9,1e306\n");
    for dtype in ["f32", "f64"] {
        folder.ok(&format!("train t.csv --hidden none --dtype {dtype} --out run --force"));
        for command in ["predict run new.csv", "evaluate run new.csv"] {
            let message = message(&folder, command);
            let expected = "error: new.csv: row 2 (line 3): the network's output is ";
            assert!(message.starts_with(expected), "{command}: {message}");
        }
    }
}

#[test]
fn training_names_the_file_the_row_and_the_column() {
    let folder = Folder::new();
    let row = |i: usize| format!("{},{},{}\n", i % 7, i % 5, 3 * (i % 7) + i % 5);
    let rows = |of: std::ops::Range<usize>| of.map(row).collect::<String>();
    let table = |middle: &str| format!("size,weight,y\n{}{middle}{}", rows(0..30), rows(30..60));
    for middle in ["\n1,1e39,2\n", "\r\n1,-1e300,2\n"] {
        folder.write("t.csv", table(middle));
        let message = message(&folder, "train t.csv --preprocess none --validation 0 --test 0");
        let value = middle.trim().split(',').nth(1).unwrap();
        let expected = format!(
            "error: t.csv: column `weight`, row 31 (line 33): {value} is too large for f32"
        );
        assert!(message.starts_with(&expected), "{message}");
        assert!(message.ends_with("or train in f64 (--dtype f64)"), "{message}");
    }
    let far = |i: usize| format!("{i},{}1.7e308,{i}.5\n", if i == 7 { "-" } else { "" });
    folder.write("t.csv", "size,weight,y\n".to_owned() + &(0..40).map(far).collect::<String>());
    let message = message(&folder, "train t.csv --validation 0 --test 0");
    assert!(
        message.starts_with("error: t.csv: column `weight`: its values are so large"),
        "{message}"
    );
}

/// Before anything is trained.
#[test]
fn test_data_are_checked_first() {
    let folder = Folder::new();
    folder.write("flowers.csv", flowers());
    folder.write("test.csv", "height,number,kind,width\n1,1,rose,10\n1,1,rose,1e39\n");
    let train = "train flowers.csv --target kind --test-data test.csv --out run";
    let message = message(&folder, train);
    let expected = "error: test.csv: column `width`, row 2 (line 3): 1e39 becomes ";
    assert!(message.starts_with(expected), "{message}");
    assert!(!folder.path().join("run").exists());
    assert_eq!(folder.run(&format!("{train} --dtype f64 --epochs 1")).status, 0);
}

/// A gap in a column that stands alone is a line without anything.
#[test]
fn predictions_keep_their_rows() {
    let folder = Folder::new();
    let row = |i: usize| format!("{}.5,{}\n", i % 9, 2 * (i % 9));
    folder.write("t.csv", "a,y\n".to_owned() + &(0..40).map(row).collect::<String>());
    folder.ok("train t.csv --epochs 1 --out run");
    for (new, count, place) in [
        ("a\n1\n\n3\n", 3, "row 3 (line 4)"),
        ("a\r\n1\r\n\r\n3\r\n", 3, "row 3 (line 4)"),
        ("a\n\n1\n", 2, "row 2 (line 3)"),
        ("a\n1\n  \n3\n", 3, "row 3 (line 4)"),
        ("a\n1\n\"\"\n3\n", 3, "row 3 (line 4)"),
        ("a\n1\n3\n\n", 3, "row 2 (line 3)"),
    ] {
        folder.write("new.csv", new);
        // The gap has the median, and what cannot be, its place.
        let rows = folder.ok("predict run new.csv").lines().count();
        let bad = new.replacen("\n3", "\ninf", 1).replacen("\n\n1", "\n\ninf", 1);
        folder.write("bad.csv", &bad);
        let message = message(&folder, "predict run bad.csv");
        assert!(message.contains(&format!("column `a`: `inf` in {place}")), "{new:?}\n{message}");
        assert_eq!(rows, 1 + count, "{new:?}");
    }
    folder.write("new.csv", "a\n1\n3");
    assert_eq!(folder.ok("predict run new.csv").lines().count(), 3);
    // Several columns have separators in every row.
    folder.write("new.csv", "b,a\n1,1\n\n2,3\n\n");
    assert_eq!(folder.ok("predict run new.csv").lines().count(), 3);
}

/// As `f64`, the two are one number.
#[test]
fn labels_that_differ_in_their_last_digit_are_two() {
    let folder = Folder::new();
    let row = |i: usize| format!("{},900719925474099{}\n", i % 2, 2 + i % 2);
    folder.write("t.csv", "x,id\n".to_owned() + &(0..40).map(row).collect::<String>());
    folder.ok("train t.csv --epochs 30 --learning-rate 0.1 --optimizer sgd --out run");
    folder.write("new.csv", "x\n0\n1\n");
    assert_eq!(folder.ok("predict run new.csv"), "id\n9007199254740992\n9007199254740993\n");
    assert_eq!(folder.json("evaluate run t.csv --all-rows")["accuracy"], 1.0);
    let classes = &folder.json("inspect run")["classes"];
    assert_eq!(*classes, Value::from(vec!["9007199254740992", "9007199254740993"]));
}

/// A label is text, or a number, however that is spelt.
#[test]
fn labels_of_one_number_are_one_class() {
    let folder = Folder::new();
    let rows: String =
        (0..60).map(|i| format!("{i},{}\n", ["1", "1.0", "a", "007", "07", "7"][i % 6])).collect();
    folder.write("t.csv", format!("x,k\n{rows}"));
    folder.ok("train t.csv --epochs 1 --out run");
    folder.ok("train --config run/config.toml --epochs 1 --out again");
    let predicted = folder.ok("predict again t.csv --proba");
    assert_eq!(predicted.lines().next(), Some("k,p_007,p_07,p_1,p_7,p_a"));

    folder.write("new.csv", "x,k\n1,1e0\n2,7.0\n3,a\n4,007\n");
    let evaluation = folder.json("evaluate run new.csv");
    let examples = |class: usize| evaluation["classes"][class]["examples"].as_u64();
    assert_eq!((0..5).map(examples).collect::<Vec<_>>(), [1, 0, 1, 1, 1].map(Some));
    folder.write("other.csv", "x,k\n1,0007\n");
    assert!(message(&folder, "evaluate run other.csv").contains("`0007` is none of the classes"));
}

/// Nothing is as large as the square of the number of classes.
#[test]
fn evaluation_of_many_classes_lists_mistakes() {
    let folder = Folder::new();
    let rows: String = (0..2400).map(|i| format!("{},c{}\n", i * 7 % 11, i % 1200)).collect();
    folder.write("t.csv", format!("x,k\n{rows}"));
    folder.ok("train t.csv --epochs 1 --hidden 2 --out run");
    let evaluation = folder.json("evaluate run t.csv --all-rows");
    assert!(evaluation["confusion"].is_null());
    assert_eq!(evaluation["classes"].as_array().unwrap().len(), 1200);
    let mistakes = evaluation["mistakes"].as_array().unwrap();
    let counts = mistakes.iter().map(|mistake| mistake["examples"].as_u64().unwrap());
    let (total, wrong) = (counts.sum::<u64>(), 1.0 - evaluation["accuracy"].as_f64().unwrap());
    assert_eq!(total as f64, (wrong * 2400.0).round());
    let stderr = folder.run("evaluate run t.csv --all-rows").stderr;
    assert!(stderr.contains("and 1,100 classes more: --json has all"), "{stderr}");
}

#[test]
fn targets_at_the_ends_of_the_type() {
    let folder = Folder::new();
    let table = |y: fn(usize) -> String| {
        let rows: String = (0..60).map(|i| format!("{},{}\n", i % 7, y(i))).collect();
        format!("x,y\n{rows}")
    };
    let train = "train t.csv --task regress --hidden none --epochs 60 --force --out";
    // The square of an error of 4e30 is no number in f32.
    folder.write("t.csv", table(|i| format!("{}.5", i % 7)));
    folder.write("far.csv", "x,y\n1,4e30\n2,4e30\n");
    folder.ok(&format!("{train} run"));
    let evaluation = folder.json("evaluate run far.csv");
    let figure = |name: &str| evaluation[name].as_f64().expect(name);
    assert!((figure("rmse") / 4e30 - 1.0).abs() < 1e-6 && figure("r2") == 0.0);
    assert!((1e59..1e61).contains(&figure("loss")));
    // Rounding is nothing to learn.
    folder.write("t.csv", table(|i| (1.0 + (i % 3) as f64 * 1e-14).to_string()));
    let report = folder.json(&format!("{train} run"));
    assert_eq!(report["test_r2"], 0.0);
    assert!(!report["findings"].to_string().contains("scale"), "{}", report["findings"]);
    // What is predicted leaves f64, and no weight is to blame.
    folder.write("t.csv", table(|i| format!("{:e}", ((i % 7) as f64 - 3.0) * 2.5e307)));
    folder.write("new.csv", "x,y\n1,0\n900,0\n");
    folder.ok(&format!("{train} run"));
    for command in ["evaluate", "predict"] {
        let message = message(&folder, &format!("{command} run new.csv"));
        assert!(message.starts_with("error: new.csv: row 2 (line 3): the network's output is"));
        assert!(message.contains("too large for f64") && message.contains("`y` divided by 1000"));
    }
    // A small prediction is no line of zeros.
    folder.write("t.csv", table(|i| format!("{}e-300", i % 7)));
    folder.ok(&format!("{train} run"));
    assert!(folder.ok("predict run t.csv").lines().skip(1).all(|line| line.len() < 30));
}
