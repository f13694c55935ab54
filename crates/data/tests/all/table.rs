//! Tables: from a file to a dataset, and what is said of a file that cannot become one.

use std::fs;
use std::io::{self, Read};

use densely_data::{DataError, Dataset, DatasetOptions, Table, Task};
use densely_tensor::mat;
use proptest::prelude::*;

fn table(text: &str) -> Table {
    Table::from_reader(text.as_bytes(), b',').unwrap()
}

fn dataset(text: &str) -> Result<Dataset<f64>, DataError> {
    table(text).dataset(&DatasetOptions::default())
}

fn target(name: &str) -> DatasetOptions {
    DatasetOptions { target: Some(name.into()), ..Default::default() }
}

fn task(task: Task) -> DatasetOptions {
    DatasetOptions { task: Some(task), ..Default::default() }
}

fn drop(names: &[&str]) -> DatasetOptions {
    let drop = names.iter().map(ToString::to_string).collect();
    DatasetOptions { drop, ..Default::default() }
}

/// The message of a failure.
fn message<V: std::fmt::Debug>(result: Result<V, DataError>) -> String {
    result.unwrap_err().to_string()
}

fn refused(bytes: impl AsRef<[u8]>) -> String {
    message(Table::from_reader(bytes.as_ref(), b','))
}

#[test]
fn files_are_read_by_their_extension() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("a.csv", "a,b\r\n1,2\r\n"),
        ("a.txt", "a,b\n1,2"),
        ("a.tsv", "a\tb\n1\t2\n"),
        ("a.TSV", "\u{feff}\"a\"\tb\n1\t2\n"),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let table = Table::read(&path).unwrap();
        assert_eq!((table.columns(), table.rows()), (&["a".into(), "b".into()][..], 1), "{name}");
        assert_eq!(table.features(&["b", "a"]).unwrap(), mat![[2.0], [1.0]], "{name}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("nothing.csv"), folder.path().to_owned()] {
        let error = Table::read(&path).unwrap_err();
        let DataError::File { source, .. } = &error else { panic!("{error}") };
        let expected = format!("cannot read {}: {source}", path.display());
        assert_eq!(error.to_string(), expected);
    }
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("broken"))
        }
    }
    assert_eq!(message(Table::from_reader(Broken, b',')), "cannot read the table: broken");
}

#[test]
fn texts_that_are_no_table_are_refused() {
    let empty = "the table is empty: expected a header row and at least one row of data";
    for text in ["", "\n\r\n", "\u{feff}"] {
        assert_eq!(refused(text), empty);
    }
    assert_eq!(refused("a,b\n"), "the table has a header but no row of data");
    assert_eq!(
        refused("a,b\n1,2\n\n3\n"),
        "line 4: expected as many cells as in the header (2), got 1"
    );
    assert_eq!(
        refused("a\n\"1\n2\"\n3,4"),
        "line 4: expected as many cells as in the header (1), got 2"
    );
    assert_eq!(refused("a,b,a \n1,2,3"), "column names: `a` is used more than once");
    assert_eq!(refused("a,b\n1,\"2\n3,4\n"), "line 2: a quoted cell of this row is never closed");
    assert_eq!(refused("a,\"b\n1,2\n"), "line 1: a quoted cell of this row is never closed");
    let open = "line 3: a quoted cell of this row is never closed";
    assert_eq!(refused("a,b,c\n1,2,3\n4,\"5,6\n7,8,9\n"), open);
    let utf8 = "line 3: not valid UTF-8; save the file as UTF-8 text";
    assert_eq!(refused(b"a,b\r\n1,2\r\n3,\xff\n"), utf8);
    for delimiter in [b'"', b'\n', b'\r', 0xe9] {
        let message = message(Table::from_reader(&b"a\n1"[..], delimiter));
        assert!(message.contains("cannot separate cells"), "{message}");
    }
}

