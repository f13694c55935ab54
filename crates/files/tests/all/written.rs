use std::{fs, io};

use densely_files::{Format, Reason, WriteFormat, read, write, write_as};
use densely_table::{Cells, Column, Table};
use proptest::prelude::*;
use tempfile::TempDir;

fn numbers(column: &Column) -> Vec<u64> {
    let Cells::Numbers(numbers) = column.cells() else { panic!("{} is text", column.name()) };
    // All NaN are the same gap.
    let bits = |number: f64| if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() };
    (0..numbers.len()).map(|row| bits(numbers.get(row))).collect()
}

fn texts(column: &Column) -> Vec<Option<String>> {
    (0..column.len()).map(|row| column.text(row).map(Into::into)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn numbers_and_texts_come_back(
        rows in prop::collection::vec(
            (any::<f64>(), prop_oneof![Just(f64::NAN), -1e3..1e3, Just(-0.0)], prop::option::of("[a-zü, \"\n]{1,5}x")),
            1..300
        )
    ) {
        let table = Table::from_columns(vec![
            Column::numbers("any", rows.iter().map(|row| row.0).collect()),
            Column::numbers("a, \"quoted\" name", rows.iter().map(|row| row.1).collect()),
            Column::texts("text", rows.iter().map(|row| row.2.as_deref())),
        ]).unwrap();
        let folder = TempDir::new().unwrap();
        for name in ["table.csv", "table.tsv", "table.parquet"] {
            let path = folder.path().join(name);
            write(&path, &table).unwrap();
            let back = read(&path).unwrap();
            prop_assert!(back.names().eq(table.names()));
            for (column, own) in back.columns().iter().zip(table.columns()).take(2) {
                let all_gaps = own.gaps() == own.len();
                prop_assert!(all_gaps || numbers(column) == numbers(own), "{}", name);
            }
            let trimmed = |column: &Column| -> Vec<_> {
                // White space around cells of delimited text is none of theirs.
                let trim = |text: String| text.trim().to_owned();
                texts(column).into_iter().map(|text| text.map(trim)).collect()
            };
            prop_assert_eq!(trimmed(&back.columns()[2]), trimmed(&table.columns()[2]));
        }
        let array = Table::from_columns(table.columns()[..2].to_vec()).unwrap();
        let path = folder.path().join("table.npy");
        write(&path, &array).unwrap();
        let back = read(&path).unwrap();
        for (column, own) in back.columns().iter().zip(array.columns()) {
            prop_assert_eq!(numbers(column), numbers(own));
        }
    }
}

#[test]
fn many_groups_of_rows_come_back() {
    let rows = 300_000;
    let table = Table::from_columns(vec![
        Column::numbers("n", (0..rows).map(f64::from).collect()),
        Column::texts("t", (0..rows).map(|row| (row % 3 > 0).then(|| (row % 1000).to_string()))),
    ]);
    let table = table.unwrap();
    let path = TempDir::new().unwrap().keep().join("table.parquet");
    write(&path, &table).unwrap();
    let back = read(&path).unwrap();
    assert_eq!(numbers(&back.columns()[0]), numbers(&table.columns()[0]));
    assert_eq!(texts(&back.columns()[1]), texts(&table.columns()[1]));
    fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

#[test]
fn errors_of_writing_are_passed_on() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let table = Table::from_columns(vec![Column::numbers("a", vec![1.0; 100_000])]).unwrap();
    for format in [Format::Text, Format::Npy, Format::Parquet] {
        let error = write_as(&table, format, Full).unwrap_err();
        let Reason::Read(error) = &error else { panic!("{format}: {error}") };
        assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{format}");
    }
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("table.npy");
    fs::write(&path, "old").unwrap();
    let table = Table::from_columns(vec![
        Column::numbers("a", vec![1.0]),
        Column::texts("colour", [Some("red")]),
    ]);
    let table = table.unwrap();
    let error = write(&path, &table).unwrap_err().to_string();
    assert!(error.contains("column `colour` is text"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    for (name, said) in [
        ("table.xlsx", "tables are not written as .xlsx"),
        ("table", "its name does not say how it is written"),
        ("table.txt.gz", "its name does not say how it is written"),
        ("table.parquet.zst", "Parquet is compressed already"),
    ] {
        let error = write(folder.path().join(name), &table).unwrap_err().to_string();
        assert!(error.contains(&format!("{said}: end the name in .csv")), "{error}");
    }
    assert_eq!(WriteFormat::of_output("table.txt").unwrap(), WriteFormat::CSV);
    assert!(WriteFormat::of_output("table.txt.gz").unwrap() != WriteFormat::CSV);
    let error = WriteFormat::of_output("table.json").unwrap_err().to_string();
    assert!(error.contains("not written as .json: end the name in .csv"), "{error}");
    let error = write_as(&table, Format::Arff, Vec::new()).unwrap_err().to_string();
    assert!(error.contains("not written as ARFF"), "{error}");
}

#[test]
fn what_is_written_compressed_is_smaller_and_comes_back() {
    let folder = TempDir::new().unwrap();
    let values = (0..5_000).map(|row| f64::from(row % 50)).collect();
    let table = Table::from_columns(vec![Column::numbers("a", values)]).unwrap();
    for (plain, names) in [
        ("t.csv", ["t.csv.gz", "t.CSV.GZ", "t.csv.zst"]),
        ("t.npy", ["t.npy.gz", "t.npy.Gz", "t.npy.ZST"]),
    ] {
        let path = |name: &str| folder.path().join(name);
        write(path(plain), &table).unwrap();
        let whole = fs::metadata(path(plain)).unwrap().len();
        for name in names {
            write(path(name), &table).unwrap();
            assert!(4 * fs::metadata(path(name)).unwrap().len() < whole, "{name}");
            let back = read(path(name)).unwrap();
            assert_eq!(numbers(&back.columns()[0]), numbers(&table.columns()[0]), "{name}");
        }
    }
}

#[test]
fn tables_that_are_written_as_one_belong_together() {
    let part = |name: &str, rows: usize| {
        Ok::<_, Reason>(Table::from_columns(vec![Column::numbers(name, vec![1.5; rows])]).unwrap())
    };
    let text = || Ok(Table::from_columns(vec![Column::texts("a", [Some("x")])]).unwrap());
    for name in ["t.csv", "t.npy", "t.parquet"] {
        let format = WriteFormat::of(name).unwrap();
        let write = |rows, parts: Vec<Result<Table, Reason>>| {
            let mut bytes = Vec::new();
            format.write_parts(rows, parts, &mut bytes).map(|()| bytes)
        };
        let message = |rows, parts| write(rows, parts).unwrap_err().to_string();
        let whole = Vec::from([part("a", 5)]);
        let in_parts = write(5, vec![part("a", 3), part("a", 2)]).unwrap();
        if name != "t.parquet" {
            assert_eq!(write(5, whole).unwrap(), in_parts, "{name}");
        }
        let path = TempDir::new().unwrap().keep().join(name);
        fs::write(&path, in_parts).unwrap();
        assert_eq!(read(&path).unwrap().rows(), 5);
        fs::remove_dir_all(path.parent().unwrap()).unwrap();
        assert!(message(5, vec![part("a", 3)]).ends_with("fewer rows than was said"));
        assert!(message(5, vec![part("a", 3), part("a", 3)]).ends_with("more rows than was said"));
        assert!(message(5, vec![part("a", 3), part("b", 2)]).ends_with("their columns differ"));
        assert!(message(4, vec![part("a", 3), text()]).ends_with("their columns differ"));
        let error = message(4, vec![part("a", 3), Err(Reason::Extension("own".into()))]);
        assert_eq!(error, "own");
    }
}
