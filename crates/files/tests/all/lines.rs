use densely_files::{Format, JsonRows, ReadOptions};
use densely_table::{Cells, Missing};

use crate::common::{column, path, shown, table};

fn refusal(format: Format, text: &str) -> String {
    let read = ReadOptions::new().format(format).from_reader(text.as_bytes());
    read.map(|_| ()).unwrap_err().to_string()
}

#[test]
fn objects_of_json_on_lines() {
    let expected = ["size count colour flag", "1.5 1 red true", "~ 2 NA false", "3 3 blue true"];
    assert_eq!(shown(&table("table.jsonl")), expected);
    let missing = table("missing.jsonl");
    assert_eq!(missing.names().collect::<Vec<_>>(), ["a", "b", "c", "id"]);
    assert_eq!(column(&missing, "b"), ["x", "~", "~"]);
    assert_eq!(column(&missing, "c"), ["~", "true", "false"]);
    assert_eq!(column(&missing, "id"), ["~", "~", "1152921504606846976"]);
}

/// What is written by another program, with what stands for nothing there, is the same category everywhere.
#[test]
fn empty_texts_and_spaces_around_texts_are_nothing_in_every_format() {
    let csv = "a,b\n x ,1\n,2\n\"  \",3\nx,4\n";
    let json = "{\"a\":\" x \",\"b\":1}\n{\"a\":\"\",\"b\":2}\n{\"a\":\"  \",\"b\":3}\n{\"a\":\"x\",\"b\":4}\n";
    let arff =
        "@relation r\n@attribute a string\n@attribute b real\n@data\n' x ',1\n'',2\n'  ',3\nx,4\n";
    for (format, text) in [(Format::Text, csv), (Format::JsonLines, json), (Format::Arff, arff)] {
        let read = ReadOptions::new().format(format).from_reader(text.as_bytes()).unwrap();
        assert_eq!(column(&read, "a"), ["x", "~", "~", "x"], "{format}");
        assert_eq!(read.column("a").unwrap().gaps(), 2, "{format}");
    }
    let array = format!("[{}]", json.trim_end().replace('\n', ","));
    let rows = JsonRows::new(["a", "b"]).read(array.as_bytes()).unwrap().0;
    assert_eq!(column(&rows, "a"), ["x", "~", "~", "x"]);
}

/// What is too near to 0 for `f64` is the smallest number in every format, and what is too large is shown.
#[test]
fn numbers_beyond_what_there_is_are_the_same_in_every_format() {
    let first = |read: &densely_table::Table| {
        let Cells::Numbers(numbers) = read.column("a").unwrap().cells() else { panic!("texts") };
        numbers.get(0)
    };
    for (number, expected) in [("1e-400", 5e-324), ("-2E-999", -5e-324), ("0e-400", 0.0)] {
        let csv = format!("a,b\n{number},1\n");
        let json = format!("{{\"a\":{number},\"b\":1}}\n");
        let arff =
            format!("@relation r\n@attribute a real\n@attribute b real\n@data\n{number},1\n");
        for (format, text) in
            [(Format::Text, csv), (Format::JsonLines, json.clone()), (Format::Arff, arff)]
        {
            let read = ReadOptions::new().format(format).from_reader(text.as_bytes()).unwrap();
            assert_eq!(first(&read), expected, "{format}: {number}");
        }
        let rows = JsonRows::new(["a", "b"]).read(json.as_bytes()).unwrap().0;
        assert_eq!(first(&rows), expected, "{number}");
    }
    let refused = refusal(Format::JsonLines, "{\"a\":1e400}\n");
    assert!(
        refused.contains("{\\\"a\\\":1e400}") && refused.contains("number out of range"),
        "{refused}"
    );
}