#[test]
fn the_last_column_is_the_target_unless_told_otherwise() {
    let table = table("a,b,c\n1,2,0.5\n3,4,1.5\n");
    let by_default = table.dataset(&DatasetOptions::default()).unwrap();
    assert_eq!(by_default.feature_names(), ["a", "b"]);
    assert_eq!(by_default.x(), mat![[1.0, 3.0], [2.0, 4.0]]);
    assert_eq!(by_default.values().unwrap(), mat![[0.5, 1.5]]);
    assert_eq!(by_default.output_names(), ["c"]);
    assert_eq!(by_default.target_name(), "c");

    let chosen = table.dataset(&target("a")).unwrap();
    assert_eq!(chosen.feature_names(), ["b", "c"]);
    assert_eq!(chosen.class_names().unwrap(), ["1", "3"]);
    assert_eq!(chosen.target_name(), "a");

    // A dropped column may hold anything, and does not count as the last one.
    let dropped = dataset_of("a,b,c\n1,2,x\n3,4,\n", &drop(&["c", "c"])).unwrap();
    assert_eq!((dropped.feature_names(), dropped.outputs()), (&["a".into()][..], 2));
}

fn dataset_of(text: &str, options: &DatasetOptions) -> Result<Dataset<f64>, DataError> {
    table(text).dataset(options)
}

#[test]
fn the_target_tells_the_task_unless_told_otherwise() {
    let integers =
        |count: i32| (0..count).fold("x,y\n".to_owned(), |text, i| text + &format!("0,{i}\n"));
    assert_eq!(dataset(&integers(20)).unwrap().labels().unwrap().len(), 20);
    assert!(dataset(&integers(21)).unwrap().labels().is_none());
    assert!(dataset("x,y\n0,1\n0,2.5\n").unwrap().labels().is_none());
    assert!(dataset("x,y\n0,1\n0,?\n").unwrap().labels().is_some());

    let many = dataset_of(&integers(21), &task(Task::Classification)).unwrap();
    assert_eq!(many.class_names().unwrap()[20], "20");
    let few = dataset_of("x,y\n0,1\n0,2\n", &task(Task::Regression)).unwrap();
    assert_eq!(few.values().unwrap(), mat![[1.0, 2.0]]);
}

#[test]
fn classes_are_named_as_written_and_sorted() {
    let numbers = dataset("x,y\n0, 10\n0,9\n0,10\n0,10.0\n").unwrap();
    assert_eq!(numbers.class_names().unwrap(), ["9", "10"]);
    assert_eq!(numbers.labels().unwrap(), [1, 0, 1, 1]);
    assert_eq!(dataset("x,y\n 1.5 ,a\n\t2,b\n").unwrap().x(), mat![[1.5, 2.0]]);
    let texts = dataset("x,y\n0,pear\n0,\"a, b\"\n0,007\n").unwrap();
    assert_eq!(texts.class_names().unwrap(), ["007", "a, b", "pear"]);
    assert_eq!(texts.labels().unwrap(), [2, 1, 0]);
}

#[test]
fn a_feature_that_is_no_number_is_refused_with_its_place() {
    let cell = |cell: &str| message(dataset(&format!("x,age,y\n1,2,a\n\n0,{cell},b\n")));
    for (text, found) in [
        ("", "an empty cell"),
        ("  ", "an empty cell"),
        ("NA", "`NA`"),
        ("nan", "`nan`"),
        ("inf", "`inf`"),
        ("1e999", "`1e999`"),
        ("\"1,5\"", "`1,5`"),
    ] {
        let place = "column `age`, row 2 (line 4)";
        let advice = "drop the column, or correct or remove the row";
        assert_eq!(
            cell(text),
            format!("{place}: a feature must be a finite number, found {found}; {advice}")
        );
    }
    assert!(cell(&"z".repeat(1000)).len() < 250);
    assert!(
        message(table("a,b\n1,x\n").features(&["b"])).starts_with("column `b`, row 1 (line 2)")
    );
}

