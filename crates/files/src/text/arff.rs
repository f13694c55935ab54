use std::io::Read;

use densely_table::{Column, ColumnBuilder, Table};

use super::lines::{Line, Lines};
use super::smallest::number as number_of;
use crate::error::quoted;
use crate::sparse::Sparse;
use crate::{Limits, Reason};

/// Reads ARFF, dense or sparse: numbers are numbers, `{...}`, strings and dates are text, `?` is a
/// gap. What a sparse row leaves out is 0, or the first of the values in braces.
pub(crate) fn read(reader: impl Read, limits: Limits) -> Result<Table, Reason> {
    let mut lines = Lines::new(reader, FORMAT);
    let (mut attributes, mut cells) = (Vec::new(), Sparse::default());
    let mut in_data = false;
    while let Some(line) = lines.next()? {
        let Line { text: line, number, bytes } = line;
        if line.starts_with('%') {
            continue;
        }
        if in_data {
            row(line, number, &attributes, &mut cells)?;
            cells.end_row(bytes, limits)?;
            continue;
        }
        let word = line.split(char::is_whitespace).next().unwrap_or_default();
        match &word.to_ascii_lowercase()[..] {
            "@relation" => {}
            "@data" => in_data = true,
            "@attribute" => {
                let (name, kind) = attribute(line[word.len()..].trim_start(), number)?;
                cells.push(name);
                attributes.push(kind);
            }
            _ => {
                let expected = "`@relation`, `@attribute` or `@data`";
                return Err(Reason::line(number, expected, line));
            }
        }
    }
    if !in_data {
        return Err(Reason::damaged(FORMAT, "it has no `@data`"));
    }
    let columns: Vec<Column> =
        cells.finish(|column, cells| attributes[column].push_default(cells)).collect();
    Ok(Table::from_columns(columns)?)
}

const FORMAT: &str = "ARFF file";

/// What a column is of.
enum Attribute {
    Number,
    Text,
    Nominal(Vec<String>),
}

impl Attribute {
    /// What a sparse row leaves out.
    fn push_default(&self, cells: &mut ColumnBuilder) {
        match self {
            Self::Number => cells.push_number(0.0),
            Self::Text => cells.push_gap(),
            Self::Nominal(values) => match values.first() {
                Some(first) => cells.push_text(first),
                None => cells.push_gap(),
            },
        }
    }

    fn push(&self, cell: &Cell<'_>, to: &mut ColumnBuilder) -> Result<(), String> {
        match self {
            _ if cell.is_gap() => to.push_gap(),
            Self::Number => match number_of(&cell.text) {
                Some(number) => to.push_number(number),
                None => return Err("a number or `?`".to_owned()),
            },
            Self::Nominal(values) if !values.contains(&cell.text) => {
                let known: Vec<String> =
                    values.iter().take(10).map(|value| quoted(value)).collect();
                let more = if values.len() > 10 { ", ..." } else { "" };
                return Err(format!("one of {}{more} or `?`", known.join(", ")));
            }
            Self::Nominal(_) | Self::Text => to.push_text(&cell.text),
        }
        Ok(())
    }
}

/// A declaration without its first word.
fn attribute(rest: &str, number: usize) -> Result<(String, Attribute), Reason> {
    let wrong = || Reason::line(number, "`@attribute NAME TYPE`", rest);
    let (name, rest) = name(rest).ok_or_else(wrong)?;
    let rest = rest.trim();
    if let Some(list) = rest.strip_prefix('{') {
        let list = list.trim_end().strip_suffix('}').ok_or_else(wrong)?;
        let values = cells_of(list).ok_or_else(wrong)?;
        let values = values.into_iter().map(|value| value.text).collect();
        return Ok((name, Attribute::Nominal(values)));
    }
    let kind = rest.split(char::is_whitespace).next().unwrap_or_default();
    let attribute = match &kind.to_ascii_lowercase()[..] {
        "numeric" | "real" | "integer" => Attribute::Number,
        "string" | "date" => Attribute::Text,
        _ => {
            let expected = "the type numeric, real, integer, string, date or {...}";
            return Err(Reason::line(number, expected, kind).in_column(&name));
        }
    };
    Ok((name, attribute))
}

/// A name, which may be quoted, and what follows.
fn name(text: &str) -> Option<(String, &str)> {
    match text.chars().next()? {
        quote @ ('\'' | '"') => {
            let (name, rest) = quoted_text(&text[1..], quote)?;
            Some((name, rest))
        }
        _ => {
            let end = text.find(|c: char| c.is_whitespace() || c == '{')?;
            Some((text[..end].to_owned(), &text[end..]))
        }
    }
}

/// A cell, and whether it was quoted: a quoted question mark is one.
struct Cell<'a> {
    text: String,
    quoted: bool,
    /// As it stands in the file.
    written: &'a str,
}