/// Words and numbers that are named are gaps whatever the format.
#[test]
fn words_that_are_named_are_gaps_in_every_format() {
    let options = ReadOptions::new().missing(Missing::new(["-999", "unknown", "inf"]));
    let texts = |format, text: &str| {
        shown(&options.clone().format(format).from_reader(text.as_bytes()).unwrap())
    };
    let expected = ["a b", "1 x", "~ ~", "~ NA"];
    let lines = "{\"a\":1,\"b\":\"x\"}\n{\"a\":-999.0,\"b\":\"unknown\"}\n{\"a\":\"unknown\",\"b\":\"NA\"}\n";
    assert_eq!(texts(Format::JsonLines, lines), expected);
    assert_eq!(texts(Format::Text, "a,b\n1,x\n-999.0,unknown\nunknown,NA\n"), expected);
    let arff = "@relation r\n@attribute a real\n@attribute b {x,unknown,NA}\n@data\n1,x\n-999,unknown\n?,NA\n";
    assert_eq!(texts(Format::Arff, arff), expected);
    assert_eq!(texts(Format::Libsvm, "1 1:-999\n2 1:3\n"), ["x1 label", "~ 1", "3 2"]);
    let rows = JsonRows::new(["a", "b"]).missing(Missing::new(["-999", "unknown"]));
    let list = format!("[{}]", lines.trim().replace('\n', ","));
    assert_eq!(shown(&rows.read(list.as_bytes()).unwrap().0), expected);
    for (file, name, word) in [
        ("type-f4-little.npy", "x1", "1"),
        ("sheets.xlsx", "size", "1.5"),
        ("sheets.ods", "size", "1.5"),
        ("types-none.parquet", "i32", "1"),
        ("types-none.parquet", "text", "a"),
        ("types-lz4.feather", "double", "inf"),
        ("groups.svmlight", "label", "1"),
    ] {
        let gaps =
            |options: ReadOptions| options.read(path(file)).unwrap().column(name).unwrap().gaps();
        let (before, after) =
            (gaps(ReadOptions::new()), gaps(ReadOptions::new().missing(Missing::new([word]))));
        assert!(after > before, "{file}: {name}: {before}, {after}");
    }
    // Without the word the column would be of texts.
    let read = options.format(Format::JsonLines).from_reader(lines.as_bytes()).unwrap();
    assert!(matches!(read.column("a").unwrap().cells(), Cells::Numbers(_)));
}

#[test]
fn json_that_is_no_table_is_refused() {
    for (text, expected) in [
        ("{\"a\": 1}\n{\"a\": [1]}", "line 2"),
        ("{\"a\": [1]}", "a list at `a`"),
        ("{\"a\": {\"b\": 1}}", "an object at `a`"),
        ("{\"a\": 1, \"a\": 2}", "the key `a` twice"),
        ("[{\"a\": 1}]", "one object on each line"),
        ("{\"a\": 1}\n[2]", "line 2"),
        ("{\"a\": 1} {\"a\": 2}", "line 1"),
        ("{\"a\": 1", "line 1"),
        ("{\"a\": NaN}", "line 1"),
        ("{}", "the table is empty"),
        ("", "the table is empty"),
    ] {
        let refusal = refusal(Format::JsonLines, text);
        assert!(refusal.contains(expected), "{text}: {refusal}");
    }
}

#[test]
fn json_that_nobody_needs_is_a_gap_where_it_is_no_cell() {
    let lines = "{\"a\": 1, \"b\": [1, [2]], \"c\": {\"a\": [2]}}\n{\"a\": 2, \"b\": 3}\n";
    let read = |options: ReadOptions| {
        options.format(Format::JsonLines).from_reader(lines.as_bytes()).map(|table| shown(&table))
    };
    let expected = ["a b c", "1 ~ ~", "2 3 ~"];
    assert_eq!(read(ReadOptions::new().unneeded(["b", "c"])).unwrap(), expected);
    assert_eq!(read(ReadOptions::new().needed(["a"])).unwrap(), expected);
    let error = read(ReadOptions::new().unneeded(["b"])).unwrap_err().to_string();
    assert!(error.contains("an object at `c`"), "{error}");
    // A key twice makes a row of nothing that is known.
    let twice = "{\"a\": 1, \"b\": [1], \"b\": 2}\n".as_bytes();
    let error = ReadOptions::new().unneeded(["b"]).from_reader(twice).unwrap_err().to_string();
    assert!(error.contains("the key `b` twice"), "{error}");
}