/// In a column that stands alone, a gap is a line without anything: its rows keep their places.
#[test]
fn a_blank_line_is_a_gap_of_one_column() {
    for ending in ["\n", "\r\n", "\r"] {
        for (text, rows, row) in [
            ("a\n1\n\n3\n", 3, 2),
            ("a\n\n1", 2, 1),
            ("a\n1\n3\n\n", 3, 3),
            ("a\n1\n3\n\n\n", 4, 3),
            ("a\n1\n \t\n3", 3, 2),
            ("a\n1\n\"\"\n3", 3, 2),
        ] {
            let table = table(&text.replace('\n', ending));
            assert_eq!(table.rows(), rows, "{text:?}");
            let place = format!("column `a`, row {row} (line {}): ", row + 1);
            let message = message(table.features(&["a"]));
            assert!(message.starts_with(&place), "{text:?}: {message}");
            assert!(message.contains("found an empty cell"), "{message}");
        }
        let whole = table(&"\n\na\n1\n3\n".replace('\n', ending));
        assert_eq!(whole.features(&["a"]).unwrap(), mat![[1.0, 3.0]]);
        assert_eq!(whole.place(1).unwrap().to_string(), "row 2 (line 5)");
        assert!(matches!(
            whole.place(2),
            Err(DataError::IndexOutOfRange { index: 2, examples: 2 })
        ));
        let several = table(&"a,b\n\n1,2\n\n3,4\n\n".replace('\n', ending));
        assert_eq!(several.features(&["a"]).unwrap(), mat![[1.0, 3.0]]);
        assert_eq!(several.place(1).unwrap().to_string(), "row 2 (line 5)");
    }
}

/// Through splits, subsets and casts.
#[test]
fn examples_know_their_rows() {
    let text = "a,y\n1,0.5\n\n2,1.5\n\"3\",2.5\n4,\"3.5\n\"\n5,4.5";
    let data = dataset(text).unwrap();
    let places = |data: &Dataset<f64>| -> Vec<String> {
        (0..data.len()).map(|example| data.place(example).to_string()).collect()
    };
    let all =
        ["row 1 (line 2)", "row 2 (line 4)", "row 3 (line 5)", "row 4 (line 6)", "row 5 (line 8)"];
    assert_eq!(places(&data), all);
    let part = data.subset(&[4, 0]).unwrap().cast::<f32>().unwrap().cast().unwrap();
    assert_eq!(places(&part), [all[4], all[0]]);
    let (rest, held_out) = data.split(0.4, 1).unwrap();
    for part in [rest, held_out] {
        for (place, x) in places(&part).iter().zip(0..) {
            assert_eq!(place, all[part.x()[(0, x)] as usize - 1]);
        }
    }
    let known = table(text).dataset_for(&["a"], "y", None).unwrap();
    assert_eq!(places(&known), all);
    // What examples are does not depend on where they come from.
    let memory = Dataset::regression(data.x().to_owned(), data.values().unwrap().to_owned());
    let memory = memory.and_then(|data| data.with_feature_names(["a"]));
    let memory = memory.and_then(|data| data.with_output_names(["y"])).unwrap();
    assert_eq!(memory.place(3).to_string(), "example 3");
    assert_eq!(memory.with_target_name("y"), data);
}

#[test]
fn labels_that_differ_in_their_last_digit_are_two() {
    let text = "x,id\n0,9007199254740993\n1,9007199254740992\n2,9007199254740992.0\n";
    let ids = dataset(text).unwrap();
    assert_eq!(ids.class_names().unwrap(), ["9007199254740992", "9007199254740993"]);
    assert_eq!(ids.labels().unwrap(), [1, 0, 0]);
    let one = "x,id\n0,9007199254740993\n1,9007199254740993.0\n";
    assert!(message(dataset(one)).contains("every example is of class `9007199254740993`"));
    let known = table(text).dataset_for(&["x"], "id", Some(&["9007199254740992".into()]));
    assert!(
        message(known).starts_with("column `id`, row 1 (line 2): `9007199254740993` is none of")
    );
}

