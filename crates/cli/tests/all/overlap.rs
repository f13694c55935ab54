//! What is tested on, and was learnt from or is unlike it.

use crate::common::{Folder, parabola};

/// What a run says.
fn said(folder: &Folder, arguments: &str) -> String {
    let outcome = folder.run(arguments);
    assert_eq!(outcome.status, 0, "densely {arguments}\n{}", outcome.stderr);
    outcome.stderr
}

#[test]
fn rows_that_were_learnt_from_are_said_to_be() {
    let folder = Folder::new();
    let text = parabola();
    let lines: Vec<&str> = text.lines().collect();
    let part =
        |from: usize, to: usize| [&lines[..1], &lines[1 + from..1 + to]].concat().join("\n") + "\n";
    folder.write("a.csv", part(0, 120));
    folder.write("b.csv", part(120, 200));
    folder.write("new.csv", part(50, 90));
    folder.write("copy.csv", part(0, 120));
    folder.ok("train a.csv b.csv --epochs 2 --out two");
    folder.ok("train a.csv --epochs 2 --out one");
    folder.ok("train a.csv --epochs 2 --memory 1G --out disk");
    for (judged, files) in [
        ("two a.csv", "a.csv"),
        ("two b.csv", "b.csv"),
        ("two a.csv b.csv new.csv", "a.csv, b.csv"),
        ("one a.csv b.csv", "a.csv"),
        ("one copy.csv b.csv", "copy.csv"),
        ("disk a.csv", "a.csv"),
    ] {
        let text = said(&folder, &format!("evaluate {judged}"));
        let expected =
            format!("the model was trained on {files}, and learned from rows among these");
        assert!(text.contains(&expected), "{judged}: {text}");
    }
    for (judged, note) in [("two a.csv b.csv", "rows held out"), ("one a.csv", "rows held out")] {
        let text = said(&folder, &format!("evaluate {judged}"));
        assert!(text.contains(note) && !text.contains("was trained on"), "{judged}: {text}");
    }
    for judged in ["one b.csv", "disk new.csv"] {
        let text = said(&folder, &format!("evaluate {judged}"));
        assert!(!text.contains("the model"), "{judged}: {text}");
    }
    let text = said(&folder, "evaluate one new.csv");
    let expected = "32 of 40 rows have the features of rows that the model learned from";
    assert!(text.contains(expected), "{text}");
    for twice in ["evaluate one a.csv ./a.csv", "predict one a.csv a.csv", "preprocess a.csv a.csv"]
    {
        let error = folder.fails(1, twice);
        assert!(error.contains("a.csv: it is given twice"), "{twice}: {error}");
    }
    for disk in ["", "--memory 1G"] {
        let text =
            said(&folder, &format!("train a.csv copy.csv --epochs 1 {disk} --out twice --force"));
        assert!(text.contains("copy.csv: it is the same as a.csv: its rows count twice"), "{text}");
    }
    // What says which rows were held out is gone, and no pipe was there.
    std::fs::remove_file(folder.path().join("one/split.json")).unwrap();
    let error = folder.fails(1, "evaluate one");
    assert!(error.contains("there is no split.json beside the model"), "{error}");
    let error = folder.fails(1, "evaluate disk");
    assert!(error.contains("learnt from with --memory"), "{error}");
}

#[test]
fn groups_and_times_of_test_data_are_compared_with_those_learnt_from() {
    let folder = Folder::new();
    let row = |i: usize, group: usize| format!("{group},{i},{},{}\n", i * 7 % 31, i * 11 % 41);
    let table = |rows: std::ops::Range<usize>, group: &dyn Fn(usize) -> usize| {
        "g,t,a,y\n".to_owned() + &rows.map(|i| row(i, group(i))).collect::<String>()
    };
    folder.write("a.csv", table(0..100, &|i| i % 10));
    folder.write("same.csv", table(100..130, &|i| 8 + i % 5));
    folder.write("other.csv", table(100..130, &|i| 20 + i % 5));
    folder.write("early.csv", table(90..120, &|i| i % 10));
    folder.write("gaps.csv", "g,t,a,y\n1,2,3,4\n,3,4,5\n2,4,5,6\n");
    let train = |options: &str| {
        said(&folder, &format!("train a.csv --target y --epochs 1 {options} --out run --force"))
    };
    let text = train("--group g --test-data same.csv");
    assert!(text.contains("same.csv: 2 of its 5 groups of `g` are also in what is learnt from (8, 9), with 12 rows"), "{text}");
    assert!(!train("--group g --test-data other.csv").contains("groups of"));
    let text = train("--split-by t --test-data early.csv");
    assert!(
        text.contains(
            "early.csv: 9 of 30 rows come before the last row of what is learnt from, by `t`"
        ),
        "{text}"
    );
    assert!(!train("--split-by t --test-data other.csv").contains("come before"));
    let error = folder.fails(1, "train a.csv --target y --group g --test-data gaps.csv");
    assert!(
        error.contains("gaps.csv: column `g`") && error.contains("expected a group in each row"),
        "{error}"
    );
    folder.write("b.csv", table(0..100, &|i| i % 10).replace("\n3,", "\n,"));
    let error = folder.fails(1, "train b.csv --target y --group g");
    assert!(error.contains("expected a group in each row"), "{error}");
}

