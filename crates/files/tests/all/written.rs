use std::{fs, io};

use densely_files::{Format, Reason, read, write, write_as};
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
    let table = Table::from_columns(vec![Column::numbers("a", vec![1.0; 100])]).unwrap();
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
    for name in ["table.xlsx", "table", "table.csv.gz"] {
        let error = write(folder.path().join(name), &table).unwrap_err().to_string();
        assert!(error.contains("end the name in .csv"), "{error}");
    }
    let error = write_as(&table, Format::Arff, Vec::new()).unwrap_err().to_string();
    assert!(error.contains("not written as ARFF"), "{error}");
}
