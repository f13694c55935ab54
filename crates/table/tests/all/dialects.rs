//! Delimited text of every dialect that there is.

use densely_table::{Cells, Missing, Separator, Table, TableError, TextOptions};
use densely_tensor::Threads;
use proptest::prelude::*;

fn read(text: &str) -> Table {
    Table::from_reader(text.as_bytes()).unwrap()
}

/// The cells of a table as text, with `·` for gaps; names first.
fn shown(table: &Table) -> Vec<Vec<String>> {
    let cell = |row: usize| {
        let text = |column: &densely_table::Column| {
            column.text(row).map_or("·".to_owned(), |text| text.into_owned())
        };
        table.columns().iter().map(text).collect()
    };
    let names = table.names().map(str::to_owned).collect();
    [names].into_iter().chain((0..table.rows()).map(cell)).collect()
}

fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[test]
fn rows_may_be_longer_than_a_block() {
    const COLUMNS: usize = 150_000;
    let row = |cell: &dyn Fn(usize) -> String| {
        (0..COLUMNS).map(cell).collect::<Vec<_>>().join(";") + "\n"
    };
    let header = row(&|column| format!("name{column}"));
    assert!(header.len() > 1 << 20, "{}", header.len());
    for rows in [1, 3] {
        let table = read(&(header.clone() + &row(&|column| format!("{column},5")).repeat(rows)));
        assert_eq!((table.columns().len(), table.rows()), (COLUMNS, rows));
        let last = table.columns().last().unwrap();
        assert_eq!((last.name(), last.text(0).as_deref()), ("name149999", Some("149999.5")));
    }
}

#[test]
fn the_separator_is_found() {
    let expected = rows(&[&["a", "b", "c"], &["1.5", "x y", "2"], &["2.5", "z", "·"]]);
    for (text, separator) in [
        ("a,b,c\n1.5,x y,2\n2.5,z,\n", "comma"),
        ("a;b;c\n1.5;x y;2\n2.5;z;\n", "semicolon"),
        ("a\tb\tc\n1.5\tx y\t2\n2.5\tz\t\n", "tab"),
        ("a|b|c\n1.5|x y|2\n2.5|z|\n", "bar"),
        ("a  b c\n1.5 \"x y\" 2\n  2.5 z     NA  \n", "spaces"),
        ("a;b;c\n1,5;x y;2\n2,5;z;\n", "semicolon"),
        ("a , b,c\n 1.5, x y ,2\n2.5,z,NA\n", "comma"),
        ("\u{feff}a,b,c\r\n1.5,x y,2\r\n2.5,z,\r\n", "comma"),
        ("\u{feff}\"a\",b,c\r1.5,\"x y\",2\r2.5,z,", "comma"),
        ("a,b,c,\n1.5,x y,2,\n2.5,z,,\n", "comma"),
        ("a,b,c\n1.5,x y,2,\n2.5,z,,\n", "comma"),
    ] {
        let table = read(text);
        let mut found = shown(&table);
        // A separator at the end of the header, too, makes a column without a name or values.
        found.iter_mut().for_each(|row| row.truncate(3));
        assert_eq!(found, expected, "{text:?}");
        assert_eq!(table.dialect().unwrap().separator.to_string(), separator, "{text:?}");
    }
}

#[test]
fn titles_and_comments_above_the_header_are_passed_over_and_said() {
    let text = "Sales of May\n\nall in euros\na,b\n1,2\n3,4\n";
    let table = read(text);
    assert_eq!(shown(&table), rows(&[&["a", "b"], &["1", "2"], &["3", "4"]]));
    assert_eq!(table.dialect().unwrap().notes(), ["2 lines above the header were passed over"]);
    assert_eq!(table.place(1).to_string(), "row 2 (line 6)");

    let table = read("# made by hand\n# twice\na,b\n1,2\n# no row\n3,4\n");
    assert_eq!(shown(&table), rows(&[&["a", "b"], &["1", "2"], &["3", "4"]]));
    assert_eq!(table.dialect().unwrap().notes(), ["lines that begin with # were passed over"]);
    assert_eq!(table.place(1).to_string(), "row 2 (line 6)");

    // All begin so: it is a part of them.
    assert_eq!(read("#tag,a\n#fun,1\n#sad,2\n").rows(), 2);
    // A comment may name the columns.
    let table = read("#x y kind\n1 2 a\n3 4 b\n");
    assert_eq!(shown(&table), rows(&[&["x", "y", "kind"], &["1", "2", "a"], &["3", "4", "b"]]));
    // `#` alone is the name of the first column, as tables of numbered rows have it.
    for text in ["#,a,b\n1,2,x\n2,4,y\n", "# ;a;b\n1;2;x\n2;4;y\n"] {
        let table = read(text);
        assert_eq!(shown(&table), rows(&[&["#", "a", "b"], &["1", "2", "x"], &["2", "4", "y"]]));
        assert!(table.dialect().unwrap().header, "{text}");
    }
}

