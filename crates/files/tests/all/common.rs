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
