use std::io::{Read, Seek};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;

use super::{FORMAT, damaged};
use crate::input::Input;
use crate::{Limits, Reason};

/// What a workbook is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Workbook {
    Xlsx,
    Ods,
}

/// Tells what a workbook is, and whether it is not larger than it looks: all that is compressed in
/// it is read once, and nothing kept.
pub(super) fn check(input: &mut Input, limits: Limits) -> Result<Workbook, Reason> {
    let len = input.len();
    let mut archive = ZipArchive::new(&mut *input).map_err(damaged)?;
    let mut kind = None;
    let mut total = 0;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.to_ascii_lowercase();
        match &name[..] {
            "xl/workbook.xml" => kind = Some(Workbook::Xlsx),
            "xl/workbook.bin" => {
                let (what, advice) = ("a binary workbook of Excel (.xlsb)", "save it as .xlsx");
                return Err(Reason::Unsupported { what, advice });
            }
            "content.xml" => kind = kind.or(Some(Workbook::Ods)),
            _ => {}
        }
        if name == "content.xml" {
            let mut text = Vec::new();
            count(&mut entry, |piece| {
                total += piece.len() as u64;
                text.extend_from_slice(piece);
                limits.check(len, total)
            })?;
            check_ends(&text)?;
            limits.check(len, repeated_cells(&text).saturating_mul(CELL))?;
        } else {
            count(&mut entry, |piece| {
                total += piece.len() as u64;
                limits.check(len, total)
            })?;
        }
    }
    let kind = kind.ok_or_else(|| {
        Reason::damaged(FORMAT, "it is an archive that holds neither arrays nor sheets")
    })?;
    drop(archive);
    input.rewind()?;
    Ok(kind)
}

fn count(
    entry: &mut dyn Read,
    mut piece: impl FnMut(&[u8]) -> Result<(), Reason>,
) -> Result<(), Reason> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        match entry.read(&mut buffer).map_err(damaged)? {
            0 => return Ok(()),
            read => piece(&buffer[..read])?,
        }
    }
}

/// Whether all that begins in a text of XML ends: the library waits for the end of a table forever.
fn check_ends(text: &[u8]) -> Result<(), Reason> {
    let (mut reader, mut buffer, mut depth) = (Reader::from_reader(text), Vec::new(), 0_usize);
    loop {
        buffer.clear();
        // It says so itself if an end is not that of what began last.
        match reader.read_event_into(&mut buffer).map_err(damaged)? {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            Event::Eof if depth > 0 => {
                return Err(Reason::damaged(FORMAT, "its contents end too early"));
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// What the library keeps of a cell, with its formula.
const CELL: u64 = 48;

/// How many cells the sheets of `OpenDocument` stand for, where one may say that it is
/// repeated: at least as many as the library makes of them.
fn repeated_cells(text: &[u8]) -> u64 {
    let (mut total, mut width, mut row_repeats) = (0_u64, 0_u64, 1_u64);
    // Empty cells and rows count only if others follow; otherwise sheets end with millions.
    let (mut row, mut empty, mut empty_rows) = (0_u64, 0_u64, 0_u64);
    for tag in tags(text) {
        let end_of_row = tag.starts_with(b"/table:table-row");
        if end_of_row || tag.starts_with(b"/table:table>") {
            if row > 0 {
                width = width.max(row);
                total = total
                    .saturating_add(row_repeats.saturating_add(empty_rows).saturating_mul(width));
                empty_rows = 0;
            } else if end_of_row {
                empty_rows = empty_rows.saturating_add(row_repeats);
            }
            (row, empty, row_repeats) = (0, 0, 1);
        } else if tag.starts_with(b"table:table-row") {
            row_repeats = attribute(tag, b"table:number-rows-repeated");
        } else if tag.starts_with(b"table:table-cell")
            || tag.starts_with(b"table:covered-table-cell")
        {
            let repeats = attribute(tag, b"table:number-columns-repeated");
            let is_empty = tag.ends_with(b"/") && !contains(tag, b"office:");
            if is_empty && !contains(tag, b"formula") {
                empty = empty.saturating_add(repeats);
            } else {
                row = row.saturating_add(empty).saturating_add(repeats);
                empty = 0;
            }
        }
    }
    total
}

/// What is between angles, whatever is in its quotes.
fn tags(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.iter().position(|&byte| byte == b'<')? + 1;
        let mut quote = None;
        let end = rest[start..].iter().position(|&byte| {
            match quote {
                Some(open) if open == byte => quote = None,
                None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
                _ => {}
            }
            quote.is_none() && byte == b'>'
        });
        let end = end.map_or(rest.len(), |end| start + end);
        let tag = &rest[start..end];
        rest = &rest[end..];
        Some(tag)
    })
}

fn contains(tag: &[u8], part: &[u8]) -> bool {
    tag.windows(part.len()).any(|window| window == part)
}

/// A number in a tag; 1 if it is not there, and the largest if it is none.
fn attribute(tag: &[u8], name: &[u8]) -> u64 {
    let Some(at) = tag.windows(name.len()).position(|window| window == name) else { return 1 };
    let value = tag[at + name.len()..].trim_ascii_start();
    let value = value.strip_prefix(b"=").unwrap_or(value).trim_ascii_start();
    let digits = value.get(1..).unwrap_or_default();
    let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    let text = std::str::from_utf8(&digits[..end]).unwrap_or_default();
    text.parse().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_has_to_end() {
        assert!(check_ends(b"<a><b/><c>text</c></a>").is_ok());
        for text in ["<a><b>", "<a><b></a>", "<a></a></b>", "<a", "<a><!-- "] {
            let error = check_ends(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains("this is no workbook, or it is damaged"), "{text}: {error}");
        }
    }

    #[test]
    fn repeated_cells_are_counted() {
        let rows =
            |rows: &str| repeated_cells(format!("<table:table>{rows}</table:table>").as_bytes());
        let row = |attributes: &str, cells: &str| {
            format!("<table:table-row{attributes}>{cells}</table:table-row>")
        };
        let cell = r#"<table:table-cell office:value="1"/>"#;
        let many = r#"<table:table-cell x='>' table:number-columns-repeated="1000"/>"#;
        let thousand = r#" table:number-rows-repeated="1000""#;
        assert_eq!(rows(&row("", &cell.repeat(3))), 3);
        assert_eq!(rows(&row("", &format!("{cell}{many}"))), 1);
        assert_eq!(rows(&row("", &format!("{many}{cell}"))), 1001);
        assert_eq!(rows(&row(thousand, cell)), 1000);
        let empty = row(thousand, many);
        assert_eq!(rows(&format!("{}{empty}", row("", cell))), 1);
        assert_eq!(rows(&format!("{}{empty}{}", row("", cell), row("", cell))), 1002);
    }
}
