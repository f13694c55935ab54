//! Words that stand for gaps, in files of every format.

use crate::common::Folder;

/// 60 rows, of which `a` is -999, or `unknown` in text, in every tenth.
fn rows(write: impl Fn(usize, Option<f64>, f64) -> String) -> String {
    let row = |i: usize| {
        let a = (i * 7 % 31) as f64 / 10.0;
        write(i, (i % 10 != 3).then_some(a), 2.0 * a - 1.0)
    };
    (0..60).map(row).collect()
}

#[test]
fn words_for_gaps_are_so_in_every_format_and_the_model_keeps_them() {
    let folder = Folder::new();
    let text = |a: Option<f64>| a.map_or("-999".to_owned(), |a| a.to_string());
    folder.write("t.csv", "a,y\n".to_owned() + &rows(|_, a, y| format!("{},{y}\n", text(a))));
    let line = |i: usize, a: Option<f64>, y: f64| match a {
        None if i % 20 == 3 => format!("{{\"a\":\"unknown\",\"y\":{y}}}\n"),
        a => format!("{{\"a\":{},\"y\":{y}}}\n", text(a)),
    };
    folder.write("t.jsonl", rows(line));
    let arff = "@relation t\n@attribute a real\n@attribute y real\n@data\n";
    folder.write("t.arff", arff.to_owned() + &rows(|_, a, y| format!("{},{y}\n", text(a))));
    folder.ok("preprocess t.csv --preprocess none --target y --missing=none -o t.parquet");
    let train = "--missing=-999,unknown --epochs 5 --target y";
    for name in ["t.csv", "t.jsonl", "t.arff", "t.parquet"] {
        let outcome = folder.run(&format!("train {name} {train} --out {name}-run"));
        assert_eq!(outcome.status, 0, "{name}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("with gaps: a"), "{name}: {}", outcome.stderr);
        let values = folder
            .ok(&format!("preprocess {name} {train} --preprocess none").replace("--epochs 5 ", ""));
        assert!(!values.contains("-999"), "{name}: {values}");
    }
    // The model knows them, whatever the format.
    let of_csv = folder.ok("predict t.csv-run t.csv");
    for name in ["t.jsonl", "t.arff", "t.parquet"] {
        assert_eq!(folder.ok(&format!("predict t.csv-run {name}")), of_csv, "{name}");
        assert_eq!(folder.ok(&format!("predict {name}-run {name}")), of_csv, "{name}");
        let [one, other] = [name, "t.csv"].map(|data| {
            folder.json(&format!("evaluate t.csv-run {data} --all-rows"))["rmse"].clone()
        });
        assert_eq!(one, other, "{name}");
    }
}

#[test]
fn columns_that_are_left_out_are_named_by_preprocess_too() {
    let folder = Folder::new();
    let row = |i: usize| format!("{i},{},always,{}\n", i * 7 % 31, i % 5);
    folder.write("t.csv", "id,a,same,y\n".to_owned() + &(1..60).map(row).collect::<String>());
    let outcome = folder.run("preprocess t.csv --target y -o x.csv");
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    for said in [
        "t.csv: id is left out: it numbers the rows",
        "t.csv: same is left out: it is always `always`",
    ] {
        assert!(outcome.stderr.contains(said), "{said}: {}", outcome.stderr);
    }
    assert!(folder.read("x.csv").starts_with("a,y\n"));
}
