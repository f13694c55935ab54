use std::collections::HashMap;
use std::fmt;
use std::io::Read;

use densely_table::{Column, ColumnBuilder, Missing, Table};
use serde::Deserializer as _;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;

use super::lines::Lines;
use super::smallest;
use crate::columns::Columns;
use crate::error::quoted;
use crate::sparse::Sparse;
use crate::whole::{push_signed, push_unsigned};
use crate::{Limits, Reason};

/// Reads JSON lines: an object on each, of numbers, texts, truth values and nulls. A key that is
/// missing is a gap, as null is.
pub(crate) fn read(reader: impl Read, columns: &Columns, limits: Limits) -> Result<Table, Reason> {
    let mut lines = Lines::new(reader, "file of JSON lines");
    let without = columns.without.iter().map(|name| (name.clone(), false)).collect();
    let mut rows = Rows { cells: Sparse::default(), by_name: HashMap::new(), without, columns };
    while let Some(line) = lines.next()? {
        if line.number == 1 && line.text.starts_with('[') {
            let (what, advice) = ("a list of JSON", "write one object on each line instead");
            return Err(Reason::Unsupported { what, advice });
        }
        let text = smallest::kept(line.text);
        let mut json = Deserializer::from_str(&text);
        let read = (&mut json).deserialize_map(Row(&mut rows)).and_then(|()| json.end());
        read.map_err(|error| {
            let expected = "an object with a number, text, truth value or null at each key";
            let found = match error.is_data() {
                true => error.to_string(),
                false => format!("{} ({error})", quoted(line.text)),
            };
            Reason::Cell {
                place: format!("line {}", line.number),
                column: None,
                expected: expected.to_owned(),
                // The line is always the first of what was parsed.
                found: found
                    .replace(" at line 1 column ", ", character ")
                    .chars()
                    .take(300)
                    .collect(),
            }
        })?;
        rows.cells.end_row(line.bytes, limits)?;
    }
    if let Some((name, _)) = rows.without.iter().find(|(_, seen)| !**seen) {
        let known = (0..rows.cells.columns()).map(|column| rows.cells.name(column).to_owned());
        return Err(Reason::unknown("column", name, known.collect()));
    }
    let columns: Vec<Column> = rows.cells.finish(|_, cells| cells.push_gap()).collect();
    Ok(Table::from_columns(columns)?)
}

struct Rows<'a> {
    cells: Sparse,
    by_name: HashMap<String, usize>,
    /// Keys that are left out, and whether they were there.
    without: HashMap<String, bool>,
    columns: &'a Columns,
}

/// An object that becomes a row.
struct Row<'a, 'b>(&'a mut Rows<'b>);

impl<'de> Visitor<'de> for Row<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Rows { cells, by_name, without, columns } = self.0;
        while let Some(key) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            if let Some(seen) = without.get_mut(&key[..]) {
                *seen = true;
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let column = match by_name.get(&key[..]) {
                Some(&column) => column,
                None => {
                    by_name.insert(key.to_string(), cells.columns());
                    cells.push(key.to_string());
                    cells.columns() - 1
                }
            };
            let Some(to) = cells.cell(column, ColumnBuilder::push_gap) else {
                return Err(A::Error::custom(format!("the key {} twice", quoted(&key))));
            };
            let (is_needed, missing) = (columns.is_needed(&key), columns.missing.as_ref());
            map.next_value_seed(Cell { to, key: &key, is_needed, missing })?;
        }
        Ok(())
    }
}

/// A value that becomes a cell.
pub(super) struct Cell<'a> {
    pub(super) to: &'a mut ColumnBuilder,
    pub(super) key: &'a str,
    /// Or else a gap is as good as what can be no cell.
    pub(super) is_needed: bool,
    /// Texts that are gaps. Numbers that are, are so when all are read.
    pub(super) missing: Option<&'a Missing>,
}

impl<'de> DeserializeSeed<'de> for Cell<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Cell<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a number, text, truth value or null at {}", quoted(self.key))
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.to.push_bool(value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        push_signed(value, self.to);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        push_unsigned(value, self.to);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.to.push_number(value);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        match self.missing {
            Some(missing) if missing.is_gap_text_in(self.key, value) => self.to.push_gap(),
            _ => self.to.push_text(value),
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.to.push_gap();
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.is_needed {
            return Err(nested("a list", self.key));
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        self.visit_unit()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        if self.is_needed {
            return Err(nested("an object", self.key));
        }
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.visit_unit()
    }
}

fn nested<E: Error>(what: &str, key: &str) -> E {
    E::custom(format!("{what} at {}; write what is in it as keys of their own", quoted(key)))
}