#[test]
fn a_first_row_of_data_is_not_lost() {
    let table = read("1.54,2.01,red\n1.86,2.27,blue\n1.51,2.63,red\n");
    assert_eq!((table.rows(), table.dialect().unwrap().header), (3, false));
    assert_eq!(table.names().collect::<Vec<_>>(), ["column 1", "column 2", "column 3"]);
    assert_eq!(table.dialect().unwrap().notes(), ["no header was found, so the first row is data"]);
    for header in ["a,b,c", "1,b,c", ",x,y"] {
        let table = read(&format!("{header}\n1.54,2.01,red\n1.86,2.27,blue\n"));
        assert_eq!(table.rows(), 2, "{header}");
    }
    // Texts alone have a header, unless all of it comes again.
    assert_eq!(read("size,colour\nbig,red\nsmall,blue\n").rows(), 2);
    assert_eq!(read("big,red\nsmall,blue\nbig,red\n").rows(), 3);
    let options = TextOptions::new();
    let text = "1.54,2.01\n1.86,2.27\n";
    assert_eq!(options.clone().header(true).from_reader(text.as_bytes()).unwrap().rows(), 1);
    assert_eq!(options.header(false).from_reader("a,b\n1,2".as_bytes()).unwrap().rows(), 2);
}

#[test]
fn a_header_is_told_from_data_by_what_comes_again() {
    let rows = |row: &dyn Fn(usize) -> String| (0..40).map(row).collect::<String>();
    let header = |text: &str| read(text).dialect().unwrap().header;
    let numbers = rows(&|i| format!("{}.5,{}.25,{}\n", i * 7 % 11, i % 3, ["x", "y"][i % 2]));
    assert!(header(&format!("1.,2.,class\n{numbers}")));
    assert!(header(&format!("0,1,2\n{numbers}")));
    assert!(!header(&format!("0.5,1.5,x\n{numbers}")));
    assert!(header(&format!("2019,2020,2021\n{}", rows(&|i| format!("{i}.5,{}.5,2\n", i % 7)))));
    assert!(header(&format!(",0,1\n{}", rows(&|i| format!("{i},{}.5,2\n", i % 7)))));
    // Numbers that follow each other are data among their like.
    let whole = rows(&|i| format!("{},{},{}\n", i * 7 % 11, i * 5 % 13, i * 3 % 7));
    let large = rows(&|i| format!("{},{},{}\n", i * 7 + 20, i * 5 + 30, i * 3 + 40));
    let gaps = rows(&|i| format!("{},{},NA\n", i * 7 % 11, if i % 5 == 0 { 4 } else { 9 }));
    let gaps = gaps.replace(",9,", ",,");
    let fractions = rows(&|i| format!("{}.5,{}.25,{}.75\n", i * 7 % 11, i * 5 % 13, i * 3 % 7));
    for (first, below, expected) in [
        ("2,3,4", &whole, false),
        ("1,2,3", &whole, false),
        ("0,1,2", &whole, false),
        ("7,8,9", &large, false),
        ("2,3,4", &gaps, false),
        ("2,3,4", &fractions, false),
        ("0,1,2", &fractions, true),
        ("0,1,2", &large, true),
        ("1,2,3", &large, true),
        ("2019,2020,2021", &large, true),
    ] {
        assert_eq!(header(&format!("{first}\n{below}")), expected, "{first}");
    }
    let noted = |text: &str| read(text).dialect().unwrap().notes();
    let taken = ["the first row, 1, 2, 3, was taken for the names of the columns"];
    assert_eq!(noted(&format!("1,2,3\n{large}")), taken);
    assert_eq!(noted(&format!("a,2,3\n{large}")), [""; 0]);
    assert!(!header(&format!(
        "x,1,2,3\n{}",
        rows(&|i| format!("{},{},2,3\n", ["x", "y"][i % 2], i % 4))
    )));
    let words = rows(&|i| format!("u{},{},{}\n", i + 1, ["b", "c"][i % 2], ["yes", "no"][i % 2]));
    assert!(!header(&format!("u0,b,yes\n{words}")));
    assert!(header(&format!("user,b?,satisfied\n{words}")));
}

