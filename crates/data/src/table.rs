use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use csv::StringRecord;
use densely_parts::nearest;
use densely_tensor::{Mat, ShapeError, column_mut, try_zeros};

use crate::checks::check_unique;
use crate::delimited::Delimited;
use crate::{Cell, DataError, Place, text};

/// A table of text cells under a header, read from a delimited text file.
///
/// The first row is the header. Cells may be quoted (`"a, b"`, `"say ""hi"""`), lines may
/// end with LF, CRLF or CR, and a byte order mark is skipped. Spaces around a cell are not
/// part of it (but a quote only opens a cell if no space precedes it). A column without a name
/// is called `column 1`, `column 2`, ... by its position.
///
/// Blank lines are not rows: a row without values has its separators. Where there is one column
/// there are none, and each blank line below the header is a row with an empty cell, also at the
/// end, as polars writes and reads a gap. (pandas passes over it, and writes `""`.)
///
/// The table holds the text of the file and no more: numbers are made when
/// [`features`](Self::features) or [`dataset`](Self::dataset) ask for them.
///
/// ```
/// use densely_data::Table;
///
/// let table = Table::from_reader("height\twidth\n1.5\t2\n0.5\t3\n".as_bytes(), b'\t')?;
/// assert_eq!(table.columns(), ["height", "width"]);
/// let x = table.features(&["width"])?;
/// assert_eq!((x[(0, 0)], x[(0, 1)]), (2.0, 3.0));
/// # Ok::<(), densely_data::DataError>(())
/// ```
pub struct Table {
    columns: Vec<String>,
    rows: usize,
    text: Delimited,
}

impl Table {
    /// Reads a file: cells are separated by tabs if its name ends in `.tsv`, and by
    /// commas otherwise.
    ///
    /// # Errors
    /// [`DataError::File`] for a file that cannot be read, and those of
    /// [`from_reader`](Self::from_reader).
    pub fn read(path: impl AsRef<Path>) -> Result<Self, DataError> {
        let path = path.as_ref();
        let is_tsv =
            path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tsv"));
        let delimiter = if is_tsv { b'\t' } else { b',' };
        File::open(path)
            .map_err(DataError::Read)
            .and_then(|file| Self::from_reader(file, delimiter))
            .map_err(|error| match error {
                DataError::Read(source) => DataError::File { path: path.to_owned(), source },
                other => other,
            })
    }

    /// Reads a table from anything that can be read, its cells separated by `delimiter`.
    ///
    /// # Errors
    /// [`DataError::Read`] for a reader that fails, [`DataError::Delimiter`] for one that
    /// is not ASCII or is a quote or a line break, and for the text itself
    /// [`DataError::Binary`], [`DataError::EndlessLine`], [`DataError::NotUtf8`],
    /// [`DataError::EmptyTable`], [`DataError::NoRows`],
    /// [`DataError::DuplicateName`], [`DataError::RaggedRow`] and [`DataError::OpenQuote`].
    pub fn from_reader(reader: impl Read, delimiter: u8) -> Result<Self, DataError> {
        let text = Delimited::new(text::read(reader)?, delimiter)?;

        let mut columns: Option<Vec<String>> = None;
        let (mut rows, mut last) = (0, 0);
        let open_quote = |row| DataError::OpenQuote { line: text.line(row) };
        text.try_for_each(|start, row| {
            last = start;
            match &columns {
                None => columns = Some(header(row)),
                Some(columns) if columns.len() == row.len() => rows += 1,
                // The likely cause, where it can be told.
                Some(_) if text.ends_inside_quotes(last) => return Err(open_quote(last)),
                Some(columns) => {
                    let (expected, actual) = (columns.len(), row.len());
                    return Err(DataError::RaggedRow { line: text.line(last), expected, actual });
                }
            }
            Ok(())
        })?;
        let columns = columns.ok_or(DataError::EmptyTable)?;
        check_unique("column names", &columns)?;
        if text.ends_inside_quotes(last) {
            return Err(open_quote(last));
        }
        if rows == 0 {
            return Err(DataError::NoRows);
        }
        Ok(Self { columns, rows, text })
    }

    /// The names of the columns.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The number of rows, without the header.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns of these names as numbers, in this order: features x n, a row of the
    /// table a column. Other columns are ignored.
    ///
    /// # Errors
    /// [`DataError::Shape`] for no names, or more than there is memory for;
    /// [`DataError::MissingFeatures`], with all that are missing;
    /// [`DataError::FeatureNotNumeric`] for a cell that is not a finite number.
    pub fn features(&self, names: &[impl AsRef<str>]) -> Result<Mat<f64>, DataError> {
        let (x, _) = self.numbers(&self.find_all(names)?, None)?;
        Ok(x)
    }

    /// Where an example is, which is a row of the table: found by reading up to it.
    ///
    /// # Errors
    /// [`DataError::IndexOutOfRange`] if there are not so many rows.
    ///
    /// ```
    /// use densely_data::Table;
    ///
    /// let table = Table::from_reader("a,b\n1,2\n\n3,4\n".as_bytes(), b',')?;
    /// assert_eq!(table.place(1)?.to_string(), "row 2 (line 4)");
    /// # Ok::<(), densely_data::DataError>(())
    /// ```
    pub fn place(&self, example: usize) -> Result<Place, DataError> {
        let place = self.try_for_each_row(|at, start, _| {
            let place = || Place::Row { row: at + 1, line: self.text.line(start) };
            if at < example { Ok(()) } else { Err(place()) }
        });
        match place {
            Err(place) => Ok(place),
            Ok(()) => Err(DataError::IndexOutOfRange { index: example, examples: self.rows }),
        }
    }

