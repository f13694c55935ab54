use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use densely_parts::{nearest, shortened};
use densely_table::{ColumnBuilder, Missing, Table, TableError};
use serde::Deserializer as _;
use serde::de::{
    Deserialize, DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Deserializer;
use thiserror::Error;

use super::json_lines::Cell;
use super::smallest;

/// Reads rows of JSON as a table of columns that are known: one object, or a list of objects, each with
/// a number, text, truth value or null at the name of each column. Null is a gap. Other keys may stand
/// there, too, and are not read.
///
/// ```
/// use densely_files::JsonRows;
///
/// let rows = JsonRows::new(["size", "colour"]);
/// let (table, is_list) = rows.read(br#"[{"size": 1.5, "colour": "red"}, {"colour": null, "size": 2}]"#)?;
/// assert_eq!((table.rows(), table.column("colour")?.gaps(), is_list), (2, 1, true));
///
/// let error = rows.read(br#"{"size": 1, "color": "red"}"#).unwrap_err();
/// assert_eq!((error.row(), error.column()), (Some(1), Some("colour")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct JsonRows {
    names: Vec<String>,
    by_name: HashMap<String, usize>,
    missing: Option<Missing>,
}

/// Why JSON makes no rows of a table.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum JsonRowsError {
    /// It is no JSON, or none of rows.
    #[error("{}{problem}", place(*.row, .column.as_deref()))]
    Invalid {
        /// The row, from 1, if it is in one.
        row: Option<usize>,
        /// The column, if it is in one.
        column: Option<String>,
        /// What was expected, and what was found and where.
        problem: String,
    },
    /// A row without one of the columns.
    #[error(
        "row {row}: there is no column `{}`{}{}; null stands for a value that is not known",
        shortened(.column),
        .nearest.as_ref().map(|name| format!(" (is it `{}`?)", shortened(name))).unwrap_or_default(),
        nor(.others)
    )]
    Missing {
        /// The row, from 1.
        row: usize,
        /// The column.
        column: String,
        /// The key of the row that is most like it.
        nearest: Option<String>,
        /// Other columns that it does not have either.
        others: Vec<String>,
    },
    /// A row that has a column twice.
    #[error("row {row}: the column `{}` is there twice; leave one out", shortened(.column))]
    Twice {
        /// The row, from 1.
        row: usize,
        /// The column.
        column: String,
    },
    /// A list without rows.
    #[error("there are no rows: expected an object, or a list of one or more objects")]
    NoRows,
    /// Rows that make no table.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl JsonRowsError {
    /// The row, from 1, if it is about one.
    #[must_use]
    pub fn row(&self) -> Option<usize> {
        match self {
            Self::Invalid { row, .. } => *row,
            Self::Missing { row, .. } | Self::Twice { row, .. } => Some(*row),
            Self::NoRows | Self::Table(_) => None,
        }
    }

    /// The column, if it is about one.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Invalid { column, .. } => column.as_deref(),
            Self::Missing { column, .. } | Self::Twice { column, .. } => Some(column),
            Self::NoRows | Self::Table(_) => None,
        }
    }
}

/// The most columns that a message lists.
const LISTED: usize = 10;

/// The columns that are missing beside the first.
fn nor(others: &[String]) -> String {
    let shown = others.iter().take(LISTED).map(|name| format!(", nor `{}`", shortened(name)));
    let shown: String = shown.collect();
    match others.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown}, nor {more} more"),
    }
}

fn place(row: Option<usize>, column: Option<&str>) -> String {
    let row = row.map(|row| format!("row {row}"));
    let column = column.map(|column| format!("column `{}`", shortened(column)));
    match row.into_iter().chain(column).collect::<Vec<_>>().join(", ") {
        place if place.is_empty() => place,
        place => place + ": ",
    }
}

