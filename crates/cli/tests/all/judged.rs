//! Which rows a model is judged by, and that these are what they are said to be.

use crate::common::{Folder, parabola};

fn part(folder: &Folder, judged: &str) -> (String, u64) {
    let evaluated = folder.json(&format!("evaluate {judged}"));
    (evaluated["part"].as_str().unwrap().to_owned(), evaluated["examples"].as_u64().unwrap())
}

#[test]
fn what_is_judged_is_named() {
    let folder = Folder::new();
    folder.write("t.csv", parabola());
    let text = parabola();
    let lines: Vec<&str> = text.lines().collect();
    folder.write("test.csv", [&lines[..1], &lines[101..131]].concat().join("\n") + "\n");
    for (options, name, expected) in [
        ("", "both", ("test", 40)),
        ("--test 0", "validation", ("validation", 20)),
        ("--test 0 --validation 0", "none", ("train", 200)),
        ("--test-data test.csv", "given", ("test", 30)),
        ("--test-data test.csv --validation 0", "alone", ("test", 30)),
    ] {
        let trained = folder.json(&format!("train t.csv --epochs 2 {options} --out {name}"));
        let evaluated = folder.json(&format!("evaluate {name}"));
        let (part, examples) = expected;
        assert_eq!((&evaluated["part"], &evaluated["examples"]), (&part.into(), &examples.into()));
        if part == "test" {
            assert_eq!(evaluated["r2"], trained["test_r2"], "{name}");
        }
    }
    assert_eq!(part(&folder, "both --all-rows"), ("all".to_owned(), 200));
    assert_eq!(part(&folder, "given --all-rows"), ("all".to_owned(), 200));
    assert_eq!(part(&folder, "both t.csv"), ("test".to_owned(), 40));
    assert_eq!(part(&folder, "both test.csv"), ("data".to_owned(), 30));
    // Test data that are others now are not taken for those of the run.
    folder.write("test.csv", [&lines[..1], &lines[101..121]].concat().join("\n") + "\n");
    let error = folder.fails(1, "evaluate given");
    assert!(error.starts_with("error: ") && error.contains("test.csv"), "{error}");
}

/// The table of the run in another form has rows that were learnt from.
#[test]
fn rows_that_were_learnt_from_are_told_in_another_form() {
    let folder = Folder::new();
    folder.write("t.csv", parabola());
    folder.ok("train t.csv --epochs 2 --out run");
    folder.write("other.csv", parabola().replace(',', ";").replace('\n', "\r\n"));
    let notes = |folder: &Folder, options: &str| folder.run(&format!("evaluate {options}")).stderr;
    let told = "144 of 200 rows have the features of rows that the model learned from";
    let of_other = notes(&folder, "run other.csv");
    assert!(of_other.contains(told), "{of_other}");
    assert!(!of_other.contains("t.csv"), "the file of the run is read in silence: {of_other}");
    // Of the file itself, and of new rows, nothing is to be said.
    let shifted: String = (0..50).map(|i| format!("{}.5,{i},1\n", i + 1000)).collect();
    folder.write("new.csv", "a,b,y\n".to_owned() + &shifted);
    for data in ["t.csv", "new.csv"] {
        assert!(!notes(&folder, &format!("run {data}")).contains("have the features"), "{data}");
    }
    // Rows without a target are not judged.
    let rows: Vec<String> = parabola().lines().map(str::to_owned).collect();
    let without = |row: &String| row.rsplit_once(',').unwrap().0.to_owned() + ",\n";
    let unjudged: String = rows[1..].iter().map(without).collect();
    folder.write("unjudged.csv", "a,b,y\n".to_owned() + &unjudged + &shifted);
    let of_new = notes(&folder, "run unjudged.csv");
    assert!(of_new.contains("50 examples") && !of_new.contains("have the features"), "{of_new}");
    folder.write("some.csv", rows[..101].join("\n") + "\n" + &unjudged + &unjudged);
    let of_some = notes(&folder, "run some.csv");
    assert!(of_some.contains(" of 100 rows have the features"), "{of_some}");
    // Where the file of the run is gone, or another, it cannot be told, and the rest is as it was.
    folder.write("t.csv", "a,b,y\n1,2,3\n");
    let of_changed = notes(&folder, "run other.csv");
    assert!(!of_changed.contains("have the features") && of_changed.contains("200 examples"));
}

#[test]
fn all_of_the_digits_are_judged_if_asked_for() {
    let folder = Folder::new();
    folder.ok("train --epochs 1 --hidden 4 --out run");
    assert_eq!(part(&folder, "run"), ("test".to_owned(), 359));
    assert_eq!(part(&folder, "run --all-rows"), ("all".to_owned(), 1797));
}

#[test]
fn what_cannot_be_cut_is_told_with_what_keeps_it_together() {
    let folder = Folder::new();
    let rows = |of: &dyn Fn(usize) -> usize| {
        let row = |i: usize| format!("{},{},{}\n", of(i), i * 7 % 31, i * 11 % 41);
        "year,a,y\n".to_owned() + &(0..100).map(row).collect::<String>()
    };
    folder.write("two.csv", rows(&|i| 2021 + i / 70));
    let error = folder.fails(1, "train two.csv --split-by year --epochs 1");
    assert!(error.contains("all 70 examples are equal in their order"), "{error}");
    assert!(error.contains("leave --split-by out, or --validation 0"), "{error}");
    folder.ok("train two.csv --split-by year --validation 0 --epochs 1 --out run");
    folder.write("one.csv", rows(&|_| 2021));
    let error = folder.fails(1, "train one.csv --group year --epochs 1");
    assert!(error.contains("leave --group out, or --test 0"), "{error}");
}

/// Rows that come later have what those before had not.
#[test]
fn what_is_new_in_rows_that_come_last_is_told() {
    let folder = Folder::new();
    let row = |i: usize| {
        let (kind, a) = match i {
            160.. => ("new", String::new()),
            _ => (["old", "older"][i % 2], (i * 7 % 31).to_string()),
        };
        format!("{i},{kind},{a},{}\n", i * 11 % 41)
    };
    folder.write("t.csv", "t,kind,a,y\n".to_owned() + &(0..200).map(row).collect::<String>());
    let outcome = folder.run("train t.csv --split-by t --epochs 1 --out run");
    for told in ["40 rows with a gap in `a`", "such as `new`"] {
        assert!(outcome.stderr.contains(told), "{told}: {}", outcome.stderr);
    }
}
