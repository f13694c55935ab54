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

/// `bp` is 0 in every tenth row, as `kids` and the class are in many, where it is a value.
fn pressures() -> String {
    let row = |i: usize| {
        let bp = if i % 10 == 3 { 0 } else { 4900 + i * 37 % 200 };
        let kids = i * 7 % 5;
        format!("{bp},{kids},{}\n", usize::from(kids > 1) + usize::from(bp > 5000))
    };
    "bp,kids,grade\n".to_owned() + &(0..200).map(row).collect::<String>()
}

#[test]
fn a_word_may_be_a_gap_in_one_column_alone_and_the_model_keeps_that() {
    let folder = Folder::new();
    folder.write("t.csv", pressures());
    let outcome = folder.run("train t.csv --missing bp=0 --epochs 3 --out run");
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("with gaps: bp\n"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("200 examples"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("grade is one of 3 classes"), "{}", outcome.stderr);
    // As where these cells are empty, in all that uses the model.
    let text = pressures();
    let empty = text.lines().map(|line| {
        line.strip_prefix("0,").map_or(line.to_owned(), |rest| format!(",{rest}")) + "\n"
    });
    folder.write("empty.csv", empty.collect::<String>());
    folder.ok("train empty.csv --epochs 3 --out empty");
    let shown = |run: &str| folder.json(&format!("inspect {run}"));
    assert_eq!(shown("run")["weights_hash"], shown("empty")["weights_hash"]);
    let expected = folder.ok("predict empty empty.csv --proba");
    assert_eq!(folder.ok("predict run t.csv --proba"), expected);
    let lines = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        format!("{{\"bp\":{},\"kids\":{}}}\n", cells[0], cells[1])
    });
    folder.write("t.jsonl", lines.collect::<String>());
    assert_eq!(folder.ok("predict run t.jsonl --proba"), expected);
    let evaluated =
        |arguments: &str| folder.json(&format!("evaluate {arguments}"))["log_loss"].clone();
    assert_eq!(evaluated("run"), evaluated("empty"));
    assert_eq!(evaluated("run t.csv --all-rows"), evaluated("empty empty.csv --all-rows"));
    folder.ok("train --config run/config.toml --out again");
    assert_eq!(shown("run")["weights_hash"], shown("again")["weights_hash"]);
    let exported = folder.run("export run --c m.h");
    assert!(exported.stderr.contains("takes 0 of `bp` for a number"), "{}", exported.stderr);
    // On the disk as in memory.
    folder.ok("train t.csv --missing bp=0 --epochs 3 --memory 200M --out disk");
    folder.ok("train empty.csv --epochs 3 --memory 200M --out empty-disk");
    assert_eq!(shown("disk")["weights_hash"], shown("empty-disk")["weights_hash"]);
}

#[test]
fn a_column_of_words_for_gaps_that_there_is_not_is_an_error() {
    let folder = Folder::new();
    folder.write("t.csv", pressures());
    for arguments in ["", " --memory 200M"] {
        let message =
            folder.fails(1, &format!("train t.csv --missing kid=0 --epochs 1{arguments}"));
        assert_eq!(
            message,
            "error: --missing kid=0: t.csv: there is no column `kid` (did you mean `kids`?); the columns are `bp`, \
             `kids`, `grade`\n"
        );
    }
    folder.ok("train t.csv --missing bp=0 --epochs 1 --out run");
    let message = folder.fails(1, "predict run t.csv --missing kid=0");
    assert!(message.contains("--missing kid=0: t.csv: there is no column `kid` (did"), "{message}");
    folder.ok("predict run t.csv --missing grade=0");
}

#[test]
fn words_that_take_classes_for_gaps_are_named_with_the_way_out() {
    let folder = Folder::new();
    let classes = |names: [&str; 3]| {
        let row = |i: usize| format!("{},{}\n", i % 3 * 10 + i % 7, names[i % 3]);
        "a,sleep\n".to_owned() + &(0..120).map(row).collect::<String>()
    };
    folder.write("none.csv", classes(["None", "Apnea", "Insomnia"]));
    folder.write("words.csv", classes(["NA", "Apnea", ""]));
    folder.write("pm.csv", classes(["+", "-", "-"]));
    let said = "none.csv: 40 rows without a target left out (`None` 40 times: --missing '' takes such words for classes)";
    for (run, options) in [("memory", ""), ("disk", " --memory 200M")] {
        let outcome = folder.run(&format!("train none.csv --epochs 1 --out {run}{options}"));
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
        let message = folder.fails(1, &format!("train pm.csv --epochs 1{options}"));
        assert_eq!(
            message,
            "error: pm.csv: target `sleep`: every example is of class `+`, and other rows are taken for ones without a \
             target (`-` 80 times); classification needs at least two classes (--missing '' takes such words for \
             classes)\n"
        );
    }
    let outcome = folder.run("evaluate memory none.csv --all-rows");
    assert!(outcome.stderr.contains("left out (`None` 40 times: --missing"), "{}", outcome.stderr);
    let message = folder.fails(1, "train words.csv --epochs 1");
    assert!(message.contains("(`NA` 40 times)"), "{message}");
    let train = folder
        .command("train none.csv --epochs 1 --out three")
        .args(["--missing", ""])
        .output()
        .unwrap();
    let stderr = String::from_utf8(train.stderr).unwrap();
    assert!(
        stderr.contains("sleep is one of 3 classes") && !stderr.contains("left out"),
        "{stderr}"
    );
}