/// Cells hold other separators, or the header none of them.
#[test]
fn a_header_is_no_title_where_another_separator_cuts_it_as_all_rows() {
    let rows = |row: &str| row.to_owned().repeat(40);
    for (text, separator) in [
        (format!("y,comment\n{}", rows("pos,I think; well; this; is so\n")), "comma"),
        (format!("a;b;c\n{}", rows("1 642,10 €;84,7 %;Bonn\n")), "semicolon"),
        (format!("text;y\n{}", rows("hi, my friend;18,15\n")), "semicolon"),
        (format!("list;y\n{}", rows("1,2,3;0\n")), "semicolon"),
        (format!("t a b y\n{}", rows("8626,29 94,78 18,15 9,08\n")), "spaces"),
    ] {
        let table = read(&text);
        let dialect = table.dialect().unwrap();
        assert_eq!(dialect.separator.to_string(), separator, "{text}");
        assert_eq!((table.rows(), dialect.titles), (40, 0), "{text}");
    }
}

#[test]
fn titles_of_spreadsheets_are_padded() {
    let text = "Report;;;\n;;;\na;b;c;y\n".to_owned() + &"1;2;3;4\n".repeat(5);
    let table = read(&text);
    assert_eq!((table.rows(), table.dialect().unwrap().titles), (5, 2));
    assert_eq!(table.names().collect::<Vec<_>>(), ["a", "b", "c", "y"]);
}

#[test]
fn headers_are_utf8_as_cells_are() {
    for (text, line, column) in [
        (&b"a,na\xefve\n1,2\n3,4\n"[..], 1, "na\u{fffd}ve"),
        (b"title\n\nna\xefve,b,c\n1,2,3\n3,4,5\n", 3, "na\u{fffd}ve"),
        (b"# about\n# a,na\xefve,c\n1,2,3\n3,4,5\n", 2, "na\u{fffd}ve"),
        (b"a,b\n1,2\n3,\xef\n", 3, "b"),
    ] {
        let error = TextOptions::new().from_reader(text).unwrap_err();
        let TableError::NotUtf8 { line: found, column: name } = error else { panic!("{error}") };
        assert_eq!((found, &*name), (line, column));
    }
    assert!(TextOptions::new().from_reader("a,naïve\n1,2\n".as_bytes()).is_ok());
}

/// A column has points between thousands in all its cells, or they are something else.
#[test]
fn points_beside_fractions_are_not_of_thousands() {
    let options = TextOptions::new().decimal_comma(true);
    let cells = |text: &str| {
        let table = options.from_reader(text.as_bytes()).unwrap();
        let column = &table.columns()[0];
        let is_number = matches!(column.cells(), Cells::Numbers(_));
        let text = |row| column.text(row).map(|text| text.into_owned()).unwrap_or_default();
        (is_number, (0..table.rows()).map(text).collect::<Vec<_>>())
    };
    let expected = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let (is_number, texts) = cells("a;y\n0.5;1\n0.537;2\n1.5;3\n");
    assert_eq!((is_number, texts), (false, expected(&["0.5", "0.537", "1.5"])));
    // Whichever comes first, and in every block.
    for rows in [2, 300_000] {
        let text =
            format!("a;y\n{}0.5;2\n1.234;3\n-1.234.567;4\n1.234,5;5\n", "1.537;1\n".repeat(rows));
        let (is_number, texts) = cells(&text);
        assert!(
            !is_number && texts[..rows].iter().all(|text| text == "1.537"),
            "{:?}",
            &texts[..2]
        );
        assert_eq!(texts[rows..], expected(&["0.5", "1.234", "-1.234.567", "1234.5"]));
    }
    let (is_number, texts) = cells("a;y\n1.537;1\n12;2\n1.234,5;3\n");
    assert_eq!((is_number, texts), (true, expected(&["1537", "12", "1234.5"])));
}

