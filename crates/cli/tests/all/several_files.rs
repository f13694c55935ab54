//! Several files as one table.

use serde_json::Value;

use crate::common::{Folder, parabola};

/// The lines from here to there below the header.
fn some(from: usize, to: usize) -> String {
    let text = parabola();
    let lines: Vec<&str> = text.lines().collect();
    let some = [&lines[..1], &lines[1 + from..1 + to]].concat();
    some.join("\n") + "\n"
}

#[test]
fn several_files_are_one_table() {
    let folder = Folder::new();
    folder.write("all.csv", parabola());
    folder.write("a.csv", some(0, 70));
    // In another order and dialect.
    let text = some(70, 150);
    let turned = text.lines().map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        format!("{};{};{}\n", cells[2], cells[0], cells[1])
    });
    folder.write("b.csv", turned.collect::<String>());
    folder.write("c.csv", some(150, 200));
    folder.ok("train all.csv --epochs 3 --out all");
    folder.ok("train a.csv b.csv c.csv --epochs 3 --out parts");
    let hash = |run: &str| folder.json(&format!("inspect {run}"))["weights_hash"].clone();
    assert_eq!(hash("all"), hash("parts"));
    assert_eq!(folder.ok("predict all all.csv"), folder.ok("predict parts a.csv b.csv c.csv"));

    // The run knows its rows, all its files, and repeats itself.
    let split = |run: &str| -> Value {
        serde_json::from_str(&folder.read(&format!("{run}/split.json"))).unwrap()
    };
    assert_eq!(split("all")["test"], split("parts")["test"]);
    assert_eq!(split("parts")["data"].as_array().unwrap().len(), 3);
    let evaluated = folder.json("evaluate all");
    assert_eq!(folder.json("evaluate parts")["rmse"], evaluated["rmse"]);
    assert_eq!(folder.json("evaluate parts a.csv b.csv c.csv")["examples"], 40);
    assert_eq!(folder.json("evaluate parts a.csv b.csv")["examples"], 150);
    let own = folder.run("evaluate parts").stderr;
    assert!(own.contains("144 rows of these files, taken together"), "{own}");
    folder.ok("train --config parts/config.toml --out again");
    assert_eq!(hash("again"), hash("all"));
    folder.ok("train a.csv --config parts/config.toml --out one");
    assert_eq!(split("one")["data"].as_str().map(|path| path.ends_with("a.csv")), Some(true));
    folder.ok("preprocess a.csv b.csv c.csv --target y -o x.csv");
    folder.ok("preprocess all.csv --target y -o y.csv");
    assert_eq!(folder.read("x.csv"), folder.read("y.csv"));

    folder.write("c.csv", some(150, 199));
    let message = folder.fails(1, "evaluate parts");
    assert!(message.contains("a.csv and 2 others: it is not the file"), "{message}");
}

#[test]
fn several_files_may_be_tested_on() {
    let folder = Folder::new();
    folder.write("a.csv", some(0, 120));
    folder.write("b.csv", some(120, 150));
    folder.write("c.csv", some(150, 200));
    folder.write("both.csv", some(120, 200));
    let train = |tests: &str, out: &str| {
        folder.json(&format!("train a.csv {tests} --epochs 3 --out {out}"))
    };
    let several = train("--test-data b.csv --test-data c.csv", "several");
    assert_eq!(several["test_examples"], 80);
    let one = train("--test-data both.csv", "one");
    assert_eq!(several["test_rmse"], one["test_rmse"]);
    // The config repeats it, from anywhere, and other files come in the place of these.
    std::fs::create_dir(folder.path().join("other")).unwrap();
    let again = "cd other && densely train --config ../several/config.toml --out again --json";
    let again = folder.shell(again);
    assert_eq!(again.status, 0, "{}", again.stderr);
    let again: Value = serde_json::from_str(again.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(again["test_rmse"], several["test_rmse"]);
    let fewer = "train --config several/config.toml --test-data c.csv --out fewer";
    assert_eq!(folder.json(fewer)["test_examples"], 50);
    folder.ok("report several");
    folder.write("c.csv", some(150, 199));
    let message = folder.fails(1, "report several");
    assert!(message.contains("b.csv and 1 other: it is not what the model was trained and tested"));
}

/// A model needs its own columns only, of each of them.
#[test]
fn predictions_of_several_files_take_the_columns_they_need() {
    let folder = Folder::new();
    folder.write("all.csv", parabola());
    folder.ok("train all.csv --epochs 2 --out run");
    let more = |text: String, name: &str| -> String {
        let lines = text.lines().enumerate();
        let cell = |line: usize| if line == 0 { name.to_owned() } else { line.to_string() };
        lines.map(|(line, text)| format!("{},{text}\n", cell(line))).collect()
    };
    folder.write("a.csv", more(some(0, 70), "id"));
    folder.write("b.csv", some(70, 150));
    folder.write("c.csv", more(more(some(150, 200), "id"), "note"));
    assert_eq!(folder.ok("predict run a.csv b.csv c.csv"), folder.ok("predict run all.csv"));
    assert_eq!(folder.ok("predict run a.csv c.csv --keep id").lines().count(), 121);
    let message = folder.fails(1, "predict run a.csv b.csv --keep id");
    assert!(message.contains("b.csv: columns missing from the table: `id`"), "{message}");
    folder.write("d.csv", some(0, 9).replacen("a,b", "a,c", 1));
    let message = folder.fails(1, "predict run a.csv d.csv");
    assert!(message.contains("d.csv: columns missing from the table: `b`"), "{message}");
    assert_eq!(folder.json("evaluate run a.csv b.csv c.csv")["examples"], 200);
}

#[test]
fn the_same_file_twice_is_noticed() {
    let folder = Folder::new();
    folder.write("a.csv", some(0, 70));
    #[cfg(unix)]
    std::os::unix::fs::symlink("a.csv", folder.path().join("link.csv")).unwrap();
    for files in ["a.csv a.csv", "a.csv ./a.csv", "a.csv link.csv", "a.csv --test-data a.csv"] {
        if cfg!(unix) || !files.contains("link") {
            let message = folder.fails(1, &format!("train {files} --epochs 1"));
            assert!(message.contains("it is given twice"), "{message}");
        }
    }
    assert!(folder.fails(1, "train a.csv a.csv --memory 90M").contains("it is given twice"));
}

#[test]
fn what_is_wrong_with_one_of_them_names_it() {
    let folder = Folder::new();
    folder.write("a.csv", some(0, 70));
    folder.write("b.csv", some(70, 150).replacen("a,b,y", "A,b,y", 1));
    folder.write("c.csv", some(70, 150).replace('\n', ",1\n").replacen("y,1", "y,more", 1));
    folder.write("d.csv", some(70, 150).replacen("a,b,y\n", "a,b,y\nx,1,1\n", 1));
    for (files, said) in [
        ("a.csv b.csv", "b.csv: columns missing from the table: `a` (is the first `A`?)"),
        ("a.csv c.csv", "c.csv: columns that the first table does not have: `more`"),
        ("a.csv d.csv", "a.csv and 1 other: column `a`: `x` in row 1 of file 2 (line 2)"),
        ("a.csv none.csv", "none.csv: "),
    ] {
        let message = folder.fails(1, &format!("train {files} --epochs 1"));
        assert!(message.contains(said), "{message}");
    }
}
