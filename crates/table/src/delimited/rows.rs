use csv::{ByteRecord, ReaderBuilder};

use super::Separator;
use super::record::Record;

/// Calls `visit(start, row)` for each row of the text, until one fails; it begins at the byte
/// `start`. Blank lines are no rows, unless `blank_rows`: then each is one of an empty cell, which
/// is how programs write a gap where there is one column.
pub(super) fn try_for_each<E>(
    text: &[u8],
    separator: Separator,
    blank_rows: bool,
    visit: impl FnMut(usize, Record<'_>) -> Result<(), E>,
) -> Result<(), E> {
    match separator {
        Separator::Spaces => spaced(text, visit),
        Separator::Byte(byte) if memchr::memchr(b'"', text).is_some() => {
            quoted(text, byte, blank_rows, visit)
        }
        Separator::Byte(byte) => unquoted(text, byte, blank_rows, visit),
    }
}

/// A row of one empty cell.
fn empty() -> Record<'static> {
    Record::written(b"", &[0])
}

/// Cells as they are written, a byte between them: nothing is copied.
fn unquoted<E>(
    text: &[u8],
    separator: u8,
    blank_rows: bool,
    mut visit: impl FnMut(usize, Record<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let (mut start, mut ends) = (0, Vec::new());
    for at in memchr::memchr3_iter(separator, b'\n', b'\r', text) {
        if text[at] == separator {
            ends.push(at - start);
            continue;
        }
        if at > start {
            ends.push(at - start);
            visit(start, Record::written(&text[start..at], &ends))?;
            ends.clear();
        } else if blank_rows && !(at > 0 && text[at - 1..=at] == *b"\r\n") {
            visit(start, empty())?;
        }
        start = at + 1;
    }
    if start < text.len() {
        ends.push(text.len() - start);
        visit(start, Record::written(&text[start..], &ends))?;
    }
    Ok(())
}

/// Cells of which some are quoted.
fn quoted<E>(
    text: &[u8],
    separator: u8,
    blank_rows: bool,
    mut visit: impl FnMut(usize, Record<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(1 << 16)
        .from_reader(text);
    let (mut row, mut ends) = (ByteRecord::new(), Vec::new());
    loop {
        // The reader passes over blank lines.
        let mut start = reader.position().byte() as usize;
        let is_row = reader
            .read_byte_record(&mut row)
            .expect("text in memory can be read, rows of any length");
        // A carriage return ends a row before it is known what follows.
        start += usize::from(
            start > 0 && text[..start].ends_with(b"\r") && text[start..].starts_with(b"\n"),
        );
        while let length @ 1.. = line_break(&text[start..]) {
            if blank_rows {
                visit(start, empty())?;
            }
            start += length;
        }
        if !is_row {
            return Ok(());
        }
        ends.clear();
        ends.extend((0..row.len()).filter_map(|i| row.range(i)).map(|cell| cell.end));
        visit(start, Record::joined(row.as_slice(), &ends))?;
    }
}

/// Cells between which there are spaces or tabs; a quoted one may hold some.
fn spaced<E>(
    text: &[u8],
    mut visit: impl FnMut(usize, Record<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let (mut at, mut cells, mut ends) = (0, Vec::new(), Vec::new());
    while at < text.len() {
        let start = at;
        cells.clear();
        ends.clear();
        loop {
            at += text[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            match text.get(at) {
                None => break,
                Some(b'\r' | b'\n') => {
                    at += line_break(&text[at..]);
                    break;
                }
                Some(b'"') => at += 1 + push_quoted(&text[at + 1..], &mut cells),
                Some(_) => {
                    let is_end = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
                    let rest = &text[at..];
                    let length = rest.iter().position(is_end).unwrap_or(rest.len());
                    cells.extend_from_slice(&rest[..length]);
                    at += length;
                }
            }
            ends.push(cells.len());
        }
        if !ends.is_empty() {
            visit(start, Record::joined(&cells, &ends))?;
        }
    }
    Ok(())
}

/// Adds the cell that ends with a quote which is not doubled, and says how long it is with that.
fn push_quoted(text: &[u8], cells: &mut Vec<u8>) -> usize {
    let mut at = 0;
    while at < text.len() {
        match &text[at..] {
            [b'"', b'"', ..] => {
                cells.push(b'"');
                at += 2;
            }
            [b'"', ..] => return at + 1,
            rest => {
                cells.push(rest[0]);
                at += 1;
            }
        }
    }
    at
}

/// The number of bytes of the line break that the text begins with; 0 if it does not.
/// Lines end with a line feed, a carriage return, or both.
pub(super) fn line_break(text: &[u8]) -> usize {
    match text {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// The number of line breaks.
pub(super) fn line_breaks(text: &[u8]) -> usize {
    let ends = memchr::memchr2_iter(b'\r', b'\n', text);
    ends.filter(|&at| !(text[at] == b'\r' && text.get(at + 1) == Some(&b'\n'))).count()
}

/// Where a text that begins where a row does can be cut.
pub(super) enum Cut {
    /// After the last line break that ends a row.
    At(usize),
    /// No row is whole.
    Nowhere,
}

/// Where the last row ends that is whole, and where a quoted cell begins that is not closed.
pub(super) fn last_row_end(text: &[u8], separator: Separator) -> (Cut, Option<usize>) {
    // A carriage return at the end may be half of a line break.
    let ends = |from: usize, to: usize| match memchr::memrchr(b'\n', &text[from..to]) {
        Some(at) => Some(from + at + 1),
        None => {
            let to = to.min(text.len().saturating_sub(1)).max(from);
            memchr::memrchr(b'\r', &text[from..to]).map(|at| from + at + 1)
        }
    };
    let cut = |end: Option<usize>| end.map_or(Cut::Nowhere, Cut::At);
    let (mut at, mut last) = (0, None);
    while let Some(quote) = memchr::memchr(b'"', &text[at..]).map(|next| at + next) {
        last = ends(at, quote).or(last);
        at = quote + 1;
        if is_at_cell_start(text, quote, separator) {
            match quoted_length(&text[at..]) {
                None => return (cut(last), Some(quote)),
                Some(length) => at += length,
            }
        }
    }
    (cut(ends(at, text.len()).or(last)), None)
}

/// Whether a cell begins there.
fn is_at_cell_start(text: &[u8], at: usize, separator: Separator) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| text[before]) else { return true };
    match separator {
        _ if matches!(before, b'\r' | b'\n') => true,
        Separator::Byte(byte) => before == byte,
        Separator::Spaces => matches!(before, b' ' | b'\t'),
    }
}

/// Up to and with the quote that ends the cell; `None` if there is none.
fn quoted_length(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr(b'"', &text[at..])? + 1;
        if text.get(at) != Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str, separator: Separator) -> Vec<(usize, Vec<String>)> {
        let mut rows = Vec::new();
        try_for_each(text.as_bytes(), separator, false, |start, row| {
            let cells = row.iter().map(|cell| String::from_utf8(cell.to_vec()).unwrap());
            rows.push((line_breaks(&text.as_bytes()[..start]) + 1, cells.collect()));
            Ok::<_, ()>(())
        })
        .unwrap();
        rows
    }

    fn row(line: usize, cells: &[&str]) -> (usize, Vec<String>) {
        (line, cells.iter().map(ToString::to_string).collect())
    }

    type Rows = Vec<(usize, Vec<Vec<u8>>)>;

    fn keep(rows: &mut Rows) -> impl FnMut(usize, Record<'_>) -> Result<(), ()> {
        |start, row| {
            rows.push((start, row.iter().map(<[u8]>::to_vec).collect()));
            Ok(())
        }
    }

    const COMMA: Separator = Separator::Byte(b',');

    #[test]
    fn every_kind_of_line_break_ends_a_row() {
        for text in ["a,b\n1,2\n\n\n3,4", "a,b\r\n1,2\r\n\r\n\r\n3,4\r\n", "a,b\r1,2\r\r\r3,4\r"] {
            let expected = [row(1, &["a", "b"]), row(2, &["1", "2"]), row(5, &["3", "4"])];
            assert_eq!(rows(text, COMMA), expected, "{text:?}");
            assert_eq!(rows(&text.replace(',', " \t"), Separator::Spaces), expected, "{text:?}");
        }
    }

    #[test]
    fn quotes_hold_separators_quotes_and_line_breaks() {
        let expected = [row(1, &["a, \"b\"\n"]), row(3, &["c\r\nd", "e"]), row(5, &["f"])];
        assert_eq!(rows("\"a, \"\"b\"\"\n\"\n\"c\r\nd\",e\nf", COMMA), expected);
        let expected = [row(1, &["a \"b\"\n", "c"]), row(3, &["d"])];
        assert_eq!(rows("  \"a \"\"b\"\"\n\"  c  \nd", Separator::Spaces), expected);
    }

    #[test]
    fn a_quote_that_stays_open_is_noticed() {
        for (text, open) in [
            ("a,b\n1,\"2", Some(6)),
            ("a,b\n1,\"2\n3,4\n", Some(6)),
            ("a,\"b", Some(2)),
            ("a,b\n1,\"2\"\"", Some(6)),
            ("a,b\n1,\"2\"", None),
            ("a,b\n1,\"2\n3\"\n", None),
            ("a,b\n1,2\"", None),
            ("a,b", None),
        ] {
            assert_eq!(last_row_end(text.as_bytes(), COMMA).1, open, "{text:?}");
        }
    }

    proptest! {
        /// What has no quotes is taken apart as what has some.
        #[test]
        fn quotes_elsewhere_change_nothing(
            text in "[a,;\r\n ]{0,40}", blank_rows in any::<bool>(),
        ) {
            let all = |by: fn(&[u8], bool, &mut Rows)| {
                let mut rows = Vec::new();
                by(text.as_bytes(), blank_rows, &mut rows);
                rows
            };
            let plain = all(|text, blank_rows, rows| {
                let _ = unquoted(text, b',', blank_rows, keep(rows));
            });
            let other = all(|text, blank_rows, rows| {
                let _ = quoted(text, b',', blank_rows, keep(rows));
            });
            prop_assert_eq!(plain, other);
        }

        /// Rows are the same whether a text is read as a whole or in pieces.
        #[test]
        fn a_text_may_be_cut_where_rows_end(
            text in "[a,;\"\r\n ]{0,40}", spaces in any::<bool>(), at in 0_usize..40,
        ) {
            let separator = if spaces { Separator::Spaces } else { COMMA };
            let cells = |text: &str| -> Vec<Vec<String>> {
                rows(text, separator).into_iter().map(|(_, cells)| cells).collect()
            };
            let at = at.min(text.len());
            let (cut, open) = last_row_end(&text.as_bytes()[..at], separator);
            let Cut::At(end) = cut else { return Ok(()) };
            prop_assert!(end <= at);
            let (head, rest) = text.split_at(end);
            prop_assert_eq!(cells(&text), [cells(head), cells(rest)].concat(), "{:?}", end);
            prop_assert!(open.is_none_or(|open| open >= end));
        }
    }
}
