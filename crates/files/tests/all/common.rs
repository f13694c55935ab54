use std::path::{Path, PathBuf};

use densely_files::{FileError, read};
use densely_table::Table;

/// A file that `make.py` wrote.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

pub(crate) fn table(name: &str) -> Table {
    read(path(name)).unwrap_or_else(|error| panic!("{error}"))
}

/// Why a file is refused.
pub(crate) fn refusal(name: &str) -> String {
    read(path(name)).map(|_| ()).unwrap_err().to_string()
}

/// The names, and each row, with `~` for gaps.
pub(crate) fn shown(table: &Table) -> Vec<String> {
    let names = table.names().collect::<Vec<_>>().join(" ");
    let row = |row| {
        let cells = table.columns().iter().map(|column| column.text(row));
        cells.map(|cell| cell.map_or("~".to_owned(), Into::into)).collect::<Vec<_>>().join(" ")
    };
    std::iter::once(names).chain((0..table.rows()).map(row)).collect()
}

/// The texts of a column, with `~` for gaps.
pub(crate) fn column(table: &Table, name: &str) -> Vec<String> {
    let column = table.column(name).unwrap();
    let text = |row| column.text(row).map_or("~".to_owned(), Into::into);
    (0..table.rows()).map(text).collect()
}

pub(crate) fn is_invalid(error: &FileError) -> bool {
    matches!(error, FileError::Invalid { .. })
}

/// Of the table of all types that `make.py` writes.
pub(crate) fn assert_all_types(table: &Table) {
    for (name, expected) in [
        ("bool", ["true", "~", "false"]),
        ("i8", ["-1", "~", "1"]),
        ("u8", ["255", "~", "1"]),
        ("i16", ["-300", "~", "1"]),
        ("u16", ["65535", "~", "1"]),
        ("i32", ["-2147483648", "~", "1"]),
        ("u32", ["4294967295", "~", "1"]),
        ("i64", ["-5", "~", "1"]),
        ("u64", ["18446744073709551615", "~", "1"]),
        ("half", ["0.5", "~", "-2"]),
        ("float", ["0.5", "~", "-2"]),
        ("double", ["0.1", "~", "inf"]),
        ("text", ["a", "~", "ü"]),
        ("large text", ["a", "~", "~"]),
        ("dictionary", ["a", "~", "a"]),
        ("date", ["2024-02-29", "~", "1969-12-31"]),
        ("time", ["12:34:56", "~", "00:00:00"]),
        ("time micro", ["12:34:56.000005", "~", "00:00:00"]),
        ("stamp ms", ["2024-02-29T12:34:56", "~", "2024-02-29T12:34:56"]),
        ("stamp us", ["2024-02-29T12:34:56", "~", "2024-02-29T12:34:56"]),
        ("stamp ns", ["2024-02-29T12:34:56", "~", "2024-02-29T12:34:56"]),
        ("stamp utc", ["2024-02-29T12:34:56Z", "~", "2024-02-29T12:34:56Z"]),
        ("decimal", ["1.23", "~", "-4.5"]),
        ("wide decimal", ["1.5", "~", "-2.5"]),
        ("nothing", ["~", "~", "~"]),
    ] {
        assert_eq!(column(table, name), expected, "{name}");
    }
}