impl JsonRows {
    /// Of these columns, whose names are different.
    #[must_use]
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        let names: Vec<String> = columns.into_iter().map(Into::into).collect();
        let by_name = names.iter().cloned().zip(0..).collect();
        Self { names, by_name, missing: None }
    }

    /// Words and numbers that are gaps, as null is.
    #[must_use]
    pub fn missing(self, missing: Missing) -> Self {
        Self { missing: Some(missing), ..self }
    }

    /// The table, and whether its rows are a list.
    ///
    /// # Errors
    /// If it is something else. The table has a row for each object and a cell for each column in it, so it
    /// takes no more memory than some times the text.
    pub fn read(&self, json: &[u8]) -> Result<(Table, bool), JsonRowsError> {
        if json.iter().all(u8::is_ascii_whitespace) {
            return Err(JsonRowsError::NoRows);
        }
        let cells = self.names.iter().map(|_| ColumnBuilder::new()).collect();
        let mut rows =
            Rows { of: self, cells, count: 0, column: None, in_row: false, problem: None };
        let kept = std::str::from_utf8(json).map(smallest::kept);
        let mut json = Deserializer::from_slice(kept.as_ref().map_or(json, |text| text.as_bytes()));
        let read = (&mut json).deserialize_any(Top(&mut rows));
        let is_list = read.and_then(|is_list| json.end().map(|()| is_list)).map_err(|error| {
            let Rows { count, column, in_row, problem, .. } = &mut rows;
            problem.take().unwrap_or_else(|| JsonRowsError::Invalid {
                row: in_row.then_some(*count + 1),
                column: column.map(|column| self.names[column].clone()),
                problem: match error.is_data() {
                    true => error.to_string(),
                    false => format!("this is no valid JSON: {error}"),
                },
            })
        })?;
        if rows.count == 0 {
            return Err(JsonRowsError::NoRows);
        }
        let columns = self.names.iter().zip(rows.cells).map(|(name, cells)| {
            let column = cells.finish(name);
            match &self.missing {
                None => column,
                Some(missing) => column.with_missing(missing),
            }
        });
        Ok((Table::from_columns(columns.collect())?, is_list))
    }
}

/// The rows so far.
struct Rows<'a> {
    of: &'a JsonRows,
    cells: Vec<ColumnBuilder>,
    count: usize,
    /// The column that is being read.
    column: Option<usize>,
    in_row: bool,
    /// What is wrong, where the text does not say it.
    problem: Option<JsonRowsError>,
}

impl Rows<'_> {
    /// The column of a name: mostly the one after the last.
    fn find(&self, name: &str, next: usize) -> Option<usize> {
        match self.of.names.get(next) {
            Some(expected) if expected == name => Some(next),
            _ => self.of.by_name.get(name).copied(),
        }
    }

    /// The columns that have no cell in the row that is being read.
    fn missing(&self) -> impl Iterator<Item = &String> {
        let cells = self.of.names.iter().zip(&self.cells);
        cells.filter(|(_, cells)| cells.len() == self.count).map(|(name, _)| name)
    }
}

/// An object, or a list of such.
struct Top<'r, 'a>(&'r mut Rows<'a>);

/// An object that becomes a row.
struct Row<'r, 'a>(&'r mut Rows<'a>);

const EXPECTED: &str = "an object with a value for each column";

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{EXPECTED}, or a list of such objects")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<bool, A::Error> {
        Row(self.0).visit_map(map).map(|()| false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<bool, A::Error> {
        while rows.next_element_seed(Row(self.0))?.is_some() {}
        Ok(true)
    }
}

impl<'de> DeserializeSeed<'de> for Row<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, row: D) -> Result<(), D::Error> {
        self.0.in_row = true;
        row.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Row<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let rows = self.0;
        rows.in_row = true;
        let (mut next, mut others) = (0, Vec::new());
        while let Some(Key(key)) = map.next_key()? {
            let Some(column) = rows.find(&key, next) else {
                map.next_value::<IgnoredAny>()?;
                // So many are enough to find the one that is meant.
                if others.len() < 100 {
                    others.push(key);
                }
                continue;
            };
            next = column + 1;
            rows.column = Some(column);
            let to = &mut rows.cells[column];
            if to.len() > rows.count {
                let column = key.into_owned();
                rows.problem = Some(JsonRowsError::Twice { row: rows.count + 1, column });
                return Err(A::Error::custom("a key twice"));
            }
            let missing = rows.of.missing.as_ref();
            map.next_value_seed(Cell { to, key: &key, is_needed: true, missing })?;
            rows.column = None;
        }
        let first = rows.missing().next().cloned();
        if let Some(column) = first {
            let nearest = nearest(&column, others.iter().map(|key| &key[..])).map(str::to_owned);
            let (row, others) = (rows.count + 1, rows.missing().skip(1).cloned().collect());
            rows.problem = Some(JsonRowsError::Missing { row, column, nearest, others });
            return Err(A::Error::custom("a key that is missing"));
        }
        rows.count += 1;
        rows.in_row = false;
        Ok(())
    }
}