#[test]
fn a_target_that_is_missing_or_no_number_is_refused_with_its_place() {
    for (cell, found) in [
        ("", "an empty cell"),
        ("NA", "`NA`"),
        ("n/a", "`n/a`"),
        ("NaN", "`NaN`"),
        ("Null", "`Null`"),
    ] {
        for other in ["a", "1", "0.5"] {
            assert_eq!(
                message(dataset(&format!("x,y\n0,{other}\n0,{cell}\n"))),
                format!(
                    "column `y`, row 2 (line 3): the target is missing, found {found}; correct or remove the row"
                )
            );
        }
    }
    let expected =
        "column `y`, row 2 (line 3): a regression target must be a finite number, found `?`";
    assert!(message(dataset("x,y\n0,0.5\n0,?\n")).starts_with(expected));
    let regression = message(dataset_of("x,y\n0,1\n0,inf\n", &task(Task::Regression)));
    assert!(regression.contains("found `inf`"), "{regression}");
}

#[test]
fn columns_that_are_not_there_are_listed_with_those_that_are() {
    let text = "size,weight,kind\n1,2,a\n3,4,b\n";
    let columns = "the columns are `size`, `weight`, `kind`";
    assert_eq!(
        message(dataset_of(text, &target("Kind"))),
        format!("there is no column `Kind` (did you mean `kind`?); {columns}")
    );
    assert_eq!(
        message(dataset_of(text, &drop(&["colour"]))),
        format!("there is no column `colour`; {columns}")
    );
    assert_eq!(
        message(table(text).features(&["size", "colour", "age"])),
        "features missing from the table: `colour`, `age`; its columns are `size`, `weight`, `kind`"
    );
}

#[test]
fn a_dataset_needs_a_target_and_a_feature() {
    let text = "a,b\n1,0\n2,1\n";
    let both = DatasetOptions { target: Some("a".into()), ..drop(&["a"]) };
    assert_eq!(
        message(dataset_of(text, &both)),
        "column `a` cannot be both the target and dropped"
    );
    assert_eq!(
        message(dataset_of(text, &drop(&["a"]))),
        "no feature is left beside the target `b`"
    );
    assert_eq!(message(dataset("a;b\n1;0\n2;1\n")), "no feature is left beside the target `a;b`");
    assert_eq!(
        message(dataset_of(text, &drop(&["a", "b"]))),
        "every column is dropped: none is left to be the target"
    );
    assert!(matches!(table(text).features(&[""; 0]), Err(DataError::Shape(_))));
}

#[test]
fn classification_needs_two_classes() {
    assert_eq!(
        message(dataset("x,y\n0,a\n1,a\n")),
        "target `y`: every example is of class `a`; classification needs at least two classes"
    );
    assert_eq!(dataset_of("x,y\n0,1\n1,1\n", &task(Task::Regression)).unwrap().outputs(), 1);
}

#[test]
fn evaluation_takes_the_features_and_classes_it_is_given() {
    let classes = ["0", "1", "2"].map(String::from);
    let test = table("y,extra,b,a\n2.0,?,1,2\n0,,3,4\n");
    let given = test.dataset_for(&["a", "b"], "y", Some(&classes)).unwrap();
    assert_eq!(given.x(), mat![[2.0, 4.0], [1.0, 3.0]]);
    assert_eq!(
        (given.labels().unwrap(), given.class_names().unwrap()),
        (&[2, 0][..], &classes[..])
    );
    assert_eq!(given.feature_names(), ["a", "b"]);

    // One class is enough to evaluate.
    let one = table("a,y\n5,1\n").dataset_for(&["a"], "y", Some(&classes)).unwrap();
    assert_eq!((one.labels().unwrap(), one.outputs()), (&[1][..], 3));

    let regression = test.dataset_for(&["a"], "y", None).unwrap();
    assert_eq!(regression.values().unwrap(), mat![[2.0, 0.0]]);
    assert_eq!(regression.output_names(), ["y"]);
}

