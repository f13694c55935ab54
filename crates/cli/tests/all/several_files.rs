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