/// A key, which is borrowed where nothing in it is escaped.
struct Key<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(key: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(name.into()))
            }

            fn visit_str<E>(self, name: &str) -> Result<Key<'de>, E> {
                Ok(Key(name.to_owned().into()))
            }
        }

        key.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(json: &str) -> (Option<usize>, Option<String>, String) {
        let error = JsonRows::new(["a", "colour"]).read(json.as_bytes()).unwrap_err();
        (error.row(), error.column().map(str::to_owned), error.to_string())
    }

    #[test]
    fn cells_are_what_they_are_in_json_lines() {
        let rows = JsonRows::new(["a", "b"]);
        let cells =
            ["1", "-0.1", "\"7\"", "true", "null", "9007199254740993", "1e300", "\"\\u00e9\""];
        for cell in cells {
            let line = format!("{{\"b\":{cell},\"x\":[{{}}],\"a\":2}}");
            let (table, is_list) = rows.read(line.as_bytes()).unwrap();
            let lines = crate::read_options::ReadOptions::new();
            let expected = lines.from_reader(line.replace("[{}]", "0").as_bytes()).unwrap();
            let expected = expected.column("b").unwrap();
            let got = table.column("b").unwrap();
            assert_eq!((got.text(0), got.gaps()), (expected.text(0), expected.gaps()), "{cell}");
            assert!(!is_list && table.names().eq(["a", "b"]));
        }
    }

    #[test]
    fn what_is_wrong_has_its_row_and_column() {
        for (json, row, column, said) in [
            ("", None, None, "there are no rows: expected an object, or a list of one or more"),
            (" \n", None, None, "there are no rows"),
            ("[", None, None, "EOF while parsing a list"),
            ("7", None, None, "or a list of such objects"),
            ("[]", None, None, "there are no rows"),
            ("[7]", Some(1), None, EXPECTED),
            ("[{\"a\":1,\"colour\":2},{\"a\":NaN}]", Some(2), Some("a"), "expected value"),
            ("{\"a\":1e999,\"colour\":2}", Some(1), Some("a"), "number out of range"),
            ("{\"a\":[1],\"colour\":2}", Some(1), Some("a"), "a list"),
            ("{\"a\":{},\"colour\":2}", Some(1), Some("a"), "an object"),
            ("{\"a\":1,\"a\":2}", Some(1), Some("a"), "twice"),
            ("{\"a\":1}", Some(1), Some("colour"), "no column `colour`;"),
            ("{\"a\":1,\"color\":2}", Some(1), Some("colour"), "(is it `color`?); null"),
            ("{\"color\":2}", Some(1), Some("a"), "no column `a`, nor `colour`; null stands"),
            ("{\"a\":1,\"colour\":2} 3", None, None, "trailing characters"),
            ("[{\"a\":1,\"colour\":2}", None, None, "EOF while parsing a list"),
        ] {
            let (found_row, found_column, text) = problem(json);
            assert_eq!((found_row, found_column.as_deref()), (row, column), "{json}: {text}");
            assert!(text.contains(said), "{json}: {text}");
        }
        let error = JsonRows::new(["a"]).read(b"{\"a\":\"\xff\"}").unwrap_err();
        assert!(error.to_string().contains("invalid unicode"), "{error}");
    }

    /// As CSV has it, whatever its digits.
    #[test]
    fn numbers_are_rounded_once() {
        let rows = JsonRows::new(["a"]);
        for number in [
            "936.2395387648645",
            "0.1",
            "123.456789012345678",
            "2.2250738585072011e-308",
            "8.41e21",
            "9.5367431640625e-7",
        ] {
            let (table, _) = rows.read(format!("{{\"a\":{number}}}").as_bytes()).unwrap();
            let text = table.column("a").unwrap().text(0).unwrap();
            assert_eq!(text.parse::<f64>(), number.parse::<f64>(), "{number}");
        }
    }
}