#[test]
fn commas_before_decimals_are_told_from_those_of_thousands() {
    let Cells::Numbers(numbers) = read("a;b\n0,5;1\n-1,25;2\n").columns()[0].cells().clone() else {
        panic!("numbers")
    };
    assert_eq!((numbers.get(0), numbers.get(1)), (0.5, -1.25));
    let table = read("a;b\n1,234;1\n2,345;2\n");
    assert!(matches!(table.columns()[0].cells(), Cells::Texts(_)));
    let options = TextOptions::new().decimal_comma(true);
    let table = options.from_reader("a;b\n1,234;1\n2,345;2\n".as_bytes()).unwrap();
    assert_eq!(table.columns()[0].text(0).as_deref(), Some("1.234"));
}

/// As R writes them.
#[test]
fn names_of_rows_are_a_column_without_a_name() {
    let table = read("mpg cyl kind\ncar1 21 6 a\ncar2 22.8 4 b\n");
    assert_eq!(table.names().collect::<Vec<_>>(), ["column 1", "mpg", "cyl", "kind"]);
    assert_eq!(shown(&table)[2], ["car2", "22.8", "4", "b"]);
}

#[test]
fn utf_16_is_read_by_its_mark() {
    let text = "a;ü\n1;x\n2;ß\n";
    let units = || ['\u{feff}'].into_iter().chain(text.chars()).collect::<String>();
    let encoded =
        |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> { units().encode_utf16().flat_map(bytes).collect() };
    for bytes in [encoded(u16::to_le_bytes), encoded(u16::to_be_bytes)] {
        let table = Table::from_reader(&bytes[..]).unwrap();
        assert_eq!(shown(&table), rows(&[&["a", "ü"], &["1", "x"], &["2", "ß"]]));
    }
    let error = Table::from_reader(&b"\xff\xfe\x00\xd8a\x00"[..]).unwrap_err();
    assert!(matches!(error, TableError::NotUtf16), "{error}");
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    for (text, expected) in [
        ("", "the table is empty: expected a header row and at least one row of data"),
        ("\n\n", "the table is empty: expected a header row and at least one row of data"),
        ("a,b\n", "the table has a header but no row of data"),
        ("a,b\n1,2\n\n3\n4,5\n", "line 4: expected as many cells as there are columns (2), got 1"),
        ("a,b\n1,2\n3,4,5\n", "line 3: expected as many cells as there are columns (2), got 3"),
        ("a,b\n1,2\n3,\"4\n5,6\n", "line 3: a quoted cell that begins here is never closed"),
    ] {
        let error = Table::from_reader(text.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), expected, "{text:?}");
    }
    let error = Table::from_reader(&b"a,b\n1,x\n2,\xff\n"[..]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 3, column `b`: not valid UTF-8; save the file as UTF-8 text"
    );
    assert!(matches!(Table::from_reader(&b"a\0b"[..]), Err(TableError::Binary)));
    let error = Table::read("no such file.csv").unwrap_err();
    assert!(error.to_string().starts_with("cannot read no such file.csv: "), "{error}");
    let error = read("size,b\n1,2\n").column("siz").unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no column `siz` (did you mean `size`?); the columns are `size`, `b`",
    );
}

#[test]
fn gaps_are_what_is_said_to_be_one() {
    let text = "a\n1\nunknown\n\nNA\n";
    assert_eq!(read(text).columns()[0].gaps(), 2);
    let options = TextOptions::new().missing(Missing::new(["unknown"]));
    let table = options.from_reader(text.as_bytes()).unwrap();
    assert_eq!(shown(&table), rows(&[&["a"], &["1"], &["·"], &["·"], &["NA"]]));
}

