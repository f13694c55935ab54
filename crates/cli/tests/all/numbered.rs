//! Columns that are called after numbers: indices of libsvm, and places in arrays.

use std::fmt::Write;

use densely::table::{Column, Table};

use crate::common::Folder;

/// Rows of three numbers and a class, of which every other has no third number.
fn numbers() -> Vec<([f64; 3], usize)> {
    let row = |i: usize| {
        let (a, b) = ((i * 7 % 31) as f64 / 10.0 + 0.1, (i * 11 % 41) as f64 / 10.0 + 0.1);
        let c = if i.is_multiple_of(2) { 0.0 } else { (i * 13 % 17) as f64 / 4.0 + 0.5 };
        ([a, b, c], usize::from(a + c > b))
    };
    (0..90).map(row).collect()
}

/// As libsvm, with indices from there on, and zeros only where they are asked for.
fn libsvm(rows: &[([f64; 3], usize)], from: usize, zeros: bool) -> String {
    let mut text = String::new();
    for (cells, class) in rows {
        write!(text, "{class}").unwrap();
        for (i, cell) in cells.iter().enumerate().filter(|(_, cell)| zeros || **cell != 0.0) {
            write!(text, " {}:{cell}", from + i).unwrap();
        }
        text.push('\n');
    }
    text
}

fn write_npy(folder: &Folder, name: &str, columns: &[Vec<f64>]) {
    let columns = columns.iter().enumerate();
    let columns = columns.map(|(i, values)| Column::numbers(format!("c{i}"), values.clone()));
    let table = Table::from_columns(columns.collect()).unwrap();
    densely_files::write(folder.path().join(name), &table).unwrap();
}

fn columns(rows: &[([f64; 3], usize)], classes: bool) -> Vec<Vec<f64>> {
    let mut columns: Vec<Vec<f64>> =
        (0..3).map(|i| rows.iter().map(|(cells, _)| cells[i]).collect()).collect();
    if classes {
        columns.push(rows.iter().map(|(_, class)| *class as f64).collect());
    }
    columns
}

/// What a sparse file leaves out is 0 also if none of its rows has it.
#[test]
fn what_a_sparse_file_never_mentions_is_zero() {
    let (folder, rows) = (Folder::new(), numbers());
    let (sparse, dense): (Vec<_>, Vec<_>) = rows.iter().partition(|(cells, _)| cells[2] == 0.0);
    for from in [0, 1] {
        // The column that is left out is the last, or the first.
        let turned = |rows: &[([f64; 3], usize)]| -> Vec<([f64; 3], usize)> {
            let turn = |([a, b, c], class): &([f64; 3], usize)| ([*c, *b, *a], *class);
            rows.iter().map(turn).collect()
        };
        let first = from == 0;
        let [all, sparse, dense] =
            [&rows, &sparse, &dense].map(|rows| if first { turned(rows) } else { rows.clone() });
        folder.write("all.svm", libsvm(&all, from, false));
        folder.write("sparse.svm", libsvm(&sparse, from, false));
        folder.write("zeros.svm", libsvm(&sparse, from, true));
        folder.write("dense.svm", libsvm(&dense, from, false));
        let train = |data: &str, out: &str| {
            folder.json(&format!("train {data} --epochs 3 --force --out {out}"))
        };
        train("all.svm", "run");
        let predicted = folder.run("predict run sparse.svm");
        assert_eq!(predicted.status, 0, "{}", predicted.stderr);
        assert_eq!(predicted.stdout, folder.ok("predict run zeros.svm"));
        // The first may be missing since the file counts from 1: then it is said.
        let said =
            predicted.stderr.contains("it has no index 0, and the columns of the model begin");
        assert_eq!(said, first, "{}", predicted.stderr);
        let judged = |file: &str| folder.json(&format!("evaluate run {file}"));
        assert_eq!(judged("sparse.svm"), judged("zeros.svm"));
        let tested = |file: &str| {
            train(&format!("dense.svm --test-data {file}"), "tested")["test_loss"].clone()
        };
        assert_eq!(tested("sparse.svm"), tested("zeros.svm"));
        folder.ok("preprocess dense.svm sparse.svm --target label -o sparse.csv --force");
        folder.ok("preprocess dense.svm zeros.svm --target label -o zeros.csv --force");
        assert_eq!(folder.read("sparse.csv"), folder.read("zeros.csv"));
        // Of several files to learn from, whichever has it, and the class is the target still.
        for order in [["dense.svm", "FILE"], ["FILE", "dense.svm"]] {
            let hash = |file: &str| {
                let files = order.join(" ").replace("FILE", file);
                train(&files, "several")["weights_hash"].clone()
            };
            assert_eq!(hash("sparse.svm"), hash("zeros.svm"), "{order:?}");
        }
        let info = folder.ok("inspect several");
        assert!(info.contains("label"), "{info}");
    }
    // Beside it, what is named a gap is one there, too.
    folder.write("all.svm", libsvm(&rows, 1, false));
    folder.ok("train all.svm --epochs 3 --missing x3=0 --out gaps");
    assert_eq!(folder.ok("predict gaps sparse.svm"), folder.ok("predict gaps zeros.svm"));
    // Other formats leave nothing out.
    folder.write("t.csv", "x1,x2\n1,2\n");
    let message = folder.fails(1, "predict gaps t.csv");
    assert!(message.contains("columns missing from the table: `x3`"), "{message}");
}