#[test]
fn evaluation_refuses_what_the_model_does_not_know() {
    let classes = ["0", "1"].map(String::from);
    let test = table("a,y\n1,1\n2,7\n3,\n");
    assert_eq!(
        message(table("a,y\n1,1\n2,7\n").dataset_for(&["a"], "y", Some(&classes))),
        "column `y`, row 2 (line 3): `7` is none of the classes `0`, `1`"
    );
    assert!(message(test.dataset_for(&["a"], "y", Some(&classes))).contains("target is missing"));
    assert!(message(test.dataset_for(&["a"], "z", None)).contains("there is no column `z`"));
    assert!(message(test.dataset_for(&["b"], "y", None)).contains("missing from the table: `b`"));
    let empty = table("a,y\n1,1\n").dataset_for(&["a"], "y", Some(&[]));
    assert!(message(empty).contains("`1` is none of the classes"));
}

/// A text that survives the trimming of cells and is no missing value.
fn text() -> impl Strategy<Value = String> {
    "[a-c,\"\r\n\té]{0,4}".prop_map(|inner| format!("<{inner}>"))
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        rows in prop::collection::vec((prop::num::f64::NORMAL | prop::num::f64::ZERO, -5_i32..5, text()), 2..30),
        tabs: bool, crlf: bool, mark: bool,
    ) {
        prop_assume!(rows.iter().any(|(_, _, class)| *class != rows[0].2));
        let delimiter = if tabs { b'\t' } else { b',' };
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .terminator(terminator)
            .from_writer(if mark { "\u{feff}".as_bytes().to_vec() } else { Vec::new() });
        writer.write_record(["a \"b\"", "c,\td", "class"]).unwrap();
        for (real, integer, class) in &rows {
            writer.write_record([&format!("{real:e}"), &integer.to_string(), class]).unwrap();
        }
        let bytes = writer.into_inner().unwrap();

        let table = Table::from_reader(&bytes[..], delimiter).unwrap();
        prop_assert_eq!(table.rows(), rows.len());
        let dataset = table.dataset(&DatasetOptions::default()).unwrap();
        prop_assert_eq!(dataset.feature_names(), ["a \"b\"", "c,\td"]);
        let (names, labels) = (dataset.class_names().unwrap(), dataset.labels().unwrap());
        prop_assert!(names.is_sorted());
        for (j, (real, integer, class)) in rows.iter().enumerate() {
            prop_assert_eq!(dataset.x()[(0, j)].to_bits(), real.to_bits());
            prop_assert_eq!(dataset.x()[(1, j)], f64::from(*integer));
            prop_assert_eq!(&names[labels[j]], class);
        }
    }

    #[test]
    fn no_file_makes_it_panic(
        bytes in prop::collection::vec(prop::sample::select(&b"ab01.,\"\"\n\r\t \xc3\xa9\xef\xbb\xbf"[..]), 0..60),
        delimiter: u8,
    ) {
        for delimiter in [b',', b'.', delimiter] {
            if let Ok(table) = Table::from_reader(&bytes[..], delimiter) {
                prop_assert!(table.rows() > 0 && !table.columns().is_empty());
                let _ = table.dataset(&DatasetOptions::default());
                let _ = table.features(table.columns());
            }
        }
    }
}

/// A device, or the memory of a program, is no table.
#[test]
fn bytes_that_no_text_has_are_refused_where_they_are_read() {
    let utf16: Vec<u8> = "x,y\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [&b"x,y\n1,\0\n"[..], &utf16] {
        let error = Table::from_reader(bytes, b',').unwrap_err();
        assert!(matches!(error, DataError::Binary), "{error}");
        assert!(error.to_string().contains("save it as CSV in UTF-8"), "{error}");
    }
    let endless = io::repeat(0);
    assert!(matches!(Table::from_reader(endless, b','), Err(DataError::Binary)));
}