#[test]
fn test_data_unlike_what_was_learnt_from_are_said_to_be() {
    let folder = Folder::new();
    let table = |rows: std::ops::Range<usize>, times: f64, letter: &str| {
        let row = |i: usize| {
            let (a, b) = ((i * 7 % 31) as f64 / 10.0, i % 3);
            format!("{},{letter}{b},{}\n", a * times, 2.0 * a + b as f64)
        };
        "a,c,y\n".to_owned() + &rows.map(row).collect::<String>()
    };
    folder.write("t.csv", table(0..200, 1.0, "x"));
    folder.write("others.csv", table(200..300, 1.0, "z"));
    folder.write("units.csv", table(200..300, 1000.0, "x"));
    folder.write("alike.csv", table(200..300, 1.0, "x"));
    let counted = "others.csv: 100 rows with a category of `c` that was rare or not there in training, such as `z";
    let text = said(&folder, "train t.csv --test-data others.csv --epochs 20 --out run");
    assert!(text.contains(counted), "{text}");
    assert!(said(&folder, "evaluate run others.csv").contains(counted));
    let text = said(&folder, "train t.csv --test-data units.csv --epochs 100 --out units");
    assert!(text.contains("feature `a` is") && text.contains("of the test data"), "{text}");
    let text = said(&folder, "train t.csv --test-data alike.csv --epochs 100 --out alike");
    assert!(
        !text.contains("of the test data") && !text.contains("takes all such for one"),
        "{text}"
    );
    assert!(!said(&folder, "evaluate run alike.csv").contains("takes all such for one"));
}

#[test]
fn held_out_rows_that_are_like_ones_to_learn_from_are_counted() {
    let folder = Folder::new();
    let findings = |arguments: &str| {
        let report =
            folder.json(&format!("train {arguments} --epochs 2 --no-report --force --out run"));
        report["findings"].to_string()
    };
    // 60 cases, each 15 times, with labels of their own.
    let row = |i: usize| {
        let case = i * 7 % 60;
        format!("{}.25,{}.5,{}\n", case * 13, case * case, i * 31 % 17 % 2)
    };
    folder.write("copies.csv", "a,b,y\n".to_owned() + &(0..900).map(row).collect::<String>());
    let told = findings("copies.csv");
    assert!(
        told.contains(
            "all 180 examples of the test data have the same features as training examples, "
        ),
        "{told}"
    );
    assert!(told.contains("(--group COLUMN)"), "{told}");
    let told = findings("copies.csv --test 0");
    assert!(told.contains("all 90 examples of the validation data have"), "{told}");
    // Where there are few combinations, it is no matter.
    let row = |i: usize| format!("{},{},{}\n", i % 7, i * 11 % 13, i % 2);
    folder.write("few.csv", "a,b,y\n".to_owned() + &(0..900).map(row).collect::<String>());
    assert!(!findings("few.csv").contains("same features"));
    // A part of what is learnt from, in another file.
    let row = |i: usize| format!("{}.5,{}.25,{}\n", i * 37 % 1009, i * 59 % 997, i % 2);
    folder.write("t.csv", "a,b,y\n".to_owned() + &(0..500).map(row).collect::<String>());
    folder.write(
        "part.csv",
        "b,a,y\n".to_owned()
            + &(100..200)
                .map(|i| {
                    let row = row(i);
                    let cells: Vec<&str> = row.trim().split(',').collect();
                    format!("{},{},{}\n", cells[1], cells[0], cells[2])
                })
                .collect::<String>(),
    );
    assert!(!findings("t.csv").contains("same features"));
    let told = findings("t.csv --test-data part.csv");
    assert!(told.contains("examples of the test data have the same features as training examples, and the same targets"), "{told}");
}