    /// The features as numbers; of a table to learn from, also the cells of the target, and
    /// the place of each row: in one pass, for the text is parsed anew at each.
    pub(crate) fn numbers(
        &self,
        features: &[usize],
        target: Option<usize>,
    ) -> Result<(Mat<f64>, Targets), DataError> {
        ShapeError::expect_some("Table::features", "features", features.len())?;
        let mut x = try_zeros("Table::features", "the numbers", features.len(), self.rows)?;
        let (mut targets, mut lines) = (Targets::default(), self.text.lines());
        self.try_for_each_row(|example, start, row| {
            for (value, &feature) in column_mut(x.as_mut(), example).iter_mut().zip(features) {
                *value = number(row[feature].trim()).ok_or((example, feature))?;
            }
            if let Some(target) = target {
                targets.cells.push_field(row[target].trim());
                targets.places.push(Place::Row { row: example + 1, line: lines.line(start) });
            }
            Ok(())
        })
        .map_err(|(example, feature)| DataError::FeatureNotNumeric(self.cell(example, feature)))?;
        Ok((x, targets))
    }

    /// Looks at all cells of a column, in order.
    pub(crate) fn for_each_cell(&self, column: usize, mut visit: impl FnMut(&str)) {
        let visited: Result<(), Infallible> = self.try_for_each_row(|_, _, row| {
            visit(row[column].trim());
            Ok(())
        });
        let Ok(()) = visited;
    }

    /// A cell and its place, for a message: found by reading up to it.
    pub(crate) fn cell(&self, example: usize, column: usize) -> Cell {
        let cell = self.try_for_each_row(|at, start, row| {
            if at < example {
                return Ok(());
            }
            let line = self.text.line(start);
            Err(Cell::new(&self.columns[column], example + 1, line, row[column].trim()))
        });
        cell.expect_err("the cell is in the table")
    }

    /// The position of a column.
    pub(crate) fn find(&self, name: &str) -> Result<usize, DataError> {
        self.columns.iter().position(|column| column == name).ok_or_else(|| {
            DataError::UnknownColumn {
                name: name.to_owned(),
                suggestion: nearest(name, self.columns.iter().map(String::as_str))
                    .map(str::to_owned),
                columns: self.columns.clone(),
            }
        })
    }

    /// The position of each column, by its name.
    pub(crate) fn positions(&self) -> HashMap<&str, usize> {
        self.columns.iter().enumerate().map(|(i, column)| (column.as_str(), i)).collect()
    }

    /// The positions of several columns.
    pub(crate) fn find_all(&self, names: &[impl AsRef<str>]) -> Result<Vec<usize>, DataError> {
        let positions = self.positions();
        let names = || names.iter().map(AsRef::as_ref);
        let found: Vec<_> = names().filter_map(|name| positions.get(name).copied()).collect();
        let missing: Vec<_> =
            names().filter(|name| !positions.contains_key(name)).map(str::to_owned).collect();
        if missing.is_empty() {
            Ok(found)
        } else {
            Err(DataError::MissingFeatures { names: missing, columns: self.columns.clone() })
        }
    }

    fn try_for_each_row<E>(
        &self,
        mut visit: impl FnMut(usize, usize, &StringRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        // The header is the row before the first example.
        let mut rows = 0;
        self.text.try_for_each(|start, row| {
            rows += 1;
            if rows == 1 { Ok(()) } else { visit(rows - 2, start, row) }
        })
    }
}

/// What there is to learn, row by row.
#[derive(Default)]
pub(crate) struct Targets {
    /// A list of texts that takes little memory.
    pub(crate) cells: StringRecord,
    pub(crate) places: Vec<Place>,
}

impl fmt::Debug for Table {
    /// The shape; not the text, which may be large.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("rows", &self.rows)
            .field("columns", &self.columns.len())
            .finish_non_exhaustive()
    }
}

/// The names of the columns.
fn header(row: &StringRecord) -> Vec<String> {
    let name = |(i, cell): (usize, &str)| match cell.trim() {
        "" => format!("column {}", i + 1),
        name => name.to_owned(),
    };
    row.iter().enumerate().map(name).collect()
}

/// The finite number that a cell holds, if it holds one.
pub(crate) fn number(cell: &str) -> Option<f64> {
    cell.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finite_decimal_numbers_are_numbers() {
        for (cell, expected) in [("0", 0.0), ("-1.5", -1.5), ("+2", 2.0), (".5", 0.5), ("1e3", 1e3)]
        {
            assert_eq!(number(cell), Some(expected));
        }
        for cell in
            ["", "nan", "NaN", "inf", "-infinity", "1e999", "NA", "1,5", "0x10", "1_000", "a"]
        {
            assert_eq!(number(cell), None, "{cell}");
        }
    }

    #[test]
    fn a_column_without_a_name_is_named_by_its_position() {
        let table = Table::from_reader(" ,a ,\"\"\n1,2,3".as_bytes(), b',').unwrap();
        assert_eq!(table.columns(), ["column 1", "a", "column 3"]);
    }
}