#[test]
fn several_tables_become_one_by_the_names_of_their_columns() {
    let (a, b) = (read("x,y\n1,a\n2,b\n"), read("y,x\nc,0.5\n"));
    let both = Table::concat([a, b]).unwrap();
    assert_eq!(shown(&both), rows(&[&["x", "y"], &["1", "a"], &["2", "b"], &["0.5", "c"]]));
    let error = |others: &[&str]| {
        let tables = ["x,y\n1,2\n"].iter().chain(others).map(|text| read(text));
        match Table::concat(tables).unwrap_err() {
            TableError::Part { part, source } => (part, *source),
            error => panic!("{error}"),
        }
    };
    for others in [&["x,y\n1,2\n", "x,z\n1,2\n"][..], &["y,x\n1,2\n", "x\n1\n"]] {
        let (part, source) = error(others);
        assert!(
            matches!(source, TableError::MissingColumns { missing, .. } if missing == ["y"]),
            "{others:?}"
        );
        assert_eq!(part, 3);
    }
    let (part, source) = error(&["x,more,y\n1,2,3\n"]);
    assert!(matches!(source, TableError::ExtraColumns { extra, .. } if extra == ["more"]));
    assert_eq!(part, 2);

    // Each row knows its file.
    let files = [read("x\n1\n2\n"), read("x\n3\n"), read("x\n4\n")];
    let table = Table::concat(files).unwrap();
    let places = (0..4).map(|row| table.place(row).to_string());
    assert_eq!(
        places.collect::<Vec<_>>(),
        [
            "row 1 of file 1 (line 2)",
            "row 2 of file 1 (line 3)",
            "row 1 of file 2 (line 2)",
            "row 1 of file 3 (line 2)"
        ]
    );
    let columns = vec![densely_table::Column::numbers("x", vec![5.0])];
    let table = Table::concat([table, Table::from_columns(columns).unwrap()]).unwrap();
    assert_eq!(table.place(4).to_string(), "row 1 of file 4");
    assert_eq!(table.place(2).to_string(), "row 1 of file 2 (line 2)");
}

/// Rows enough for several blocks, with texts that come late and quoted line breaks.
#[test]
fn threads_change_nothing() {
    let mut text = "a,b,c\n".to_owned();
    for i in 0..150_000 {
        let c = match i {
            140_000 => "\"a late\ntext\"".to_owned(),
            i => format!("{}", i % 7),
        };
        text += &format!("{}.{},k{},{c}\n", i % 1000, i % 10, i % 5);
    }
    assert!(text.len() > 1 << 20);
    let table = |threads| {
        let options = TextOptions::new().threads(Threads::new(threads).unwrap());
        options.from_reader(text.as_bytes()).unwrap()
    };
    let (one, three) = (table(1), table(3));
    assert_eq!(one.rows(), 150_000);
    assert!(shown(&one) == shown(&three));
    assert_eq!(one.place(149_999).to_string(), "row 150000 (line 150002)");
    assert_eq!(three.place(149_999), one.place(149_999));
    assert_eq!(one.columns()[2].text(140_000).as_deref(), Some("a late\ntext"));
    assert_eq!(one.columns()[0].text(149_999).as_deref(), Some("999.9"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever a text holds, it is a table or an error.
    #[test]
    fn any_text_is_read(text in "([a-c0-9.,;\t|\"\r\n #é-]|NA|\r\n|2024-01-02){0,60}") {
        if let Ok(table) = Table::from_reader(text.as_bytes()) {
            prop_assert!(table.rows() > 0 && !table.columns().is_empty());
            let _ = shown(&table);
            for row in 0..table.rows() {
                prop_assert!(table.place(row).to_string().contains("line"));
            }
        }
    }

    /// What is written with quotes is read back.
    #[test]
    fn quoted_cells_are_read_back(
        cells in prop::collection::vec(("[a-z]{1,3}[,\"\n; ]{0,2}[a-z]", "[x-z]{1,4}"), 1..20),
        separator in prop::sample::select(vec![',', ';', '\t', '|']),
    ) {
        let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
        let mut text = format!("first{separator}second\n");
        for (a, b) in &cells {
            text += &format!("{}{separator}{}\n", quoted(a), quoted(b));
        }
        let options = TextOptions::new().header(true).missing(Missing::new::<String>([]));
        let options = options.separator(Separator::new(separator as u8).unwrap());
        let table = options.from_reader(text.as_bytes()).unwrap();
        for (row, (a, b)) in cells.iter().enumerate() {
            prop_assert_eq!(&shown(&table)[row + 1], &[a.clone(), b.clone()]);
        }
    }
}