/// `x1` is the first column of one format, and the second of another.
#[test]
fn columns_that_are_counted_from_another_number_are_not_taken_for_those_of_a_model() {
    let (folder, rows) = (Folder::new(), numbers());
    folder.write("one.svm", libsvm(&rows, 1, true));
    folder.write("zero.svm", libsvm(&rows, 0, true));
    write_npy(&folder, "t.npy", &columns(&rows, true));
    write_npy(&folder, "x.npy", &columns(&rows, false));
    write_npy(&folder, "wide.npy", &[columns(&rows, true), columns(&rows, true)].concat());
    for (data, out) in [("one.svm", "one"), ("zero.svm", "zero"), ("t.npy", "array")] {
        folder.ok(&format!("train {data} --epochs 3 --out {out}"));
    }
    for (arguments, said) in [
        (
            "predict one t.npy",
            "t.npy: its columns are called after numbers from `x0` on, and those of the model from `x1`",
        ),
        ("evaluate one t.npy", "each would be taken for the one beside it"),
        ("train one.svm --epochs 1 --test-data t.npy", "called after numbers from `x0` on"),
        ("predict array one.svm", "from `x1` on, and those of the model from `x0` on"),
        ("train zero.svm t.npy", "columns missing from the table: `label`"),
    ] {
        let message = folder.fails(1, arguments);
        assert!(message.contains(said), "{arguments}: {message}");
    }
    // Where it may be right, it is said.
    for (arguments, said) in [
        (
            "predict one zero.svm",
            "zero.svm: it has an index 0, and the columns of the model begin with `x1`",
        ),
        (
            "predict zero one.svm",
            "one.svm: it has no index 0, and the columns of the model begin with `x0`",
        ),
        (
            "train zero.svm one.svm --epochs 1 --out both",
            "one.svm: it has no index 0, as others have",
        ),
        (
            "predict array wide.npy",
            "wide.npy: the model was trained without a column `x4` and 3 more",
        ),
    ] {
        let outcome = folder.run(arguments);
        assert!(outcome.status == 0 && outcome.stderr.contains(said), "{}", outcome.stderr);
    }
    // Where it is right, nothing is.
    for arguments in [
        "predict one one.svm",
        "predict zero zero.svm",
        "predict array t.npy",
        "predict array x.npy",
        "predict zero x.npy",
        "evaluate array t.npy",
    ] {
        let outcome = folder.run(arguments);
        let said = outcome.stderr.contains("column") || outcome.stderr.contains("index");
        assert!(outcome.status == 0 && !said, "{arguments}: {}", outcome.stderr);
    }
    assert_eq!(folder.ok("predict zero zero.svm"), folder.ok("predict zero x.npy"));
}

/// Columns without names are told by where they are, also in text.
#[test]
fn more_columns_without_names_than_a_model_knows_are_told() {
    let folder = Folder::new();
    let row = |i: usize| format!("{}.5,{}.25,{}\n", i * 7 % 11, i % 13, i % 3);
    let text: String = (0..60).map(row).collect();
    folder.write("t.csv", &text);
    folder.write("wide.csv", text.replace('\n', ",7.5\n"));
    folder.write("end.csv", text.replace('\n', ",\n"));
    folder.ok("train t.csv --epochs 2 --out run");
    let said = "the model was trained without a column `column 4`: as these have no names";
    let wide = folder.run("predict run wide.csv");
    assert!(wide.status == 0 && wide.stderr.contains(said), "{}", wide.stderr);
    for file in ["t.csv", "end.csv"] {
        let outcome = folder.run(&format!("predict run {file}"));
        assert!(
            outcome.status == 0 && !outcome.stderr.contains("without a column"),
            "{}",
            outcome.stderr
        );
    }
}
