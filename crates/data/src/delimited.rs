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
            line: Lines::new(error.as_bytes()).line(error.utf8_error().valid_up_to()),
        })?;
        Ok(Self { text, delimiter })
    }

    /// Calls `visit(start, row)` for each row, the header first, until one fails; it begins
    /// at the byte `start`. Blank lines are no rows, but below a header of one cell, each is a
    /// row with an empty cell: that is how some programs write a gap.
    pub(crate) fn try_for_each<E>(
        &self,
        visit: impl FnMut(usize, &StringRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        try_for_each(&self.text, self.delimiter, visit)
    }

    /// The line, from 1, on which the row begins that starts there.
    pub(crate) fn line(&self, start: usize) -> usize {
        self.lines().line(start)
    }

    /// The lines of rows, in their order.
    pub(crate) fn lines(&self) -> Lines<'_> {
        Lines::new(self.text.as_bytes())
    }

    /// Whether the row that starts there goes on to the end of the text inside a quoted
    /// cell: then even a line break would not end it.
    pub(crate) fn ends_inside_quotes(&self, start: usize) -> bool {
        if line_break(&self.text.as_bytes()[start..]) > 0 {
            return false;
        }
        let followed = format!("{}\n.", &self.text[start..]);
        let mut rows = 0;
        let counted = try_for_each(&followed, self.delimiter, |_, _| {
            rows += 1;
            Ok::<_, DataError>(())
        });
        counted.is_ok() && rows == 1
    }
}

fn try_for_each<E>(
    text: &str,
    delimiter: u8,
    mut visit: impl FnMut(usize, &StringRecord) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let (mut row, empty) = (StringRecord::new(), StringRecord::from(vec![""]));
    let mut one_column = None;
    loop {
        // The reader passes over blank lines, and over a mark before the first.
        let mut start = reader.position().byte() as usize;
        start += if start == 0 && text.starts_with(MARK) { MARK.len_utf8() } else { 0 };
        let is_row =
            reader.read_record(&mut row).expect("text in memory can be read, rows of any length");
        // A carriage return ends a row before it is known what follows.
        start += usize::from(
            start > 0 && text[..start].ends_with('\r') && text[start..].starts_with('\n'),
        );
        while let length @ 1.. = line_break(&text.as_bytes()[start..]) {
            if one_column == Some(true) {
                visit(start, &empty)?;
            }
            start += length;
        }
        if !is_row {
            return Ok(());
        }
        one_column.get_or_insert(row.len() == 1);
        visit(start, &row)?;
    }
}

/// A byte order mark.
const MARK: char = '\u{feff}';

/// The number of bytes of the line break that the text begins with; 0 if it does not.
/// Lines end with a line feed, a carriage return, or both.
fn line_break(text: &[u8]) -> usize {
    match text {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// Counts the lines up to bytes that come one after another.
pub(crate) struct Lines<'a> {
    text: &'a [u8],
    /// The line at `byte`.
    line: usize,
    byte: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self { text, line: 1, byte: 0 }
    }

    /// The line, from 1, of a byte that is no earlier than the one before.
    pub(crate) fn line(&mut self, byte: usize) -> usize {
        let passed = &self.text[self.byte..byte];
        let breaks = passed.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count();
        let pairs = passed.windows(2).filter(|pair| pair == b"\r\n").count();
        (self.line, self.byte) = (self.line + breaks - pairs, byte);
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
        let text = Delimited::new(text.into(), b',').unwrap();
        let mut rows = Vec::new();
        text.try_for_each(|start, row| {
            rows.push((text.line(start), row.iter().map(String::from).collect()));
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

    /// Below a header of one cell: also at the end, as programs write that write gaps so.
    #[test]
    fn a_blank_line_is_an_empty_cell_of_one_column() {
        let expected =
            [row(1, &["a"]), row(2, &[""]), row(3, &["1"]), row(4, &[""]), row(5, &[""])];
        for ending in ["\n", "\r\n", "\r"] {
            let text = "a\n\n1\n\n\n".replace('\n', ending);
            assert_eq!(rows(&text), expected, "{text:?}");
            let text = text.strip_suffix(ending).unwrap();
            assert_eq!(rows(text), expected[..4], "{text:?}");
            let text = text.strip_suffix(ending).unwrap();
            assert_eq!(rows(text), expected[..3], "{text:?}");
        }
        let spaces =
            [row(3, &["a"]), row(4, &["  "]), row(5, &[""]), row(6, &["\n"]), row(8, &[""])];
        assert_eq!(rows("\n\na\n  \n\"\"\n\"\n\"\n\n"), spaces);
        assert_eq!(rows("a\n\"1\n\n\"\n2"), [row(1, &["a"]), row(2, &["1\n\n"]), row(5, &["2"])]);
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
                .try_for_each(|start, _| {
                    last = start;
                    Ok::<_, DataError>(())
                })
                .unwrap();
            assert_eq!(delimited.ends_inside_quotes(last), open, "{text:?}");
        }
    }
}