#[test]
fn libsvm_as_scikit_learn_writes_it() {
    let rows = ["0.5 0 2 1", "0 1.25 0 -1", "0 0 -3 1"];
    for (name, names) in
        [("zero-based.libsvm", "x0 x1 x2 label"), ("one-based.libsvm", "x1 x2 x3 label")]
    {
        assert_eq!(shown(&table(name)), [&[names][..], &rows].concat());
    }
    let groups = table("groups.svmlight");
    assert_eq!(shown(&groups)[..2], ["x1 x2 x3 qid label", "0.5 0 2 1 1"]);
    assert_eq!(column(&groups, "qid"), ["1", "1", "2"]);
}

#[test]
fn libsvm_that_is_wrong_is_refused() {
    for (text, expected) in [
        ("1 1:2\n1 x", "line 2: expected `index:number`, got `x`"),
        ("1 1:a", "`1:a`"),
        ("1 -1:2", "`-1:2`"),
        ("1 1:2 1:3", "each index once"),
        ("1,2 1:2", "a single label"),
        ("1:2 2:3", "a single label"),
        ("1 qid:1 qid:2", "one `qid`"),
        ("1 4000000000:1", "trap"),
        ("1 18446744073709551615:1", "trap"),
        ("", "no row of data"),
    ] {
        let refusal = refusal(Format::Libsvm, text);
        assert!(refusal.contains(expected), "{text}: {refusal}");
    }
}

#[test]
fn arff_dense_and_sparse() {
    let weather = table("weather.arff");
    let names = ["outlook", "temperature", "relative humidity", "windy", "note", "day"];
    assert_eq!(weather.names().collect::<Vec<_>>(), names);
    for (name, expected) in [
        ("outlook", ["sunny", "heavy rain", "overcast"]),
        ("temperature", ["85", "~", "3"]),
        ("relative humidity", ["85.5", "100", "4"]),
        ("windy", ["FALSE", "TRUE", "FALSE"]),
        ("note", ["it's", "~", "a, b"]),
        ("day", ["2024-01-01", "~", "2024-01-02"]),
    ] {
        assert_eq!(column(&weather, name), expected, "{name}");
    }
    let expected = ["first second class", "1.5 0 yes", "0 0 no", "0 ~ no"];
    assert_eq!(shown(&table("sparse.arff")), expected);
}

#[test]
fn arff_that_is_wrong_is_refused() {
    let with = |rows: &str| {
        format!("@relation r\n@attribute a numeric\n@attribute b {{x,y}}\n@data\n{rows}")
    };
    for (text, expected) in [
        (with("1,x\n2"), "line 6: expected 2 cells, got `1`"),
        (with("one,x"), "line 5, column `a`: expected a number or `?`, got `one`"),
        (with("1,z"), "line 5, column `b`: expected one of `x`, `y` or `?`, got `z`"),
        (with("1,'x"), "cells between commas"),
        (with("{0 1, 0 2}"), "each index once"),
        (with("{2 1}"), "an index below 2"),
        (with("{0 1"), "nothing more"),
        (with("1,x,{5}"), "expected 2 cells"),
        (with(""), "no row of data"),
        ("@relation r\n@attribute a relational\n".to_owned(), "got `relational`"),
        ("@relation r\n@attribute a\n".to_owned(), "`@attribute NAME TYPE`"),
        ("@relation r\n1,2\n".to_owned(), "line 2"),
        ("@relation r\n@attribute a real\n".to_owned(), "no `@data`"),
    ] {
        let refusal = refusal(Format::Arff, &text);
        assert!(refusal.contains(expected), "{text}: {refusal}");
    }
}
