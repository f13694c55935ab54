//! Tables with and without names of columns.

use crate::common::Folder;

/// Small whole numbers, of which the last follows from the others.
fn rows(count: usize) -> String {
    let row = |i: usize| {
        let (a, b) = (i * 7 % 11, i * 5 % 13);
        format!("{a},{b},{}\n", a + b)
    };
    (0..count).map(row).collect()
}

#[test]
fn numbers_that_follow_each_other_are_data_where_they_look_like_it() {
    let folder = Folder::new();
    folder.write("data.csv", "2,3,4\n".to_owned() + &rows(60));
    let data = folder.run("train data.csv --task regress --epochs 2 --out data");
    assert!(data.stderr.contains("61 examples"), "{}", data.stderr);
    assert!(data.stderr.contains("no header was found"), "{}", data.stderr);
    // Each row has a prediction.
    folder.write("new.csv", "1,2\n4,5\n0,1\n");
    assert_eq!(folder.ok("predict data new.csv").lines().count(), 1 + 3);
    folder.write("new.csv", "1,2,3\n4,5,9\n");
    assert_eq!(folder.ok("predict data new.csv").lines().count(), 1 + 2);

    // What is taken for names is told, with what to do.
    let fractions = rows(60).replace(',', ".5,");
    folder.write("named.csv", "0,1,2\n".to_owned() + &fractions);
    let named = folder.run("train named.csv --task regress --epochs 2 --out named");
    assert!(named.stderr.contains("60 examples"), "{}", named.stderr);
    let said = "named.csv: the first row, 0, 1, 2, was taken for the names of the columns (--header no, if it is data)";
    assert!(named.stderr.contains(said), "{}", named.stderr);
    for header in ["yes", "no"] {
        let said = folder.run(&format!(
            "train named.csv --header {header} --task regress --epochs 2 --out {header}"
        ));
        assert!(said.status == 0 && !said.stderr.contains("header"), "{}", said.stderr);
        assert!(!said.stderr.contains("first row"), "{}", said.stderr);
    }
    // Such a model has them in each table, whatever the rows below look like.
    folder.write("alike.csv", "0,1,2\n0,1,5\n1,0,5\n0,3,1\n");
    let alike = folder.run("predict named alike.csv");
    assert_eq!((alike.status, alike.stdout.lines().count()), (0, 1 + 3), "{}", alike.stderr);
    let said = "alike.csv: the first row, 0, 1, 2, names the columns, as in the model's table";
    assert!(alike.stderr.contains(said), "{}", alike.stderr);
}

/// A model of a table without names, and one that has them.
#[test]
fn names_of_columns_are_in_the_way_of_a_model_without() {
    let folder = Folder::new();
    let row = |i: usize| format!("{}.5,{}.25,{}\n", i * 7 % 11, i % 13, i % 3);
    let text: String = (0..60).map(row).collect();
    folder.write("bare.csv", &text);
    folder.write("named.csv", "a,b,y\n".to_owned() + &text);
    folder.ok("train bare.csv --epochs 2 --out run");
    let said = "(the model was trained on a table without names of columns: if this one has them, leave them out, as \
                `tail -n +2` does)";
    for arguments in [
        "predict run named.csv",
        "predict run named.csv --header yes",
        "predict run named.csv --header no",
        "evaluate run named.csv",
        "preprocess named.csv --with run",
        "predict run bare.csv named.csv",
    ] {
        let message = folder.fails(1, arguments);
        assert!(message.contains(said), "{arguments}: {message}");
        assert!(!message.contains("no header was found"), "{arguments}: {message}");
        assert!(!message.contains("--header"), "{arguments}: {message}");
    }
    let bare = folder.run("predict run bare.csv");
    let said = "bare.csv: as the model's table had no header, the first row is data";
    assert!(bare.status == 0 && bare.stderr.contains(said), "{}", bare.stderr);
    // Too few columns are no matter of a header.
    folder.write("few.csv", "1.5\n2.5\n");
    let message = folder.fails(1, "predict run few.csv");
    assert!(message.contains("columns missing from the table: `column 2`"), "{message}");
    assert!(!message.contains("--header"), "{message}");
}
