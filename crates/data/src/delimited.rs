use csv::{ReaderBuilder, StringRecord};

use crate::DataError;

/// Rows of cells as text in memory, separated by a delimiter, quoted where needed.
///
/// The text is kept as it is and read anew at each pass: that takes as much memory as
/// the file does, where one string per cell would take many times as much, and it keeps
/// every cell as it was written. A byte order mark at its start is passed over.
pub(crate) struct Delimited {
    text: String,
    delimiter: u8,
}

impl Delimited {
    pub(crate) fn new(bytes: Vec<u8>, delimiter: u8) -> Result<Self, DataError> {
        if !delimiter.is_ascii() || matches!(delimiter, b'"' | b'\r' | b'\n') {
            return Err(DataError::Delimiter(delimiter));
        }
        let text = String::from_utf8(bytes).map_err(|error| DataError::NotUtf8 {
            line: line_at(error.as_bytes(), error.utf8_error().valid_up_to()),
        })?;
        Ok(Self { text, delimiter })
    }

    /// Calls `visit(row)` for each row, the header first, until one fails. Blank lines
    /// are no rows.
    pub(crate) fn try_for_each<E>(
        &self,
        visit: impl FnMut(&StringRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        try_for_each(&self.text, self.delimiter, visit)
    }

    /// The line, from 1, on which the row that [`start`]s there begins.
    pub(crate) fn line(&self, start: usize) -> usize {
        line_at(self.text.as_bytes(), start)
    }

    /// Whether the row that [`start`]s there goes on to the end of the text inside a quoted
    /// cell: then even a line break would not end it.
    pub(crate) fn ends_inside_quotes(&self, start: usize) -> bool {
        let followed = format!("{}\n.", &self.text[start..]);
        let mut rows = 0;
        let counted = try_for_each(&followed, self.delimiter, |_| {
            rows += 1;
            Ok::<_, DataError>(())
        });
        counted.is_ok() && rows == 1
    }
}

/// The byte at which a row begins, or at which the blank lines before it do.
pub(crate) fn start(row: &StringRecord) -> usize {
    row.position().map_or(0, |position| position.byte() as usize)
}

fn try_for_each<E>(
    text: &str,
    delimiter: u8,
    mut visit: impl FnMut(&StringRecord) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut row = StringRecord::new();
    while reader.read_record(&mut row).expect("text in memory can be read, rows of any length") {
        visit(&row)?;
    }
    Ok(())
}

/// The line, from 1, of the first byte at or after `start` that ends no line. Lines end
/// with a line feed, a carriage return, or both.
fn line_at(bytes: &[u8], start: usize) -> usize {
    let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let blank = bytes[start..].iter().take_while(|byte| is_break(byte)).count();
    let before = &bytes[..start + blank];
    let pairs = before.windows(2).filter(|pair| pair == b"\r\n").count();
    1 + before.iter().filter(|byte| is_break(byte)).count() - pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
        let text = Delimited::new(text.into(), b',').unwrap();
        let mut rows = Vec::new();
        text.try_for_each(|row| {
            rows.push((text.line(start(row)), row.iter().map(String::from).collect()));
            Ok::<_, DataError>(())
        })
        .unwrap();
        rows
    }

    fn row(line: usize, cells: &[&str]) -> (usize, Vec<String>) {
        (line, cells.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn every_kind_of_line_break_ends_a_row() {
        for text in ["a,b\n1,2\n\n\n3,4", "a,b\r\n1,2\r\n\r\n\r\n3,4\r\n", "a,b\r1,2\r\r\r3,4\r"] {
            let expected = [row(1, &["a", "b"]), row(2, &["1", "2"]), row(5, &["3", "4"])];
            assert_eq!(rows(text), expected, "{text:?}");
        }
    }

    #[test]
    fn quotes_hold_delimiters_quotes_and_line_breaks() {
        let expected = [row(1, &["a, \"b\"\n"]), row(3, &["c\r\nd", "e"]), row(5, &["f"])];
        assert_eq!(rows("\"a, \"\"b\"\"\n\"\n\"c\r\nd\",e\nf"), expected);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_cell() {
        assert_eq!(rows("\u{feff}a,b\n\n1"), [row(1, &["a", "b"]), row(3, &["1"])]);
        assert_eq!(rows("\u{feff}"), []);
    }

    #[test]
    fn a_quote_that_stays_open_is_noticed() {
        for (text, open) in [
            ("a,b\n1,\"2", true),
            ("a,b\n1,\"2\n3,4\n", true),
            ("a,\"b", true),
            ("\u{feff}a,\"b", true),
            ("\u{feff}a,b\n\"é", true),
            ("\u{feff}a,b\n\"é\"\n", false),
            ("a,b\n1,\"2\"\"", true),
            ("a,b\n1,\"2\"", false),
            ("a,b\n1,\"2\"\n\n", false),
            ("a,b\n1,\"2\n3\"\n", false),
            ("a,b\n1,2\"", false),
            ("a,b", false),
        ] {
            let delimited = Delimited::new(text.into(), b',').unwrap();
            let mut last = 0;
            delimited
                .try_for_each(|row| {
                    last = start(row);
                    Ok::<_, DataError>(())
                })
                .unwrap();
            assert_eq!(delimited.ends_inside_quotes(last), open, "{text:?}");
        }
    }
}