impl Cell<'_> {
    fn is_gap(&self) -> bool {
        !self.quoted && self.text == "?"
    }
}

fn row(
    line: &str,
    number: usize,
    attributes: &[Attribute],
    cells: &mut Sparse,
) -> Result<(), Reason> {
    if let Some(sparse) = line.strip_prefix('{') {
        return sparse_row(sparse, line, number, attributes, cells);
    }
    let found = cells_of(line)
        .ok_or_else(|| Reason::line(number, "cells between commas, quoted or not", line))?;
    if found.len() != attributes.len() {
        let expected = format!("{} cells", attributes.len());
        return Err(Reason::line(number, expected, &found.len().to_string()));
    }
    for (column, (cell, attribute)) in found.iter().zip(attributes).enumerate() {
        push(column, cell, attribute, number, cells)?;
    }
    Ok(())
}

/// `{1 0.5, 3 red}`: indices from 0, and cells.
fn sparse_row(
    sparse: &str,
    line: &str,
    number: usize,
    attributes: &[Attribute],
    cells: &mut Sparse,
) -> Result<(), Reason> {
    let wrong = |found: &str| Reason::line(number, "`{index value, ...}` and nothing more", found);
    let mut rest = sparse.strip_suffix('}').ok_or_else(|| wrong(line))?.trim();
    while !rest.is_empty() {
        let (index, after) = rest.split_once(char::is_whitespace).ok_or_else(|| wrong(rest))?;
        let column: usize = index.parse().map_err(|_| wrong(rest))?;
        let (cell, after) = cell(after.trim_start()).ok_or_else(|| wrong(rest))?;
        let Some(attribute) = attributes.get(column) else {
            let expected = format!("an index below {}", attributes.len());
            return Err(Reason::line(number, expected, index));
        };
        push(column, &cell, attribute, number, cells)?;
        rest = after.map_or("", str::trim_start);
    }
    Ok(())
}

fn push(
    column: usize,
    cell: &Cell<'_>,
    attribute: &Attribute,
    number: usize,
    cells: &mut Sparse,
) -> Result<(), Reason> {
    let builder = cells.cell(column, |cells| attribute.push_default(cells));
    let pushed = match builder {
        None => Err("each index once".to_owned()),
        Some(builder) => attribute.push(cell, builder),
    };
    pushed.map_err(|expected| {
        Reason::line(number, expected, cell.written).in_column(cells.name(column))
    })
}

/// All cells of a line.
fn cells_of(line: &str) -> Option<Vec<Cell<'_>>> {
    let (mut cells, mut rest) = (Vec::new(), Some(line));
    while let Some(text) = rest {
        let (next, after) = cell(text.trim_start())?;
        cells.push(next);
        rest = after;
    }
    Some(cells)
}

/// The first cell, and what follows its comma.
fn cell(text: &str) -> Option<(Cell<'_>, Option<&str>)> {
    if let Some(quote @ ('\'' | '"')) = text.chars().next() {
        let (cell, rest) = quoted_text(&text[1..], quote)?;
        let written = &text[..text.len() - rest.len()];
        let rest = rest.trim_start();
        let after = match rest.strip_prefix(',') {
            None if !rest.is_empty() => return None,
            after => after,
        };
        return Some((Cell { text: cell, quoted: true, written }, after));
    }
    let (cell, after) = match text.split_once(',') {
        None => (text, None),
        Some((cell, after)) => (cell, Some(after)),
    };
    let written = cell.trim();
    Some((Cell { text: written.to_owned(), quoted: false, written }, after))
}

/// Up to the quote that closes it, with what backslashes stand for, and what follows.
fn quoted_text(text: &str, quote: char) -> Option<(String, &str)> {
    let mut unquoted = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            c if c == quote => return Some((unquoted, &text[at + c.len_utf8()..])),
            '\\' => unquoted.push(match characters.next()?.1 {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            }),
            c => unquoted.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_cells_are_taken_apart() {
        let cells = |line| {
            let cells = cells_of(line)?;
            Some(cells.iter().map(|cell| (cell.text.clone(), cell.is_gap())).collect::<Vec<_>>())
        };
        let text = |text: &str, gap| (text.to_owned(), gap);
        assert_eq!(
            cells(r#"1, 'a, b' ,"it's",'it\'s', ?,'?'"#),
            Some(vec![
                text("1", false),
                text("a, b", false),
                text("it's", false),
                text("it's", false),
                text("?", true),
                text("?", false),
            ])
        );
        assert_eq!(cells("'open"), None);
        assert_eq!(cells("'a' b"), None);
        assert_eq!(cells("a,,b").map(|cells| cells.len()), Some(3));
    }
}
